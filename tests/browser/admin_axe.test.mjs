// Every screen of the admin has no errors, no findings of axe-core, no sideways scrolling, and controls that are large enough.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SCREENS } from "./support/admin.mjs";
import { COLOURS, ALL, violations } from "./support/axe.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { openSite } from "./support/site.mjs";
import { TARGET, TOUCH, tooSmall } from "./support/targets.mjs";

const site = openSite("demo");

for (const { name, reach, status } of SCREENS) {
  test(`the admin: ${name}`, async (t) => {
    const page = await site.page(t);
    assert.equal((await reach(page)).status(), status);
    for (const viewport of [DESKTOP, PHONE]) {
      await page.setViewportSize(viewport);
      for (const [colorScheme, rules] of [["light", ALL], ["dark", COLOURS]]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        assert.deepEqual(await violations(page, rules), [], `${viewport.width} px, ${colorScheme}`);
      }
    }
    for (const width of [1280, 1024, 768, 390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      // After a resize, scripts adjust the widths of tables.
      await page.waitForFunction((most) => document.scrollingElement.scrollWidth <= most, width, { timeout: 3000 }).catch(() => {});
      const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px of content at ${width} px`);
      assert.deepEqual(await tooSmall(page, width < 640 ? TOUCH : TARGET, { inText: false }), [], `targets at ${width} px`);
    }
    const titles = await page.locator("h1").allInnerTexts();
    assert.equal(titles.length, 1, "one heading");
  });
}
