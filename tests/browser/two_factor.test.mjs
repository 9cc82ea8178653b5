// Two-factor login, and the list of a user's sessions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { follow, logIn, signUp } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";
import { codeOf } from "./support/totp.mjs";

const site = openSite("demo");
const PROFILE = "/accounts/profile/";

const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const greeting = (page) => page.getByRole("banner").getByText("Hello, ");
const press = (page, name) => follow(page, () => page.getByRole("main").getByRole("button", { name, exact: true }).click());
const go = (page, name) => follow(page, () => page.getByRole("main").getByRole("link", { name }).click());
const logOut = (page) => follow(page, () => page.getByRole("banner").getByRole("button", { name: "Log out" }).click());

/** Enters username and password, and stops at the page that asks for the code. */
async function typePassword(page, { username, password }, next) {
  await page.goto(`/accounts/login/?next=${encodeURIComponent(next)}`);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password").fill(password);
  await press(page, "Log in");
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`a user turns two-factor login on, logs in with a code, and turns it off${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    const user = await signUp(page);
    await go(page, "Manage two-factor login");
    await go(page, "Set up");
    assert.ok(await page.getByRole("img", { name: "QR code" }).isVisible());
    const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
    await page.getByLabel("Code", { exact: true }).fill("000000");
    await page.getByLabel("Your password").fill(user.password);
    await press(page, "Turn on");
    assert.equal(await page.getByLabel("Code", { exact: true }).getAttribute("aria-invalid"), "true");
    const used = codeOf(secret);
    await page.getByLabel("Code", { exact: true }).fill(used);
    await page.getByLabel("Your password").fill(user.password);
    await press(page, "Turn on");
    assert.equal(await heading(page), "Your recovery codes");
    const codes = await page.locator(".codes li").allInnerTexts();
    assert.equal(new Set(codes).size, 10);
    await go(page, "I have kept them");
    assert.ok(await page.getByText("On since").isVisible());

    await logOut(page);
    await typePassword(page, user, "/categories/");
    assert.equal(await heading(page), "Enter your code");
    assert.equal(await greeting(page).count(), 0);
    await page.getByLabel("Code", { exact: true }).fill(used);
    await press(page, "Log in");
    assert.match(await page.locator(".field .errorlist").innerText(), /used before/, "the one that turned it on");
    await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, 1));
    await press(page, "Log in");
    await page.waitForURL("/categories/");
    assert.equal(await greeting(page).innerText(), `Hello, ${user.username}`);

    await logOut(page);
    await typePassword(page, user, PROFILE);
    await go(page, "Use a recovery code");
    await page.getByLabel("Recovery code").fill(codes[9]);
    await press(page, "Log in");
    await page.waitForURL(PROFILE);
    assert.ok(await page.getByRole("status").getByText("You have 9 recovery codes left.").isVisible());

    await go(page, "Manage two-factor login");
    await go(page, "Turn off");
    await page.getByLabel("Your password").fill(user.password);
    await press(page, "Turn off");
    assert.ok(await page.getByRole("status").getByText("no longer needs a code").isVisible());
    await logOut(page);
    await logIn(page, user);
  });

  test(`the profile lists every session, and ends that of another browser${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    const user = await signUp(page);
    const keep = async () => (await page.context().cookies()).find(({ name }) => name === "sessionid");
    const enter = async (cookie) => {
      await page.context().clearCookies();
      await page.context().addCookies([cookie]);
      await page.goto(PROFILE);
      return heading(page);
    };
    const browsers = [];
    for (let n = 0; n < 3; n++) {
      await page.context().clearCookies();
      await logIn(page, user);
      browsers.push(await keep());
    }
    const [first, second, here] = browsers;
    await go(page, "Show sessions");
    const items = page.locator(".rows li");
    assert.equal(await items.count(), 4, "with that of signing up");
    assert.match(await items.first().innerText(), /on \w+ This session\s+127\.0\.0\.1\s+Logged in [^]*In use now/);
    assert.ok(!(await page.content()).includes(first.value));
    // The other sessions follow, the most recently used first.
    await follow(page, () => items.nth(1).getByRole("button", { name: "Log out" }).click());
    assert.equal(await items.count(), 3);
    assert.equal(await enter(second), "Log in");
    assert.equal(await enter(first), "Your profile");
    assert.equal(await enter(here), "Your profile");
    await go(page, "Show sessions");
    await page.getByLabel("Your password").fill(user.password);
    await press(page, "Log out everywhere else");
    assert.equal(await items.count(), 1);
    const present = await keep();
    assert.equal(await enter(first), "Log in");
    assert.equal(await enter(present), "Your profile");
  });
}
