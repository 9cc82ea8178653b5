//! The objects of a fixture, model by model.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Deserialize;

use crate::apps::catalog::models::{Category, Product, Tag};
use crate::apps::orders::models::{Order, OrderItem};
use crate::auth::{Group, User};
use crate::db::{Conn, Decimal, Timestamp};
use crate::error::{Error, Result};
use crate::schema::{
    auth_group, auth_group_permissions, auth_user, auth_user_groups, auth_user_user_permissions, catalog_category,
    catalog_product, catalog_product_tags, catalog_tag, orders_order, orders_orderitem,
};

/// One object of a fixture.
#[derive(Debug, Deserialize)]
#[serde(tag = "model", deny_unknown_fields)]
pub(super) enum Object {
    #[serde(rename = "auth.group")]
    Group { pk: i32, fields: GroupFields },
    #[serde(rename = "auth.user")]
    User { pk: i32, fields: Box<UserFields> },
    #[serde(rename = "catalog.category")]
    Category { pk: i64, fields: CategoryFields },
    #[serde(rename = "catalog.tag")]
    Tag { pk: i64, fields: TagFields },
    #[serde(rename = "catalog.product")]
    Product { pk: i64, fields: Box<ProductFields> },
    #[serde(rename = "orders.order")]
    Order { pk: i64, fields: Box<OrderFields> },
    #[serde(rename = "orders.orderitem")]
    OrderItem { pk: i64, fields: OrderItemFields },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupFields {
    name: String,
    #[serde(default)]
    permissions: Vec<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserFields {
    username: String,
    password: String,
    #[serde(default)]
    last_login: Option<DateTime<Utc>>,
    #[serde(default)]
    is_superuser: bool,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    is_staff: bool,
    #[serde(default = "yes")]
    is_active: bool,
    #[serde(default = "Utc::now")]
    date_joined: DateTime<Utc>,
    #[serde(default)]
    groups: Vec<i32>,
    #[serde(default)]
    user_permissions: Vec<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryFields {
    name: String,
    slug: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parent: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TagFields {
    name: String,
    slug: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductFields {
    name: String,
    slug: String,
    sku: String,
    category: i64,
    #[serde(default)]
    tags: Vec<i64>,
    #[serde(default)]
    description: String,
    price: String,
    #[serde(default)]
    stock: i32,
    #[serde(default = "yes")]
    is_active: bool,
    #[serde(default)]
    image: String,
    #[serde(default)]
    released_on: Option<NaiveDate>,
    #[serde(default = "Utc::now")]
    created_at: DateTime<Utc>,
    #[serde(default = "Utc::now")]
    updated_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderFields {
    number: String,
    #[serde(default)]
    customer: Option<i32>,
    email: String,
    #[serde(default = "pending")]
    status: String,
    #[serde(default)]
    note: String,
    #[serde(default = "zero")]
    total: String,
    #[serde(default = "Utc::now")]
    created_at: DateTime<Utc>,
    #[serde(default)]
    paid_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderItemFields {
    order: i64,
    product: i64,
    #[serde(default = "one")]
    quantity: i32,
    unit_price: String,
}

fn yes() -> bool {
    true
}

fn pending() -> String {
    "pending".to_owned()
}

fn zero() -> String {
    "0.00".to_owned()
}

fn one() -> i32 {
    1
}

/// Writes a row over the one with its key, or adds it.
macro_rules! save {
    ($conn:expr, $table:ident, $row:expr) => {{
        let row = $row;
        if diesel::update($table::table.find(row.id)).set(row.clone()).execute($conn)? == 0 {
            diesel::insert_into($table::table).values(row).execute($conn)?;
        }
    }};
}

/// Makes the rows of a many-to-many field those of the fixture.
macro_rules! link {
    ($conn:expr, $table:ident, $from:ident = $pk:expr, $to:ident in $ids:expr) => {{
        diesel::delete($table::table.filter($table::$from.eq($pk))).execute($conn)?;
        for id in &$ids {
            let row = ($table::$from.eq($pk), $table::$to.eq(id));
            diesel::insert_into($table::table).values(row).execute($conn)?;
        }
    }};
}

impl Object {
    /// Saves the object.
    pub(super) fn save(&self, conn: &mut Conn) -> Result<()> {
        match self {
            Self::Group { pk, fields } => {
                save!(conn, auth_group, Group { id: *pk, name: fields.name.clone() });
                link!(conn, auth_group_permissions, group_id = *pk, permission_id in fields.permissions);
            }
            Self::User { pk, fields } => {
                save!(conn, auth_user, fields.row(*pk));
                link!(conn, auth_user_groups, user_id = *pk, group_id in fields.groups);
                link!(conn, auth_user_user_permissions, user_id = *pk, permission_id in fields.user_permissions);
            }
            Self::Category { pk, fields } => save!(conn, catalog_category, fields.row(*pk)),
            Self::Tag { pk, fields } => {
                save!(conn, catalog_tag, Tag { id: *pk, name: fields.name.clone(), slug: fields.slug.clone() });
            }
            Self::Product { pk, fields } => {
                save!(conn, catalog_product, fields.row(*pk)?);
                link!(conn, catalog_product_tags, product_id = *pk, tag_id in fields.tags);
            }
            Self::Order { pk, fields } => save!(conn, orders_order, fields.row(*pk)?),
            Self::OrderItem { pk, fields } => save!(conn, orders_orderitem, fields.row(*pk)?),
        }
        Ok(())
    }
}

fn decimal(text: &str) -> Result<Decimal> {
    text.parse().map_err(|_| Error::command(format!("{text:?} is no decimal number")))
}

impl UserFields {
    fn row(&self, id: i32) -> User {
        User {
            id,
            password: self.password.clone(),
            last_login: self.last_login.map(Timestamp::from),
            is_superuser: self.is_superuser,
            username: self.username.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            is_staff: self.is_staff,
            is_active: self.is_active,
            date_joined: self.date_joined.into(),
        }
    }
}

impl CategoryFields {
    fn row(&self, id: i64) -> Category {
        Category {
            id,
            name: self.name.clone(),
            slug: self.slug.clone(),
            description: self.description.clone(),
            parent_id: self.parent,
        }
    }
}

impl ProductFields {
    fn row(&self, id: i64) -> Result<Product> {
        Ok(Product {
            id,
            name: self.name.clone(),
            slug: self.slug.clone(),
            sku: self.sku.clone(),
            description: self.description.clone(),
            price: decimal(&self.price)?,
            stock: self.stock,
            is_active: self.is_active,
            image: self.image.clone(),
            released_on: self.released_on,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
            category_id: self.category,
        })
    }
}

impl OrderFields {
    fn row(&self, id: i64) -> Result<Order> {
        Ok(Order {
            id,
            number: self.number.clone(),
            email: self.email.clone(),
            status: self.status.clone(),
            note: self.note.clone(),
            total: decimal(&self.total)?,
            created_at: self.created_at.into(),
            paid_at: self.paid_at.map(Timestamp::from),
            customer_id: self.customer,
        })
    }
}

impl OrderItemFields {
    fn row(&self, id: i64) -> Result<OrderItem> {
        Ok(OrderItem {
            id,
            quantity: self.quantity,
            unit_price: decimal(&self.unit_price)?,
            order_id: self.order,
            product_id: self.product,
        })
    }
}
