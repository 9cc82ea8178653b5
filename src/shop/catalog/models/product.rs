//! Products.

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::backend::Backend;
use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::Tag;
use crate::shop::schema::{catalog_category, catalog_product, catalog_product_tags, catalog_tag};
use nuages::db::{Conn, Day, Decimal, Kind, LossyText, Readable, Sql, Timestamp, Value};
use nuages::error::{Error, Result};
use nuages::models::file_url;
use nuages::on_conn;

/// Something we sell.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = catalog_product, treat_none_as_null = true)]
pub(crate) struct Product {
    /// Primary key.
    pub(crate) id: i64,
    /// What people read.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// What stands in URLs.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) slug: String,
    /// Stock keeping unit.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) sku: String,
    /// What it is.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) description: String,
    /// Before tax.
    pub(crate) price: Decimal,
    /// How many there are.
    pub(crate) stock: i32,
    /// Whether visitors see it.
    pub(crate) is_active: bool,
    /// Its picture: a path below `MEDIA_ROOT`, or empty.
    pub(crate) image: String,
    /// Since when it is sold.
    pub(crate) released_on: Option<chrono::NaiveDate>,
    /// When the row was made.
    pub(crate) created_at: Timestamp,
    /// When the row was last saved.
    pub(crate) updated_at: Timestamp,
    /// Its category.
    pub(crate) category_id: i64,
}

/// What a list shows of a product.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = catalog_product)]
pub(crate) struct ProductRow {
    /// What people read.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// What stands in URLs.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) slug: String,
    /// Before tax. A product whose price cannot be read is shown and not for sale.
    pub(crate) price: Readable<Decimal>,
    /// How many there are.
    pub(crate) stock: i32,
    /// Its picture.
    pub(crate) image: Picture,
    /// Its category's name.
    #[diesel(select_expression = catalog_category::name)]
    #[diesel(deserialize_as = LossyText)]
    pub(crate) category: String,
}

/// What its own page shows of a product.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = catalog_product)]
pub(crate) struct ProductPage {
    /// Primary key.
    pub(crate) id: i64,
    /// What people read.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// Stock keeping unit.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) sku: String,
    /// What it is.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) description: String,
    /// Before tax. A product whose price cannot be read is shown and not for sale.
    pub(crate) price: Readable<Decimal>,
    /// How many there are.
    pub(crate) stock: i32,
    /// Its picture.
    pub(crate) image: Picture,
    /// Since when it is sold.
    pub(crate) released_on: Option<Readable<Day>>,
    /// Its category.
    pub(crate) category_id: i64,
    /// Its category's name.
    #[diesel(select_expression = catalog_category::name)]
    #[diesel(deserialize_as = LossyText)]
    pub(crate) category: String,
    /// Its category's slug.
    #[diesel(select_expression = catalog_category::slug)]
    #[diesel(deserialize_as = LossyText)]
    pub(crate) category_slug: String,
}

/// The value of an image column: a path below `MEDIA_ROOT`, or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, FromSqlRow)]
pub(crate) struct Picture(String);

impl<DB: Backend> FromSql<Text, DB> for Picture
where
    LossyText: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        LossyText::from_sql(raw).map(|path| Self(path.0))
    }
}

impl From<String> for Picture {
    fn from(path: String) -> Self {
        Self(path)
    }
}

impl Picture {
    /// Where a browser finds it.
    pub(crate) fn url(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| file_url(&self.0))
    }
}

/// Products that related ones are chosen from.
const HANDFUL: i64 = 12;

/// The page of the product with this slug (Django's `get_absolute_url`).
pub(crate) fn url_of(slug: &str) -> String {
    ["/products/", slug, "/"].concat()
}

/// `price` with 10 % tax, rounded to cents, halves to even.
fn with_tax(price: &Decimal) -> Decimal {
    (price * &Decimal::new(110, 2)).round(2)
}

/// Products whose price cannot be read and was logged: at most [`LOGGED`], each once.
static UNREADABLE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
const LOGGED: usize = 1000;

/// The price of the product called `name`. Logs once if it cannot be read.
fn readable_price<'a>(price: &'a Readable<Decimal>, name: &str) -> Option<&'a Decimal> {
    if price.0.is_none()
        && let Ok(mut logged) = UNREADABLE.lock()
        && logged.len() < LOGGED
        && logged.insert(name.to_owned())
    {
        log::warn!(
            target: "nuages.db",
            "the price of the product {name:?} cannot be read: the shop shows the product without a price, as not for \
             sale. Repair the price in the admin."
        );
    }
    price.0.as_ref()
}

