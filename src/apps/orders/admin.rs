//! Orders in the admin.

use super::models::{Order, OrderItem};
use crate::admin::{AdminSite, Inline, ModelAdmin};
use crate::models::via;
use crate::schema::{auth_user as user, orders_order as order, orders_orderitem as item};

/// Registers orders, with their items inside.
pub fn register(site: AdminSite) -> AdminSite {
    let items = ModelAdmin::<OrderItem>::new().autocomplete_fields((item::product_id,));
    let orders = ModelAdmin::<Order>::new()
        .icon("cart")
        .list_display((order::number, order::customer_id, order::email, order::status, order::total, order::created_at))
        .list_filter((order::status, order::created_at))
        .search_fields((order::number, order::email, via(order::customer_id, user::username)))
        .date_hierarchy(order::created_at)
        .raw_id_fields((order::customer_id,))
        .inlines([Inline::tabular(items).extra(1)]);
    site.register(orders)
}
