//! The admin of orders.

use super::models::{Order, OrderItem};
use crate::shop::schema::{orders_order as order, orders_orderitem as item};
use nuages::admin::{AdminSite, Inline};
use nuages::models::via;
use nuages::schema::auth_user as user;

/// Registers orders, with their items as inlines.
pub(crate) fn register(site: AdminSite) -> AdminSite {
    use order::{created_at, customer_id, email, number, status, total};
    site.register::<Order>(|it| {
        it.icon("cart")
            .list_display((number, customer_id, email, status, total, created_at))
            .list_filter((status, created_at))
            .search_fields((number, email, via(customer_id, user::username)))
            .date_hierarchy(created_at)
            .raw_id_fields((customer_id,))
            .inlines([Inline::tabular::<OrderItem>(|it| {
                it.autocomplete_fields((item::product_id,))
            })
            .extra(1)])
    })
}
