// The list of products: search, filters, order and pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSite } from "./support/site.mjs";

const site = openSite("demo", "odd");

const names = (page) => page.locator("tbody tr a").allInnerTexts();
const prices = async (page) => (await page.locator("tbody td:nth-child(3)").allInnerTexts()).map(Number);
const chips = (page) => page.getByRole("list", { name: "Active filters" }).getByRole("link");
const search = async (page, text) => {
  await page.getByRole("searchbox").fill(text);
  await page.getByRole("searchbox").press("Enter");
  await page.waitForURL(/\?q=/);
};

test("the search in the header works on every page, and keeps its text", async (t) => {
  const page = await site.page(t);
  for (const from of ["/", "/categories/outdoor/", "/products/halo-reading-lamp/"]) {
    await page.goto(from);
    await search(page, "KETTLE");
    assert.deepEqual(await names(page), ["Heron gooseneck kettle"], from);
    assert.equal(await page.getByRole("searchbox").inputValue(), "KETTLE");
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Results for “KETTLE”");
  }
});

test("a search text that contains markup is shown as text", async (t) => {
  const page = await site.page(t);
  const odd = `<img src=x onerror=alert(1)> "quoted" & 雲`;
  await page.goto("/");
  await search(page, odd);
  assert.equal(await page.getByRole("searchbox").inputValue(), odd);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), `Results for “${odd}”`);
  assert.equal(await page.getByRole("main").locator("img").count(), 0);
});

test("a search without results says so and offers other links", async (t) => {
  const page = await site.page(t);
  await page.goto("/products/?q=umbrella");
  assert.ok(await page.getByText("Nothing matches").isVisible());
  assert.ok(await page.getByText("Page 1 of 1").isVisible());
  await page.getByRole("main").getByRole("link", { name: "See all products" }).click();
  await page.getByText("58 products").waitFor();
});

test("each active filter is a chip, which removes it", async (t) => {
  const page = await site.page(t);
  await page.goto("/products/?q=lamp&category=lighting&tag=wood&sort=price");
  const labels = async () => (await chips(page).allInnerTexts()).map((text) => text.replace(/^Remove filter:\s*/, ""));
  assert.deepEqual(await labels(), ["“lamp”", "Lighting", "Wood"]);
  assert.deepEqual(await names(page), ["Stilt floor lamp"]);
  await chips(page).filter({ hasText: "Wood" }).click();
  await page.waitForURL("/products/?q=lamp&category=lighting&sort=price");
  assert.deepEqual(await labels(), ["“lamp”", "Lighting"]);
  assert.ok((await names(page)).length > 1);
  await chips(page).filter({ hasText: "lamp" }).click();
  await page.waitForURL("/products/?category=lighting&sort=price");
  assert.equal((await names(page)).length, 6);
  await chips(page).filter({ hasText: "Lighting" }).click();
  await page.waitForURL("/products/?sort=price");
  assert.equal(await chips(page).count(), 0);
  assert.ok(await page.getByText("58 products").isVisible());
});

for (const path of ["/products/?q=brass&tag=gift-idea", "/categories/living/"]) {
  test(`products are sorted by price with the button, on ${path}`, async (t) => {
    const page = await site.page(t);
    await page.goto(path);
    const before = new Set(await names(page));
    const count = await page.getByText(/^\d+ products, prices/).innerText();
    for (const [label, order] of [
      ["Price, low to high", 1],
      ["Price, high to low", -1],
    ]) {
      await page.getByLabel("Sort by").selectOption(label);
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL(/sort=-?price/);
      const found = await prices(page);
      assert.ok(found.length > 1);
      assert.deepEqual(found, found.toSorted((a, b) => order * (a - b)));
      assert.equal(await page.getByLabel("Sort by").locator("option:checked").innerText(), label);
      assert.equal(await page.getByText(/^\d+ products, prices/).innerText(), count, "the filters hold");
      if (before.size < 20) assert.deepEqual(new Set(await names(page)), before);
    }
  });
}

test("the pages of a list together show every product once", async (t) => {
  const page = await site.page(t);
  const pager = page.getByRole("navigation", { name: "Pages" });
  const current = () => pager.locator("[aria-current=page]").innerText();
  await page.goto("/products/");
  const seen = [await names(page)];
  assert.equal(await pager.getByRole("link", { name: "Previous" }).count(), 0);
  for (const number of [2, 3]) {
    await pager.getByRole("link", { name: "Next" }).click();
    await page.waitForURL(`/products/?page=${number}`);
    assert.ok(await page.getByText(`Page ${number} of 3`).isVisible());
    assert.match(await current(), new RegExp(`${number}$`));
    seen.push(await names(page));
  }
  assert.equal(await pager.getByRole("link", { name: "Next" }).count(), 0);
  assert.deepEqual(seen.map((rows) => rows.length), [20, 20, 18]);
  assert.equal(new Set(seen.flat()).size, 58);
  await pager.getByRole("link", { name: "Previous" }).click();
  await page.waitForURL("/products/?page=2");
  assert.deepEqual(await names(page), seen[1]);
  await pager.getByRole("link", { name: "Page 1" }).click();
  assert.deepEqual(await names(page), seen[0]);
});

test("unusual names are shown unchanged", async (t) => {
  const page = await site.page(t, { shop: "odd" });
  await page.goto("/products/odd-signs/");
  const name = 'Ünïcödé <b>&amp;</b> "quotes" 雲';
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), name);
  assert.equal(await page.title(), `${name} · Nuages`);
});
