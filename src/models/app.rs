//! The declaration of an installed app.

use super::Meta;
use crate::db::migrations::Migration;

/// An installed app (Django's `AppConfig`).
#[derive(Debug, Clone, Copy)]
pub struct AppConfig {
    /// `catalog`: the first part of the app's table names, URLs and permissions.
    pub label: &'static str,
    /// The name for people: `Catalog`.
    pub verbose_name: &'static str,
    /// The models, in the order in which Django numbers their content types: `&[Tag::meta,
    /// Category::meta]`.
    pub models: &'static [fn() -> &'static Meta],
    /// The migrations of the schema, in order.
    pub migrations: &'static [Migration],
}
