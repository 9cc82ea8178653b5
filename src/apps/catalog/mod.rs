//! What the shop sells: categories, tags, products.

pub mod models;
mod sitemap;
pub mod urls;
mod views;

use crate::migration;
use crate::models::{AppConfig, ModelName};

/// The app.
pub const APP: AppConfig = AppConfig {
    label: "catalog",
    models: &[
        ModelName::new("tag", "tag"),
        ModelName::new("category", "category"),
        ModelName::new("product", "product"),
    ],
    migrations: &[migration!("catalog", "0001_initial")],
};
