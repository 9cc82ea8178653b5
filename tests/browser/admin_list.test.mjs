// Lists and the frame of the admin in a browser: selection, editing in the list, the keyboard, and parts that can be closed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PRODUCTS, colliding, main, named, press, staff } from "./support/admin.mjs";
import { violations } from "./support/axe.mjs";
import { PHONE } from "./support/browser.mjs";
import { getsFocus } from "./support/eventually.mjs";
import { follow } from "./support/pages.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo", "many");
const boxes = (page) => main(page).locator("input[name=_selected_action]");
const said = (page) => main(page).locator(".messages").innerText();
const focused = (page, what) => page.evaluate((what) => document.activeElement.matches(what), what);
const root = (page) => page.locator("html");

test("rows are selected one by one, as a range, and all on the page", async (t) => {
  const page = await site.page(t);
  await staff(page, "/admin/catalog/tag/");
  const count = main(page).locator("[data-count]");
  const all = await boxes(page).count();
  await boxes(page).nth(1).click();
  await boxes(page).nth(4).click({ modifiers: ["Shift"] });
  assert.equal(await count.innerText(), `4 of ${all} selected`);
  assert.deepEqual(await violations(page), [], "the bar of actions");
  await main(page).locator("[data-select-all]").click();
  assert.equal(await count.innerText(), `${all} of ${all} selected`);
  await main(page).locator("[data-clear]").click();
  assert.equal(await main(page).locator(".bulk.shown").count(), 0);

  await page.goto(`${PRODUCTS}?q=lamp`);
  await boxes(page).first().check();
  await named(page, "action").selectOption("make_inactive");
  await press(page, "Run");
  assert.match(await said(page), /^1 product/);
});

for (const javaScriptEnabled of [true, false]) {
  test(`an action runs on all matching rows of all pages${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
    const page = await site.page(t, { shop: "many", javaScriptEnabled });
    await staff(page, PRODUCTS);
    const all = Number(/of (\d+) products/.exec(await main(page).locator(".foot p").innerText())[1]);
    assert.ok(all > (await boxes(page).count()), "there are pages");
    const action = javaScriptEnabled ? "make_inactive" : "make_active";
    if (javaScriptEnabled) {
      const wider = main(page).locator("[data-across]");
      const count = main(page).locator("[data-count]");
      await boxes(page).first().check();
      assert.equal(await wider.isVisible(), false, "all there are is offered to who has all of the page");
      await main(page).locator("[data-select-all]").click();
      await wider.click();
      assert.equal(await count.innerText(), `All ${all} selected`);
      await boxes(page).nth(3).uncheck();
      assert.equal(await count.innerText(), "99 of 100 selected", "without one it is not all");
      await boxes(page).nth(3).check();
      await wider.click();
    } else {
      await main(page).getByRole("checkbox", { name: `All ${all} products` }).check();
    }
    await named(page, "action").selectOption(action);
    await press(page, "Run");
    assert.match(await said(page), new RegExp(`^${all} products marked as ${action.slice(5)}`));
    await page.goto(`${PRODUCTS}?is_active__exact=${javaScriptEnabled ? 1 : 0}`);
    assert.equal(await boxes(page).count(), 0, "and on none less");
  });

  test(`the Enter key in a field of a list saves the list${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled });
    await staff(page, PRODUCTS);
    await named(page, "form-2-stock").fill(javaScriptEnabled ? "611" : "612");
    await follow(page, () => named(page, "form-2-stock").press("Enter"));
    assert.match(await said(page), /1 product was changed successfully/);
  });
}

test("without JavaScript an action runs on the selected rows", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await staff(page, `${PRODUCTS}?q=lamp`);
  await boxes(page).nth(0).check();
  await boxes(page).nth(1).check();
  await named(page, "action").selectOption("make_active");
  await press(page, "Run");
  assert.match(await said(page), /^2 products/);
  await named(page, "form-0-stock").fill("123");
  await press(page, "Save");
  assert.match(await said(page), /1 product was changed successfully/);
});

test("a list shows the number of changed rows, and leaving it asks first", async (t) => {
  const page = await site.page(t);
  await staff(page, PRODUCTS);
  await named(page, "form-1-price").fill("5");
  await named(page, "form-3-stock").fill("5");
  const state = main(page).locator("[data-changes]");
  await page.waitForFunction(() => document.querySelector("[data-changes]").textContent === "2 rows changed");
  let asked = 0;
  const answer = (dialog) => ((asked += 1), dialog.accept());
  page.on("dialog", answer);
  await page.goto(PRODUCTS);
  page.off("dialog", answer);
  assert.equal(asked, 1);
  assert.equal(await state.innerText(), "");
});

