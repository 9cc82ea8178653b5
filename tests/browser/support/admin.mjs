// The admin in a browser: its users, its screens, and helpers for tests.

import { follow, send } from "./pages.mjs";
import { BOSS, VERA } from "./shop.mjs";

export const PRODUCTS = "/admin/catalog/product/";
export const ORDER = "/admin/orders/order/1/change/";
export const main = (page) => page.getByRole("main");
export const named = (page, name) => main(page).locator(`:not(button)[name="${name}"]`);

const kept = new Map();
/** Opens `path` as `user`. Only the first call for a user logs in; the others reuse the session. */
export async function staff(page, path, user = BOSS) {
  const key = `${new URL(page.siteUrl).host} ${user.username}`;
  if (!kept.has(key)) {
    await page.goto("/admin/login/");
    await send(page, { username: user.username, password: user.password });
    kept.set(key, (await page.context().cookies()).filter(({ name }) => name === "sessionid"));
  }
  await page.context().addCookies(kept.get(key));
  return page.goto(path);
}

/** Presses a button of the content, and waits for the next page. */
export const press = (page, name) => follow(page, () => main(page).getByRole("button", { name }).first().click());

const at = (path, user = BOSS) => (page) => staff(page, path, user);
const pressing = (path, name, fields = {}) => async (page) => {
  await staff(page, path);
  for (const [field, value] of Object.entries(fields)) await named(page, field).fill(value);
  return press(page, name);
};
async function loggingOut(page) {
  await page.goto("/admin/login/");
  await send(page, { username: BOSS.username, password: BOSS.password });
  await page.goto("/admin/");
  await page.locator(".menu > summary").click();
  return follow(page, () => page.getByRole("button", { name: "Log out" }).click());
}
const acting = (action) => async (page) => {
  await staff(page, PRODUCTS);
  await main(page).locator("input[name=_selected_action]").first().check();
  await named(page, "action").selectOption(action);
  return press(page, "Run");
};
async function exporting(page) {
  await staff(page, PRODUCTS);
  await main(page).locator("input[name=_selected_action]").first().check();
  return press(page, "Export the selected");
}
/** Uploads a file with a new row, a changed row and a wrong row. */
async function importing(page) {
  await staff(page, `${PRODUCTS}import/`);
  const rows = ["id,name,price", "1,Renamed by an import,5.00", ",New,x", "2,,1"].join("\n");
  await named(page, "file").setInputFiles({ name: "products.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  return press(page, "Check the file");
}
/** Saves a field in another window, and then a different value here. */
export const colliding = (path, field, button) => async (page) => {
  const other = await page.context().newPage();
  await staff(page, path);
  await other.goto(path);
  const before = await named(page, field).inputValue();
  await named(other, field).fill(`${Number.parseInt(before, 10) + 1}`);
  await press(other, button);
  await other.close();
  await named(page, field).fill("3");
  return press(page, button);
};

const editing = (fields = {}) => async (page) => {
  await staff(page, PRODUCTS);
  await main(page).locator("input[name=_selected_action]").first().check();
  const shown = await press(page, "Edit the selected");
  if (!Object.keys(fields).length) return shown;
  for (const [field, value] of Object.entries(fields)) {
    await main(page).locator(`[name="change-${field}"]`).check();
    await named(page, field).fill(value);
  }
  return press(page, "Show a preview");
};
/** Changes the stock of a product, and opens a page of its history. */
const changed = (button) => async (page) => {
  await staff(page, `${PRODUCTS}3/change/`);
  const stock = await named(page, "stock").inputValue();
  await named(page, "stock").fill(`${Number.parseInt(stock, 10) + 1}`);
  await press(page, "Save product");
  const shown = await page.goto(`${PRODUCTS}3/history/`);
  return button ? press(page, button) : shown;
};
const deleting = (button) => async (page) => {
  await staff(page, "/admin/catalog/tag/add/");
  await named(page, "name").fill(`gone ${Date.now()}`);
  await named(page, "slug").fill(`gone-${Date.now()}`);
  await press(page, "Save and continue editing");
  await page.waitForURL(/\/change\/$/);
  await page.goto(page.url().replace("/change/", "/delete/"));
  await press(page, "Yes, I’m sure");
  const shown = await page.goto("/admin/catalog/tag/deleted/");
  return button ? press(page, button) : shown;
};
async function viewing(page) {
  await staff(page, `${PRODUCTS}?q=lamp`);
  await main(page).locator(".views summary").click();
  await main(page).locator("#view-name").fill("Lamps");
  await press(page, "Save view");
  const shown = await page.goto(`${PRODUCTS}?q=lamp`);
  await main(page).locator(".views summary").click();
  return shown;
}

/** Each screen: its name, the function that opens it, and its status. */
export const SCREENS = [
  ["login", (page) => page.goto("/admin/login/")],
  ["login that failed", async (page) => (await page.goto("/admin/login/"), send(page, { username: "x", password: "y" }))],
  ["logged out", loggingOut],
  ["start of somebody who may look", at("/admin/", VERA)],
  ["app", at("/admin/catalog/")],
  ["products", at(PRODUCTS)],
  ["products searched and filtered", at(`${PRODUCTS}?q=lamp&is_active__exact=1&_facets=True`)],
  ["products of a month", at(`${PRODUCTS}?released_on__year=2025&released_on__month=5`)],
  ["products not found", at(`${PRODUCTS}?q=umbrella`)],
  ["products edited wrongly", pressing(PRODUCTS, "Save", { "form-0-price": "x", "form-1-stock": "-1" })],
  ["categories", at("/admin/catalog/category/")],
  ["tags", at("/admin/catalog/tag/")],
  ["orders", at("/admin/orders/order/")],
  ["users", at("/admin/auth/user/?q=example.com")],
  ["no groups", at("/admin/auth/group/")],
  ["product to add", at(`${PRODUCTS}add/`)],
  ["product", at(`${PRODUCTS}1/change/`)],
  ["product that is wrong", pressing(`${PRODUCTS}1/change/`, "Save product", { name: "", price: "x", slug: "a b" })],
  ["product somebody else saved", colliding(`${PRODUCTS}2/change/`, "price", "Save product")],
  ["products somebody else saved", colliding(PRODUCTS, "form-0-stock", "Save")],
  ["start", at("/admin/")],
  ["product to look at", at(`${PRODUCTS}1/change/`, VERA)],
  ["order to look at", at(ORDER, VERA)],
  ["category", at("/admin/catalog/category/6/change/")],
  ["tag to add", at("/admin/catalog/tag/add/")],
  ["order", at(ORDER)],
  ["order that is wrong", pressing(ORDER, "Save order", { "items-0-quantity": "0", email: "" })],
  ["order to add", at("/admin/orders/order/add/")],
  ["user", at("/admin/auth/user/901/change/")],
  ["user to add", at("/admin/auth/user/add/")],
  ["user whose passwords differ", pressing("/admin/auth/user/add/", "Save", { username: "a b", password1: "1", password2: "2" })],
  ["password of a user", at("/admin/auth/user/901/password/")],
  ["group to add", at("/admin/auth/group/add/")],
  ["deleting a tag", at("/admin/catalog/tag/1/delete/")],
  ["deleting a category of products", at("/admin/catalog/category/6/delete/")],
  ["deleting selected products", acting("delete_selected")],
  ["tasks", at("/admin/tasks/")],
  ["export", at(`${PRODUCTS}export/?q=a`)],
  ["export of ticked rows", exporting],
  ["import", at(`${PRODUCTS}import/`)],
  ["import that was checked", importing],
  ["history", at(`${PRODUCTS}2/history/`)],
  ["history with values", changed()],
  ["reverting a change", changed(/^Revert/)],
  ["deleted tags", deleting()],
  ["restoring a tag", deleting(/^Restore/)],
  ["all changes", at("/admin/history/")],
  ["search", at("/admin/search/")],
  ["search that finds rows", at("/admin/search/?q=lamp")],
  ["search that finds nothing", at("/admin/search/?q=umbrella")],
  ["products with chosen columns", at(`${PRODUCTS}?columns=name,sku,description`)],
  ["products with a saved view", viewing],
  ["editing selected products", editing()],
  ["editing selected products, preview", editing({ stock: "77" })],
  ["history of nothing", at(`${PRODUCTS}5/history/`)],
  ["own password", at("/admin/password_change/")],
  ["own password that failed", pressing("/admin/password_change/", "Change my password", { old_password: "x" })],
  ["own password changed", at("/admin/password_change/done/")],
  ["documentation", at("/admin/doc/models/")],
  ["documentation of a model", at("/admin/doc/models/catalog.product/")],
  ["popup to add", at("/admin/catalog/category/add/?_to_field=id&_popup=1")],
  ["popup to choose", at("/admin/auth/user/?q=example.com&_to_field=id&_popup=1")],
  ["what one may not see", at("/admin/auth/user/", VERA), 403],
  ["a page that is not there", at("/admin/nothing/"), 404],
].map(([name, reach, status = 200]) => ({ name, reach, status }));
