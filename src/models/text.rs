//! A text made of a row's columns: how a row is called, where its page is.

use super::Path;
use crate::db::Value;

/// Columns, and how to make a text of their values.
#[derive(Debug, Clone)]
pub struct Text {
    /// The columns.
    pub paths: Vec<Path>,
    /// Makes the text; gets the values in the order of `paths`.
    pub format: fn(&[Value]) -> String,
}

impl Text {
    /// The text of one column.
    pub fn of(path: Path) -> Self {
        Self { paths: vec![path], format: |values| values.iter().map(ToString::to_string).collect() }
    }

    /// The text of a row whose columns `paths` have these values.
    pub fn say(&self, values: &[Value]) -> String {
        (self.format)(values)
    }
}
