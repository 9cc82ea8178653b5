//! URLs of the catalog.

use super::{sitemap, views};
use nuages::http::Access::Public;
use nuages::http::{Urls, get, path};

/// The app's URLs.
pub(crate) fn urls() -> Urls {
    Urls::new([
        path("/", "home", Public, get(views::home)),
        path(
            "/products/",
            "product_list",
            Public,
            get(views::product_list),
        ),
        path(
            "/products/{slug:[-a-zA-Z0-9_]+}/",
            "product_detail",
            Public,
            get(views::product_detail),
        ),
        path(
            "/categories/",
            "category_list",
            Public,
            get(views::category_list),
        ),
        path(
            "/categories/{slug:[-a-zA-Z0-9_]+}/",
            "category_detail",
            Public,
            get(views::category_detail),
        ),
        path("/sitemap.xml", "sitemap", Public, get(sitemap::sitemap)),
        path("/robots.txt", "robots", Public, get(sitemap::robots)),
    ])
}
