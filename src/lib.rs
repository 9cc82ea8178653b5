//! Nuages is Django's batteries in Rust: server-rendered sites with an admin, users, sessions, permissions, CSRF
//! protection, forms, messages, migrations and commands, on SQLite and PostgreSQL. It uses Django's tables, password
//! hashes, sessions and URLs, so that a Django and a site on Nuages can share one database and one `SECRET_KEY`.
//!
//! Handlers use actix-web, templates use Askama, and queries use Diesel and run on separate threads.
//!
//! # A site
//!
//! A model, its table, its admin and one page. The migration in `migrations/` makes the table.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use diesel::prelude::*;
//! use nuages::prelude::*;
//!
//! diesel::table! {
//!     blog_post (id) {
//!         id -> BigInt,
//!         title -> Text,
//!     }
//! }
//!
//! #[derive(Identifiable)]
//! #[diesel(table_name = blog_post)]
//! struct Post {
//!     id: i64,
//! }
//!
//! impl Model for Post {
//!     fn describe(post: Description<Self>) -> Description<Self> {
//!         post.field(blog_post::title, |field| field.max_length(200))
//!     }
//! }
//!
//! const BLOG: AppConfig = AppConfig {
//!     label: "blog",
//!     verbose_name: "Blog",
//!     models: &[Post::meta],
//!     migrations: &[], // nuages::migrations!("blog")
//! };
//!
//! static APPS: [AppConfig; 5] = [
//!     nuages::admin::APP,
//!     nuages::auth::APP,
//!     nuages::models::content_types::APP,
//!     nuages::sessions::APP,
//!     BLOG,
//! ];
//!
//! static SITE: Project = Project::new("My blog", &APPS, urls, register)
//!     .navigation(&[NavigationLink { label: "Posts", url: "/posts/" }]);
//!
//! fn urls(_: &Settings) -> Urls {
//!     Urls::new([path("/posts/", "post_list", Access::Public, get(post_list))])
//!         .include(nuages::urls::batteries())
//! }
//!
//! fn register(site: AdminSite) -> AdminSite {
//!     nuages::accounts::admin::register(site)
//!         .register::<Post>(|post| post.list_display((blog_post::title,)))
//! }
//!
//! #[derive(Template)]
//! #[template(
//!     source = "{% block title %}Posts{% endblock %}{% block head %}{% endblock %}\
//!               {% block content %}{% for post in posts %}<p>{{ post }}</p>{% endfor %}{% endblock %}",
//!     ext = "html",
//!     blocks = ["title", "head", "content"]
//! )]
//! struct PostList {
//!     page: Page,
//!     posts: Vec<String>,
//! }
//!
//! nuages::framed!(PostList);
//!
//! async fn post_list(page: Page, db: web::Data<Db>) -> Result<Html> {
//!     let posts = db
//!         .run(|conn| Ok(blog_post::table.select(blog_post::title).load(conn)?))
//!         .await?;
//!
//!     render_framed(&PostList { page, posts })
//! }
//!
//! fn main() -> ExitCode {
//!     nuages::commands::main(&SITE)
//! }
//! ```
//!
//! # Map
//!
//! | for | see |
//! |---|---|
//! | the site as a whole: apps, look, static files, commands | [`project`], [`pages`], [`static_files!`] |
//! | models and their descriptions | [`models`], [`migration!`] |
//! | the admin | [`admin`], [`admin::ModelAdmin`] |
//! | URLs, requests, responses | [`http`], [`mod@urls`], [`error`] |
//! | queries | [`db::Db`], [`db::Conn`], [`models::Query`], [`schema`] |
//! | pages and forms for visitors | [`views`], [`filters`], [`page`](macro@page), [`form`](macro@form), [`urls!`] |
//! | forms | [`forms`] |
//! | users, permissions, login and account pages | [`auth`], [`accounts`] |
//! | values, pages and fragments in a cache | [`cache`] |
//! | sessions, messages, mail | [`sessions`], [`messages`], [`mail`] |
//! | work in the background | [`tasks`] |
//! | settings and the command line | [`settings`], [`commands`], [`terminal`] |
//! | a site's own middleware | [`mod@middleware`] |
//!
//! [`prelude`] contains the items that nearly every module of a site uses.
//!
//! # Layers
//!
//! The modules below are in the order of their layers: each may use itself and the modules before it, never one after
//! it (`tests/tidy.rs` checks this).

pub mod words;
#[doc(hidden)]
pub mod python;
#[doc(hidden)]
pub mod test_hooks;
pub mod settings;
#[doc(hidden)]
pub mod logging;
#[doc(hidden)]
pub mod clock;
pub mod error;
pub mod terminal;
pub mod signing;
pub mod db;
pub mod schema;
pub mod models;
pub mod makemigrations;
pub mod filters;
pub mod http;
pub mod forms;
pub mod sessions;
#[doc(hidden)]
pub mod csrf;
pub mod messages;
pub mod tasks;
pub mod mail;
pub mod auth;
pub mod middleware;
pub mod pages;
pub mod cache;
pub mod records;
pub mod views;
pub mod admin;
pub mod accounts;
pub mod api;
pub mod urls;
pub mod project;
pub mod commands;
pub mod prelude;

#[cfg(test)]
mod test_tables;

