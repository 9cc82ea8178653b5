//! Tags, which products of several categories can share.

use diesel::prelude::*;

use crate::shop::schema::catalog_tag;
use nuages::db::{Conn, LossyText};
use nuages::error::Result;
use nuages::models::{Description, Model};

/// A tag of products.
#[derive(
    Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable, Insertable, AsChangeset,
)]
#[diesel(table_name = catalog_tag, treat_none_as_null = true)]
pub(crate) struct Tag {
    /// Primary key.
    pub(crate) id: i64,
    /// Name.
    #[diesel(deserialize_as = LossyText)]
    pub(crate) name: String,
    /// Slug for URLs.
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
    /// Returns the tag with this slug.
    pub(crate) fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Self>> {
        let tag = catalog_tag::table
            .filter(catalog_tag::slug.eq(slug))
            .select(Self::as_select())
            .first(conn);
        tag.optional().map_err(Into::into)
    }

    /// Returns the URL of the list of its products.
    pub(crate) fn url(&self) -> String {
        format!("/products/?tag={}", self.slug)
    }
}
