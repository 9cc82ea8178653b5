//! Orders and their items.

use diesel::prelude::*;

use crate::db::{Decimal, Timestamp};
use crate::schema::{orders_order, orders_orderitem};

/// How far an order has come, as the `status` column says it.
pub const STATUSES: [&str; 5] = ["pending", "paid", "shipped", "delivered", "cancelled"];

/// Something a customer ordered.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = orders_order, treat_none_as_null = true)]
pub struct Order {
    /// Primary key.
    pub id: i64,
    /// The number that customers know it by.
    pub number: String,
    /// Where to write to.
    pub email: String,
    /// One of [`STATUSES`].
    pub status: String,
    /// A note by the customer.
    pub note: String,
    /// What is to be paid.
    pub total: Decimal,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// Who placed it, if that account is still there.
    pub customer_id: Option<i32>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, Associations, AsChangeset)]
#[diesel(table_name = orders_orderitem, belongs_to(Order), treat_none_as_null = true)]
pub struct OrderItem {
    /// Primary key.
    pub id: i64,
    /// How many.
    pub quantity: i32,
    /// What one cost then.
    pub unit_price: Decimal,
    /// The order.
    pub order_id: i64,
    /// The product.
    pub product_id: i64,
}
