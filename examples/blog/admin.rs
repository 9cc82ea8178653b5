//! The admin of the blog.

use nuages::admin::{AdminSite, Inline};

use super::models::{Author, Comment, Post};
use super::schema::{blog_author as author, blog_post as post};

pub(crate) fn register(site: AdminSite) -> AdminSite {
    site.register::<Author>(|it| it.search_fields((author::name,)))
        .register::<Post>(|it| {
            it.list_display((
                post::title,
                post::author_id,
                post::status,
                post::published_on,
            ))
            .list_filter((post::status, post::published_on))
            .search_fields((post::title, post::body))
            .prepopulated_fields(post::slug, (post::title,))
            .inlines([Inline::tabular::<Comment>(|it| it).extra(1)])
        })
}
