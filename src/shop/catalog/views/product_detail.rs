//! The page of a product.

use actix_web::web;
use askama::Template;

use super::cards::{Link, ProductCard};
use crate::shop::catalog::models::ProductPage;
use nuages::error::Result;
use nuages::http::{Html, render};
use nuages::pages::Page;

/// Number of related products.
const RELATED: usize = 4;

#[derive(Template)]
#[template(path = "shop/product_detail.html")]
struct ProductDetail {
    page: Page,
    name: String,
    sku: String,
    description: String,
    crumbs: Vec<Link>,
    category: Link,
    /// Prices with and without tax; `None` if the price cannot be read.
    price: Option<(String, String)>,
    stock: i32,
    image: Option<String>,
    tags: Vec<Link>,
    released_on: Option<String>,
    related: Vec<ProductCard>,
    id: i64,
    quantity: TypedQuantity,
}

/// The number of pieces in the form that adds the product to the cart.
pub(crate) struct TypedQuantity {
    pub(crate) text: String,
    pub(crate) error: Option<String>,
}

/// `GET /products/<slug>/`
pub(in crate::shop::catalog) async fn product_detail(
    page: Page,
    slug: web::Path<String>,
) -> Result<Html> {
    let quantity = TypedQuantity {
        text: "1".to_owned(),
        error: None,
    };
    show(page, slug.into_inner(), quantity).await
}

/// Shows the page of a product with a quantity that was typed and cannot be added to the cart.
pub(crate) async fn product_page(page: Page, id: i64, quantity: TypedQuantity) -> Result<Html> {
    let slug = page
        .db()
        .run(move |conn| ProductPage::slug_of(conn, id))
        .await?;
    show(page, slug, quantity).await
}

async fn show(page: Page, slug: String, quantity: TypedQuantity) -> Result<Html> {
    let (product, tags, related) = page
        .db()
        .run(move |conn| ProductPage::find(conn, &slug, RELATED))
        .await?;
    let category = || Link {
        label: product.category.clone(),
        url: format!("/categories/{}/", product.category_slug),
    };
    render(&ProductDetail {
        page,
        id: product.id,
        quantity,
        crumbs: vec![
            Link {
                label: "Products".to_owned(),
                url: "/products/".to_owned(),
            },
            category(),
        ],
        category: category(),
        price: product
            .price_with_tax()
            .zip(product.price.0.as_ref())
            .map(|(gross, net)| (gross.to_string(), net.round(2).to_string())),
        image: product.image.url(),
        tags: tags
            .into_iter()
            .map(|tag| Link {
                url: tag.url(),
                label: tag.name,
            })
            .collect(),
        released_on: product
            .released_on
            .and_then(|date| date.0)
            .map(|day| day.0.format("%-d %B %Y").to_string()),
        related: related.into_iter().map(Into::into).collect(),
        name: product.name,
        sku: product.sku,
        description: product.description,
        stock: product.stock,
    })
}
