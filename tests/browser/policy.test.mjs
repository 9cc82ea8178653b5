// The Content-Security-Policy holds, and what it would refuse does not go unnoticed in these tests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");

test("the policy forbids inline code, and the browser holds it", async (t) => {
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

test("a lost sprite would be noticed", async (t) => {
  const page = await site.page(t);
  await page.route(/icons\..*svg/, (route) => route.abort());
  await page.goto("/");
  assert.equal(await page.locator("svg use").first().evaluate((use) => use.getBBox().width), 0);
  assert.notEqual(page.wrongs.length, 0);
  page.wrongs.length = 0;
});
