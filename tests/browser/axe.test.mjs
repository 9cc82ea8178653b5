// axe-core finds nothing wrong on any kind of page, wide and narrow, light and dark. Pages that differ from others only
// in their content are checked once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, COLOURS, violations } from "./support/axe.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { PAGES, SHOPS } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite(...SHOPS);

for (const { name, shop, reach } of PAGES) {
  test(`axe-core finds nothing wrong: ${name}`, async (t) => {
    const page = await site.page(t, { shop });
    await reach(page);
    const once = shop === "odd" || shop === "empty";
    for (const viewport of once ? [PHONE] : [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: "light" });
      assert.deepEqual(await violations(page, ALL), [], `${viewport.width} px, light`);
      if (once) continue;
      await page.emulateMedia({ colorScheme: "dark" });
      assert.deepEqual(await violations(page, COLOURS), [], `${viewport.width} px, dark`);
    }
  });
}
