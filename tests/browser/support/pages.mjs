// Every kind of page there is: `[what it is, which shop, its path, its status]`.

export const PAGES = [
  ["home", "demo", "/"],
  ["list", "demo", "/products/"],
  ["last page of the list", "demo", "/products/?page=3"],
  ["search results", "demo", "/products/?q=brass"],
  ["search with filters", "demo", "/products/?q=lamp&category=lighting&tag=wood"],
  ["empty search", "demo", "/products/?q=umbrella"],
  ["categories", "demo", "/categories/"],
  ["category", "demo", "/categories/living/"],
  ["product", "demo", "/products/halo-reading-lamp/"],
  ["product of which few are left", "demo", "/products/atlas-desk-globe/"],
  ["sold-out product", "demo", "/products/desert-trio-cacti/"],
  ["page not found", "demo", "/nowhere/", 404],
  ["failure", "broken", "/", 500],
  ["failure with DEBUG", "debug", "/products/?q=lamp", 500],
  ["home of an empty shop", "empty", "/"],
  ["list of an empty shop", "empty", "/products/"],
  ["categories of an empty shop", "empty", "/categories/"],
  ["home with odd products", "odd", "/"],
  ["list with odd products", "odd", "/products/?page=3"],
  ["categories with long names", "odd", "/categories/"],
  ["category with a long name", "odd", "/categories/long-word/"],
  ["category without products", "odd", "/categories/nothing/"],
  ["product with a long name", "odd", "/products/long-name/"],
  ["product named by one long word", "odd", "/products/long-word/"],
  ["product with odd signs", "odd", "/products/odd-signs/"],
  ["product without a picture", "odd", "/products/no-picture/"],
].map(([name, shop, path, status = 200]) => ({ name, shop, path, status }));

export const SHOPS = ["demo", "odd", "empty", "broken", "debug"];
