//! What an installed app says about itself.

use super::Meta;
use crate::db::migrations::Migration;

/// An installed app (Django's `AppConfig`).
#[derive(Debug, Clone, Copy)]
pub struct AppConfig {
    /// `catalog`: the first part of its tables, URLs and permissions.
    pub label: &'static str,
    /// What people read: `Catalog`.
    pub verbose_name: &'static str,
    /// Its models, in the order in which Django numbers their content types: `&[Tag::meta, Category::meta]`.
    pub models: &'static [fn() -> &'static Meta],
    /// Its schema, step by step.
    pub migrations: &'static [Migration],
}
