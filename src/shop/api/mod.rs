//! The shop's own endpoints, which give programs the data that visitors see.

mod products;
mod quotes;

use nuages::api;
use nuages::http::Access::Public;
use nuages::http::{Urls, path};

/// The URLs below `/api/shop/`.
pub(crate) fn urls() -> Urls {
    Urls::new([
        path(
            "/api/shop/products/",
            "api_shop_products",
            Public,
            api::get(products::products)
                .summary("List the products that are for sale")
                .problems(&[404]),
        ),
        path(
            "/api/shop/quotes/",
            "api_shop_quotes",
            Public,
            api::post(quotes::quote).summary("Compute the price of products; nothing is stored"),
        ),
    ])
}