test("a list that someone else saved says who and when, and a click takes over the other value", async (t) => {
  const page = await site.page(t);
  const stock = named(page, "form-0-stock");
  await staff(page, PRODUCTS);
  const before = Number(await stock.inputValue());
  await colliding(PRODUCTS, "form-0-stock", "Save")(page);
  const told = await main(page).locator(".conflict li").innerText();
  assert.match(told, /^Stock of .+: the history’s last entry is by you, \w+\.? \d+, \d{4}, /);
  assert.equal(await stock.inputValue(), "3");
  await page.getByRole("button", { name: "Use this value" }).click();
  assert.equal(await stock.inputValue(), String(before + 1));
});

test("a table that is too wide scrolls inside its panel", async (t) => {
  const page = await site.page(t);
  await staff(page, PRODUCTS);
  for (const width of [1440, 1280, 1200, 1024, 768]) {
    await page.setViewportSize({ width, height: 800 });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const [card, table, right] = await page.evaluate(() => {
      const card = document.querySelector("[data-table]");
      const scrolls = getComputedStyle(card).overflowX !== "visible";
      return [card.clientWidth, card.firstElementChild.offsetWidth, scrolls];
    });
    assert.ok(table <= card || right, `${table} px of table in ${card} px at ${width} px`);
  }
});

test("orders sorted by two columns still fit beside their filters", async (t) => {
  const page = await site.page(t);
  await staff(page, "/admin/orders/order/?o=-4.1");
  await main(page).locator("[data-table].fits").waitFor();
  const away = main(page).getByRole("link", { name: "Remove Status from sorting" });
  await main(page).getByRole("columnheader", { name: "Status" }).hover();
  await away.click({ trial: true }); // nothing lies above it
  await away.focus();
  await page.waitForFunction((link) => getComputedStyle(link).opacity === "1", await away.elementHandle());
});

test("the action bar replaces the table head, and on a phone does not cover the last row", async (t) => {
  const page = await site.page(t, { shop: "many" });
  await staff(page, PRODUCTS);
  await main(page).locator("[data-select-all]").check();
  for (const width of [1280, 1024, 768, 640]) {
    await page.setViewportSize({ width, height: 800 });
    const [bar, head] = await page.evaluate(() => ["[data-bulk]", ".list thead"].map((it) => document.querySelector(it).offsetHeight));
    assert.equal(bar, head, `at ${width} px`);
  }
  await page.setViewportSize(PHONE);
  await page.evaluate(() => scrollTo(0, document.scrollingElement.scrollHeight));
  const end = await main(page).locator(".submit-row").boundingBox();
  const bar = await main(page).locator("[data-bulk]").boundingBox();
  assert.ok(end.y + end.height <= bar.y, `${end.y + end.height} > ${bar.y}`);
});

test("on a phone no bar covers the control that Tab moves to", async (t) => {
  const page = await site.page(t, { viewport: { ...PHONE, height: 700 } });
  await staff(page, PRODUCTS);
  await boxes(page).first().check();
  await named(page, "form-0-stock").fill("5");
  for (let i = 0; i < 16; i++) {
    await page.keyboard.press("Tab");
    const [own, met] = await page.evaluate(() => {
      const at = document.activeElement.getBoundingClientRect();
      const met = document.elementFromPoint(at.left + at.width / 2, at.bottom - 4);
      return [document.activeElement.outerHTML.slice(0, 120), document.activeElement.contains(met) || met?.contains(document.activeElement)];
    });
    assert.ok(met, own);
  }
});

test("keyboard shortcuts open the help, search, move between rows, and change the theme and the sidebar", async (t) => {
  const page = await site.page(t, { fresh: true });
  await staff(page, PRODUCTS);
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog[open]").count(), 1);
  assert.deepEqual(await violations(page), [], "the help");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  assert.equal(await boxes(page).nth(1).isChecked(), true);
  await page.keyboard.press("k");
  await getsFocus(page, ".list tbody tr:first-child th a");
  await page.keyboard.press("/");
  await getsFocus(page, "input[name=q]");
  await page.keyboard.type("?t");
  assert.equal(await page.locator("dialog[open]").count(), 0, "keys of a field are its own");
  await page.evaluate(() => document.activeElement.blur());

  await page.keyboard.press("t");
  assert.equal(await root(page).getAttribute("data-theme"), "light");
  await page.keyboard.press("t");
  await page.reload();
  assert.equal(await root(page).getAttribute("data-theme"), "dark", "kept");
  await page.keyboard.press("t");
  assert.equal(await root(page).getAttribute("data-theme"), null);

  const filter = page.locator("[data-sidebar-filter]");
  await page.keyboard.press("f");
  await page.keyboard.type("prod");
  assert.deepEqual(await page.locator(".sidebar li:visible > a:first-child").allInnerTexts(), ["Products"]);
  await filter.fill("xyz");
  assert.equal(await page.locator("[data-sidebar-none]").isVisible(), true);
  await page.keyboard.press("Escape");
  assert.equal(await filter.inputValue(), "");
  await page.evaluate(() => document.activeElement.blur());
  for (const visible of [false, true]) {
    await page.keyboard.press("[");
    await page.reload();
    assert.equal(await page.locator(".sidebar").isVisible(), visible);
    await page.locator('[data-toggle="filters"]').click();
    assert.equal(await page.locator(".filters").isVisible(), visible);
  }
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL("/admin/"), page.keyboard.press("h")]);
});

