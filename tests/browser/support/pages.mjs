// Every kind of page of the shop: its name, the shop that shows it, its path, and its status or the function that opens it.

import { SCREENS as BUYING } from "./buyer.mjs";
import { follow } from "./follow.mjs";
export { follow } from "./follow.mjs";
import { ANN, LONG } from "./shop.mjs";
import { codeOf } from "./totp.mjs";

/** Fills in the form of the content by the names of its fields, and sends it without the checks of the browser. */
export async function send(page, fields) {
  const form = page.getByRole("main").locator("form");
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${name}]`).fill(value);
  await form.evaluate((form) => (form.noValidate = true));
  return follow(page, () => form.getByRole("button").click());
}

/** Logs in with the form, which redirects to `next`. */
export async function logIn(page, { username, password }, next = "/accounts/profile/") {
  await page.goto(`/accounts/login/?next=${encodeURIComponent(next)}`);
  const response = await send(page, { username, password });
  await page.waitForURL(next);
  return response;
}

/** Requests a link to reset the password, and returns the link from the mail. */
export async function resetLink(page, { email }) {
  const before = page.mails().length;
  await page.goto("/accounts/password_reset/");
  await send(page, { email });
  const until = Date.now() + 10_000;
  while (page.mails().length === before) {
    if (Date.now() > until) throw new Error("no mail came");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return /http:\/\/\S+\/accounts\/reset\/\S+\//.exec(page.mails().at(-1))[0];
}

let made = 0;
/** Signs up as a new user, who is then logged in. */
export async function signUp(page) {
  made += 1;
  const user = { username: `newcomer${made}`, email: `newcomer${made}@example.com`, password: "soft rain in june" };
  await page.goto("/accounts/signup/");
  await send(page, {
    username: user.username,
    email: user.email,
    password1: user.password,
    password2: user.password,
  });
  await page.waitForURL("/accounts/profile/");
  return user;
}

/** Turns on two-factor login for `user`, who is logged in, and keeps `user.secret`. The page shows the recovery codes then. */
export async function turnOn(page, user) {
  await page.goto("/accounts/two-factor/set-up/");
  user.secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  return send(page, { code: codeOf(user.secret), password: user.password });
}

const withTwoFactor = async (page, path) => {
  await turnOn(page, await signUp(page));
  return page.goto(path);
};
const showingCodes = async (page) => turnOn(page, await signUp(page));
/** Opens `path` after the password was entered, and before the code. */
const halfWay = (then = async () => {}) => async (page, path) => {
  const user = await signUp(page);
  await turnOn(page, user);
  await follow(page, () => page.getByRole("button", { name: "Log out" }).click());
  await page.goto("/accounts/login/");
  await send(page, { username: user.username, password: user.password });
  return (await then(page)) ?? page.goto(path);
};
const endingOthers = (password) => async (page, path) => {
  await logIn(page, ANN, path);
  await page.getByLabel("Your password").fill(password);
  return follow(page, () => page.getByRole("button", { name: "Log out everywhere else" }).click());
};

const makingToken = async (page, path) => {
  await logIn(page, ANN, path);
  await page.getByLabel("Name").fill("nightly import");
  await page.getByLabel("Your password").fill(ANN.password);
  return follow(page, () => page.getByRole("button", { name: "Make a token" }).click());
};
/** Opens two parts of the page of the API, and sends a request. */
const tryingApi = async (page, path) => {
  const response = await logIn(page, ANN, path);
  await page.goto(`${path}#api_shop_products_get`);
  const list = page.locator("#api_shop_products_get");
  await list.getByText("More parameters").click();
  await list.getByRole("button").click();
  await list.getByText("200 OK").waitFor();
  await page.locator("#schema-CatalogProduct > summary").click();
  return response;
};

const as = (user) => (page, path) => logIn(page, user, path);
const sending = (fields) => async (page, path) => {
  await page.goto(path);
  return send(page, fields);
};
const asAnn = (fields) => async (page, path) => {
  await logIn(page, ANN, path);
  return send(page, fields);
};
async function loggingOut(page) {
  await logIn(page, ANN);
  return follow(page, () => page.getByRole("button", { name: "Log out" }).click());
}
const byMail = async (page) => page.goto(await resetLink(page, ANN));

const PAGES_BY_PATH = [
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
  ["logged out", "demo", "/accounts/logout/", loggingOut],
  ["password change", "demo", "/accounts/password_change/", as(ANN)],
  [
    "password change that failed",
    "demo",
    "/accounts/password_change/",
    asAnn({ old_password: "wrong", new_password1: "abc", new_password2: "ann" }),
  ],
  ["password changed", "demo", "/accounts/password_change/done/", as(ANN)],
  ["sessions", "demo", "/accounts/sessions/", as(ANN)],
  ["sessions with a wrong password", "demo", "/accounts/sessions/", endingOthers("wrong")],
  ["tokens", "demo", "/accounts/tokens/", as(ANN)],
  ["a new token", "demo", "/accounts/tokens/", makingToken],
  ["API for a visitor", "demo", "/api/docs/"],
  ["API for a user", "demo", "/api/docs/", tryingApi],
  ["two-factor login off", "demo", "/accounts/two-factor/", as(ANN)],
  ["two-factor set-up", "demo", "/accounts/two-factor/set-up/", as(ANN)],
  ["two-factor set-up that failed", "demo", "/accounts/two-factor/set-up/", asAnn({ code: "12", password: "wrong" })],
  ["recovery codes", "demo", "/accounts/two-factor/set-up/", showingCodes],
  ["two-factor login on", "demo", "/accounts/two-factor/", withTwoFactor],
  ["new recovery codes", "demo", "/accounts/two-factor/recovery-codes/", withTwoFactor],
  ["turning off two-factor login", "demo", "/accounts/two-factor/off/", withTwoFactor],
  ["login code", "demo", "/accounts/login/code/", halfWay()],
  ["login with a recovery code", "demo", "/accounts/login/code/?recovery=1", halfWay()],
  ["login code that failed", "demo", "/accounts/login/code/", halfWay((page) => send(page, { code: "12" }))],
  ["password reset", "demo", "/accounts/password_reset/"],
  ["password reset that failed", "demo", "/accounts/password_reset/", sending({ email: "nowhere" })],
  ["password reset sent", "demo", "/accounts/password_reset/done/"],
  ["password reset link", "demo", "/accounts/reset/", byMail],
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
  return { name, shop, path, status, reach: (page) => (status === how ? page.goto(path) : how(page, path)) };
});

export const PAGES = [
  ...PAGES_BY_PATH,
  ...BUYING.map(([name, path, reach]) => ({ name, shop: "demo", path, status: 200, reach })),
];

export const SHOPS = ["demo", "odd", "empty", "broken", "debug"];
