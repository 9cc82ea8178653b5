// Runs axe-core, which finds accessibility problems of a page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// The Content-Security-Policy of the page does not apply to code that the debugger runs.
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const ALL = {};
/** The rules whose results can differ between the light and the dark colour scheme. */
export const COLOURS = { runOnly: ["cat.color"] };

/** Returns each finding of axe-core as a line with the rule, the element and the remedy. */
export async function violations(page, options = ALL) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const found = await page.evaluate((options) => axe.run({ resultTypes: ["violations"], ...options }), options);
  // axe-core cannot compute the contrast of a text on a gradient, and lists it as incomplete.
  const checked = [...found.passes, ...found.incomplete].map(({ id }) => id);
  assert.ok(checked.includes("color-contrast"), "axe-core looked at the page");
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}
