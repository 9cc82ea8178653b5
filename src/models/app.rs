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
    /// Its models, in the order in which Django numbers their content types.
    pub models: &'static [ModelName],
    /// The same models, described; those that nothing leads to may be missing.
    pub described: fn() -> Vec<&'static Meta>,
    /// Its schema, step by step.
    pub migrations: &'static [Migration],
}

/// A model's names.
#[derive(Debug, Clone, Copy)]
pub struct ModelName {
    /// `orderitem`, as in content types and URLs.
    pub name: &'static str,
    /// `order item`, as in "Can add order item".
    pub verbose: &'static str,
}

impl ModelName {
    /// A model's names.
    pub const fn new(name: &'static str, verbose: &'static str) -> Self {
        Self { name, verbose }
    }
}
