// Takes screenshots of the shop and its admin.
//
//   node screenshots.mjs          renews docs/screenshots/: some pages of the shop, every screen of the admin
//   node screenshots.mjs buying   renews docs/pictures/: the pages of a purchase
//   node screenshots.mjs FOLDER   writes every kind of page, in full length, at 1280 and 390 px, light and dark

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SCREENS as ADMIN } from "./support/admin.mjs";
import { DESKTOP, PHONE, openBrowser, openPage, scrollThrough } from "./support/browser.mjs";
import { SCREENS as BUYING } from "./support/buyer.mjs";
import { PAGES, SHOPS } from "./support/pages.mjs";
import { openShop } from "./support/shop.mjs";

const KEPT_IN = fileURLToPath(new URL("../../docs/screenshots", import.meta.url));
const PICTURES = fileURLToPath(new URL("../../docs/pictures", import.meta.url));
/** The pages of a purchase that docs/pictures shows, each on a desktop and on a phone, light and dark. */
const BOUGHT = ["cart", "review", "order"];
const SCREENS = { desktop: DESKTOP, phone: PHONE };
/** Name, path, viewport and colour scheme of each picture; `shop-home` is a PNG, because the README shows it. */
const KEPT = [
  ["shop-home", "/", "desktop", "light"],
  ["shop-home-phone-light", "/", "phone", "light"],
  ["shop-home-desktop-dark", "/", "desktop", "dark"],
  ["shop-products-desktop-light", "/products/", "desktop", "light"],
  ["shop-products-phone-dark", "/products/", "phone", "dark"],
  ["shop-product-desktop-light", "/products/heron-gooseneck-kettle/", "desktop", "light"],
  ["shop-product-phone-light", "/products/errand-city-bicycle/", "phone", "light"],
  ["shop-not-found-desktop-dark", "/nowhere/", "desktop", "dark"],
];
const QUALITY = 0.85;
/** How each screen of the admin is kept, and in which of these ways also some. */
const EVERY = [["desktop", "light"], ["phone", "dark"]];
const ALSO = ["start", "products", "product", "order", "login"];

/** Converts a picture to WebP with a canvas, because Chromium takes screenshots only as PNG or JPEG, which are five times as large. */
async function webp(page, png) {
  const url = await page.evaluate(
    async ([png, quality]) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
      canvas.getContext("2d").drawImage(picture, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    },
    [png.toString("base64"), QUALITY],
  );
  return Buffer.from(url.split(",")[1], "base64");
}

async function shoot(page, screen, scheme, fullPage) {
  await page.setViewportSize(SCREENS[screen]);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  if (!page.url().includes("/admin/")) await scrollThrough(page);
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(0, 0);
  return page.screenshot({ fullPage, caret: "hide" });
}

const folder = process.argv[2];
const browser = await openBrowser();
const shops = Object.fromEntries(await Promise.all(SHOPS.map(async (name) => [name, await openShop(name)])));
try {
  const canvas = await browser.newPage();
  const pages = {};
  for (const name of SHOPS) pages[name] = await openPage(browser, shops[name]);
  if (folder === "buying") {
    await mkdir(PICTURES, { recursive: true });
    for (const [name, , reach] of BUYING.filter(([name]) => BOUGHT.includes(name))) {
      await pages.demo.context().clearCookies();
      await pages.demo.setViewportSize(DESKTOP);
      await reach(pages.demo);
      for (const screen of Object.keys(SCREENS)) {
        for (const scheme of ["light", "dark"]) {
          const file = join(PICTURES, `${name}-${screen}-${scheme}.webp`);
          await writeFile(file, await webp(canvas, await shoot(pages.demo, screen, scheme, false)));
        }
      }
    }
  } else if (folder) {
    await mkdir(folder, { recursive: true });
    const admin = ADMIN.map(({ name, reach }) => ({ name: `admin ${name}`, shop: "demo", reach }));
    for (const { name, shop, reach } of [...PAGES, ...admin]) {
      await pages[shop].context().clearCookies();
      await reach(pages[shop]);
      for (const screen of Object.keys(SCREENS)) {
        for (const scheme of ["light", "dark"]) {
          const file = join(folder, `${name.replaceAll(" ", "-")}-${screen}-${scheme}.webp`);
          await writeFile(file, await webp(canvas, await shoot(pages[shop], screen, scheme, true)));
        }
      }
    }
  } else {
    await mkdir(KEPT_IN, { recursive: true });
    for (const [name, path, screen, scheme] of KEPT) {
      await pages.demo.goto(path);
      const png = await shoot(pages.demo, screen, scheme, false);
      if (name === "shop-home") await writeFile(join(KEPT_IN, `${name}.png`), png);
      else await writeFile(join(KEPT_IN, `${name}.webp`), await webp(canvas, png));
    }
    await mkdir(join(KEPT_IN, "admin"), { recursive: true });
    for (const { name, reach } of ADMIN) {
      await pages.demo.context().clearCookies();
      await reach(pages.demo);
      const ways = ALSO.includes(name) ? [...EVERY, ["desktop", "dark"], ["phone", "light"]] : EVERY;
      for (const [screen, scheme] of ways) {
        const file = join(KEPT_IN, "admin", `${name.replaceAll(" ", "-")}-${screen}-${scheme}.webp`);
        await writeFile(file, await webp(canvas, await shoot(pages.demo, screen, scheme, false)));
      }
    }
  }
} finally {
  await browser.close();
  await Promise.all(Object.values(shops).map((shop) => shop.close()));
}
