// Accounts: signing up, logging in and out, passwords.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE } from "./support/browser.mjs";
import { hasFocus } from "./support/eventually.mjs";
import { follow, logIn, resetLink } from "./support/pages.mjs";
import { ANN, LONG, PASSWORD } from "./support/shop.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");
const LOGIN = "/accounts/login/";
const PROFILE = "/accounts/profile/";
const CHANGE = "/accounts/password_change/";
const NEW_PASSWORD = "seven quiet clouds";

const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const header = (page) => page.getByRole("banner");
const greeting = (page) => header(page).getByText("Hello, ");
const press = (page, name) => follow(page, () => page.getByRole("button", { name, exact: true }).click());

/** Fills in fields, which are found by their labels as a person finds them. */
async function type(page, fields) {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
}

/** Logs in on the login page that is open. */
async function typeLogin(page, { username, password }) {
  await type(page, { Username: username, Password: password });
  await press(page, "Log in");
}

/** The number of users made so far. */
let made = 0;
/** Returns a user with a name and an address that no other test uses. */
const someone = () => {
  made += 1;
  return { username: `visitor${made}`, email: `someone${made}@example.com`, password: "soft rain in june" };
};

/** Creates an account with the sign-up form. */
async function signUp(page, { username, email, password }) {
  await page.goto("/");
  await header(page).getByRole("link", { name: "Log in" }).click();
  await page.getByRole("link", { name: "Create an account" }).click();
  await type(page, {
    Username: username,
    "Email address": email,
    Password: password,
    "Password confirmation": password,
  });
  await press(page, "Create account");
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`a new user is logged in, and greeted by name and by one message${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    const user = someone();
    await signUp(page, user);
    await page.waitForURL(PROFILE);
    assert.equal(await greeting(page).innerText(), `Hello, ${user.username}`);
    const message = page.getByRole("status").getByText("Your account is ready");
    assert.ok(await message.isVisible());
    await page.reload();
    assert.equal(await message.count(), 0);
    await page.goto("/");
    assert.equal(await greeting(page).innerText(), `Hello, ${user.username}`);
    assert.equal(await message.count(), 0);
  });

  test(`a user logs out and logs in again${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await logIn(page, ANN);
    await page.goto("/products/halo-reading-lamp/");
    await press(page, "Log out");
    assert.equal(await heading(page), "Logged out");
    assert.ok(await page.getByText("You are logged out").isVisible());
    assert.equal(await greeting(page).count(), 0);
    await page.goto(PROFILE);
    assert.equal(await heading(page), "Log in", "the profile is closed");
    await typeLogin(page, ANN);
    await page.waitForURL(PROFILE);
    assert.equal(await greeting(page).innerText(), "Hello, ann");
  });

  test(`a user replaces a forgotten password with a link, which works once${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    const user = someone();
    await signUp(page, user);
    await press(page, "Log out");
    const link = await resetLink(page, user);
    assert.equal(await heading(page), "Check your mail");
    await page.goto(link);
    assert.equal(await heading(page), "Choose a new password");
    assert.ok(!link.startsWith(page.url()), "the address bar does not keep the token");
    await type(page, { "New password": NEW_PASSWORD, "New password confirmation": NEW_PASSWORD });
    await press(page, "Change password");
    assert.equal(await heading(page), "Password changed");
    await page.goto(link);
    assert.equal(await heading(page), "This link is invalid");
    await page.goto(LOGIN);
    await typeLogin(page, user);
    assert.ok(await page.getByText("correct username and password").isVisible(), "the old password is gone");
    await type(page, { Password: NEW_PASSWORD });
    await press(page, "Log in");
    await page.waitForURL(PROFILE);
    assert.equal(await greeting(page).innerText(), `Hello, ${user.username}`);
  });
}

test("a wrong password is reported above the form, which keeps the username and not the password", async (t) => {
  const page = await site.page(t);
  await page.goto(LOGIN);
  await typeLogin(page, { username: "ann", password: "not-the-password" });
  assert.match(await page.getByRole("alert").innerText(), /enter a correct username and password/);
  assert.equal(await page.getByLabel("Username").inputValue(), "ann");
  assert.equal(await page.getByLabel("Password").inputValue(), "");
  assert.ok(!(await page.content()).includes("not-the-password"));
  assert.deepEqual(await page.getByRole("alert").getByRole("link").allInnerTexts(), ["Username", "Password"]);
  const order = await page.locator("main :is([role=alert], input:not([type=hidden]))").evaluateAll((all) => all.map((e) => e.id));
  assert.deepEqual(order, ["", "id_username", "id_password"]);
});

test("errors are shown beside their fields, and the summary links to them", async (t) => {
  const page = await site.page(t, { viewport: PHONE });
  await page.goto("/accounts/signup/");
  await type(page, {
    Username: "ann",
    "Email address": "ann2@example.com",
    Password: "soft rain in june",
    "Password confirmation": "hard rain in june",
  });
  await press(page, "Create account");
  const confirmation = page.getByLabel("Password confirmation");
  await page.getByRole("alert").getByRole("link", { name: "Password confirmation" }).click();
  await hasFocus(confirmation, "the focus is in the field");
  const label = await page.getByText("Password confirmation", { exact: true }).last().boundingBox();
  assert.ok(label.y >= 0 && label.y < PHONE.height, "its label is on the screen");
  const { invalid, described } = await confirmation.evaluate((input) => ({
    invalid: input.ariaInvalid,
    described: input.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).innerText).join(" "),
  }));
  assert.equal(invalid, "true");
  assert.match(described, /didn’t match/);
  assert.equal(await page.getByLabel("Email address").inputValue(), "ann2@example.com");
  // The server checks whether the username is taken only if all other values are valid.
  await type(page, { Password: "soft rain in june", "Password confirmation": "soft rain in june" });
  await press(page, "Create account");
  assert.match(await page.locator("#id_username_error").innerText(), /already exists/);
});

test("the browser asks for required fields before the form is sent", async (t) => {
  const page = await site.page(t);
  await page.goto(LOGIN);
  await page.getByRole("main").getByRole("button", { name: "Log in" }).click();
  await hasFocus(page.getByLabel("Username"));
  assert.equal(await page.getByLabel("Username").evaluate((input) => input.validity.valid), false);
});

test("a login redirects to the page that required it, and to no other site", async (t) => {
  const page = await site.page(t);
  await page.goto(CHANGE);
  assert.equal(await heading(page), "Log in");
  await typeLogin(page, { ...ANN, password: "wrong" });
  await typeLogin(page, ANN);
  await page.waitForURL(CHANGE);
  assert.equal(await heading(page), "Change your password");
  await press(page, "Log out");
  await page.goto(`${LOGIN}?next=//example.com/`);
  await typeLogin(page, ANN);
  await page.waitForURL(PROFILE);
});

