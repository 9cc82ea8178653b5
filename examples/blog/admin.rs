//! The blog in the admin.

use nuages::admin::{AdminSite, Inline, ModelAdmin};

use super::models::{Author, Comment, Post};
use super::schema::{blog_author as author, blog_post as post};

pub(crate) fn register(site: AdminSite) -> AdminSite {
    let posts = ModelAdmin::<Post>::new()
        .list_display((post::title, post::author_id, post::status, post::published_on))
        .list_filter((post::status, post::published_on))
        .search_fields((post::title, post::body))
        .prepopulated_fields(post::slug, (post::title,))
        .inlines([Inline::tabular(ModelAdmin::<Comment>::new()).extra(1)]);
    site.register(ModelAdmin::<Author>::new().search_fields((author::name,))).register(posts)
}
