// Every kind of page there is: `[what it is, which shop, its path, its status or how one comes to it]`.

import { ANN, LONG } from "./shop.mjs";

/** Fills in the form of the page's content, by the names of its fields, and sends it past the browser's own checks. */
export async function send(page, fields) {
  const form = page.getByRole("main").locator("form").first();
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${name}]`).fill(value);
  await form.evaluate((form) => (form.noValidate = true));
  const [response] = await Promise.all([
    page.waitForResponse((response) => response.request().isNavigationRequest() && response.request().method() === "POST"),
    form.getByRole("button").click(),
  ]);
  await page.waitForLoadState();
  return response;
}

export async function logIn(page, { username, password }, next = "/accounts/profile/") {
  await page.goto(`/accounts/login/?next=${encodeURIComponent(next)}`);
  await send(page, { username, password });
  await page.waitForURL(next);
}

const as = (user) => (page, path) => logIn(page, user, path);
const sending = (fields) => async (page, path) => {
  await page.goto(path);
  await send(page, fields);
};
const asAnn = (fields) => async (page, path) => {
  await logIn(page, ANN, path);
  await send(page, fields);
};
async function logOut(page) {
  await logIn(page, ANN);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Logged out" }).waitFor();
}

export const PAGES = [
  ["home", "demo", "/"],
  ["list", "demo", "/products/"],
  ["last page of the list", "demo", "/products/?page=3"],
  ["search results", "demo", "/products/?q=brass"],
  ["search with filters", "demo", "/products/?q=lamp&category=lighting&tag=wood"],
  ["empty search", "demo", "/products/?q=umbrella"],
  ["categories", "demo", "/categories/"],
  ["category", "demo", "/categories/living/"],
  ["product", "demo", "/products/halo-reading-lamp/"],
  ["product of which few are left", "demo", "/products/atlas-desk-globe/"],
  ["sold-out product", "demo", "/products/desert-trio-cacti/"],
  ["page not found", "demo", "/nowhere/", 404],
  ["login", "demo", "/accounts/login/"],
  ["login that failed", "demo", "/accounts/login/", sending({ username: "ann", password: "wrong" })],
  ["login while logged in", "odd", "/accounts/login/", as(LONG)],
  ["signup", "demo", "/accounts/signup/"],
  [
    "signup that failed",
    "demo",
    "/accounts/signup/",
    sending({ username: "a b", email: "nowhere", password1: "123", password2: "123" }),
  ],
  ["profile", "demo", "/accounts/profile/", as(ANN)],
  ["profile with a message", "demo", "/accounts/profile/", asAnn({ first_name: "Ann" })],
  ["profile that failed", "demo", "/accounts/profile/", asAnn({ email: "nowhere" })],
  ["profile with a long name", "odd", "/accounts/profile/", as(LONG)],
  ["home while logged in", "demo", "/", as(ANN)],
  ["home while logged in with a long name", "odd", "/", as(LONG)],
  ["logged out", "demo", "/accounts/logout/", logOut],
  ["password change", "demo", "/accounts/password_change/", as(ANN)],
  [
    "password change that failed",
    "demo",
    "/accounts/password_change/",
    asAnn({ old_password: "wrong", new_password1: "abc", new_password2: "ann" }),
  ],
  ["password changed", "demo", "/accounts/password_change/done/", as(ANN)],
  ["password reset", "demo", "/accounts/password_reset/"],
  ["password reset that failed", "demo", "/accounts/password_reset/", sending({ email: "nowhere" })],
  ["password reset sent", "demo", "/accounts/password_reset/done/"],
  ["password reset link", "demo", "/accounts/reset/OTAx/", RESET],
  ["password reset link that is invalid", "demo", "/accounts/reset/OTAx/nothing/"],
  ["password reset done", "demo", "/accounts/reset/done/"],
  ["failure", "broken", "/", 500],
  ["failure with DEBUG", "debug", "/products/?q=lamp", 500],
  ["home of an empty shop", "empty", "/"],
  ["list of an empty shop", "empty", "/products/"],
  ["categories of an empty shop", "empty", "/categories/"],
  ["home with odd products", "odd", "/"],
  ["list with odd products", "odd", "/products/?page=3"],
  ["categories with long names", "odd", "/categories/"],
  ["category with a long name", "odd", "/categories/long-word/"],
  ["category without products", "odd", "/categories/nothing/"],
  ["product with a long name", "odd", "/products/long-name/"],
  ["product named by one long word", "odd", "/products/long-word/"],
  ["product with odd signs", "odd", "/products/odd-signs/"],
  ["product without a picture", "odd", "/products/no-picture/"],
].map(([name, shop, path, how = 200]) => {
  const status = typeof how === "number" ? how : 200;
  return { name, shop, path, status, reach: typeof how === "function" ? how : (page) => page.goto(path) };
});

export const SHOPS = ["demo", "odd", "empty", "broken", "debug"];
