// The home page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, PHONE, scrollThrough } from "./support/browser.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo", "odd", "empty");
const PRICE = /^\d+\.\d\d$/;

for (const viewport of [DESKTOP, PHONE]) {
  test(`the first screen of the home page names the shop and shows products, at ${viewport.width} px`, async (t) => {
    const page = await site.page(t, { viewport });
    await page.goto("/");
    const seen = async (locator) => {
      const box = await locator.boundingBox();
      return box.y + Math.min(box.height, 200) <= viewport.height;
    };
    assert.ok(await seen(page.getByRole("heading", { level: 1 })));
    assert.ok(await seen(page.getByRole("main").getByRole("link", { name: "See all products" })));
    assert.ok(await seen(page.locator(".lead img")), "the lead picture");
    await page.locator(".lead").click();
    assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Halo reading lamp");
  });
}

test("every picture loads, and none moves the page", async (t) => {
  const page = await site.page(t, { fresh: true });
  await page.goto("/");
  await scrollThrough(page);
  const pictures = await page.evaluate(() => [...document.images].map(({ src, naturalWidth }) => [src, naturalWidth]));
  assert.equal(pictures.length, 1 + 4 + 4 + 8, "lead, featured, categories, newest");
  assert.deepEqual(pictures.filter(([, width]) => width === 0), []);
  const moved = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const sum = (list) => resolve(list.getEntries().reduce((all, { value }) => all + value, 0));
        new PerformanceObserver(sum).observe({ type: "layout-shift", buffered: true });
        setTimeout(resolve, 200, 0);
      }),
  );
  assert.equal(moved, 0);
});

test("the home page links to featured products, newest products and categories", async (t) => {
  const page = await site.page(t);
  await page.goto("/");
  const cards = (section) => page.getByRole("region", { name: section }).locator("li");
  const names = (section) => cards(section).getByRole("link").allInnerTexts();
  assert.deepEqual(await page.locator(".tile a").allInnerTexts(), ["Desk", "Kitchen", "Living", "Outdoor"]);
  const more = page.getByRole("navigation", { name: "More categories" }).getByRole("link");
  assert.deepEqual((await more.allInnerTexts()).slice(0, 3), ["Coffee & Tea", "Cycling", "Lighting"]);
  assert.equal((await names("Featured")).length, 4);
  const newest = await names("New in");
  assert.equal(newest.length, 8);
  assert.equal(newest[0], "Breeze floor pump");
  for (const price of await page.locator(".card p:last-child").allInnerTexts()) assert.match(price, PRICE);
  // A click anywhere on a card opens its link.
  await cards("New in").first().locator("p").last().click({ force: true });
  await page.waitForURL("/products/breeze-floor-pump/");
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "Breeze floor pump");
});

test("a product without a picture has a drawing of the sky instead", async (t) => {
  const page = await site.page(t, { shop: "odd" });
  await page.goto("/");
  const card = page.getByRole("region", { name: "New in" }).locator("li", { hasText: "No picture" });
  assert.equal(await card.locator("img").count(), 0);
  const sky = await card.getByRole("link").evaluate((link) => {
    const { width, height, backgroundImage } = getComputedStyle(link, "::before");
    return { ratio: parseFloat(width) / parseFloat(height), painted: backgroundImage.includes("gradient") };
  });
  assert.ok(sky.painted);
  assert.equal(sky.ratio.toFixed(2), "1.33");
});

test("an empty shop says so, and has no links to empty pages", async (t) => {
  const page = await site.page(t, { shop: "empty" });
  for (const path of ["/", "/products/"]) {
    await page.goto(path);
    assert.ok(await page.getByText("The shelves are still empty").isVisible(), path);
  }
  await page.goto("/categories/");
  assert.ok(await page.getByText("No categories yet").isVisible());
});
