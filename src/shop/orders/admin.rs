//! The admin of orders.

use super::countries;
use super::models::{
    Event, Order, OrderItem, Placement, contained_tax, nuages_shop_event as event,
    nuages_shop_placement as placement, orders_order as order, orders_orderitem as item,
};
use super::status::OrderStatus;
use super::tiles::{LowStock, NewestOrders, OrdersByStatus, Sales};
use nuages::admin::options::{Action, Cell, loaded};
use nuages::prelude::*;
use nuages::schema::auth_user as user;

/// Registers orders, with their items as inlines.
pub(crate) fn register(site: AdminSite) -> AdminSite {
    use order::{created_at, customer_id, email, number, status, total};
    let site = site
        .tile(&Sales)
        .tile(&OrdersByStatus)
        .tile(&LowStock)
        .tile(&NewestOrders);
    site.register::<Order>(|it| {
        it.icon("cart")
            .list_display((number, customer_id, email, status, total, created_at))
            .list_filter((status, created_at))
            .search_fields((number, email, via(customer_id, user::username)))
            .date_hierarchy(created_at)
            .raw_id_fields((customer_id,))
            .readonly_computed((
                loaded("address", |conn, row| of_placement(conn, row, address)),
                loaded("payment", |conn, row| {
                    of_placement(conn, row, |it, _| it.payment)
                }),
                loaded("tax", |conn, row| of_placement(conn, row, tax)),
                loaded("timeline", timeline),
            ))
            .hooks(OrderStatus::order_hooks())
            .actions(Action::workflow::<OrderStatus>())
            .inlines([Inline::tabular::<OrderItem>(|it| {
                it.autocomplete_fields((item::product_id,))
            })
            .extra(1)])
    })
}

/// Shows a value of an order that was placed in the shop.
fn of_placement(
    conn: &mut Conn,
    row: &Record,
    show: fn(Placement, Decimal) -> String,
) -> Result<Cell> {
    let placement = placement::table.find(row.typed::<i64>("id")?).first(conn);
    let total = row.typed("total").unwrap_or_default();
    let text = placement
        .optional()?
        .map(|placement| show(placement, total));
    Ok(Cell::Text(text.unwrap_or_default()))
}

fn address(it: Placement, _: Decimal) -> String {
    let country = countries::name(&it.country);
    format!(
        "{}\n{}\n{} {}\n{country}",
        it.name, it.street, it.postal_code, it.city
    )
}

fn tax(it: Placement, total: Decimal) -> String {
    let tax = contained_tax(&total, &it.tax_rate);
    format!("{tax} ({} %)", it.tax_rate.round(0))
}

fn timeline(conn: &mut Conn, row: &Record) -> Result<Cell> {
    let rows = event::table.filter(event::order_id.eq(row.typed::<i64>("id")?));
    let events: Vec<Event> = rows.order(event::id).load(conn)?;
    let lines = events.into_iter().map(|it| {
        let at = it.at.utc().format("%Y-%m-%d %H:%M UTC");
        format!("{at} {}: {}", it.who, it.text)
    });
    Ok(Cell::Text(lines.collect::<Vec<_>>().join("\n")))
}
