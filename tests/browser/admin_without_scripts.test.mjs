// The admin without JavaScript: the server renders a page for each step that a script would do in the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ORDER, PRODUCTS, main, named, press, staff } from "./support/admin.mjs";
import { violations } from "./support/axe.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { getsFocus, hasFocus } from "./support/eventually.mjs";
import { follow } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");
const said = (page) => main(page).locator(".messages").innerText();
const box = (page, name) => main(page).locator(`[name="_find-${name}"]`);
/** Presses the button that searches the rows that a field offers. */
const find = (page, what, row = "main") => follow(page, () => page.locator(row).getByRole("button", { name: `Find ${what}` }).first().click());

test("a category is searched and chosen, and the other entered values are kept", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await staff(page, `${PRODUCTS}8/change/`);
  await named(page, "name").fill("Half a name");
  await find(page, "category");
  await box(page, "category").fill("umbrella");
  await find(page, "category");
  assert.match(await main(page).getByRole("status").innerText(), /Nothing found for “umbrella”/);
  await getsFocus(page, "#id_category_find");
  await page.keyboard.type("light");
  await follow(page, () => page.keyboard.press("Enter"));
  assert.equal(await named(page, "name").inputValue(), "Half a name");
  assert.equal(await main(page).getByRole("status").innerText(), "1 match for “light”. Choose it, then save.");
  const match = main(page).getByRole("group", { name: "Category" }).getByRole("radio", { name: "Lighting" });
  await hasFocus(match, "the focus is on the match");
  await page.keyboard.press("Space");
  assert.equal(await match.isChecked(), true);
  await press(page, "Save and continue editing");
  assert.match(await said(page), /“Half a name” was changed successfully/);
  assert.equal(await main(page).locator("#id_category option:checked").innerText(), "Lighting");
});

test("a product is searched and chosen in an inline row of an order, on a phone too", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false, viewport: PHONE });
  await staff(page, ORDER);
  await named(page, "items-0-quantity").fill("4");
  await find(page, "product", "#items-0");
  await getsFocus(page, "#id_items-0-product_find", "there are more than are shown: the focus is on the box");
  await page.keyboard.type("lamp");
  await follow(page, () => box(page, "items-0-product").press("Enter"));
  const group = main(page).locator("#items-0").getByRole("group", { name: "Product" });
  assert.ok((await group.getByRole("radio").count()) > 2);
  assert.ok((await page.evaluate(() => document.scrollingElement.scrollWidth)) <= PHONE.width);
  const lamp = (await group.locator("label").allInnerTexts()).at(-1);
  await group.getByText(lamp, { exact: true }).click();
  assert.equal(await named(page, "items-0-quantity").inputValue(), "4");
  await press(page, "Save and continue editing");
  assert.match(await main(page).locator("tr.of").first().innerText(), new RegExp(`4 × ${lamp}`));
});

test("axe-core finds nothing on a form with a search and its matches", async (t) => {
  const page = await site.page(t, { fresh: true });
  // axe-core needs timers, so JavaScript is on for this page, and the scripts of the admin are blocked.
  await page.route("**/change/", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<script.*?<\/script>/gs, "").replaceAll("noscript>", "no-script>");
    await route.fulfill({ response, body });
  });
  for (const [path, field, words] of [[`${PRODUCTS}8/change/`, "category", "light"], [ORDER, "items-0-product", "lamp"], [ORDER, "items-0-product", "xyz"]]) {
    await staff(page, path);
    assert.deepEqual(await violations(page), [], `${path} with a search`);
    await find(page, field.split("-").at(-1));
    await box(page, field).fill(words);
    await follow(page, () => box(page, field).press("Enter"));
    assert.match(await main(page).getByRole("status").innerText(), /matches|1 match|Nothing found/);
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      assert.deepEqual(await violations(page), [], `${field}, searched for ${words}, ${viewport.width} px`);
    }
  }
});

test("with JavaScript only the search of the combobox is shown", async (t) => {
  const page = await site.page(t);
  await staff(page, ORDER);
  assert.equal(await page.locator("button[name=_find]").count(), 0);
});

test("the Enter key in a field saves the form, although other buttons come before Save", async (t) => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await site.page(t, { javaScriptEnabled });
    await staff(page, "/admin/orders/order/3/change/");
    await named(page, "number").fill(`E-${javaScriptEnabled}`);
    await follow(page, () => named(page, "number").press("Enter"));
    assert.match(await said(page), new RegExp(`“E-${javaScriptEnabled}.*” was changed successfully`));
  }
});

test("a customer is searched in the form, and the look-up window opens as a page", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await staff(page, ORDER);
  await find(page, "customer");
  await box(page, "customer").fill("ann");
  await follow(page, () => box(page, "customer").press("Enter"));
  await main(page).getByRole("group", { name: "Customer" }).getByRole("radio", { name: "ann", exact: true }).check();
  await press(page, "Save and continue editing");
  assert.equal(await main(page).locator(".chosen").innerText(), "ann");

  await follow(page, () => main(page).locator(".related-lookup").click());
  assert.match(page.url(), /\/admin\/auth\/user\/\?.*_popup=1/);
  await named(page, "q").fill("vera");
  await follow(page, () => named(page, "q").press("Enter"));
  assert.deepEqual(await main(page).locator("tbody th a").allInnerTexts(), ["vera"]);
  await follow(page, () => main(page).locator("tbody th a").click());
  assert.equal(await named(page, "username").inputValue(), "vera");
});

test("the pop-up windows of related objects open as pages, on which they are added, changed and viewed", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  const link = async (kind) => {
    await staff(page, `${PRODUCTS}10/change/`);
    const response = await follow(page, () => main(page).locator(`[data-popup=${kind}][data-for=id_category]`).click());
    assert.equal(response.status(), 200);
  };
  await link("add");
  for (const [name, value] of [["name", "Barometers"], ["slug", "barometers"]]) await named(page, name).fill(value);
  await press(page, /^Save/);
  assert.match(await main(page).innerText(), /go back to the form, or close the window/);
  await link("change");
  const before = await named(page, "name").inputValue();
  await named(page, "name").fill(`${before} and more`);
  await press(page, /^Save/);
  await link("view");
  assert.equal(await named(page, "name").inputValue(), `${before} and more`);
  await link("delete");
  assert.match(await main(page).innerText(), /and more/);
  // The added row can be picked.
  await staff(page, `${PRODUCTS}10/change/`);
  await find(page, "category");
  await box(page, "category").fill("barom");
  await find(page, "category");
  await main(page).getByRole("radio", { name: "Barometers" }).check();
  await press(page, "Save product");
  assert.match(await said(page), /was changed successfully/);
});

test("a time field offers common times", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await staff(page, ORDER);
  const offered = await named(page, "paid_at_1").evaluate((time) => [...time.list.options].map((option) => option.label));
  assert.deepEqual(offered, ["Midnight", "6 a.m.", "Noon", "6 p.m."]);
});
