//! Inline rows, and concurrent saves of the same form.

mod saving;
mod meanwhile;
mod showing;

use diesel::connection::SimpleConnection as _;

use crate::support;
use crate::support::TestSite;

const ORDER: &str = "/admin/orders/order/1/change/";

/// Creates an order with this number of items of one product.
fn order(site: &TestSite, items: usize) {
    let conn = &mut site.connect();
    support::product("Lamp").save(conn);
    support::product("Žluť").save(conn);
    let sql = format!(
        "INSERT INTO orders_order (id, number, email, status, note, total, created_at)
             VALUES (1, 'R1', 'a@example.com', 'paid', '', 10, '2025-01-01 00:00:00');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {items})
             INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id) SELECT i, 2.50, 1, 1 FROM n;"
    );
    conn.batch_execute(&sql).unwrap();
}

/// Returns the quantities ordered by id.
fn quantities(site: &TestSite) -> Vec<i32> {
    use crate::shop::orders::models::orders_orderitem::dsl::{id, orders_orderitem, quantity};
    use diesel::prelude::*;
    orders_orderitem
        .order(id)
        .select(quantity)
        .load(&mut site.connect())
        .unwrap()
}
