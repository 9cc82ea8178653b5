//! The kinds of fields: one module for each, with everything that models know of it.
//!
//! A new kind is a variant of [`FieldKind`], a module here, and a line in [`FieldKind::field_type`]. The control in which its
//! values are typed is its module in `forms/fields`.

mod boolean;
pub(super) mod date;
mod date_time;
mod decimal;
mod display;
mod field_type;
mod file;
mod float;
mod foreign_key;
mod integer;
mod json;
mod kind;
mod text;
pub(super) mod time;
mod url;
mod uuid;

pub use display::{DisplayLink, DisplayNumber, DisplayShape, DisplayValue};
pub use field_type::{ColumnType, FieldType, KindProblem, LookupValue};
pub use kind::FieldKind;

impl FieldKind {
    /// Returns everything that models know of this kind.
    pub fn field_type(self) -> &'static dyn FieldType {
        match self {
            Self::Auto | Self::Integer | Self::PositiveInteger => &integer::Integer,
            Self::Char(_) | Self::Slug(_) | Self::Email(_) | Self::Text => &text::Text,
            Self::Url(_) => &url::Url,
            Self::Decimal(..) => &decimal::Decimal,
            Self::Float => &float::Float,
            Self::Boolean => &boolean::Boolean,
            Self::Date => &date::Date,
            Self::Time => &time::Time,
            Self::DateTime => &date_time::DateTime,
            Self::Uuid => &uuid::Uuid,
            Self::Json => &json::Json,
            Self::File(_) => &file::File,
            Self::Image(_) => &file::Image,
            Self::ForeignKey => &foreign_key::ForeignKey,
        }
    }
}

impl ColumnType {
    /// A column of which nothing is known but its type.
    pub fn of_column(sql: crate::db::Kind) -> Self {
        Self {
            kind: FieldKind::of_column(sql),
            sql,
        }
    }

    /// The type that reads texts for this column. A foreign key reads what the column at its end would.
    pub fn value_type(self) -> &'static dyn FieldType {
        let kind = match self.kind {
            FieldKind::ForeignKey => FieldKind::of_column(self.sql),
            kind => kind,
        };
        kind.field_type()
    }
}
