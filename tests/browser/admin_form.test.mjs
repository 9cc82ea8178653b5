// Forms of the admin in a browser, with the widgets that scripts add and without scripts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ORDER, PRODUCTS, main, named, press, staff } from "./support/admin.mjs";
import { violations } from "./support/axe.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { getsFocus } from "./support/eventually.mjs";
import { follow, send } from "./support/pages.mjs";
import { BOSS } from "./support/shop.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");
const said = (page) => main(page).locator(".messages").innerText();
const total = (page) => page.locator("#id_items-TOTAL_FORMS").inputValue();
const category = (page) => page.locator("#id_category_search");
/** Replaces a text in the page that the site returns. */
async function served(route, from, to) {
  const response = await route.fetch({ maxRedirects: 0 });
  const body = await response.text();
  await route.fulfill({ response, body: body.replace(from, to) });
}
const options = (page) => page.locator(".combo li[role=option]:not(.note)");

test("a category is searched and chosen with the keyboard", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}add/`);
  await category(page).focus();
  await page.keyboard.press("ArrowDown");
  await options(page).first().waitFor();
  assert.deepEqual(await violations(page), [], "the list of the combobox");
  await category(page).fill("light");
  await page.waitForFunction(() => document.querySelectorAll(".combo li:not(.note)").length === 1);
  await page.keyboard.press("Enter");
  assert.equal(await category(page).inputValue(), "Lighting");
  const chosen = await page.locator("#id_category").inputValue();
  const change = page.locator("[data-popup=change][data-for=id_category]");
  assert.match(await change.getAttribute("href"), new RegExp(`/category/${chosen}/change/`));
  await category(page).fill("desk");
  await page.keyboard.press("Escape");
  assert.equal(await category(page).inputValue(), "Lighting", "Escape takes the typing back");
  assert.ok(await page.locator(".combo:has(#id_category_search) .clear").isHidden(), "what is required cannot be emptied");
});

for (const javaScriptEnabled of [true, false]) {
  test(`the first field of an add form has the focus${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    for (const [path, field] of [[`${PRODUCTS}add/`, "#id_name"], ["/admin/auth/user/add/", "#id_username"], [`${PRODUCTS}1/change/`, "body"]]) {
      await staff(page, path);
      await getsFocus(page, field, path);
    }
  });
}

for (const javaScriptEnabled of [true, false]) {
  test(`a form that was sent without a session comes back after the login${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await staff(page, `${PRODUCTS}8/change/`);
    const before = await named(page, "name").inputValue();
    await named(page, "name").fill("Typed before the login");
    await page.context().clearCookies({ name: "sessionid" });
    await press(page, "Save and continue editing");
    assert.match(await page.locator("body").innerText(), /What you typed comes back after you log in here/);
    await send(page, { username: BOSS.username, password: BOSS.password });
    assert.match(await said(page), /Nothing has been saved yet/);
    assert.equal(await named(page, "name").inputValue(), "Typed before the login");
    if (javaScriptEnabled) assert.equal(await main(page).locator("[data-changes]").first().innerText(), "Unsaved changes");
    await press(page, "Save and continue editing");
    assert.match(await said(page), /“Typed before the login” was changed successfully/);
    await named(page, "name").fill(before);
    await press(page, "Save and continue editing");
  });
}

test("the script makes slugs like the server, until the user edits the slug", async (t) => {
  const page = await site.page(t);
  await staff(page, "/admin/catalog/tag/add/");
  // The results of django.utils.text.slugify.
  const known = {
    "Hello World": "hello-world",
    " a  b - c ": "a-b-c",
    "Üniçödé Straße": "unicode-strae",
    "Žluťoučký 猫 🐈 x": "zlutoucky-x",
    "--__a_b__--": "a_b",
    "½ cup & more": "12-cup-more",
    "n° 2": "n-2",
    "a\u00a0b": "a-b",
    "ﬁne Ⅷ ²": "fine-viii-2",
    "...": "",
    "don't stop": "dont-stop",
    "a—b–c": "abc",
    "K": "k",
  };
  for (const [name, slug] of Object.entries(known)) {
    await named(page, "name").fill(name);
    assert.equal(await named(page, "slug").inputValue(), slug, name);
  }
  await named(page, "slug").pressSequentially("own");
  await named(page, "name").fill("Other");
  assert.doesNotMatch(await named(page, "slug").inputValue(), /other/);
});

test("Today and Now use the clock of the browser, texts show their length, and leaving unsaved changes asks first", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}1/change/`);
  const today = await page.evaluate(() => {
    const two = (number) => String(number).padStart(2, "0");
    const now = new Date();
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  });
  await main(page).getByRole("button", { name: /^Today/ }).click();
  assert.equal(await named(page, "released_on").inputValue(), today);
  await named(page, "name").focus();
  assert.match(await main(page).locator(".length:visible").innerText(), /^\d+ \/ 200$/);
  await page.waitForFunction(() => document.querySelector("[data-changes]").textContent === "Unsaved changes");
  let asked = 0;
  const answer = (dialog) => ((asked += 1), dialog.accept());
  page.on("dialog", answer);
  await page.goto(ORDER);
  await main(page).getByRole("button", { name: /^Now/ }).last().click();
  assert.match(await named(page, "paid_at_1").inputValue(), /^\d\d:\d\d(:\d\d)?$/);
  await page.goto("/admin/");
  page.off("dialog", answer);
  assert.equal(asked, 2);
});

