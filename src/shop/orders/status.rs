//! The statuses of orders, with the stock, the timeline and the mails that belong to them.

use super::models::{
    Order, OrderPage, ShownOrder, StockMove, note, nuages_shop_placement as placement,
    nuages_shop_stockmove as moves, orders_order as order,
};
use super::tasks;
use crate::shop::catalog::models::ForSale;
use nuages::db::Readable;
use nuages::prelude::*;
use nuages::records::{Change, Hooks, Moved, Workflow};
use nuages::words::capfirst;

/// Number of orders that one statement names: SQLite allows 32,766 bound values.
const AT_ONCE: usize = 5000;

/// The rules for the status of orders that were placed in the shop.
pub(crate) struct OrderStatus;

impl OrderStatus {
    /// Returns the hooks of the admin: the rules for the status, and for the total.
    pub(crate) fn order_hooks() -> Hooks {
        Hooks {
            check: Some(|conn, change| {
                let mut errors = check_total(conn, change)?;
                if let Some(check) = Self::hooks().check {
                    errors.extend(check(conn, change)?);
                }
                Ok(errors)
            }),
            ..Self::hooks()
        }
    }
}

impl Workflow for OrderStatus {
    type Model = Order;
    type Column = order::status;

    const SOURCES: &[(&str, &[&str])] = &[
        ("paid", &["pending"]),
        ("shipped", &["paid"]),
        ("delivered", &["shipped"]),
        ("cancelled", &["pending", "paid"]),
    ];
    const ACTIONS: &[(&str, &str, &str)] = &[
        ("mark_paid", "Mark selected orders as paid", "paid"),
        ("mark_shipped", "Mark selected orders as shipped", "shipped"),
        (
            "mark_delivered",
            "Mark selected orders as delivered",
            "delivered",
        ),
        ("cancel_orders", "Cancel selected orders", "cancelled"),
    ];

    /// Orders that Django or the admin made may be changed freely.
    fn ruled(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<i64>> {
        let mut ruled: Vec<i64> = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            let placed = placement::table.filter(placement::order_id.eq_any(some));
            ruled.extend(placed.select(placement::order_id).load::<i64>(conn)?);
        }
        Ok(ruled)
    }

    fn follow(conn: &mut Conn, moved: &Moved<'_>) -> Result<()> {
        for id in moved.ids {
            note(conn, *id, moved.who, &capfirst(moved.to))?;
        }
        settle(conn, moved)?;
        if moved.to == "cancelled" {
            give_back(conn, moved.ids)?;
        }
        for id in moved.ids {
            let order: ShownOrder = order::table.find(*id).first(conn)?;
            let page = OrderPage::of(order, conn)?;
            tasks::mail(conn, moved.settings, &page)?;
        }
        Ok(())
    }
}

/// Sets the time of the payment. The items of an order that was not paid may have been edited together with its status, so
/// its total is set again.
fn settle(conn: &mut Conn, moved: &Moved<'_>) -> Result<()> {
    if !["paid", "cancelled"].contains(&moved.to) {
        return Ok(());
    }
    for id in moved.ids {
        let row = order::table.find(*id);
        let paid_at: Option<Readable<Timestamp>> = row.select(order::paid_at).first(conn)?;
        if paid_at.is_none() {
            Order::set_total(conn, *id)?;
        }
        if moved.to == "paid" {
            let now = order::paid_at.eq(Some(Timestamp::now()));
            diesel::update(row).set(now).execute(conn)?;
        }
    }
    Ok(())
}

/// Refuses a typed total of an order that was placed in the shop and is not paid.
fn check_total(conn: &mut Conn, change: &Change<'_>) -> Result<Vec<FieldError>> {
    let (Some(before), Some(id)) = (change.before, change.after.pk().as_i64()) else {
        return Ok(Vec::new());
    };
    let is_same = before.get(order::total) == change.after.get(order::total);
    let is_pending = before
        .get(order::status)
        .is_some_and(|status| status.text() == "pending");
    if is_same || !is_pending || OrderStatus::ruled(conn, vec![id])?.is_empty() {
        return Ok(Vec::new());
    }
    let text = "The total of an order from the shop is the sum of its items. It follows when they are changed.";
    Ok(vec![FieldError::new(order::total, text)])
}

/// Gives back what orders have taken, once. The products are changed in the order of their keys, so that two transactions
/// cannot deadlock.
fn give_back(conn: &mut Conn, orders: &[i64]) -> Result<()> {
    let mut taken: Vec<StockMove> = Vec::new();
    for some in orders.chunks(AT_ONCE) {
        let of_orders = moves::table.filter(moves::order_id.eq_any(some));
        let of_orders = of_orders.filter(moves::reason.eq("placed"));
        taken.extend(of_orders.load::<StockMove>(conn)?);
    }
    taken.sort_by_key(|it| (it.product_id, it.order_id));
    for it in taken {
        if move_stock(conn, it.order_id, it.product_id, "cancelled", -it.quantity)? {
            ForSale::give_back(conn, it.product_id, -it.quantity)?;
        }
    }
    Ok(())
}

/// Records a movement of the stock, for the reason "placed" or "cancelled". Returns false if it was recorded before.
pub(crate) fn move_stock(
    conn: &mut Conn,
    order: i64,
    product: i64,
    reason: &str,
    quantity: i32,
) -> Result<bool> {
    let insert = diesel::insert_into(moves::table).values((
        moves::order_id.eq(order),
        moves::product_id.eq(product),
        moves::reason.eq(reason.to_owned()),
        moves::quantity.eq(quantity),
    ));
    Ok(on_conn!(conn, |conn| insert.on_conflict_do_nothing().execute(conn))? > 0)
}
