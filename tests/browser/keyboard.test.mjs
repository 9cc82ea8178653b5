// The shop with the keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { getsFocus } from "./support/eventually.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo", "debug");
const PATHS = [
  ["demo", "/"],
  ["demo", "/products/?q=a&page=2"],
  ["demo", "/accounts/signup/"],
  ["demo", "/products/halo-reading-lamp/"],
  ["demo", "/nowhere/"],
  ["debug", "/"],
];

/** Describes the focused element, and whether its focus is visible. */
const focus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select")];
    const box = element.getBoundingClientRect();
    const ring = [null, "::after"].map((pseudo) => getComputedStyle(element, pseudo));
    return {
      tag: element.tagName,
      place: all.indexOf(element),
      text: (element.innerText || element.getAttribute("aria-label") || element.name || "").trim(),
      ring: ring.some((style) => style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2),
      onScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      hidden: getComputedStyle(element).clipPath !== "none",
    };
  });

/** Presses Tab until the focus is on the element with this text. */
async function tabTo(page, text) {
  for (let i = 0; i < 100; i++) {
    await page.keyboard.press("Tab");
    if ((await focus(page)).text === text) return;
  }
  assert.fail(`Tab never comes to ${text}`);
}

test("the skip link is the first link and moves the focus to the content", async (t) => {
  for (const [shop, path] of PATHS.slice(-3)) {
    const page = await site.page(t, { shop });
    await page.goto(path);
    const skip = page.getByRole("link", { name: "Skip to content" });
    const shown = () => skip.evaluate((link) => getComputedStyle(link).clipPath === "none");
    assert.ok(!(await shown()));
    await page.keyboard.press("Tab");
    const { text, ring, onScreen, hidden } = await focus(page);
    assert.deepEqual({ text, ring, onScreen, hidden }, { text: "Skip to content", ring: true, onScreen: true, hidden: false });
    assert.ok(await shown());
    await page.keyboard.press("Enter");
    await getsFocus(page, "main");
    await page.keyboard.press("Tab");
    await getsFocus(page, "main *", "Tab goes on inside the content");
  }
});

for (const viewport of [DESKTOP, PHONE]) {
  test(`Tab moves to every control in order, and each has a visible focus ring, at ${viewport.width} px`, async (t) => {
    for (const [shop, path] of viewport === PHONE ? PATHS.slice(0, 3) : PATHS) {
      const page = await site.page(t, { shop, viewport });
      await page.goto(path);
      const wanted = await page.locator("a[href], button, input:not([type=hidden]), select").count();
      const order = [];
      for (let i = 0; i < wanted; i++) {
        await page.keyboard.press("Tab");
        const at = await focus(page);
        assert.ok(at.ring && at.onScreen && !at.hidden, `${path}: ${JSON.stringify(at)}`);
        order.push(at.place);
      }
      assert.deepEqual(order, [...Array(wanted).keys()], path);
    }
  });
}

test("the focus ring changes the pixels around a control", async (t) => {
  const page = await site.page(t);
  await page.goto("/products/");
  for (const [what, locator] of [
    ["link", page.getByRole("banner").getByRole("link", { name: "Categories" })],
    ["card", page.locator("tbody tr a").first()],
    ["input", page.getByRole("searchbox")],
    ["select", page.getByLabel("Sort by")],
    ["button", page.getByRole("button", { name: "Apply" })],
  ]) {
    const box = await locator.boundingBox();
    const clip = { x: Math.max(box.x - 8, 0), y: Math.max(box.y - 8, 0), width: box.width + 16, height: box.height + 16 };
    const without = await page.screenshot({ clip, caret: "hide" });
    // Move to the control with Tab, as a keyboard user does.
    await locator.focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    const withRing = await page.screenshot({ clip, caret: "hide" });
    assert.ok(!without.equals(withRing), what);
    await locator.blur();
  }
});

test("products are searched, sorted, paged and opened with the keyboard", async (t) => {
  const page = await site.page(t);
  await page.goto("/");
  await tabTo(page, "q");
  await page.keyboard.type("a");
  await page.keyboard.press("Enter");
  await page.waitForURL("/products/?q=a");
  await tabTo(page, "q");
  await page.getByLabel("Sort by").waitFor();
  while ((await focus(page)).tag !== "SELECT") await page.keyboard.press("Tab");
  await page.keyboard.press("End");
  await tabTo(page, "Apply");
  await page.keyboard.press("Enter");
  await page.waitForURL("/products/?sort=-price&q=a");
  await tabTo(page, "Next");
  await page.keyboard.press("Enter");
  await page.waitForURL("/products/?q=a&sort=-price&page=2");
  const first = await page.locator("tbody tr a").first().innerText();
  await tabTo(page, first);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/products\/[-\w]+\/$/);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), first);
});
