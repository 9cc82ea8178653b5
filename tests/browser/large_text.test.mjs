// Text of twice the size is neither cut nor covered on any screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SCREENS } from "./support/admin.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { enlarge, flaws } from "./support/large_text.mjs";
import { PAGES, SHOPS } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite(...SHOPS);

for (const viewport of [DESKTOP, PHONE]) {
  test(`text twice as large is neither cut nor covered on any screen, at ${viewport.width} px`, async (t) => {
    const wrong = {};
    for (const { name, shop = "demo", path, reach } of [...SCREENS, ...PAGES]) {
      const page = await site.page(t, { shop, viewport });
      await reach(page, path);
      await enlarge(page);
      const found = await flaws(page);
      if (found.length) wrong[`${shop}: ${name}`] = found;
    }
    assert.deepEqual(wrong, {}, "what is cut, covered or outside of the window");
  });
}
