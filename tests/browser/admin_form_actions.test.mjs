// Actions on the change form: with a mouse, with the keyboard, without JavaScript, and on a phone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PRODUCTS, main, named, press, staff } from "./support/admin.mjs";
import { violations } from "./support/axe.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { eventually } from "./support/eventually.mjs";
import { follow } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");
const FORM = `${PRODUCTS}8/change/`;
const said = (page) => main(page).locator(".messages").innerText();
const action = (page) => main(page).getByRole("combobox", { name: "Action" });
const isActive = (page) => named(page, "is_active").isChecked();

for (const javaScriptEnabled of [true, false]) {
  for (const viewport of [DESKTOP, PHONE]) {
    const how = `${javaScriptEnabled ? "with" : "without"} JavaScript at ${viewport.width} px`;
    test(`an action of the form runs from the keyboard ${how}`, async (t) => {
      const page = await site.page(t, { javaScriptEnabled, viewport });
      await staff(page, FORM);
      for (const [name, expected] of [["make_inactive", false], ["make_active", true]]) {
        await action(page).selectOption(name);
        await action(page).focus();
        await page.keyboard.press("Tab");
        await eventually(() => page.evaluate(() => document.activeElement.textContent), "Run", "Run follows the list of actions");
        await follow(page, () => page.keyboard.press("Enter"));
        assert.equal(new URL(page.url()).pathname, FORM, `${name} leads back to the form`);
        assert.match(await said(page), /1 products marked as/, `${name} says what it did`);
        assert.equal(await isActive(page), expected, `${name} changes the product`);
      }
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= viewport.width, `the page is ${width} px wide, expected at most ${viewport.width}`);
    });
  }
}

test("the button Run without a chosen action changes nothing and says so", async (t) => {
  const page = await site.page(t);
  await staff(page, FORM);
  await press(page, "Run");
  assert.match(await said(page), /No action selected/);
});

test("the Enter key in a field saves the form and runs no action", async (t) => {
  const page = await site.page(t);
  await staff(page, FORM);
  await action(page).selectOption("make_inactive");
  await named(page, "sku").fill("SAVED-BY-ENTER");
  await follow(page, () => named(page, "sku").press("Enter"));
  await staff(page, FORM);
  assert.equal(await named(page, "sku").inputValue(), "SAVED-BY-ENTER");
  assert.equal(await isActive(page), true, "the action must not have run");
});

test("an action asks before unsaved changes are lost", async (t) => {
  const page = await site.page(t, { fresh: true });
  await staff(page, FORM);
  const questions = [];
  const answer = (dialog) => (questions.push(dialog.type()), dialog.dismiss());
  page.on("dialog", answer);
  await named(page, "name").fill("Typed and not saved");
  await page.waitForFunction(() => document.querySelector("form[data-guard].dirty"));
  await action(page).selectOption("make_inactive");
  const asked = page.waitForEvent("dialog");
  await main(page).getByRole("button", { name: "Run" }).click({ noWaitAfter: true });
  await asked;
  assert.deepEqual(questions, ["beforeunload"], "leaving with unsaved text must be asked about once");
  assert.equal(await named(page, "name").inputValue(), "Typed and not saved");
  page.off("dialog", answer);
  page.on("dialog", (dialog) => dialog.accept());
  await staff(page, FORM);
  assert.equal(await isActive(page), true, "the action must not have run");
});

test("axe-core finds nothing on a form with actions", async (t) => {
  const page = await site.page(t, { fresh: true });
  await staff(page, FORM);
  assert.deepEqual(await violations(page), []);
});
