// Chromium for a test, and pages that keep what went wrong on them.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

export function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? PLACES.find(existsSync);
  if (!executablePath) throw new Error("no Chromium found: set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: FLAGS });
}

/**
 * A page in a window of its own. `page.wrongs` fills with what a person would find in the console: errors and
 * warnings, refusals by the Content-Security-Policy, requests that failed or were answered with an error. `page.mails()` is the
 * mail that its shop sent.
 */
export async function openPage(browser, shop, { javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ baseURL: shop.url, javaScriptEnabled, viewport: DESKTOP });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.wrongs = [];
  page.mails = shop.mails;
  page.siteUrl = shop.url;
  const own = (url) => url === page.url();
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    // Chromium reports the page's own status, which is what some tests ask for.
    if (message.text().startsWith("Failed to load resource") && own(message.location().url)) return;
    page.wrongs.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => page.wrongs.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // Whoever leaves a page early leaves its pictures, too.
    if (why !== "net::ERR_ABORTED") page.wrongs.push(`failed: ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      page.wrongs.push(`${response.status()}: ${response.url()}`);
    }
  });
  return page;
}

/** Scrolls to the end as a person does, so that pictures that load late come, and waits for every picture. */
export async function scrollThrough(page) {
  await page.mouse.move(200, 300);
  const atEnd = () => Math.ceil(scrollY + innerHeight) >= document.scrollingElement.scrollHeight;
  while (!(await page.evaluate(atEnd))) {
    await page.mouse.wheel(0, 2000);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await page.waitForFunction(() => [...document.images].every((picture) => picture.complete));
}
