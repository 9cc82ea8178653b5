// The steps of a buyer, from a product to a placed order.

import { follow } from "./follow.mjs";

const main = (page) => page.getByRole("main");
export const press = (page, name) => follow(page, () => main(page).getByRole("button", { name }).first().click());

const ADDRESS = { name: "Ada Buyer", street: "12 Long Street", postal_code: "10115", city: "Berlin" };

/** Adds pieces of a product to the cart, which is shown then. */
export async function add(page, slug = "heron-gooseneck-kettle", quantity = 1) {
  await page.goto(`/products/${slug}/`);
  await page.getByLabel("Quantity").fill(`${quantity}`);
  return press(page, "Add to cart");
}

/** Fills in the form of the checkout, and goes on to the review. */
export async function fillIn(page, email, fields = ADDRESS) {
  await page.goto("/checkout/");
  for (const [name, value] of Object.entries({ email, ...fields })) await main(page).locator(`[name=${name}]`).fill(value);
  await page.getByLabel("Country").selectOption("DE");
  return press(page, "Review your order");
}

/** Buys one piece of a product; the page of the order is shown then. */
export async function buy(page, email = "ada@example.com") {
  await add(page);
  await fillIn(page, email);
  return press(page, /^Place order/);
}

/** Returns the number of the order that is shown. */
export const orderNumber = async (page) => /N\d+-\d+/.exec(await page.title())[0];

/** Waits for the mail about an order with this subject, and returns it. */
export async function mailAbout(page, number, event) {
  const is = (mail) => mail.includes(`Subject: Your order ${number} is ${event}`);
  const until = Date.now() + 10_000;
  while (!page.mails().some(is)) {
    if (Date.now() > until) throw new Error(`no mail says that ${number} is ${event}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return page.mails().find(is);
}

const then = (first, next) => async (page) => (await first(page), next(page));
const opening = (path) => (page) => page.goto(path);
const withCart = (next) => then((page) => add(page, "halo-reading-lamp", 2), next);

/** Each screen of buying: its name, its path (for messages), and the function that opens it. */
export const SCREENS = [
  ["empty cart", "/cart/", opening("/cart/")],
  ["cart", "/cart/", withCart(opening("/cart/"))],
  ["cart with a wrong quantity", "/cart/update/", withCart(async (page) => {
    // A script would send the quantity at once.
    await main(page).locator("[name^=quantity-]").evaluate((field) => (field.value = "1000"));
    return follow(page, () => page.locator(".cart-form").evaluate((form) => form.submit()));
  })],
  ["product with a wrong quantity", "/cart/add/", (page) => add(page, "halo-reading-lamp", 0)],
  ["checkout", "/checkout/", withCart(opening("/checkout/"))],
  ["checkout that failed", "/checkout/", withCart(then(opening("/checkout/"), (page) => press(page, "Review your order")))],
  ["review", "/checkout/review/", withCart((page) => fillIn(page, "ada@example.com"))],
  ["order", "/orders/", (page) => buy(page)],
  ["invoice", "/orders/", then((page) => buy(page), (page) => follow(page, () => page.getByRole("link", { name: "Invoice" }).click()))],
  ["cancelled order", "/orders/", then((page) => buy(page), (page) => press(page, "Cancel this order"))],
];
