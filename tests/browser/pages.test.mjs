// Every kind of page has no errors, shows every picture and icon, and does not scroll sideways.

import assert from "node:assert/strict";
import { test } from "node:test";
import { scrollThrough } from "./support/browser.mjs";
import { PAGES, SHOPS } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";
import { TARGET, TOUCH, tooSmall } from "./support/targets.mjs";

const site = openSite(...SHOPS);

for (const { name, shop, status, reach } of PAGES) {
  test(name, async (t) => {
    // When the page closes, an assertion checks that no error occurred.
    const page = await site.page(t, { shop });
    assert.equal((await reach(page)).status(), status);
    await scrollThrough(page);
    assert.deepEqual(await lostPictures(page), []);
    assert.deepEqual(await lostIcons(page), []);
    assert.deepEqual(await unlabelledFields(page), []);
    for (const width of [1280, 768, 390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px of content at ${width} px`);
      assert.deepEqual(await tooSmall(page, width < 640 ? TOUCH : TARGET), [], `targets at ${width} px`);
    }
  });
}

test("the Content-Security-Policy forbids inline code, and the browser enforces it", async (t) => {
  const page = await site.page(t);
  const policy = (await page.goto("/")).headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  const refused = await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "document.title = 'ran'";
        document.body.append(script);
        setTimeout(resolve, 1000, "nothing");
      }),
  );
  assert.equal(refused, "script-src-elem");
  assert.doesNotMatch(await page.title(), /ran/);
  assert.equal(page.wrongs.length, 1, "and such a refusal is seen by these tests");
  page.wrongs.length = 0;
});

test("a missing icon file is reported as an error of the page", async (t) => {
  const page = await site.page(t, { fresh: true });
  await page.route(/icons\..*svg/, (route) => route.abort());
  await page.goto("/");
  assert.equal(await page.locator("svg use").first().evaluate((use) => use.getBBox().width), 0);
  assert.notEqual(page.wrongs.length, 0);
  page.wrongs.length = 0;
});

const lostPictures = (page) =>
  page.evaluate(() => [...document.images].filter((picture) => picture.naturalWidth === 0).map(({ src }) => src));

/** Returns the icons that are empty: their drawings are in another file, which could be missing or refused. */
async function lostIcons(page) {
  const icons = await page.locator("svg use").evaluateAll((uses) =>
    uses.map((use) => {
      const { width, height } = use.getBBox();
      const room = use.ownerSVGElement.getBoundingClientRect();
      return { icon: use.getAttribute("href"), drawn: width > 0 && height > 0 && room.width >= 16 };
    }),
  );
  assert.ok(icons.length >= 3, "logo, search, footer");
  return icons.filter(({ drawn }) => !drawn);
}

/** Returns inputs whose only label is a placeholder, which disappears while typing. axe-core accepts them. */
const unlabelledFields = (page) =>
  page
    .locator("input:not([type=hidden]), select, textarea")
    .evaluateAll((fields) => fields.filter(({ labels }) => labels.length === 0).map(({ outerHTML }) => outerHTML));
