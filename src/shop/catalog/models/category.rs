//! Categories, which may be nested.

use diesel::prelude::*;

use super::product::Picture;
use crate::shop::schema::catalog_category;
use nuages::db::{Conn, Kind, LossyText, Sql, Value};
use nuages::error::Result;
use nuages::models::{Description, Model, OnDelete};

/// A category of products.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = catalog_category, treat_none_as_null = true)]
pub(crate) struct Category {
    /// Primary key.
    pub(crate) id: i64,
    /// Name.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// Slug for URLs.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) slug: String,
    /// A description of one or two sentences.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) description: String,
    /// The parent category.
    pub(crate) parent_id: Option<i64>,
}

impl Model for Category {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_category as category;
        it.verbose_names("category", "categories")
            .ordering((category::name,))
            .field(category::name, |field| field.max_length(100).unique())
            .field(category::slug, |field| field.slug(100).unique())
            .field(category::parent_id, |field| {
                field
                    .to::<Category>(OnDelete::Protect)
                    .related_name("children")
            })
            .field(category::description, |field| field.blank())
    }
}

/// A category with the picture of one of its products.
#[derive(Debug, Clone)]
pub(crate) struct CategoryTile {
    /// Name.
    pub(crate) name: String,
    /// Slug for URLs.
    pub(crate) slug: String,
    /// A description of one or two sentences.
    pub(crate) description: String,
    /// The picture of the first product with a picture, in this category or a child category.
    pub(crate) picture: Option<Picture>,
}

impl Category {
    /// Returns the category with this slug.
    pub(crate) fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Self>> {
        let category = catalog_category::table
            .filter(catalog_category::slug.eq(slug))
            .select(Self::as_select())
            .first(conn);
        category.optional().map_err(Into::into)
    }

    /// Returns all categories by name, including nested ones.
    pub(crate) fn by_name(conn: &mut Conn, limit: i64) -> Result<Vec<Self>> {
        let all = catalog_category::table
            .order(catalog_category::name)
            .limit(limit);
        all.select(Self::as_select()).load(conn).map_err(Into::into)
    }

    /// Returns the parent category.
    pub(crate) fn parent(&self, conn: &mut Conn) -> Result<Option<Self>> {
        let Some(id) = self.parent_id else {
            return Ok(None);
        };
        let category = catalog_category::table
            .find(id)
            .select(Self::as_select())
            .first(conn);
        category.optional().map_err(Into::into)
    }

    /// Returns the URL of the category's page.
    pub(crate) fn url(&self) -> String {
        url_of(&self.slug)
    }
}

impl CategoryTile {
    /// Returns the child categories of `parent` by name, or the outermost ones.
    ///
    /// The statement is written so that the plan does not depend on statistics. The first picture
    /// of each category is found through the index on the category: on SQLite `is_active` without
    /// `= 1` cannot use the listing index, and on PostgreSQL `id + 0` cannot be sorted through the
    /// primary key.
    pub(crate) fn within(conn: &mut Conn, parent: Option<i64>, limit: i64) -> Result<Vec<Self>> {
        let sql =
            Sql::new("SELECT c.name, c.slug, c.description, (SELECT p.image FROM catalog_product AS p WHERE p.id =")
                .raw(" (SELECT MIN((SELECT f.id FROM catalog_product AS f WHERE f.category_id = i.id AND f.is_active")
                .raw(" AND f.image <> '' ORDER BY ")
                .either("f.id + 0", "f.id")
                .raw(" LIMIT 1)) FROM catalog_category AS i WHERE i.id = c.id OR i.parent_id = c.id))")
                .raw(" FROM catalog_category AS c WHERE c.parent_id ");
        let sql = match parent {
            Some(id) => sql.raw("= ").bind(id),
            None => sql.raw("IS NULL"),
        };
        let sql = sql
            .raw(" ORDER BY c.name LIMIT ")
            .number(limit)
            .returns(&[Kind::Text; 4]);
        let tile = |values: Vec<Value>| match <[Value; 4]>::try_from(values) {
            Ok([name, slug, description, picture]) => {
                let picture = if let Value::Text(path) = picture {
                    Some(path.into())
                } else {
                    None
                };
                Some(Self {
                    name: name.text(),
                    slug: slug.text(),
                    description: description.text(),
                    picture,
                })
            }
            Err(_) => None,
        };
        Ok(sql.load(conn)?.into_iter().filter_map(tile).collect())
    }

    /// Returns the URL of the category's page.
    pub(crate) fn url(&self) -> String {
        url_of(&self.slug)
    }
}

fn url_of(slug: &str) -> String {
    format!("/categories/{slug}/")
}
