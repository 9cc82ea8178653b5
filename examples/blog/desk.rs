//! The admin as a whole: its name, the order of its menu, and an additional page.

use askama::Template;
use nuages::admin::{AdminRequest, AdminSite, AppAdmin};
use nuages::error::Result;
use nuages::http::{Access, Html, Urls, get, path};
use nuages::models::{Model as _, Query};

use super::models::{Comment, Post};

pub(crate) fn arrange(site: AdminSite) -> AdminSite {
    let blog =
        AppAdmin::new("blog")
            .icon("edit")
            .order(1)
            .link("Numbers", "/admin/blog/numbers/", "info");
    let mut site = site.app(blog);
    site.site_header = "The editors’ desk";
    site
}

pub(crate) fn urls() -> Urls {
    Urls::new([path(
        "/admin/blog/numbers/",
        "numbers",
        Access::Staff,
        get(numbers),
    )])
}

#[derive(Template)]
#[template(
    source = "<p>{{ posts }} posts, {{ comments }} comments</p>",
    ext = "html"
)]
struct Numbers {
    posts: i64,
    comments: i64,
}

async fn numbers(request: AdminRequest) -> Result<Html> {
    let count = |conn: &mut _| {
        Ok((
            Query::new(Post::meta()).count(conn)?,
            Query::new(Comment::meta()).count(conn)?,
        ))
    };
    let (posts, comments) = request.db.run(count).await?;
    request.page("Numbers", Vec::new(), &Numbers { posts, comments })
}
