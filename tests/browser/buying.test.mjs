// A complete purchase, with JavaScript and without, on a desktop and on a phone; then the order is shipped in the admin.

import assert from "node:assert/strict";
import { test } from "node:test";
import { named, press as pressInAdmin, staff } from "./support/admin.mjs";
import { DESKTOP, PHONE } from "./support/browser.mjs";
import { add, buy, fillIn, mailAbout, orderNumber, press } from "./support/buyer.mjs";
import { hasFocus } from "./support/eventually.mjs";
import { follow, logIn } from "./support/pages.mjs";
import { ANN } from "./support/shop.mjs";
import { openSite } from "./support/site.mjs";

const site = openSite("demo");
const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();
const total = (page) => page.locator(".cart-total .number").innerText();
const quantity = (page) => page.getByLabel("Quantity of Heron gooseneck kettle");

for (const javaScriptEnabled of [true, false]) {
  for (const viewport of [DESKTOP, PHONE]) {
    const how = `${javaScriptEnabled ? "with" : "without"} JavaScript at ${viewport.width} px`;

    test(`a guest buys, and the order is shipped and seen, ${how}`, async (t) => {
      const page = await site.page(t, { javaScriptEnabled, viewport });
      const email = `guest-${javaScriptEnabled}-${viewport.width}@example.com`;
      await add(page);
      assert.equal(await heading(page), "Your cart");
      assert.equal(await total(page), "€123.20");
      await follow(page, () => page.getByRole("link", { name: "Go to checkout" }).click());
      assert.equal(await heading(page), "Checkout");
      assert.equal(await page.getByLabel("Postal code").getAttribute("autocomplete"), "postal-code");
      await fillIn(page, email);
      assert.equal(await heading(page), "Review your order");
      assert.ok(await page.getByText("12 Long Street").isVisible());
      await press(page, "Place order for €123.20");

      const number = await orderNumber(page);
      assert.ok(await page.getByText("Pending", { exact: true }).isVisible());
      assert.ok(await page.getByRole("link", { name: /^Cart$/ }).isVisible(), "the cart is empty");
      const mail = await mailAbout(page, number, "received");
      assert.ok(mail.includes(`To: ${email}`) && mail.includes("123.20"), mail);
      const link = /http:\/\/\S+\/orders\/\S+\//.exec(mail)[0];

      await staff(page, `/admin/orders/order/?q=${number}`);
      for (const action of ["mark_paid", "mark_shipped"]) {
        await page.getByRole("main").locator("input[name=_selected_action]").first().check();
        await named(page, "action").selectOption(action);
        await pressInAdmin(page, "Run");
      }
      await page.getByRole("main").getByRole("link", { name: number }).click();
      await page.getByText("boss: Shipped").waitFor();
      assert.ok(await page.getByText("12 Long Street").first().isVisible(), "staff see the address");

      await page.context().clearCookies();
      await mailAbout(page, number, "shipped");
      await page.goto(link);
      assert.equal(await heading(page), `Order ${number}`);
      assert.ok(await page.getByText("Shipped", { exact: true }).isVisible());
      assert.equal(await page.getByRole("button", { name: "Cancel this order" }).count(), 0);
    });
  }
}

test("a customer finds their orders and their address again", async (t) => {
  const page = await site.page(t);
  await logIn(page, ANN);
  await buy(page, ANN.email);
  const number = await orderNumber(page);
  await page.goto("/orders/");
  assert.ok(await page.getByRole("link", { name: number }).isVisible());
  await page.context().clearCookies();
  await logIn(page, ANN);
  await add(page);
  await page.goto("/checkout/");
  assert.equal(await page.getByLabel("Street and number").inputValue(), "12 Long Street");
});

test("the cart updates without a reload, says the total and keeps the focus", async (t) => {
  const page = await site.page(t);
  await add(page);
  await page.evaluate(() => (window.isSamePage = true));
  await quantity(page).fill("3");
  await page.getByText("€369.60").first().waitFor();
  assert.equal(await quantity(page).inputValue(), "3");
  await hasFocus(quantity(page), "the focus stays");
  assert.equal(await page.getByRole("link", { name: /^Cart/ }).innerText(), "Cart 3");
  assert.match(await page.locator("p.hidden[role=status]").textContent(), /€369\.60/);

  await quantity(page).fill("1000");
  await page.locator(".errorlist", { hasText: "Enter a whole number from 0 to 999." }).waitFor();
  assert.equal(await quantity(page).inputValue(), "1000");
  assert.equal(await quantity(page).getAttribute("aria-invalid"), "true");
  await quantity(page).fill("999");
  await page.locator(".message", { hasText: /Only \d+ of “Heron gooseneck kettle” are left/ }).waitFor();

  await page.getByRole("button", { name: "Remove Heron gooseneck kettle" }).click();
  await page.getByText("Products that you add wait for you here.").waitFor();
  assert.ok(await page.evaluate(() => window.isSamePage), "the page was not loaded again");
  await page.reload();
  assert.ok(await page.getByText("Your cart is empty", { exact: true }).isVisible());
});

test("the cart works without JavaScript", async (t) => {
  const page = await site.page(t, { javaScriptEnabled: false });
  await add(page);
  await quantity(page).fill("2");
  await follow(page, () => quantity(page).press("Enter"));
  assert.equal(await total(page), "€246.40");
  await quantity(page).fill("1000");
  await follow(page, () => page.getByRole("button", { name: "Update cart" }).last().click());
  assert.ok(await page.getByText("Enter a whole number from 0 to 999.").isVisible());
  await follow(page, () => page.getByRole("button", { name: "Remove Heron gooseneck kettle" }).click());
  assert.ok(await page.getByText("Your cart is empty", { exact: true }).isVisible());
});

test("a printed invoice has its number, the address and the amounts, and nothing to press", async (t) => {
  const page = await site.page(t);
  await buy(page);
  const number = await orderNumber(page);
  await follow(page, () => page.getByRole("link", { name: "Invoice" }).click());
  await page.emulateMedia({ media: "print" });
  for (const text of [number, "12 Long Street", "Tax contained"]) assert.ok(await page.getByText(text).first().isVisible(), text);
  for (const hidden of [".to-cart", ".search", ".screen-only", ".top nav", ".foot"]) {
    assert.equal(await page.locator(hidden).first().isVisible(), false, `${hidden} is not printed`);
  }
  await page.emulateMedia({ media: null });
});
