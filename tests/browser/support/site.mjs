// Helpers for test files: a browser, shops, and pages that must have no errors when a test ends.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { DESKTOP, openBrowser, openPage } from "./browser.mjs";
import { openShop } from "./shop.mjs";

/** Starts Chromium and these shops before the tests of a file, and closes them after the last test. */
export function openSite(...contents) {
  const shops = {};
  const pages = {};
  let browser;
  before(async () => {
    const opening = contents.map(async (content) => (shops[content] = await openShop(content)));
    [browser] = await Promise.all([openBrowser(), ...opening]);
  });
  after(async () => {
    await browser?.close();
    await Promise.all(Object.values(shops).map((shop) => shop.close()));
  });
  return {
    /**
     * Returns a page for test `t`, without cookies. When the test ends, the page must not have recorded an error. `shop`
     * names the content. Tests share a page, because opening one takes Chromium long; a `fresh` page has an empty cache.
     */
    async page(t, { shop = "demo", javaScriptEnabled = true, fresh = false, viewport = DESKTOP } = {}) {
      const open = () => openPage(browser, shops[shop], { javaScriptEnabled });
      const page = fresh ? await open() : await (pages[`${shop} ${javaScriptEnabled}`] ??= open());
      await page.context().clearCookies();
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
      page.wrongs.length = 0;
      t.after(async () => {
        if (fresh) await page.context().close();
        assert.deepEqual(page.wrongs, []);
      });
      return page;
    },
  };
}
