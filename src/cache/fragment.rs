//! Parts of pages in the cache.

use std::fmt::Write as _;

use super::key::digest;
use super::{Cache, Timeout};
use crate::error::Result;
use crate::pages::SafeHtml;

/// Returns the key of a fragment, to delete it: Django's `make_template_fragment_key`.
pub fn fragment_key(name: &str, vary_on: &[&str]) -> String {
    let mut parts = String::new();
    for part in vary_on {
        // The length keeps `["a", "bc"]` and `["ab", "c"]` apart.
        // Writing to a `String` does not fail.
        let _ = write!(parts, "{}:{part}", part.len());
    }
    format!("template.cache.{name}.{}", digest(&parts))
}

impl Cache {
    /// Returns a part of a page, which is rendered if the cache does not have it: Django's
    /// `{% cache TIMEOUT NAME VARY_ON… %}`.
    ///
    /// `vary_on` contains everything that the fragment depends on: the user's id, the page number.
    ///
    /// ```no_run
    /// # use nuages::prelude::*;
    /// # use nuages::cache::Cache;
    /// #[derive(Template)]
    /// #[template(source = "<p>{{ name }}</p>", ext = "html")]
    /// struct Sidebar {
    ///     name: String,
    /// }
    ///
    /// # async fn view(cache: Cache, user: User) -> Result<()> {
    /// let sidebar = cache
    ///     .fragment("sidebar", &[&user.username], 500, async || {
    ///         Ok(Sidebar { name: user.username.clone() }.render()?)
    ///     })
    ///     .await?; // a field of the page's template: {{ sidebar }}
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fragment(
        &self,
        name: &str,
        vary_on: &[&str],
        timeout: impl Into<Timeout>,
        render: impl AsyncFnOnce() -> Result<String>,
    ) -> Result<SafeHtml> {
        let key = fragment_key(name, vary_on);
        let html = self.get_or_set(&key, render, timeout).await?;
        Ok(SafeHtml::new(html))
    }
}

#[test]
fn fragments_with_other_values_have_other_keys() {
    let key = fragment_key("sidebar", &["a", "bc"]);
    assert!(key.starts_with("template.cache.sidebar."), "{key}");
    assert_ne!(key, fragment_key("sidebar", &["ab", "c"]));
    assert_ne!(key, fragment_key("sidebar", &["a", "b", "c"]));
}
