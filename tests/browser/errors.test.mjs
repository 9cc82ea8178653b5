// Error pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSite } from "./support/site.mjs";

const site = openSite("demo", "broken", "debug");
const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();

for (const path of ["/nowhere/", "/products/no-such-product/", "/products/hearth-felt-slippers/", "/categories/nope/"]) {
  test(`${path} is answered with a 404 page in the design of the shop, with a link back`, async (t) => {
    const page = await site.page(t);
    assert.equal((await page.goto(path)).status(), 404);
    assert.equal(await heading(page), "Page not found");
    assert.equal(await page.title(), "Page not found · Nuages");
    assert.ok(await page.getByRole("link", { name: "See all products" }).isVisible());
    const button = page.getByRole("link", { name: "Go to the home page" });
    const look = await button.evaluate((link) => {
      const style = getComputedStyle(link);
      return [style.backgroundColor, style.borderRadius];
    });
    assert.deepEqual(look, ["rgb(47, 86, 198)", "6px"], "the style sheet is there");
    await button.click();
    await page.waitForURL("/");
    await page.goBack();
    await page.getByRole("searchbox").fill("lamp");
    await page.getByRole("searchbox").press("Enter");
    await page.waitForURL("/products/?q=lamp");
    assert.ok((await page.locator("tbody tr").count()) > 1);
  });
}

test("an error page admits a failure without revealing its cause", async (t) => {
  const page = await site.page(t, { shop: "broken" });
  assert.equal((await page.goto("/products/")).status(), 500);
  assert.equal(await heading(page), "Something went wrong");
  assert.ok(await page.getByRole("link", { name: "Go to the home page" }).isVisible());
  const reference = await page.getByRole("main").locator("code").innerText();
  assert.match(reference, /^[0-9a-f]{8,}$/);
  assert.doesNotMatch(await page.content(), /SELECT|catalog_product|SECRET_KEY|sqlite/i);
});

test("with DEBUG a failure shows its cause, the queries and the settings, and no secret", async (t) => {
  const page = await site.page(t, { shop: "debug" });
  assert.equal((await page.goto("/products/?q=lamp")).status(), 500);
  assert.match(await heading(page), /no such table: catalog_product/);
  for (const [link, text] of [
    ["Request", "q=lamp"],
    [/^Queries/, "SELECT"],
    ["Settings", "DATABASE_URL"],
  ]) {
    await page.getByRole("navigation", { name: "On this page" }).getByRole("link", { name: link }).click();
    const shown = page.getByRole("main").getByText(text).first();
    assert.ok(await shown.isVisible());
  }
  assert.doesNotMatch(await page.content(), /only-for-the-tests/);
});
