// The admin: the daily work of a member of staff, with JavaScript and without, and two users who edit the same row.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PHONE } from "./support/browser.mjs";
import { follow, logIn } from "./support/pages.mjs";
import { BOSS } from "./support/shop.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");
const PRODUCTS = "/admin/catalog/product/";
/** A PNG file of one red pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGM4wcUFAAJ6AN1nJ0J9AAAAAElFTkSuQmCC",
  "base64",
);

const main = (page) => page.getByRole("main");
const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const message = async (page) => (await main(page).locator(".messages, .problem").allInnerTexts()).join(" ");
const press = (page, name) => follow(page, () => main(page).getByRole("button", { name }).first().click());
const save = (page) => press(page, /^Save \w+$/);
const click = (page, name) => follow(page, () => main(page).getByRole("link", { name, exact: true }).first().click());
const names = (page) => main(page).locator("tbody th[scope=row] a").allInnerTexts();

/** Fills in fields by their names, because forms mark their labels differently. */
async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) await main(page).locator(`[name="${name}"]`).fill(value);
}

/** Chooses options of a select, which a script may have hidden behind another control. */
const choose = (page, name, labels) =>
  main(page)
    .locator(`select[name="${name}"]`)
    .evaluate((select, labels) => {
      for (const option of select.options) option.selected = labels.includes(option.text.trim());
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }, labels);

/** Types a part of the category's name into the combobox, and chooses the first result. */
async function pick(page, label) {
  const box = main(page).getByRole("combobox", { name: /category/i });
  await box.click();
  await box.pressSequentially(label.slice(0, 5));
  await page.getByRole("option", { name: label, exact: true }).click();
  assert.notEqual(await main(page).locator("select[name=category]").inputValue(), "");
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";
  const mark = javaScriptEnabled ? "with" : "without";

  test(`a member of staff adds, finds, edits and deletes a row, and reads its history${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await page.goto(PRODUCTS);
    assert.equal(new URL(page.url()).pathname, "/admin/login/");
    await fill(page, { username: BOSS.username, password: BOSS.password });
    await press(page, "Log in");
    assert.equal(new URL(page.url()).pathname, PRODUCTS);

    // A category and a tag.
    for (const [model, name] of [["category", `Sundials ${mark}`], ["tag", `Shady ${mark}`]]) {
      await page.goto(`/admin/catalog/${model}/add/`);
      await fill(page, { name });
      const slug = main(page).locator("[name=slug]");
      if (javaScriptEnabled) assert.equal(await slug.inputValue(), name.toLowerCase().replace(" ", "-"));
      else await slug.fill(name.toLowerCase().replace(" ", "-"));
      await save(page);
      assert.match(await message(page), new RegExp(`“${name}” was added successfully`));
    }

    // A product with a picture and tags.
    const product = `Gnomon ${mark}`;
    await page.goto(`/admin/catalog/category/?q=${encodeURIComponent(`Sundials ${mark}`)}`);
    const category = /(\d+)\/change/.exec(await main(page).locator("tbody th a").getAttribute("href"))[1];
    // Without JavaScript the URL contains the category as an initial value, as in Django.
    await page.goto(`${PRODUCTS}add/${javaScriptEnabled ? "" : `?category=${category}`}`);
    await fill(page, { name: product, slug: `gnomon-${mark}`, sku: `G-${mark}`, price: "12.50", stock: "4" });
    if (javaScriptEnabled) await pick(page, `Sundials ${mark}`);
    await choose(page, "tags", [`Shady ${mark}`]);
    await main(page).locator("[name=image]").setInputFiles({ name: "a dot.png", mimeType: "image/png", buffer: PNG });
    await save(page);
    assert.match(await message(page), new RegExp(`“${product}” was added successfully`));

    // The list is searched, filtered and sorted by two columns.
    await main(page).locator("input[name=q]").fill(`gnomon ${mark}`);
    await follow(page, () => main(page).locator("input[name=q]").press("Enter"));
    assert.deepEqual(await names(page), [product]);
    await page.goto(`${PRODUCTS}?is_active__exact=1&q=gnomon`);
    assert.ok((await names(page)).includes(product));
    await page.goto(PRODUCTS);
    const spills = (table) => table.scrollWidth > table.clientWidth && getComputedStyle(table).overflowX === "visible";
    assert.equal(await main(page).locator(".table").evaluate(spills), false, "a wide list scrolls in its frame");
    const head = (name) => main(page).locator("thead").getByRole("link", { name: new RegExp(`^${name}`, "i") }).first();
    await follow(page, () => head("price").click());
    await follow(page, () => head("name").click());
    assert.match(page.url(), /o=/);
    assert.equal((await names(page)).length > 20, true);

    // The product is changed, and the history shows the change.
    await page.goto(`${PRODUCTS}?q=gnomon+${mark}`);
    await click(page, product);
    assert.equal(await heading(page), product);
    assert.equal(await main(page).locator("[name=price]").inputValue(), "12.50");
    assert.equal((await page.request.get(await main(page).locator(".file img").getAttribute("src"))).status(), 200);
    await fill(page, { price: "13.00" });
    await press(page, "Save and continue editing");
    assert.match(await message(page), /changed successfully/);
    await click(page, "History");
    assert.match(await main(page).innerText(), /Changed Price/);
    assert.match(await main(page).innerText(), /Added/);

    // The product is deleted after a preview of the deletion.
    await page.goto(`${PRODUCTS}?q=gnomon+${mark}`);
    await click(page, product);
    await click(page, "Delete");
    assert.match(await main(page).innerText(), new RegExp(product));
    await press(page, "Yes, I’m sure");
    assert.match(await message(page), new RegExp(`“${product}” was deleted successfully`));
  });

  test(`a user who edits a value that someone else changed sees both values${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await logIn(page, BOSS, "/admin/");
    const path = `${PRODUCTS}1/change/`;
    const other = await page.context().newPage();
    await page.goto(path);
    await other.goto(path);
    const price = (of) => main(of).locator("[name=price]");
    const before = await price(page).inputValue();
    await fill(other, { price: "77.00" });
    await save(other);
    await other.close();
    await fill(page, { price: "88.00" });
    await save(page);
    const said = await main(page).innerText();
    assert.match(said, /77[.]00/);
    assert.match(said, /88[.]00/);
    assert.equal(await price(page).inputValue(), "88.00");
    await fill(page, { price: before });
    await save(page);
    assert.match(await message(page), /changed successfully/);
  });
}

test("the shop links staff to the admin, on a phone too", async (t) => {
  const page = await site.page(t, { viewport: PHONE });
  await logIn(page, BOSS, "/");
  await follow(page, () => page.getByRole("banner").getByRole("link", { name: "Admin" }).click());
  assert.equal(new URL(page.url()).pathname, "/admin/");
});
