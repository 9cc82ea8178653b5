//! The cart, the checkout, and orders with their items.

pub(crate) mod admin;
pub(crate) mod countries;
mod forms;
pub(crate) mod models;
mod payment;
mod placing;
mod receivers;
pub(crate) mod status;
mod tasks;
mod tiles;
mod urls;
mod views;
mod webhook;

pub(crate) use payment::SETTINGS;
pub(crate) use receivers::RECEIVERS;
pub(crate) use urls::{url, urls};

use nuages::models::{AppConfig, Model as _};
use nuages::pages::Page;

/// The app, with the models that Django knows.
pub(crate) const APP: AppConfig = AppConfig {
    label: "orders",
    verbose_name: "Orders",
    models: &[models::Order::meta, models::OrderItem::meta],
    migrations: nuages::migrations!("orders"),
};

/// The shop's own tables, which Django does not know.
pub(crate) const OWN: AppConfig = AppConfig {
    label: "nuages_shop",
    verbose_name: "Shop",
    models: &[
        models::SavedCart::meta,
        models::OrderNumber::meta,
        models::Placement::meta,
        models::StockMove::meta,
        models::Event::meta,
        models::PaymentEvent::meta,
    ],
    migrations: nuages::migrations!("nuages_shop"),
};

/// Returns the number of pieces in the visitor's cart, for the header.
pub(crate) fn pieces_in_cart(page: &Page) -> i64 {
    models::Cart::or_empty(page.session().get_as("cart")).pieces()
}
