//! The tiles of the admin's start page about orders and stock.

use super::models::{Order, orders_order as order};
use crate::shop::catalog::models::Product;
use crate::shop::schema::catalog_product as product;
use nuages::admin::dashboard::{Tile, TileContent, TilePoint, TileRequest, TileRow};
use nuages::db::{Kind, Sql, Value};
use nuages::models::Meta;
use nuages::prelude::*;
use nuages::words::capfirst;

/// Products with at most this many pieces are running low.
const LOW: i32 = 5;
/// The most rows of a list.
const ROWS: i64 = 8;
/// The list of orders.
const ORDERS: &str = "/admin/orders/order/";
/// The list of products.
const PRODUCTS: &str = "/admin/catalog/product/";

/// The sum of the orders of each day or month.
#[derive(Debug)]
pub(crate) struct Sales;

/// The number of orders with each status.
#[derive(Debug)]
pub(crate) struct OrdersByStatus;

/// Products of which few pieces are left.
#[derive(Debug)]
pub(crate) struct LowStock;

/// The latest orders.
#[derive(Debug)]
pub(crate) struct NewestOrders;

/// Returns `303.33` for 30333 cents.
fn amount(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl Tile for Sales {
    fn title(&self) -> &'static str {
        "Sales"
    }

    fn model(&self) -> &'static Meta {
        Order::meta()
    }

    fn load(&self, conn: &mut Conn, request: &TileRequest) -> Result<TileContent> {
        let buckets = request.range.buckets();
        // The index of the times finds the orders of each day. SQLite adds up floats, so add up cents.
        let mut sql = Sql::new("WITH span (n, a, z) AS (VALUES ");
        for (at, bucket) in buckets.iter().enumerate() {
            sql = sql
                .raw(if at > 0 { ", (" } else { "(" })
                .bind(i64::try_from(at).unwrap_or_default())
                .raw(", ")
                .bind(bucket.start)
                .raw(", ")
                .bind(bucket.end)
                .raw(")");
        }
        let rows = sql
            .raw(
                ") SELECT n, (SELECT COALESCE(CAST(SUM(CAST(ROUND(total * 100) AS BIGINT)) AS BIGINT), 0) \
                 FROM orders_order WHERE created_at >= a AND created_at < z AND status <> 'cancelled') \
                 FROM span ORDER BY n",
            )
            .returns(&[Kind::BigInt, Kind::BigInt])
            .load(conn)?;

        let sums = rows.iter().map(|row| row.get(1).and_then(Value::as_i64));
        let sums: Vec<i64> = sums.map(Option::unwrap_or_default).collect();
        let points = buckets.iter().zip(&sums).map(|(bucket, cents)| TilePoint {
            label: bucket.label.clone(),
            value: cents_as_float(*cents),
            text: amount(*cents),
            url: String::new(),
        });
        let head = if request.range.has_months() {
            "Month"
        } else {
            "Day"
        };
        Ok(TileContent::chart((head, "Amount"), points.collect())
            .headline(amount(sums.iter().sum()))
            .note("without cancelled orders")
            .url(format!(
                "{ORDERS}?created_at__gte={}",
                request.range.first_day()
            )))
    }
}

/// Returns the height of a bar: charts need no exact numbers.
fn cents_as_float(cents: i64) -> f64 {
    i32::try_from(cents / 100).map_or(f64::from(i32::MAX), f64::from)
        + f64::from(u8::try_from(cents.rem_euclid(100)).unwrap_or_default()) / 100.0
}

impl Tile for OrdersByStatus {
    fn title(&self) -> &'static str {
        "Orders by status"
    }

    fn model(&self) -> &'static Meta {
        Order::meta()
    }

    fn load(&self, conn: &mut Conn, request: &TileRequest) -> Result<TileContent> {
        let counts: Vec<(String, i64)> = order::table
            .filter(order::created_at.ge(request.range.start()))
            .filter(order::created_at.lt(request.range.end()))
            .group_by(order::status)
            .select((order::status, diesel::dsl::count_star()))
            .order(order::status)
            .load(conn)?;
        let first = request.range.first_day();
        let points = counts.into_iter().map(|(status, count)| TilePoint {
            label: capfirst(&status),
            value: i32::try_from(count).map_or(f64::from(i32::MAX), f64::from),
            text: count.to_string(),
            url: format!("{ORDERS}?created_at__gte={first}&status__exact={status}"),
        });
        Ok(TileContent::chart(("Status", "Orders"), points.collect())
            .url(format!("{ORDERS}?created_at__gte={first}"))
            .empty("No orders in this time."))
    }
}

impl Tile for LowStock {
    fn title(&self) -> &'static str {
        "Stock running low"
    }

    fn model(&self) -> &'static Meta {
        Product::meta()
    }

    fn load(&self, conn: &mut Conn, _: &TileRequest) -> Result<TileContent> {
        let rows: Vec<(i64, String, i32)> = product::table
            .filter(product::is_active)
            .filter(product::stock.le(LOW))
            .order((product::stock, product::id))
            .limit(ROWS)
            .select((product::id, product::name, product::stock))
            .load(conn)?;
        let rows = rows.into_iter().map(|(id, name, stock)| TileRow {
            text: name,
            value: stock.to_string(),
            url: format!("{PRODUCTS}{id}/change/"),
        });
        Ok(TileContent::list(("Product", "In stock"), rows.collect())
            .url(format!("{PRODUCTS}?is_active__exact=1&stock__lte={LOW}"))
            .empty("Every product has more than five pieces."))
    }
}

impl Tile for NewestOrders {
    fn title(&self) -> &'static str {
        "Newest orders"
    }

    fn model(&self) -> &'static Meta {
        Order::meta()
    }

    fn load(&self, conn: &mut Conn, _: &TileRequest) -> Result<TileContent> {
        let rows: Vec<(i64, String, Decimal)> = order::table
            .order((order::created_at.desc(), order::id.desc()))
            .limit(ROWS)
            .select((order::id, order::number, order::total))
            .load(conn)?;
        let rows = rows.into_iter().map(|(id, number, total)| TileRow {
            text: number,
            value: total.round(2).to_string(),
            url: format!("{ORDERS}{id}/change/"),
        });
        Ok(TileContent::list(("Order", "Total"), rows.collect())
            .url(ORDERS)
            .empty("No orders yet."))
    }
}
