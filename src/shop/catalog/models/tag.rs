//! Tags: words that products share across categories.

use diesel::prelude::*;

use crate::shop::schema::catalog_tag;
use nuages::db::{Conn, LossyText};
use nuages::error::Result;
use nuages::models::{Description, Model};

/// A word that products share.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = catalog_tag, treat_none_as_null = true)]
pub(crate) struct Tag {
    /// Primary key.
    pub(crate) id: i64,
    /// What people read.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// What stands in URLs.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) slug: String,
}

impl Model for Tag {
    fn describe(it: Description<Self>) -> Description<Self> {
        use catalog_tag as tag;
        it.ordering((tag::name,))
            .field(tag::name, |field| field.max_length(50).unique())
            .field(tag::slug, |field| field.slug(50).unique())
    }
}

impl Tag {
    /// The tag of this slug.
    pub(crate) fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Self>> {
        let found = catalog_tag::table
            .filter(catalog_tag::slug.eq(slug))
            .select(Self::as_select())
            .first(conn);
        found.optional().map_err(Into::into)
    }

    /// The list of products that have it.
    pub(crate) fn url(&self) -> String {
        format!("/products/?tag={}", self.slug)
    }
}