test("changing the password keeps this session and ends all others", async (t) => {
  const page = await site.page(t);
  const elsewhere = await site.page(t, { fresh: true });
  const user = someone();
  await signUp(page, user);
  await logIn(elsewhere, user);
  await page.getByRole("link", { name: "Change password" }).click();
  const fields = { "New password": NEW_PASSWORD, "New password confirmation": NEW_PASSWORD };
  await type(page, { "Old password": "wrong", ...fields });
  await press(page, "Change password");
  assert.match(await page.locator("#id_old_password_error").innerText(), /entered incorrectly/);
  await type(page, { "Old password": user.password, ...fields });
  await press(page, "Change password");
  assert.equal(await heading(page), "Password changed");
  await page.getByRole("link", { name: "Back to your profile" }).click();
  await page.waitForURL(PROFILE);
  assert.equal(await greeting(page).innerText(), `Hello, ${user.username}`);
  await elsewhere.goto(PROFILE);
  assert.equal(await heading(elsewhere), "Log in");
});

test("the profile form saves the names of the user", async (t) => {
  const page = await site.page(t);
  await signUp(page, someone());
  await type(page, { "First name (optional)": "Zoë", "Last name (optional)": "<b>O’Hara</b>" });
  await press(page, "Save profile");
  assert.ok(await page.getByRole("status").getByText("Your profile was saved").isVisible());
  await page.reload();
  assert.equal(await page.getByRole("status").count(), 0);
  assert.equal(await page.getByLabel("First name").inputValue(), "Zoë");
  assert.equal(await page.getByLabel("Last name").inputValue(), "<b>O’Hara</b>");
});

test("an address without an account gets the same answer and no mail", async (t) => {
  const page = await site.page(t);
  const before = page.mails().length;
  await page.goto("/accounts/password_reset/");
  await type(page, { Email: "nobody@example.com" });
  await press(page, "Send the link");
  assert.equal(await heading(page), "Check your mail");
  // The mails are counted after a later mail has arrived, so that none can still be on its way.
  await resetLink(page, ANN);
  assert.equal(page.mails().length, before + 1);
});

test("the header has room for a username of any length", async (t) => {
  const page = await site.page(t);
  await logIn(page, LONG, "/products/");
  for (const [width, most] of [
    [1280, 80],
    [1000, 80],
    [720, 80],
    [719, 170],
    [390, 170],
    [320, 170],
  ]) {
    await page.setViewportSize({ width, height: 844 });
    const [bar, out, name] = await Promise.all(
      [header(page), page.getByRole("button", { name: "Log out" }), greeting(page)].map((it) => it.boundingBox()),
    );
    assert.ok(bar.height <= most, `${bar.height} px at ${width} px`);
    assert.ok(name.x >= 0 && name.x + name.width <= out.x && out.x + out.width <= width, `${width} px`);
  }
});

test("the link “Log in” is beside the search on a phone", async (t) => {
  const page = await site.page(t);
  await page.goto("/");
  for (const width of [719, 390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    const link = header(page).getByRole("link", { name: "Log in" });
    const [bar, search, text] = [
      await header(page).boundingBox(),
      await page.getByRole("searchbox").boundingBox(),
      await link.evaluate((link) => {
        const range = document.createRange();
        range.selectNodeContents(link);
        return range.getBoundingClientRect().toJSON();
      }),
    ];
    assert.ok(bar.height <= 120, `${bar.height} px at ${width} px`);
    assert.ok(search.x + search.width + 8 <= text.left && text.right <= width - 12, `${width} px`);
  }
});

test("a user logs in with the keyboard alone", async (t) => {
  const page = await site.page(t);
  await page.goto(LOGIN);
  await page.getByLabel("Username").focus();
  await page.keyboard.type("ann");
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await follow(page, () => page.keyboard.press("Enter"));
  await page.waitForURL(PROFILE);
});
