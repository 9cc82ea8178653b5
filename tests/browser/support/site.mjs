// Helpers of the test files: a browser, shops by their content, and pages that must close without an error.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { DESKTOP, openBrowser, openPage } from "./browser.mjs";
import { openShop } from "./shop.mjs";

/** Opens Chromium and these shops before the tests of a file, and closes them behind the last. */
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
     * A page for test `t`, as a new visitor sees it; at its end nothing may have gone wrong on it. `shop` says which
     * content. Tests share a page, which takes Chromium long to open; a `fresh` one has nothing in its cache.
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