test("a value that is set back does not count as unsaved, and leaving after a save does not ask", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}7/change/`);
  const state = (text) => page.waitForFunction((text) => document.querySelector("[data-changes]").textContent === text, text);
  let asked = 0;
  const answer = (dialog) => ((asked += 1), dialog.accept());
  page.on("dialog", answer);
  const before = await named(page, "stock").inputValue();
  await named(page, "stock").fill("77");
  await state("Unsaved changes");
  await named(page, "stock").fill(before);
  await state("");
  await page.goto(`${PRODUCTS}7/change/`);
  await named(page, "stock").fill("78");
  await state("Unsaved changes");
  await press(page, "Save and continue editing");
  await named(page, "price").fill("x");
  await press(page, "Save product");
  await state("Unsaved changes");
  assert.equal(asked, 0);
  await page.goto("/admin/");
  assert.equal(asked, 1, "what was refused is not saved");
  page.off("dialog", answer);
});

test("tags are moved between two lists below each other, and saved", async (t) => {
  const page = await site.page(t);
  // In the demo shop the two lists are beside each other.
  await page.route("**/change/", (route) => served(route, 'data-filter="horizontal"', 'data-filter="vertical"'));
  await staff(page, `${PRODUCTS}9/change/`);
  const [from, to] = ["Available tags", "Chosen tags"].map((name) => page.getByRole("listbox", { name }));
  for (const viewport of [DESKTOP, PHONE]) {
    await page.setViewportSize(viewport);
    const [above, below] = [await from.boundingBox(), await to.boundingBox()];
    assert.ok(above.y + above.height <= below.y && Math.abs(above.x - below.x) < 2, "below one another");
    assert.deepEqual(await violations(page), [], `${viewport.width} px`);
  }
  await page.setViewportSize(DESKTOP);
  await main(page).locator(".picker").getByRole("button", { name: "Remove all" }).click();
  await from.selectOption(["Glass", "Wood"]);
  await page.getByRole("button", { name: "Choose the selected tags" }).click();
  assert.deepEqual(await to.locator("option").allInnerTexts(), ["Glass", "Wood"]);
  await to.focus();
  await to.selectOption("Wood");
  await page.keyboard.press("Enter");
  assert.deepEqual(await to.locator("option").allInnerTexts(), ["Glass"]);
  await press(page, "Save and continue editing");
  assert.deepEqual(await page.locator("#id_tags option:checked").allInnerTexts(), ["Glass"]);
  await page.unroute("**/change/");
});

test("tags are filtered, moved between two lists and saved", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}3/change/`);
  const chosen = () => page.locator("#id_tags").evaluate((it) => [...it.selectedOptions].map((o) => o.text));
  const before = await chosen();
  await page.locator("#id_tags_search").fill("bra");
  assert.deepEqual(await page.getByRole("listbox", { name: "Available tags" }).locator("option").allInnerTexts(), ["Brass"]);
  await page.keyboard.press("Enter");
  assert.deepEqual((await chosen()).sort(), [...before, "Brass"].sort());
  await press(page, "Save and continue editing");
  assert.deepEqual((await chosen()).sort(), [...before, "Brass"].sort());
});

