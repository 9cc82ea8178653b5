//! A blog on Nuages, the program of `docs/tutorial.md`: `cargo run --example blog`.

mod admin;
mod desk;
pub(crate) mod models;
pub(crate) mod schema;

use std::process::ExitCode;

use nuages::models::{AppConfig, Model as _, content_types};
use nuages::project::Project;
use nuages::settings::Settings;
use nuages::{http, sessions, urls};

/// The app `blog`.
const APP: AppConfig = AppConfig {
    label: "blog",
    verbose_name: "Blog",
    models: &[
        models::Author::meta,
        models::Post::meta,
        models::Comment::meta,
    ],
    migrations: nuages::migrations!("blog" in "examples/blog/migrations"),
};

static INSTALLED: [AppConfig; 5] = [
    nuages::admin::APP,
    nuages::auth::APP,
    content_types::APP,
    sessions::APP,
    APP,
];

/// The site of this program.
pub(crate) static BLOG: Project = Project::new("Blog", &INSTALLED, blog_urls, register);

fn blog_urls(_: &Settings) -> http::Urls {
    desk::urls().include(urls::batteries())
}

fn register(site: nuages::admin::AdminSite) -> nuages::admin::AdminSite {
    desk::arrange(admin::register(nuages::accounts::admin::register(site)))
}

fn main() -> ExitCode {
    nuages::commands::main(&BLOG)
}
