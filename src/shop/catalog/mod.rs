//! The catalog of the shop: categories, tags, products.

pub(crate) mod admin;
pub(crate) mod models;
mod sitemap;
pub(crate) mod urls;
mod views;

pub(crate) use views::{TypedQuantity, product_page};

use nuages::models::{AppConfig, Model as _};

/// The app.
pub(crate) const APP: AppConfig = AppConfig {
    label: "catalog",
    verbose_name: "Catalog",
    models: &[
        models::Tag::meta,
        models::Category::meta,
        models::Product::meta,
    ],
    migrations: nuages::migrations!("catalog"),
};
