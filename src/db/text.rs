//! Looking into texts, alike on both databases.

use diesel::sql_types::Text;

diesel::define_sql_function! {
    /// `UPPER(text)`: ASCII letters only on SQLite, as in Django.
    fn upper(text: Text) -> Text;
}

/// `text` as a LIKE pattern for itself, for `.like(…).escape('\\')`.
pub fn like_escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
