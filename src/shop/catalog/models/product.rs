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

/// A product of the shop.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = catalog_product, treat_none_as_null = true)]
pub(crate) struct Product {
    /// Primary key.
    pub(crate) id: i64,
    /// Name.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// Slug for URLs.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) slug: String,
    /// Stock keeping unit.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) sku: String,
    /// Description.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) description: String,
    /// Price before tax.
    pub(crate) price: Decimal,
    /// Number of items in stock.
    pub(crate) stock: i32,
    /// Whether the product is published.
    pub(crate) is_active: bool,
    /// Picture: a path below `MEDIA_ROOT`, or empty.
    pub(crate) image: String,
    /// The date of release.
    pub(crate) released_on: Option<chrono::NaiveDate>,
    /// The time of creation.
    pub(crate) created_at: Timestamp,
    /// The time of the last change.
    pub(crate) updated_at: Timestamp,
    /// Category.
    pub(crate) category_id: i64,
}

/// The columns of a product that a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = catalog_product)]
pub(crate) struct ProductRow {
    /// Name.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// Slug for URLs.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) slug: String,
    /// Price before tax. A product whose price cannot be read is shown but not for sale.
    pub(crate) price: Readable<Decimal>,
    /// Number of items in stock.
    pub(crate) stock: i32,
    /// Picture.
    pub(crate) image: Picture,
    /// Name of the category.
    #[diesel(select_expression = catalog_category::name)]
    #[diesel(deserialize_as = LossyText)]
    pub(crate) category: String,
}

/// The columns of a product that its own page shows.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = catalog_product)]
pub(crate) struct ProductPage {
    /// Primary key.
    pub(crate) id: i64,
    /// Name.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// Stock keeping unit.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) sku: String,
    /// Description.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) description: String,
    /// Price before tax. A product whose price cannot be read is shown but not for sale.
    pub(crate) price: Readable<Decimal>,
    /// Number of items in stock.
    pub(crate) stock: i32,
    /// Picture.
    pub(crate) image: Picture,
    /// The date of release.
    pub(crate) released_on: Option<Readable<Day>>,
    /// Category.
    pub(crate) category_id: i64,
    /// Name of the category.
    #[diesel(select_expression = catalog_category::name)]
    #[diesel(deserialize_as = LossyText)]
    pub(crate) category: String,
    /// Slug of the category.
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
    /// Returns the URL of the picture.
    pub(crate) fn url(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| file_url(&self.0))
    }
}

/// Number of products from which related ones are chosen.
const HANDFUL: i64 = 12;

/// Returns the URL of the product with this slug (Django's `get_absolute_url`).
pub(crate) fn url_of(slug: &str) -> String {
    ["/products/", slug, "/"].concat()
}

/// Returns `price` with 10 % tax, rounded to cents (halves to even).
pub(crate) fn with_tax(price: &Decimal) -> Decimal {
    (price * &Decimal::new(110, 2)).round(2)
}

/// Names of products whose unreadable price was logged, at most [`LOGGED`].
static UNREADABLE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
const LOGGED: usize = 1000;

/// Returns the price of the product called `name`. Logs once if it cannot be read.
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
    /// Returns the published product with this slug, its tags by name, and up to `limit` published
    /// products of the same category: first those that follow it by id, then from the beginning.
    ///
    /// This is one query, because a round trip costs more than reading some columns repeatedly. The
    /// related products are chosen from the few that the index on the category returns without
    /// sorting, however many the category has.
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
            // Not `= true`, because SQLite might then use the listing index instead of the one on
            // the category.
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
            // The joins are not nested, because SQLite would materialize a nested join for the
            // whole table first.
            .left_join(catalog_product_tags::table.on(link))
            .left_join(tag)
            // Filter by primary key only; otherwise SQLite would scan all published products.
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

    /// Returns the slug of a published product.
    pub(crate) fn slug_of(conn: &mut Conn, id: i64) -> Result<String> {
        let LossyText(slug) = catalog_product::table
            .filter(catalog_product::id.eq(id))
            .filter(catalog_product::is_active)
            .select(catalog_product::slug)
            .first(conn)?;
        Ok(slug)
    }

    /// Returns the price with tax; `None` if the price cannot be read.
    pub(crate) fn price_with_tax(&self) -> Option<Decimal> {
        readable_price(&self.price, &self.name).map(with_tax)
    }
}

impl ProductRow {
    /// The kinds of the columns, for [`from_values`](Self::from_values).
    pub(super) const KINDS: [Kind; 6] = [
        Kind::Text,
        Kind::Text,
        Kind::Decimal,
        Kind::Integer,
        Kind::Text,
        Kind::Text,
    ];

    /// Creates the row from the values of its columns.
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

    /// Returns the newest published products. SQLite scans the table backwards, because `is_active`
    /// alone cannot use the listing index.
    pub(crate) fn newest(conn: &mut Conn, limit: i64) -> Result<Vec<Self>> {
        let newest = catalog_product::table
            .inner_join(catalog_category::table)
            .filter(catalog_product::is_active)
            .order(catalog_product::id.desc())
            .limit(limit)
            .select(Self::as_select());
        newest.load(conn).map_err(Error::from)
    }

    /// Returns published products with the tag of this slug, ordered by id.
    ///
    /// The rows are looked up by primary key, whatever the planner's statistics of the tag are:
    /// `CROSS JOIN` prevents another order of the tables in SQLite, and `id + 0` prevents a scan of
    /// the whole primary key in PostgreSQL.
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

    /// Returns the price with tax; `None` if the price cannot be read.
    pub(crate) fn price_with_tax(&self) -> Option<Decimal> {
        readable_price(&self.price, &self.name).map(with_tax)
    }

    /// Returns the URL of the product's page.
    pub(crate) fn url(&self) -> String {
        url_of(&self.slug)
    }
}