/// Declares a model in one place: the Diesel table, the row struct with its derives, and the description.
///
/// ```
/// use nuages::prelude::*;
///
/// /// A writer.
/// #[nuages::model(app = "blog")]
/// pub struct Author {
///     #[field(max_length = 100)]
///     pub name: String,
/// }
///
/// /// An article.
/// #[nuages::model(app = "blog", ordering = ["-published_on", "title"])]
/// pub struct Post {
///     #[field(max_length = 200)]
///     pub title: String,
///     #[field(slug, unique)]
///     pub slug: String,
///     #[field(choices = ["draft", "live"], default = "draft", max_length = 10)]
///     pub status: String,
///     pub published_on: Option<NaiveDate>,
///     pub body: String,
///     #[field(on_delete = "protect", related_name = "posts")]
///     pub author: ForeignKey<Author>,
///     #[field(blank)]
///     pub readers: ManyToMany<User>,
/// }
///
/// fn main() {
///     assert_eq!(Post::meta().object_label(), "blog.Post");
/// }
/// ```
///
/// The table is the module `blog_post` (`blog_post::title`), with the primary key `id` unless a field has the option
/// `primary_key`.
/// A `ForeignKey<Author>` is the column and the field `author_id`. A `ManyToMany<User>` has a separate
/// table, `blog_post_readers`, and the constant `Post::READERS`. Diesel can join the table with `auth_user`,
/// and with each table that a foreign key names: `#[field(on_delete = "protect", join = blog_author)]`. A reference to a
/// model whose key is not `id` needs the type of the key: `key = String`.
///
/// Options of the model: `app`, `db_table`, `label`, `verbose_name`, `verbose_name_plural`, `ordering`, `display`,
/// `unique_together`, `indexes`, `constraints`, `permissions`, `default_permissions`, `managed = false`, `natural_key`,
/// `was` (the former name), and `describe`, a function from [`Description`](models::Description) to
/// `Description` for everything else. Options of a field are the methods of
/// [`FieldBuilder`](models::FieldBuilder), and `max_digits` with `decimal_places`, `default` and `db_default` (a
/// literal, `now` or a function), `generated`, `editable = false`, `db_column`, and for many-to-many fields `through`.
/// `docs/fields.md` lists them beside Django's.
///
/// Fields of several models are written once in an abstract base, and a proxy shares the table of another model:
///
/// ```
/// use nuages::prelude::*;
///
/// #[nuages::model(abstract)]
/// struct Dated {
///     #[field(auto_now_add)]
///     pub made_at: Timestamp,
/// }
///
/// /// A ticket.
/// #[nuages::model(
///     app = "helpdesk",
///     base = Dated,
///     constraints = [
///         UniqueConstraint(fields = ["number"], name = "open_number", condition = "status = 'open'"),
///         CheckConstraint(check = "priority < 6", name = "priority_in_range"),
///     ],
///     indexes = [["status", "-number"]],
/// )]
/// pub struct Ticket {
///     pub number: i32,
///     #[field(choices = ["open", "closed"], max_length = 10, default = "open")]
///     pub status: String,
///     #[field(positive, default = 3)]
///     pub priority: i16,
/// }
///
/// /// Tickets by their number.
/// #[nuages::model(app = "helpdesk", proxy_for = Ticket, table = helpdesk_ticket, ordering = ["number"])]
/// pub struct NumberedTicket;
///
/// fn main() {
///     let columns: Vec<&str> = Ticket::meta().fields.iter().map(|field| field.column).collect();
///     assert_eq!(columns, ["id", "made_at", "number", "status", "priority"]);
///     assert_eq!(NumberedTicket::meta().table, "helpdesk_ticket");
/// }
/// ```
pub use nuages_macros::model;
#[doc(hidden)]
pub use nuages_macros::model_with_base;

/// Declares a form without a table, as Django's `forms.Form`: the fields are those of a model, with the same options,
/// controls and error texts. [`FormView::validate`](views::FormView::validate) shows and validates it.
///
/// ```
/// use nuages::prelude::*;
///
/// /// A question from a visitor.
/// #[nuages::form]
/// pub struct ContactForm {
///     #[field(max_length = 100)]
///     pub name: String,
///     #[field(email)]
///     pub email: String,
///     #[field(choices = ["order", "other"], max_length = 10)]
///     pub topic: String,
///     pub question: String,
/// }
///
/// fn main() {
///     let columns: Vec<&str> = ContactForm::meta().fields.iter().map(|field| field.column).collect();
///     assert_eq!(columns, ["id", "name", "email", "topic", "question"]);
/// }
/// ```
///
/// The columns are in a module with the name of the form in small letters: `contact_form::email`.
pub use nuages_macros::form;

/// Declares a page: a struct with the values of a template, which is a response.
///
/// ```
/// use nuages::prelude::*;
///
/// #[nuages::page(source = "{% block title %}Hello{% endblock %}{% block content %}<p>Hello {{ name }}</p>{% endblock %}")]
/// struct Hello {
///     page: Page,
///     name: String,
/// }
///
/// async fn hello(page: Page) -> Result<Hello> {
///     Ok(Hello { page, name: "world".to_owned() })
/// }
/// # fn main() {}
/// ```
///
/// `#[nuages::page("blog/post_list.html")]` names a file in the folder `templates`. The blocks `title`, `head` and
/// `content` are shown inside the frame of the site. A template without blocks is the content (inside
/// `<div class="wrap">`), and its title is `title = "…"`. The struct has the field `page: Page`.
/// `status = 409` is the status of the response, instead of 200.
pub use nuages_macros::page;

/// The migrations of an app, in the order of their names: `migrations!("blog")`.
///
/// The migrations are the folders `migrations/sqlite/blog_0001_initial` and
/// `migrations/postgres/blog_0001_initial` of the package, each with `up.sql` and `down.sql`, which the command
/// `makemigrations` writes. Another folder is named so: `migrations!("blog" in "examples/blog/migrations")`.
pub use nuages_macros::migrations;

pub use actix_web::{self, web};
pub use {askama, diesel};
