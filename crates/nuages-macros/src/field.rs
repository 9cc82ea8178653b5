//! The parts of a declaration: fields with a column, and many-to-many fields.

use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, Type, Visibility};

use crate::column::FieldType;
use crate::options::Options;

pub(crate) const FIELD_OPTIONS: [&str; 49] = [
    "auto",
    "autocomplete",
    "auto_now",
    "auto_now_add",
    "blank",
    "choices",
    "choices_from",
    "db_column",
    "db_constraint",
    "db_default",
    "db_index",
    "db_type",
    "decimal_places",
    "default",
    "editable",
    "email",
    "file",
    "file_path",
    "generated",
    "help_text",
    "image",
    "join",
    "key",
    "kinds",
    "limit_choices_to",
    "max",
    "max_digits",
    "max_length",
    "max_size",
    "min",
    "normalized",
    "on_delete",
    "positive",
    "primary_key",
    "protocol",
    "related_name",
    "secret",
    "size",
    "slug",
    "through",
    "through_fields",
    "to_field",
    "unique",
    "unique_or",
    "unpack_ipv4",
    "url",
    "validator",
    "verbose_name",
    "was",
];

/// The options of a many-to-many field.
pub(crate) const LINK_OPTIONS: [&str; 8] = [
    "blank",
    "help_text",
    "key",
    "limit_choices_to",
    "related_name",
    "through",
    "through_fields",
    "verbose_name",
];

/// A field with a column.
pub(crate) struct Field {
    pub(crate) name: Ident,
    /// The name in Rust, which is that of the column if it can be.
    pub(crate) column: Ident,
    /// The name of the column, if `column` is another.
    pub(crate) sql_name: Option<String>,
    pub(crate) visibility: Visibility,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) declared: Type,
    pub(crate) null: bool,
    pub(crate) stands_for: FieldType,
    pub(crate) options: Options,
}

/// A many-to-many field.
pub(crate) struct Link {
    pub(crate) name: Ident,
    pub(crate) docs: Vec<Attribute>,
    pub(crate) to: Type,
    pub(crate) options: Options,
}

impl Field {
    /// Returns the name of the column in the database.
    pub(crate) fn column_name(&self) -> String {
        let own = || self.column.unraw().to_string();
        self.sql_name.clone().unwrap_or_else(own)
    }
}