for (const javaScriptEnabled of [true, false]) {
  test(`sections fold${javaScriptEnabled ? "" : ", and many are chosen in a plain list, without JavaScript"}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await staff(page, `${PRODUCTS}4/change/`);
    const section = main(page).locator("details:has(> summary h2)");
    const content = section.locator(".body");
    assert.equal(await content.isVisible(), false);
    await section.locator("summary").click();
    assert.equal(await content.isVisible(), true);
    if (javaScriptEnabled) return;
    await named(page, "tags").selectOption(["Brass", "Glass"]);
    await press(page, "Save and continue editing");
    const chosen = await page.locator("#id_tags option:checked").allInnerTexts();
    assert.deepEqual(chosen.sort(), ["Brass", "Glass"]);
  });
}

test("a category is added and changed in a pop-up window, and a customer is looked up", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}add/`);
  const popup = (selector) => Promise.all([page.context().waitForEvent("page"), page.locator(selector).click()]);
  const [add] = await popup("[data-popup=add][data-for=id_category]");
  assert.match(add.url(), /_popup=1/);
  await named(add, "name").fill("Popped <up>");
  await Promise.all([add.waitForEvent("close"), main(add).getByRole("button", { name: /^Save/ }).first().click()]);
  assert.equal(await category(page).inputValue(), "Popped <up>");
  assert.notEqual(await page.locator("#id_category").inputValue(), "");
  const [change] = await popup("[data-popup=change][data-for=id_category]");
  await named(change, "name").fill("Popped up");
  await Promise.all([change.waitForEvent("close"), main(change).getByRole("button", { name: /^Save/ }).first().click()]);
  await page.waitForFunction(() => document.querySelector("#id_category_search").value === "Popped up");

  await page.goto(ORDER);
  const [choose] = await popup(".related-lookup");
  await choose.waitForLoadState();
  const pick = choose.locator("[data-popup-pick]").first();
  const [value, name] = [await pick.getAttribute("data-popup-pick"), await pick.innerText()];
  await Promise.all([choose.waitForEvent("close"), pick.click()]);
  assert.equal(await named(page, "customer").inputValue(), value);
  assert.equal(await page.locator("[data-chosen-for=id_customer]").innerText(), name);
});

test("inline rows of an order are added, removed, marked for deletion and saved", async (t) => {
  const page = await site.page(t);
  await staff(page, ORDER);
  const before = Number(await total(page));
  const add = main(page).locator("[data-inline-add]");
  await add.click();
  await add.click();
  assert.equal(await total(page), String(before + 2));
  const row = `items-${before + 1}`;
  await getsFocus(page, `#id_${row}-product_search`);
  await page.keyboard.type("atlas");
  await page.waitForFunction((row) => document.querySelectorAll(`#${row} .combo li:not(.note)`).length === 1, row);
  await page.keyboard.press("Enter");
  await named(page, `${row}-quantity`).fill("7");
  await named(page, `${row}-unit_price`).fill("1.50");
  await main(page).locator(`#items-${before} [data-inline-remove]`).click();
  assert.equal(await total(page), String(before + 1));
  assert.equal(await named(page, `items-${before}-quantity`).inputValue(), "7", "the later row moved up");
  assert.deepEqual(await violations(page), [], "rows that a script made");
  await named(page, "items-0-DELETE").check();
  assert.equal(await main(page).locator("#items-0.gone").count(), 1);
  await press(page, "Save and continue editing");
  assert.match(await said(page), /changed successfully/);
  const rows = main(page).locator("tr.of");
  assert.equal(await rows.filter({ hasText: "7 × Atlas desk globe" }).count(), 1);
  assert.equal(await rows.count(), before - 1, "one more, one less; an empty row was among the first");
});

test("without JavaScript the server adds an inline row, which is saved", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await staff(page, "/admin/orders/order/2/change/");
  const before = Number(await total(page));
  await named(page, "note").fill("kept meanwhile");
  await follow(page, () => main(page).locator("[data-inline-add]").click());
  assert.equal(await total(page), String(before + 1));
  assert.equal(await named(page, "note").inputValue(), "kept meanwhile");
  await named(page, "items-0-quantity").fill("9");
  await press(page, "Save and continue editing");
  assert.match(await said(page), /changed successfully/);
  assert.equal(await named(page, "items-0-quantity").inputValue(), "9");
});

