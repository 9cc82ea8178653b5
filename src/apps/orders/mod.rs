//! Orders and what was ordered.

pub mod admin;
pub mod models;

use crate::migration;
use crate::models::{AppConfig, Model as _};

/// The app.
pub const APP: AppConfig = AppConfig {
    label: "orders",
    verbose_name: "Orders",
    models: &[models::Order::meta, models::OrderItem::meta],
    migrations: &[migration!("orders", "0001_initial")],
};
