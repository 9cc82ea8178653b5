//! Orders and their items.

pub(crate) mod admin;
pub(crate) mod models;

use nuages::models::{AppConfig, Model as _};

/// The app.
pub(crate) const APP: AppConfig = AppConfig {
    label: "orders",
    verbose_name: "Orders",
    models: &[models::Order::meta, models::OrderItem::meta],
    migrations: nuages::migrations!("orders"),
};
