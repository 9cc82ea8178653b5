//! The declaration of an installed app.

use super::Meta;
use crate::db::migrations::Migration;

/// An installed app (Django's `AppConfig`).
#[derive(Debug, Clone, Copy)]
pub struct AppConfig {
    /// `catalog`: the first part of the app's table names, URLs and permissions. An app whose label begins with `nuages_`
    /// is one that a Django on the same database does not know: its models have no content types and permissions, and
    /// `dumpdata` writes them only if it is asked for them.
    pub label: &'static str,
    /// The name for people: `Catalog`.
    pub verbose_name: &'static str,
    /// The models, in the order in which Django numbers their content types: `&[Tag::meta,
    /// Category::meta]`.
    pub models: &'static [fn() -> &'static Meta],
    /// The migrations of the schema, in order.
    pub migrations: &'static [Migration],
}

/// The beginning of the labels of apps that a Django on the same database does not know.
const OWN: &str = "nuages_";

/// Whether a Django on the same database does not know the app with this label.
pub(crate) fn is_own_app(label: &str) -> bool {
    label.starts_with(OWN)
}

impl AppConfig {
    /// Creates an app: `AppConfig::new("blog", "Blog", &[Post::meta], nuages::migrations!("blog"))`.
    pub const fn new(
        label: &'static str,
        verbose_name: &'static str,
        models: &'static [fn() -> &'static Meta],
        migrations: &'static [Migration],
    ) -> Self {
        Self {
            label,
            verbose_name,
            models,
            migrations,
        }
    }
}
