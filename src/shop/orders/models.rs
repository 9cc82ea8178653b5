//! Orders and their items.

use diesel::prelude::*;

use crate::shop::catalog::models::Product;
use crate::shop::schema::{catalog_product, orders_order, orders_orderitem};
use nuages::auth::User;
use nuages::db::{Decimal, Timestamp};
use nuages::models::{Description, Model, OnDelete, desc, via};

/// How far an order has come.
pub(crate) const STATUSES: [&str; 5] = ["pending", "paid", "shipped", "delivered", "cancelled"];

/// Something a customer ordered.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = orders_order, treat_none_as_null = true)]
pub(crate) struct Order {
    /// Primary key.
    pub(crate) id: i64,
    /// The number that customers know it by.
    pub(crate) number: String,
    /// Where to write to.
    pub(crate) email: String,
    /// One of [`STATUSES`].
    pub(crate) status: String,
    /// A note by the customer.
    pub(crate) note: String,
    /// What is to be paid.
    pub(crate) total: Decimal,
    /// When it was placed.
    pub(crate) created_at: Timestamp,
    /// When it was paid.
    pub(crate) paid_at: Option<Timestamp>,
    /// Who placed it, if that account is still there.
    pub(crate) customer_id: Option<i32>,
}

/// One line of an order.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Identifiable,
    Queryable,
    Selectable,
    Insertable,
    Associations,
    AsChangeset,
)]
#[diesel(table_name = orders_orderitem, belongs_to(Order), treat_none_as_null = true)]
pub(crate) struct OrderItem {
    /// Primary key.
    pub(crate) id: i64,
    /// How many.
    pub(crate) quantity: i32,
    /// What one cost then.
    pub(crate) unit_price: Decimal,
    /// The order.
    pub(crate) order_id: i64,
    /// The product.
    pub(crate) product_id: i64,
}

impl Model for Order {
    fn describe(it: Description<Self>) -> Description<Self> {
        use orders_order as order;
        it.ordering((desc(order::created_at), desc(order::id)))
            .field(order::number, |field| field.max_length(20).unique())
            .field(order::customer_id, |field| {
                field.to::<User>(OnDelete::SetNull).related_name("orders")
            })
            .field(order::email, |field| field.email(254))
            .field(order::status, |field| {
                field
                    .max_length(10)
                    .text_choices(&STATUSES)
                    .default(|| "pending".into())
            })
            .field(order::note, |field| field.blank())
            .field(order::total, |field| {
                field.decimal(12, 2).default(|| Decimal::new(0, 2).into())
            })
            .field(order::created_at, |field| field.default_now().db_index())
    }
}

impl Model for OrderItem {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_product as product;
        use orders_orderitem as item;
        it.display_with(
            (item::quantity, via(item::product_id, product::name)),
            |[n, name]| format!("{n} × {name}"),
        )
        .field(item::order_id, |field| {
            field.to::<Order>(OnDelete::Cascade).related_name("items")
        })
        .field(item::product_id, |field| {
            field
                .to::<Product>(OnDelete::Protect)
                .related_name("order_items")
        })
        .field(item::quantity, |field| {
            field.positive().min(1).default(|| 1.into())
        })
        .field(item::unit_price, |field| field.decimal(10, 2))
    }
}
