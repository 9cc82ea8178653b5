// What a test file needs: a browser, shops by their content, and pages that must end without a wrong.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openBrowser, openPage } from "./browser.mjs";
import { openShop } from "./shop.mjs";

/** Opens Chromium and these shops before the tests of a file, and closes them behind the last. */
export function openSite(...contents) {
  const shops = {};
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
    /** A page for test `t`; at its end nothing may have gone wrong on it. `shop` says which content. */
    async page(t, { shop = "demo", ...options } = {}) {
      const page = await openPage(browser, shops[shop], options);
      t.after(async () => {
        await page.context().close();
        assert.deepEqual(page.wrongs, []);
      });
      return page;
    },
  };
}
