// A visit from the home page through a category to a product and back that uses only links, with JavaScript and without.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "" : ", without JavaScript";

  test(`a visitor goes from the home page to a product and back${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    const main = page.getByRole("main");
    const at = async (path, heading) => {
      await page.waitForURL(path);
      assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), heading);
      assert.match(await page.title(), new RegExp(`^${heading} · Nuages$`));
    };
    await page.goto("/");
    await at("/", "Things that make the day lighter");
    await main.getByRole("link", { name: "Kitchen" }).click();
    await at("/categories/kitchen/", "Kitchen");
    await main.getByRole("link", { name: "Coffee & Tea", exact: true }).click();
    await at("/categories/coffee-tea/", "Coffee & Tea");
    await main.getByRole("link", { name: "Heron gooseneck kettle" }).click();
    await at("/products/heron-gooseneck-kettle/", "Heron gooseneck kettle");
    assert.ok(await main.getByText("€123.20").isVisible());
    assert.ok(await main.getByText("In stock").isVisible());
    await main.getByRole("link", { name: "Tagged Staff pick" }).click();
    await at("/products/?tag=staff-pick", "Products");
    await page.goBack();
    await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Coffee & Tea" }).click();
    await at("/categories/coffee-tea/", "Coffee & Tea");
    await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Kitchen" }).click();
    await at("/categories/kitchen/", "Kitchen");
    await page.getByRole("link", { name: "Nuages" }).click();
    await at("/", "Things that make the day lighter");
  });

  test(`a visitor searches, sorts and pages through the products${how}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await page.goto("/");
    await page.getByRole("searchbox").fill("a");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByLabel("Sort by").selectOption("Price, high to low");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL("/products/?sort=-price&q=a");
    assert.equal(await page.locator("tbody a").first().innerText(), "Errand city bicycle");
    await page.getByRole("link", { name: "Next" }).click();
    await page.waitForURL("/products/?q=a&sort=-price&page=2");
    assert.ok(await page.getByText("Page 2 of 3").isVisible());
  });
}

test("the stock of a product is described in words", async (t) => {
  const page = await site.page(t);
  for (const [slug, words] of [
    ["halo-reading-lamp", "In stock"],
    ["atlas-desk-globe", "Only 1 left"],
    ["desert-trio-cacti", "Sold out"],
  ]) {
    await page.goto(`/products/${slug}/`);
    assert.ok(await page.getByText(words, { exact: true }).isVisible(), slug);
  }
  await page.goto("/categories/plants-vases/");
  const cell = page.locator("tr", { hasText: "Desert trio cacti" }).locator("td").nth(1);
  const badge = await cell.evaluate((cell) => getComputedStyle(cell, "::before").content);
  assert.equal(badge, '"Sold out"');
});
