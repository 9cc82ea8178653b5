// Starts Chromium, and opens pages that record their errors.

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
 * Opens a page in its own window. `page.wrongs` collects its errors and warnings in the console, refusals by the
 * Content-Security-Policy, and requests that failed or were answered with an error. `page.mails()` returns the mail that
 * its shop sent.
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
    // Chromium also reports the status of the page itself, which some tests expect.
    if (message.text().startsWith("Failed to load resource") && own(message.location().url)) return;
    page.wrongs.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => page.wrongs.push(`script: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // Leaving a page early aborts the loading of its pictures.
    if (why !== "net::ERR_ABORTED") page.wrongs.push(`failed: ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      page.wrongs.push(`${response.status()}: ${response.url()}`);
    }
  });
  return page;
}

/** Scrolls to the end of the page, so that lazy pictures load, and waits for every picture. */
export async function scrollThrough(page) {
  await page.mouse.move(200, 300);
  const atEnd = () => Math.ceil(scrollY + innerHeight) >= document.scrollingElement.scrollHeight;
  while (!(await page.evaluate(atEnd))) {
    await page.mouse.wheel(0, 2000);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await page.waitForFunction(() => [...document.images].every((picture) => picture.complete));
}
