// No page of the shop, and no list of the admin with long names, moves while it loads with an empty cache.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PRODUCTS, staff } from "./support/admin.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { PAGES } from "./support/pages.mjs";
import { STABLE, settled, watchShifts } from "./support/shifts.mjs";
import { openSite } from "./support/site.mjs";

/** The pages of the demo shop that are measured; of the other shops all are. */
const OF_DEMO = [
  "home",
  "list",
  "search with filters",
  "empty search",
  "categories",
  "category",
  "product",
  "sold-out product",
  "empty cart",
  "cart",
  "checkout",
  "login",
  "login that failed",
  "signup",
  "signup that failed",
  "profile",
  "sessions",
  "two-factor set-up",
];
const MEASURED = PAGES.filter(({ shop, name }) => ["odd", "empty"].includes(shop) || OF_DEMO.includes(name));
const site = openSite("demo", "odd", "empty");

for (const shop of ["demo", "odd", "empty"]) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`no page of the shop "${shop}" moves while it loads, at ${viewport.width} px`, async (t) => {
      const page = await site.page(t, { shop, fresh: true, viewport });
      await watchShifts(page);
      const shifts = {};
      for (const { name, reach } of MEASURED.filter((measured) => measured.shop === shop)) {
        await page.context().clearCookies();
        await reach(page);
        const shift = await settled(page);
        if (shift >= STABLE) shifts[name] = shift.toFixed(3);
      }
      assert.deepEqual(shifts, {}, `layout shifts of ${STABLE} and more`);
    });
  }
}

test("every measured page exists", () => {
  const names = PAGES.filter(({ shop }) => shop === "demo").map(({ name }) => name);
  assert.deepEqual(OF_DEMO.filter((name) => !names.includes(name)), []);
});

for (const viewport of [DESKTOP, PHONE]) {
  test(`a list of the admin with long names does not move while it loads, at ${viewport.width} px`, async (t) => {
    const page = await site.page(t, { shop: "odd", fresh: true, viewport });
    await watchShifts(page);
    for (const order of ["?o=1", "?o=-1", "?o=3"]) {
      await staff(page, `${PRODUCTS}${order}`);
      const shift = await settled(page);
      assert.ok(shift < STABLE, `a layout shift of ${shift.toFixed(3)} was seen with ${order}`);
    }
  });
}
