// axe-core finds nothing wrong on any kind of page: wide and narrow, light and dark. Pages that differ from others by
// their content alone are looked at once.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { PAGES, SHOPS } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";

// Run through the debugger, which the Content-Security-Policy does not concern: it stays as it is, here too.
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const site = openSite(...SHOPS);
const ALL = {};
/** What can differ between light and dark. */
const COLOURS = { runOnly: ["cat.color"] };

for (const { name, shop, reach } of PAGES) {
  test(`axe-core finds nothing wrong: ${name}`, async (t) => {
    const page = await site.page(t, { shop });
    await reach(page);
    await page.evaluate(axe);
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

/** What axe-core finds, in lines a person can act on. */
async function violations(page, options) {
  const found = await page.evaluate((options) => axe.run({ resultTypes: ["violations"], ...options }), options);
  const checked = found.passes.map(({ id }) => id);
  assert.ok(checked.includes("color-contrast"), "axe-core looked at the page");
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}
