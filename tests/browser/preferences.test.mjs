// Pages respect the preferences of the browser and the system: colour scheme, motion, zoom.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");

test("every page has a light and a dark colour scheme with enough contrast", async (t) => {
  const page = await site.page(t);
  for (const path of ["/", "/products/", "/products/halo-reading-lamp/", "/nowhere/"]) {
    await page.goto(path);
    const looks = {};
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      looks[colorScheme] = await page.evaluate(() => {
        const luminance = (color) => {
          const [r, g, b] = color.match(/[\d.]+/g).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const style = getComputedStyle(document.body);
        const [paper, ink] = [luminance(style.backgroundColor), luminance(style.color)];
        return { paper, contrast: (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05) };
      });
      assert.ok(looks[colorScheme].contrast > 12, `${path}, ${colorScheme}: the contrast is ${looks[colorScheme].contrast}`);
    }
    assert.ok(looks.light.paper > 0.85 && looks.dark.paper < 0.05, `${path}: a light and a dark background`);
  }
});

test("nothing moves if the user prefers reduced motion", async (t) => {
  const page = await site.page(t);
  const moving = () =>
    page.evaluate(() => {
      const moves = (style) => parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
      return [...document.querySelectorAll("*")].filter((e) => moves(getComputedStyle(e))).length;
    });
  await page.goto("/products/");
  assert.ok((await moving()) > 0, "without the preference some elements move");
  await page.emulateMedia({ reducedMotion: "reduce" });
  assert.equal(await moving(), 0, "the number of moving elements");
});

test("a page that is zoomed to twice its size does not scroll sideways", async (t) => {
  const page = await site.page(t, { viewport: { width: 640, height: 800 } });
  for (const path of ["/", "/products/", "/products/halo-reading-lamp/", "/accounts/signup/"]) {
    await page.goto(path);
    await page.evaluate(() => (document.documentElement.style.zoom = 2));
    assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth), `${path} must not scroll sideways`);
  }
});
