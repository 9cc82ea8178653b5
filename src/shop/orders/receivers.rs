//! Functions that are called when users log in and when items of orders are saved.

use super::models::{Cart, NOTICES, Order, OrderItem, orders_order as order};
use super::status::OrderStatus;
use nuages::auth::UserEvent;
use nuages::prelude::*;
use nuages::records::{Receiver, Workflow as _};

/// The receivers of the app.
pub(crate) const RECEIVERS: &[Receiver] = &[
    Receiver::user_logged_in(merge_carts),
    Receiver::after_save::<OrderItem>(|conn, row, _| item_changed(conn, row)),
    Receiver::after_delete::<OrderItem>(|conn, row, _| item_changed(conn, row)),
];

/// Adds the cart of the browser to that of the customer who logs in, cut to the stock.
fn merge_carts(conn: &mut Conn, event: &UserEvent<'_>) -> Result<()> {
    let Some(user) = event.user else {
        return Ok(());
    };
    let mut data = Data::new();
    let mut cart = Cart::lock(conn, &data, Some(user.id))?;
    // The cart of somebody who is logged in is in the table already.
    if event.session.get("_auth_user_id").is_none() {
        let mut notices = Vec::new();
        for (id, pieces) in Cart::or_empty(event.session.get_as("cart")).0 {
            match cart.put(conn, id, pieces) {
                Ok(notice) => notices.extend(notice),
                // The product is gone.
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        if !notices.is_empty() {
            event.session.insert(NOTICES, notices);
        }
    }

    cart.save(conn, &mut data, Some(user.id))?;
    if let Some(lines) = data.remove("cart") {
        event.session.insert("cart", lines);
    }
    Ok(())
}

/// Keeps the total of an order that was placed in the shop and is not paid yet equal to the sum of its items.
fn item_changed(conn: &mut Conn, row: &Record) -> Result<()> {
    let id: i64 = row.typed("order_id")?;
    if OrderStatus::ruled(conn, vec![id])?.is_empty() {
        return Ok(());
    }
    let unpaid = order::table.filter(order::id.eq(id).and(order::status.eq("pending")));
    if unpaid.count().get_result::<i64>(conn)? > 0 {
        Order::set_total(conn, id)?;
    }
    Ok(())
}
