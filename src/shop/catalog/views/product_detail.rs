//! The page of a product.

use actix_web::web;
use askama::Template;

use super::cards::{Link, ProductCard};
use crate::shop::catalog::models::ProductPage;
use nuages::db::Db;
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
}

/// `GET /products/<slug>/`
pub(in crate::shop::catalog) async fn product_detail(
    page: Page,
    db: web::Data<Db>,
    slug: web::Path<String>,
) -> Result<Html> {
    let (product, tags, related) = db
        .run(move |conn| ProductPage::find(conn, &slug, RELATED))
        .await?;
    let category = || Link {
        label: product.category.clone(),
        url: format!("/categories/{}/", product.category_slug),
    };
    render(&ProductDetail {
        page,
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