test("the list of errors links to the fields, and opens the collapsed sections that contain them", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}5/change/`);
  await named(page, "price").fill("x");
  await press(page, /^Save product$/);
  assert.match(await page.title(), /^Error: /);
  await getsFocus(page, "[data-problem]");
  await main(page).locator('.problem a[href="#id_price"]').click();
  await getsFocus(page, "#id_price");
  const described = await named(page, "price").getAttribute("aria-describedby");
  assert.match(await page.locator(`#${described.split(" ").at(-1)}`).innerText(), /number/);

  // No collapsed section of the demo shop can have an error, so the test makes the section Sales collapsible.
  await page.route("**/change/", (route) => served(route, '<div class="head"><h2>Sales</h2></div>', "<details open><summary><h2>Sales</h2></summary>"));
  await press(page, /^Save product$/);
  await main(page).locator("summary", { hasText: "Sales" }).click();
  assert.equal(await named(page, "price").isVisible(), false);
  await main(page).locator('.problem a[href="#id_price"]').click();
  assert.equal(await named(page, "price").isVisible(), true);
  await getsFocus(page, "#id_price");
  await page.unroute("**/change/");
});

test("labels are beside their fields on a wide screen, aligned with them, and above them on a narrow one", async (t) => {
  const page = await site.page(t);
  await staff(page, ORDER);
  // The distances from the label to its control: sideways, downwards, and between their middle lines.
  const ways = (dir) =>
    page.evaluate((dir) => {
      document.documentElement.dir = dir;
      // A value that is only shown has no label element.
      const editable = [...document.querySelectorAll(".body > .field")].filter((field) => field.querySelector(".label label, legend"));
      return editable.map((field) => {
        const label = document.createRange();
        label.selectNodeContents(field.querySelector(".label label, legend"));
        const from = label.getBoundingClientRect();
        const to = field.querySelector("input, select, textarea").getBoundingClientRect();
        return { beside: dir === "ltr" ? to.left - from.right : from.left - to.right, below: to.top - from.bottom, offset: Math.abs(from.top + from.height / 2 - to.top - 16) };
      });
    }, dir);
  for (const dir of ["rtl", "ltr"]) {
    for (const { beside, offset } of await ways(dir)) assert.ok(beside > 8 && offset <= 3, `${dir}: ${beside} ${offset}`);
  }
  await page.setViewportSize(PHONE);
  for (const { below } of await ways("ltr")) assert.ok(below >= 0 && below < 48, `${below} px below`);
});

test("a click takes over the value that someone else saved", async (t) => {
  const page = await site.page(t);
  await staff(page, `${PRODUCTS}6/change/`);
  const other = await page.context().newPage();
  await other.goto(`${PRODUCTS}6/change/`);
  await named(other, "price").fill("79.00");
  await press(other, "Save product");
  await other.close();
  await named(page, "price").fill("81.00");
  await press(page, "Save product");
  assert.equal(await named(page, "price").inputValue(), "81.00");
  await main(page).locator("[data-use-value]").first().click();
  assert.equal(await named(page, "price").inputValue(), "79.00");
});

for (const javaScriptEnabled of [true, false]) {
  test(`a chosen picture is kept while another field has an error${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
    for (const shape of [DESKTOP, PHONE]) {
      const page = await site.page(t, { viewport: shape, javaScriptEnabled });
      await staff(page, `${PRODUCTS}1/change/`);
      const before = await page.locator("[name=price]").inputValue();
      const picture = await (await page.request.get(await main(page).locator(".file img").getAttribute("src"))).body();
      await main(page).locator("[name=image]").setInputFiles({ name: "chosen.webp", mimeType: "image/webp", buffer: picture });
      await page.locator("[name=price]").fill("bad");
      await press(page, "Save");
      const kept = main(page).locator(".chosen-file");
      assert.match(await kept.innerText(), /Chosen, not saved yet:\s*chosen\.webp/);
      assert.ok(await kept.locator("img").evaluate((image) => image.complete && image.naturalWidth > 0), "the picture is shown");
      if (javaScriptEnabled) assert.deepEqual(await violations(page), [], "the form with a kept file");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
      await page.locator("[name=price]").fill(before);
      await press(page, "Save and continue editing");
      assert.match(await main(page).locator(".file .now a").innerText(), /chosen(_\w+)?\.webp/);
      assert.equal(await main(page).locator(".chosen-file").count(), 0, "nothing is left to be saved");
    }
  });
}
