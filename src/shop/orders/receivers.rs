//! Functions that are called when users log in and when items of orders are saved.

use super::models::{Cart, OrderItem, orders_order as order, orders_orderitem as item};
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
        for (id, pieces) in Cart::or_empty(event.session.get_as("cart")).0 {
            match cart.put(conn, id, pieces) {
                // The product is gone.
                Ok(_) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
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
    let items = item::table.filter(item::order_id.eq(id));
    let items = items.select((item::quantity, item::unit_price));
    let items: Vec<(i32, Decimal)> = items.load(conn)?;
    let total: Decimal = items.iter().map(|(pieces, price)| price * *pieces).sum();
    let unpaid = order::id.eq(id).and(order::status.eq("pending"));
    let total = order::total.eq(total.round(2));
    diesel::update(order::table.filter(unpaid))
        .set(total)
        .execute(conn)?;
    Ok(())
}
