// Waits for what a browser does soon, and not at once: it moves the focus to an `autofocus` only after it has drawn the page.

import assert from "node:assert/strict";

const LIMIT = 5_000;

/** Calls `read` until it returns `expected`. After 5 s the test fails with the value of the last call. */
export async function eventually(read, expected, message) {
  const end = Date.now() + LIMIT;
  let value = await read();
  while (value !== expected && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    value = await read();
  }
  assert.equal(value, expected, message);
}

/** Waits until the element that has the focus matches `selector`. */
export const getsFocus = (page, selector, message = `${selector} gets the focus`) =>
  eventually(() => page.evaluate((selector) => document.activeElement.matches(selector), selector), true, message);

/** Waits until `locator` has the focus. */
export const hasFocus = (locator, message) =>
  eventually(() => locator.evaluate((element) => element === document.activeElement), true, message);
