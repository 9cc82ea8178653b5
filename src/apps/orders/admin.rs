//! Orders in the admin.

use super::models::{Order, OrderItem};
use crate::admin::{AdminSite, Inline};
use crate::models::via;
use crate::schema::{auth_user as user, orders_order as order, orders_orderitem as item};

/// Registers orders, with their items inside.
pub fn register(site: AdminSite) -> AdminSite {
    use order::{created_at, customer_id, email, number, status, total};
    site.register::<Order>(|it| {
        it.icon("cart")
            .list_display((number, customer_id, email, status, total, created_at))
            .list_filter((status, created_at))
            .search_fields((number, email, via(customer_id, user::username)))
            .date_hierarchy(created_at)
            .raw_id_fields((customer_id,))
            .inlines([Inline::tabular::<OrderItem>(|it| it.autocomplete_fields((item::product_id,))).extra(1)])
    })
}
