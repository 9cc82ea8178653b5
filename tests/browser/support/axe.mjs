// axe-core, which looks at a page for what keeps people from using it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// Run through the debugger, which the Content-Security-Policy does not concern: it stays as it is, here too.
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const ALL = {};
/** What can differ between light and dark. */
export const COLOURS = { runOnly: ["cat.color"] };

/** What axe-core finds, in lines a person can act on. */
export async function violations(page, options = ALL) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const found = await page.evaluate((options) => axe.run({ resultTypes: ["violations"], ...options }), options);
  // Over a gradient it can only ask people to look.
  const checked = [...found.passes, ...found.incomplete].map(({ id }) => id);
  assert.ok(checked.includes("color-contrast"), "axe-core looked at the page");
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}
