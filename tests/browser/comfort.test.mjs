// Accessibility and comfort: stable layout, large text, printing, forced colours, the keyboard, and unsaved changes.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { ORDER, PRODUCTS, SCREENS, main, named, press, staff } from "./support/admin.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { getsFocus } from "./support/eventually.mjs";
import { follow } from "./support/pages.mjs";
import { STABLE, settled, watchShifts } from "./support/shifts.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");

for (const viewport of [DESKTOP, PHONE]) {
  test(`no screen of the admin moves while it loads, at ${viewport.width} px`, async (t) => {
    const page = await site.page(t, { fresh: true, viewport });
    await watchShifts(page);
    const shifts = {};
    for (const { name, reach } of SCREENS) {
      await page.context().clearCookies();
      await reach(page);
      const shift = await settled(page);
      if (shift >= STABLE) shifts[name] = shift.toFixed(3);
    }
    assert.deepEqual(shifts, {}, `layout shifts of ${STABLE} and more`);
  });
}

/** Starts a proxy that sends each page of a site up to `mark`, and the rest a second later. */
async function openSlowWay(t, url, mark) {
  const server = createServer(async ({ url: path, headers }, response) => {
    const answer = await fetch(new URL(path, url), { headers: { cookie: headers.cookie ?? "", "accept-encoding": "identity" } });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") });
    const at = body.indexOf(mark);
    if (at > 0 && answer.headers.get("content-type").startsWith("text/html")) {
      response.write(body.subarray(0, at));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      response.end(body.subarray(at));
    } else response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}`;
}

test("a list does not move when its filters arrive late", async (t) => {
  const page = await site.page(t, { fresh: true });
  await watchShifts(page);
  await staff(page, `${PRODUCTS}1/change/`);
  await page.goto((await openSlowWay(t, page.siteUrl, '<aside class="filters"')) + PRODUCTS);
  const shift = await settled(page);
  assert.ok(shift < STABLE, `a layout shift of ${shift.toFixed(3)} was seen`);
});

/** A right-to-left text, whose full stop must be at its left end. */
const HEBREW = "כיסא נוח.";

/** Returns the elements that show `HEBREW` from left to right, which puts its full stop at the wrong end. */
const misdirected = (page) =>
  page.evaluate((hebrew) => {
    const found = [];
    const place = (element) => `${element.tagName.toLowerCase()}.${element.className} in ${element.parentElement?.outerHTML.slice(0, 160)}`;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.includes(hebrew) || element.closest("script, style, template, noscript, textarea")) continue;
      const { direction, unicodeBidi } = getComputedStyle(element);
      const isolated = node.data.includes(`\u2068${hebrew}`);
      if (direction !== "rtl" && unicodeBidi !== "plaintext" && !isolated) found.push(place(element));
    }
    for (const control of document.querySelectorAll("input:not([type=hidden]), textarea")) {
      if (control.value.includes(hebrew) && getComputedStyle(control).direction !== "rtl") found.push(place(control));
    }
    for (const attribute of ["aria-label", "title", "alt", "placeholder"]) {
      for (const element of document.querySelectorAll(`[${attribute}*="${hebrew}"]`)) {
        const value = element.getAttribute(attribute);
        if (value !== hebrew && !value.includes(`\u2068${hebrew}`)) found.push(`${attribute} of ${place(element)}`);
      }
    }
    return found;
  }, HEBREW);

test("right-to-left names keep their full stop at their end, on every page", async (t) => {
  const page = await site.page(t);
  const wrong = {};
  const look = async (name) => {
    const found = await misdirected(page);
    if (found.length) wrong[name] = found;
  };
  await staff(page, "/admin/catalog/tag/add/");
  await named(page, "name").fill(HEBREW);
  await named(page, "slug").fill("comfortable");
  await press(page, "Save and continue editing");
  await look("message with a link and form of a tag");
  const tag = /tag\/(\d+)/.exec(page.url())[1];
  await page.goto("/admin/catalog/category/add/");
  await named(page, "name").fill(HEBREW);
  await named(page, "slug").fill("comfortable");
  await named(page, "description").fill(HEBREW);
  await press(page, "Save and continue editing");
  const category = /category\/(\d+)/.exec(page.url())[1];

  await page.goto(`${PRODUCTS}add/?category=${category}&tags=${tag}`);
  for (const [name, value] of Object.entries({ name: HEBREW, slug: "comfortable", sku: "C-1", description: `${HEBREW}\n${HEBREW}`, price: "1", stock: "1" })) {
    await named(page, name).fill(value);
  }
  await look("filled form of a product");
  await press(page, "Save and continue editing");
  await look("form of a product");
  const product = /product\/(\d+)/.exec(page.url())[1];
  await named(page, "price").fill("x");
  await press(page, /^Save product/);
  await look("form with an error");
  await page.goto(ORDER);
  await named(page, "note").fill(HEBREW);
  await press(page, "Save and continue editing");
  await look("order");
  for (const path of [
    "/admin/",
    `${PRODUCTS}?q=${encodeURIComponent(HEBREW)}`,
    `${PRODUCTS}?category__id__exact=${category}`,
    "/admin/catalog/category/",
    `${PRODUCTS}${product}/history/`,
    `${PRODUCTS}${product}/delete/`,
    `/admin/catalog/category/${category}/delete/`,
    "/admin/orders/order/",
    "/products/",
    `/products/?q=${encodeURIComponent(HEBREW)}`,
    "/products/?category=comfortable&tag=comfortable",
    "/products/comfortable/",
    "/categories/",
    "/categories/comfortable/",
    "/",
  ]) {
    await page.goto(path);
    await look(path);
  }
  await staff(page, `${PRODUCTS}?q=C-1`);
  await main(page).locator("input[name=_selected_action]").first().check();
  await named(page, "action").selectOption("delete_selected");
  await press(page, "Run");
  await look("deleting selected products");
  await page.goto(`${PRODUCTS}${product}/delete/`);
  await press(page, "Yes, I’m sure");
  await look("message of a deletion");
  assert.deepEqual(wrong, {}, "texts that are not shown in their own direction");
});

test("pages are printed in light colours, even if the dark theme was chosen", async (t) => {
  const page = await site.page(t, { fresh: true });
  for (const path of [PRODUCTS, "/products/"]) {
    await staff(page, path);
    await page.evaluate(() => (document.documentElement.dataset.theme = "dark"));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const colours = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { color, backgroundColor };
    });
    await page.emulateMedia({ media: null });
    assert.equal(colours.color, "rgb(27, 34, 48)", `${path}: dark text on paper`);
    assert.equal(colours.backgroundColor, "rgba(0, 0, 0, 0)", `${path}: no background on paper`);
  }
});

test("a message does not cover any control", async (t) => {
  const page = await site.page(t, { viewport: { width: 1280, height: 800 } });
  await staff(page, PRODUCTS);
  const price = named(page, "form-0-price");
  const before = await price.inputValue();
  await price.fill(`${Number.parseFloat(before) + 1}`);
  await press(page, "Save");
  const covered = await page.evaluate(() => {
    const message = document.querySelector(".message").getBoundingClientRect();
    const overlaps = ({ left, right, top, bottom, width }) =>
      width > 0 && left < message.right && right > message.left && top < message.bottom && bottom > message.top;
    const usable = document.querySelectorAll("main :is(a, button, input, select, summary)");
    return [...usable].filter((one) => !one.closest(".messages") && overlaps(one.getBoundingClientRect())).map((one) => one.outerHTML.slice(0, 80));
  });
  assert.deepEqual(covered, [], "links and controls below the message");
  await named(page, "form-0-price").fill(before);
  await press(page, "Save");
});

test("with text twice as large, numbers in lists and forms are not cut", async (t) => {
  const page = await site.page(t, { fresh: true });
  for (const path of [PRODUCTS, ORDER, `${PRODUCTS}1/change/`]) {
    await staff(page, path);
    // Enlarges the text alone, as a browser's setting for the size of text does.
    const cut = await page.evaluate(() => {
      const elements = [...document.querySelectorAll("body, body *")];
      const sizes = elements.map((element) => Number.parseFloat(getComputedStyle(element).fontSize));
      elements.forEach((element, at) => element.style.setProperty("font-size", `${2 * sizes[at]}px`, "important"));
      const inputs = [...document.querySelectorAll('main input:is([type="number"], [inputmode="decimal"], [type="date"], [type="time"])')];
      return inputs.filter((input) => input.getClientRects().length && input.scrollWidth > input.clientWidth + 1).map((input) => `${input.name}: ${input.value}`);
    });
    assert.deepEqual(cut, [], `${path}: numbers that are cut`);
  }
});

test("in forced colours every button has a border", async (t) => {
  const page = await site.page(t, { fresh: true });
  await page.emulateMedia({ forcedColors: "active" });
  for (const path of [`${PRODUCTS}1/change/`, PRODUCTS, ORDER, "/products/", "/accounts/login/"]) {
    await staff(page, path);
    const plain = await page.locator("button:visible, .button:visible").evaluateAll((buttons) =>
      buttons
        .filter((button) => !button.matches(".hidden, .to-actions"))
        .filter((button) => Number.parseFloat(getComputedStyle(button).borderTopWidth) < 1 || getComputedStyle(button).borderTopStyle === "none")
        .map((button) => button.outerHTML.slice(0, 90)),
    );
    assert.deepEqual(plain, [], `${path}: buttons without a border`);
  }
});

test("in forced colours the highlighted choice of a combobox and changed rows of a list look different", async (t) => {
  const page = await site.page(t, { fresh: true });
  await page.emulateMedia({ forcedColors: "active" });
  const outline = (locator) => locator.evaluate((element) => getComputedStyle(element).outlineStyle);

  await staff(page, `${PRODUCTS}1/change/`);
  const category = main(page).locator("[data-field=category]").getByRole("combobox").first();
  // A click would open the list of all choices, which the list of the search replaces a moment later.
  await category.fill("o");
  await page.locator(".combo li.active").waitFor();
  await page.keyboard.press("ArrowDown");
  assert.equal(await outline(page.locator(".combo li.active")), "solid", "the highlighted choice has an outline");
  assert.equal(await outline(page.locator(".combo li[role=option]:not(.active, .note)").first()), "none", "other choices have none");
  await page.keyboard.press("Escape");

  await staff(page, PRODUCTS);
  await named(page, "form-0-stock").fill("9");
  await page.locator(".list tr.changed").waitFor();
  assert.equal(await outline(page.locator(".list tr.changed")), "dashed", "a changed row has an outline");
  await named(page, "form-0-stock").evaluate((input) => (input.value = input.defaultValue));
  await named(page, "form-0-stock").dispatchEvent("input");
});

test("the actions can be reached with three key presses from any row", async (t) => {
  const page = await site.page(t);
  await staff(page, PRODUCTS);
  const row = (number) => main(page).locator(".list tbody tr").nth(number);

  await row(9).getByRole("link").first().focus();
  await page.keyboard.press("a");
  await getsFocus(page, "[name=action]", "“a” selects the row and goes to the actions");
  assert.ok(await row(9).locator(".select input[type=checkbox]").isChecked(), "the row of the link is selected");

  await row(4).locator(".select input[type=checkbox]").focus();
  for (const key of ["Space", "Tab", "Enter"]) await page.keyboard.press(key);
  await getsFocus(page, "[name=action]", "Space, Tab and Enter do the same without a letter");

  await row(7).locator("input[name$=price]").focus();
  for (const key of ["Escape", "a"]) await page.keyboard.press(key);
  await getsFocus(page, "[name=action]", "Escape leaves a field for its row");

  await page.locator("h1").click();
  await page.keyboard.press("Escape");
  await page.locator(".list tbody th a").first().focus();
  await page.keyboard.press("?");
  assert.ok(await page.getByRole("dialog").getByText("Actions for the selected rows").isVisible(), "the help names the key");
  await page.keyboard.press("Escape");
});

test("going back to a form that was saved asks nothing", async (t) => {
  const page = await site.page(t, { fresh: true });
  for (const [path, field, value] of [["/admin/catalog/tag/add/", "name", "Sturdy"], ["/admin/catalog/tag/1/change/", "name", "Staff favourite"]]) {
    await staff(page, path);
    await named(page, field).fill(value);
    if (path.includes("add")) await named(page, "slug").fill("sturdy");
    await press(page, /^Save tag/);
    await page.goBack();
    await page.waitForFunction(() => document.readyState === "complete");
    assert.equal(await main(page).locator("[data-changes]").innerText(), "", `${path}: nothing is called unsaved`);
    let asked = false;
    page.once("dialog", (dialog) => ((asked = true), dialog.accept()));
    await page.goto("/admin/");
    assert.equal(asked, false, `${path}: leaving asks nothing`);
    page.removeAllListeners("dialog");
  }
});

test("going back to a saved form with chosen and added rows shows what is stored, and asks nothing", async (t) => {
  const page = await site.page(t, { fresh: true });
  const find = async (field, text) => {
    await field.click();
    await field.fill(text);
    await page.getByRole("option", { name: new RegExp(text, "i") }).first().click();
  };
  const goBack = async (what) => {
    await page.goBack();
    await page.waitForFunction(() => document.readyState === "complete");
    assert.equal(await main(page).locator("[data-changes]").innerText(), "", `${what}: nothing is called unsaved`);
  };

  await staff(page, ORDER);
  await main(page).getByRole("button", { name: /Add another/ }).first().click();
  await find(main(page).getByRole("combobox", { name: "Product" }).last(), "lamp");
  await main(page).locator("[name$='-unit_price']:visible").last().fill("3.00");
  await main(page).locator("[name$='-quantity']:visible").last().fill("2");
  const last = await main(page).locator("[name$='-quantity']:visible").last().getAttribute("name");
  await press(page, /^Save order/);
  await goBack("an order with a new item");
  assert.equal(await named(page, last).inputValue(), "1", `${last} of the empty row below the stored ones`);

  await staff(page, `${PRODUCTS}add/`);
  for (const [name, value] of Object.entries({ name: "Sturdy stool", slug: "sturdy-stool", sku: "S-7", price: "1", stock: "1" })) {
    await named(page, name).fill(value);
  }
  await find(main(page).locator("[data-field=category]").getByRole("combobox").first(), "living");
  await press(page, /^Save product/);
  await goBack("a new product");
  let asked = false;
  page.once("dialog", (dialog) => ((asked = true), dialog.accept()));
  await page.goto("/admin/");
  assert.equal(asked, false, "leaving asks nothing");
  page.removeAllListeners("dialog");
});

test("after a search without scripts no link is beside a found row", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await staff(page, `${PRODUCTS}add/`);
  const field = main(page).locator("[data-field=category]");
  const links = () => field.locator(".related > a:visible").evaluateAll((links) => links.map((link) => link.getAttribute("aria-label")));
  assert.deepEqual(await links(), ["Add another category"], "links that need a script are not shown");

  await follow(page, () => field.getByRole("button", { name: "Find category" }).click());

  assert.ok((await field.locator("input[type=radio]").count()) > 1, "the found rows are offered");
  assert.deepEqual(await links(), [], "nothing looks as if it belonged to the first found row");
});
