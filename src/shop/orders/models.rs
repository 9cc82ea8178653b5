//! Orders and their items.

use diesel::prelude::*;

use crate::shop::catalog::models::Product;
use crate::shop::schema::{catalog_product, orders_order, orders_orderitem};
use nuages::auth::User;
use nuages::db::{Decimal, Timestamp};
use nuages::models::{Description, Model, OnDelete, desc, via};

/// The possible values of an order's status.
pub(crate) const STATUSES: [&str; 5] = ["pending", "paid", "shipped", "delivered", "cancelled"];

/// An order of a customer.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = orders_order, treat_none_as_null = true)]
pub(crate) struct Order {
    /// Primary key.
    pub(crate) id: i64,
    /// The order number that customers see.
    pub(crate) number: String,
    /// The customer's e-mail address.
    pub(crate) email: String,
    /// One of [`STATUSES`].
    pub(crate) status: String,
    /// A note by the customer.
    pub(crate) note: String,
    /// The amount to be paid.
    pub(crate) total: Decimal,
    /// The time of the order.
    pub(crate) created_at: Timestamp,
    /// The time of the payment.
    pub(crate) paid_at: Option<Timestamp>,
    /// The customer, if the account still exists.
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
    /// Quantity.
    pub(crate) quantity: i32,
    /// The price of one item at the time of the order.
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
