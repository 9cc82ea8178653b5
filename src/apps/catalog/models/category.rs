//! Categories, which may lie in one another.

use diesel::prelude::*;

use super::product::Picture;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{Description, Model, OnDelete};
use crate::schema::{catalog_category, catalog_product};

/// A shelf of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = catalog_category, treat_none_as_null = true)]
pub struct Category {
    /// Primary key.
    pub id: i64,
    /// What people read.
    pub name: String,
    /// What stands in URLs.
    pub slug: String,
    /// A sentence or two.
    pub description: String,
    /// The category it lies in.
    pub parent_id: Option<i64>,
}

impl Model for Category {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_category as category;
        it.verbose_names("category", "categories")
            .ordering((category::name,))
            .field(category::name, |field| field.max_length(100).unique())
            .field(category::slug, |field| field.slug(100).unique())
            .field(category::parent_id, |field| field.to::<Category>(OnDelete::Protect).related_name("children"))
            .field(category::description, |field| field.blank())
    }
}

/// A category with a picture of something in it.
#[derive(Debug, Clone, Queryable)]
pub struct CategoryTile {
    /// What people read.
    pub name: String,
    /// What stands in URLs.
    pub slug: String,
    /// A sentence or two.
    pub description: String,
    /// The picture of the first product in it, or in a category that lies in it, that has one.
    pub picture: Option<Picture>,
}

impl Category {
    /// The category of this slug.
    pub fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Self>> {
        let found =
            catalog_category::table.filter(catalog_category::slug.eq(slug)).select(Self::as_select()).first(conn);
        found.optional().map_err(Into::into)
    }

    /// Categories by name, nested ones too.
    pub fn by_name(conn: &mut Conn, limit: i64) -> Result<Vec<Self>> {
        let all = catalog_category::table.order(catalog_category::name).limit(limit);
        all.select(Self::as_select()).load(conn).map_err(Into::into)
    }

    /// The category that this one lies in.
    pub fn parent(&self, conn: &mut Conn) -> Result<Option<Self>> {
        let Some(id) = self.parent_id else { return Ok(None) };
        let found = catalog_category::table.find(id).select(Self::as_select()).first(conn);
        found.optional().map_err(Into::into)
    }

    /// Its page.
    pub fn url(&self) -> String {
        url_of(&self.slug)
    }
}

impl CategoryTile {
    /// Categories by name: those in `parent`, or the outermost ones.
    pub fn within(conn: &mut Conn, parent: Option<i64>, limit: i64) -> Result<Vec<Self>> {
        let inner = diesel::alias!(catalog_category as inner);
        let shelves = inner
            .filter(inner.field(catalog_category::id).eq(catalog_category::id))
            .or_filter(inner.field(catalog_category::parent_id).eq(catalog_category::id.nullable()))
            .select(inner.field(catalog_category::id));
        let picture = catalog_product::table
            .filter(catalog_product::category_id.eq_any(shelves))
            .filter(catalog_product::is_active.eq(true))
            .filter(catalog_product::image.ne(""))
            .order(catalog_product::id)
            .limit(1)
            .select(catalog_product::image)
            .single_value();
        let mut tiles = catalog_category::table
            .order(catalog_category::name)
            .limit(limit)
            .select((catalog_category::name, catalog_category::slug, catalog_category::description, picture))
            .into_boxed();
        tiles = match parent {
            Some(id) => tiles.filter(catalog_category::parent_id.eq(id)),
            None => tiles.filter(catalog_category::parent_id.is_null()),
        };
        tiles.load(conn).map_err(Into::into)
    }

    /// Its page.
    pub fn url(&self) -> String {
        url_of(&self.slug)
    }
}

fn url_of(slug: &str) -> String {
    format!("/categories/{slug}/")
}
