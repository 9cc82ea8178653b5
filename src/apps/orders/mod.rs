//! Orders and what was ordered.

pub mod models;

use crate::migration;
use crate::models::{AppConfig, ModelName};

/// The app.
pub const APP: AppConfig = AppConfig {
    label: "orders",
    models: &[ModelName::new("order", "order"), ModelName::new("orderitem", "order item")],
    migrations: &[migration!("orders", "0001_initial")],
};
