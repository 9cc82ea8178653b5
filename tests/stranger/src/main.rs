//! A blog called Meadow, in the default frame of Nuages.

use std::process::ExitCode;

use askama::Template;
use diesel::prelude::*;
use nuages::admin::AdminSite;
use nuages::db::Db;
use nuages::error::Result;
use nuages::http::{Access, Html, Urls, get, path};
use nuages::models::{AppConfig, Model as _, content_types};
use nuages::pages::{NavigationLink, Page, render_framed};
use nuages::project::Project;
use nuages::{accounts, admin, auth, framed, sessions, urls, web};

nuages::static_files!();

/// A post.
#[nuages::model(app = "blog")]
pub struct Post {
    #[field(max_length = 200)]
    pub title: String,
}

const BLOG: AppConfig = AppConfig {
    label: "blog",
    verbose_name: "Blog",
    models: &[Post::meta],
    migrations: nuages::migrations!("blog"),
};

static APPS: [AppConfig; 5] = [
    admin::APP,
    auth::APP,
    content_types::APP,
    sessions::APP,
    BLOG,
];

static MEADOW: Project = Project::new("Meadow", &APPS, |_| site_urls(), register)
    .version(env!("CARGO_PKG_VERSION"))
    .description("Notes from a meadow.")
    .logo(assets::LOGO_SVG)
    .favicon(assets::LOGO_SVG)
    .navigation(&[NavigationLink {
        label: "Posts",
        url: "/posts/",
    }])
    .footer("Mown once a year.")
    .colors(assets::COLORS_CSS)
    .static_files(assets::FILES);

fn site_urls() -> Urls {
    Urls::new([path("/posts/", "post_list", Access::Public, get(post_list))])
        .include(urls::batteries())
}

fn register(site: AdminSite) -> AdminSite {
    accounts::admin::register(site).register::<Post>(|post| post.list_display((blog_post::title,)))
}

#[derive(Template)]
#[template(path = "post_list.html", blocks = ["title", "head", "content"])]
struct PostList {
    page: Page,
    posts: Vec<String>,
}

framed!(PostList);

async fn post_list(page: Page, db: web::Data<Db>) -> Result<Html> {
    let posts = db
        .run(|conn| {
            let titles = blog_post::table
                .select(blog_post::title)
                .order(blog_post::title);
            Ok(titles.load(conn)?)
        })
        .await?;

    render_framed(&PostList { page, posts })
}

fn main() -> ExitCode {
    nuages::commands::main(&MEADOW)
}

#[cfg(test)]
mod tests {
    use nuages_test::{Kind, TestSite, on_both};

    use crate::{MEADOW, Post, blog_post};

    fn a_clerk_renames_a_post(kind: Kind) {
        let site = TestSite::on(kind, &MEADOW);
        let post = site.create::<Post>(|post| post.set(blog_post::title, "Mowing"));
        let client = site.client();
        client.force_login(&site.staff("ann", &["blog.change_post"]));
        let page = client.get(&format!("/admin/blog/post/{}/change/", post.id));
        let page = page.form("#post_form").set("title", "Mown").submit();
        page.assert_redirects("/admin/blog/post/");
        client.get("/posts/").assert_contains("Mown");
    }

    on_both!(a_clerk_renames_a_post);
}