impl ProductPage {
    /// The published product of this slug, its tags by name, and up to `limit` published products of the same category:
    /// those that follow it by id, then the first ones.
    ///
    /// One query, because a round trip costs more than columns that nobody reads. The related products are chosen from a
    /// handful that the index on the category gives without sorting, however many the category has.
    pub(crate) fn find(
        conn: &mut Conn,
        slug: &str,
        limit: usize,
    ) -> Result<(Self, Vec<Tag>, Vec<ProductRow>)> {
        let (same, near) = diesel::alias!(catalog_product as same, catalog_product as near);
        let itself = same
            .filter(same.field(catalog_product::slug).eq(slug))
            .filter(same.field(catalog_product::is_active).eq(true));
        let category = itself
            .select(same.field(catalog_product::category_id))
            .single_value();
        let handful = near
            .filter(
                near.field(catalog_product::category_id)
                    .nullable()
                    .eq(category),
            )
            // Not `= true`, for which SQLite might use the listing index instead of that on the category.
            .filter(near.field(catalog_product::is_active))
            .limit(HANDFUL)
            .select(near.field(catalog_product::id));
        let link = catalog_product_tags::product_id
            .eq(catalog_product::id)
            .and(catalog_product::slug.eq(slug.to_owned()));
        let tag = catalog_tag::table.on(catalog_tag::id
            .nullable()
            .eq(catalog_product_tags::tag_id.nullable()));
        let found = catalog_product::table
            .inner_join(catalog_category::table)
            // One after the other: SQLite would put a join within a join together for the whole table first.
            .left_join(catalog_product_tags::table.on(link))
            .left_join(tag)
            // By primary key alone: SQLite would rather go through all that are active.
            .filter(
                catalog_product::id.eq_any(
                    itself
                        .select(same.field(catalog_product::id))
                        .union_all(handful),
                ),
            )
            .order(catalog_tag::name);
        let rows: Vec<(LossyText, Self, Option<Tag>)> = on_conn!(conn, |conn| {
            found
                .select((
                    catalog_product::slug,
                    Self::as_select(),
                    Option::<Tag>::as_select(),
                ))
                .load(conn)
        })?;
        let (mut found, mut tags, mut others) = (None, Vec::new(), Vec::with_capacity(rows.len()));
        for (its_slug, product, tag) in rows {
            let LossyText(its_slug) = its_slug;
            if its_slug == slug {
                tags.extend(tag);
                found = Some(product);
            } else {
                others.push((its_slug, product));
            }
        }
        let product = found.ok_or(Error::NotFound)?;
        others.sort_by_key(|(_, other)| (other.id < product.id, other.id));
        let related = others.into_iter().take(limit).map(|(slug, other)| {
            let Self {
                name,
                price,
                stock,
                image,
                category,
                ..
            } = other;
            ProductRow {
                name,
                slug,
                price,
                stock,
                image,
                category,
            }
        });
        Ok((product, tags, related.collect()))
    }

    /// The price with tax; `None` if the price cannot be read.
    pub(crate) fn price_with_tax(&self) -> Option<Decimal> {
        readable_price(&self.price, &self.name).map(with_tax)
    }
}

impl ProductRow {
    /// The kinds of its columns, for [`from_values`](Self::from_values).
    pub(super) const KINDS: [Kind; 6] = [
        Kind::Text,
        Kind::Text,
        Kind::Decimal,
        Kind::Integer,
        Kind::Text,
        Kind::Text,
    ];

    /// Returns the row that these values of its columns make.
    pub(super) fn from_values(values: Vec<Value>) -> Option<Self> {
        let [name, slug, price, stock, image, category] = <[Value; 6]>::try_from(values).ok()?;
        let price = match price {
            Value::Decimal(price) => Readable(Some(price)),
            _ => Readable(None),
        };
        let stock = stock
            .as_i64()
            .and_then(|stock| stock.try_into().ok())
            .unwrap_or_default();
        let (name, slug, category) = (name.text(), slug.text(), category.text());
        Some(Self {
            name,
            slug,
            price,
            stock,
            image: image.text().into(),
            category,
        })
    }

    /// The newest published products: SQLite walks the table backwards, because `is_active` alone cannot use the listing
    /// index.
    pub(crate) fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<Self>> {
        let newest = catalog_product::table
            .inner_join(catalog_category::table)
            .filter(catalog_product::is_active)
            .order(catalog_product::id.desc())
            .limit(limit)
            .select(Self::as_select());
        newest.load(conn).map_err(Error::from)
    }

    /// Published products with the tag of this slug, in the order of their ids.
    ///
    /// They are looked up by their primary keys, whatever the planner knows of the tag: `CROSS JOIN` keeps SQLite from
    /// another order of the tables, and `id + 0` keeps PostgreSQL from walking the whole primary key.
    pub(crate) fn tagged(conn: &mut Conn, slug: &str, limit: i64) -> Result<Vec<Self>> {
        let Some(tag) = Tag::find_by_slug(conn, slug)? else {
            return Ok(Vec::new());
        };
        let rows = Sql::new(
            "SELECT p.name, p.slug, p.price, p.stock, p.image, c.name FROM catalog_product AS p",
        )
        .raw(" CROSS JOIN catalog_category AS c WHERE c.id = p.category_id AND p.is_active")
        .raw(" AND p.id IN (SELECT product_id FROM catalog_product_tags WHERE tag_id = ")
        .bind(tag.id)
        .raw(") ORDER BY ")
        .either("p.id + 0", "p.id")
        .raw(" LIMIT ")
        .number(limit)
        .returns(&Self::KINDS)
        .load(conn)?;
        Ok(rows.into_iter().filter_map(Self::from_values).collect())
    }

    /// The price with tax; `None` if the price cannot be read.
    pub(crate) fn price_with_tax(&self) -> Option<Decimal> {
        readable_price(&self.price, &self.name).map(with_tax)
    }

    /// Its page.
    pub(crate) fn url(&self) -> String {
        url_of(&self.slug)
    }
}
