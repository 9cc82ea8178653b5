//! What the shop sells: categories, tags, products.

pub mod admin;
pub mod models;
mod sitemap;
pub mod urls;
mod views;

use crate::migration;
use crate::models::{AppConfig, Model as _};

/// The app.
pub const APP: AppConfig = AppConfig {
    label: "catalog",
    verbose_name: "Catalog",
    models: &[models::Tag::meta, models::Category::meta, models::Product::meta],
    migrations: &[migration!("catalog", "0001_initial")],
};