test("single-letter shortcuts can be switched off, and stay off", async (t) => {
  const page = await site.page(t, { fresh: true });
  await staff(page, PRODUCTS);
  await page.keyboard.press("?");
  const shown = await page.locator("dialog dl div").allInnerTexts();
  assert.ok(shown.some((line) => /Ctrl S\s+Save/.test(line.replaceAll("\n", " "))) && shown.length > 10, shown.join());
  await page.getByRole("checkbox", { name: "Shortcuts of a single key" }).uncheck();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  for (const again of [false, true]) {
    if (again) await page.reload();
    for (const key of ["?", "/", "t"]) await page.keyboard.press(key);
    assert.equal(await page.locator("dialog[open]").count(), 0);
    assert.equal(await focused(page, "input"), false);
    assert.equal(await root(page).getAttribute("data-theme"), null);
  }
  await page.locator("[data-help]").click();
  await page.getByRole("checkbox", { name: "Shortcuts of a single key" }).check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await getsFocus(page, "input[name=q]");
});

test("a list and a form can be used with the keyboard alone", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: true });
  await staff(page, "/admin/catalog/tag/");
  await page.keyboard.press("Tab");
  await getsFocus(page, ".skip");
  await page.keyboard.press("Enter");
  const tabTo = async (what) => {
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press("Tab");
      if (await focused(page, what)) {
        const seen = await page.evaluate(() => document.activeElement.matches(":focus-visible"));
        assert.ok(seen, `${what} shows that it has the focus`);
        return;
      }
    }
    assert.fail(`Tab does not lead to ${what}`);
  };
  await tabTo(".list tbody th a");
  await page.keyboard.press("Enter");
  await page.waitForURL(/change/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await tabTo("#id_name");
  await page.keyboard.press("End");
  await page.keyboard.type(" by hand");
  await Promise.all([page.waitForURL(/tag\/(#main)?$/), page.keyboard.press("Control+s")]);
  assert.match(await said(page), /by hand.* was changed successfully/);
  await page.keyboard.press("Escape");
  assert.equal(await main(page).locator(".messages").count(), 0);
});

for (const javaScriptEnabled of [true, false]) {
  test(`on a phone the menu and the filters open${javaScriptEnabled ? "" : ", without JavaScript"}`, async (t) => {
    const page = await site.page(t, { javaScriptEnabled, viewport: PHONE });
    await staff(page, PRODUCTS);
    for (const [button, panel] of [["[popovertarget=sidebar]", ".sidebar"], [".filters-button[popovertarget]", ".filters"]]) {
      assert.equal(await page.locator(panel).isVisible(), false);
      await page.locator(button).click();
      assert.equal(await page.locator(panel).isVisible(), true);
      if (javaScriptEnabled) assert.deepEqual(await violations(page), [], panel);
      await page.keyboard.press("Escape");
    }
    const cells = await page.locator(".list tbody tr").first().locator("td[data-label]").evaluateAll((cells) =>
      cells.map((cell) => getComputedStyle(cell).display),
    );
    assert.ok(cells.length > 3 && cells.every((display) => display === "grid"), "rows are cards");
    const head = main(page).locator("thead").getByRole("link", { name: "Stock" });
    await follow(page, () => head.click());
    assert.match(page.url(), /[?&]o=/, "the cards are ordered by their heads");
    for (const path of ["/admin/orders/order/", PRODUCTS]) {
      await page.goto(path);
      assert.ok((await page.evaluate(() => document.scrollingElement.scrollWidth)) <= PHONE.width, path);
    }
    if (!javaScriptEnabled) return;
    await main(page).locator("[data-select-all]").check();
    assert.match(await main(page).locator("[data-count]").innerText(), /^(\d+) of \1 selected$/);
  });
}
