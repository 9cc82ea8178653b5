//! The form side of the kinds of fields: a module for each, with its control and its validation.
//!
//! A new kind needs a module here and a line in [`form_field_type()`]. Its model side is a module in
//! `models::fields`.

mod array;
mod binary;
mod boolean;
mod bounds;
mod control_kind;
mod date;
mod date_formats;
mod date_time;
mod decimal;
mod duration;
mod file;
mod file_path;
mod float;
mod foreign_key;
mod form_field_type;
mod generic_ip_address;
mod hstore;
mod integer;
mod json;
mod number;
mod opaque;
mod range;
mod text;
mod text_formats;
mod time;
mod typed;
mod url;
mod uuid;

pub(super) use bounds::bounds;
pub use control_kind::{ControlContent, ControlKind, InputDescription, has_lines, input_type};
pub(super) use foreign_key::NO_SUCH_ROW;
pub use foreign_key::key;
pub(crate) use form_field_type::NUL;
pub use form_field_type::{Choices, FormFieldType, Inputs};
pub(super) use form_field_type::{Errors, REQUIRED, wrong};
pub(super) use number::whole as form_int;
pub use typed::Typed;
pub(super) use typed::plain;

use crate::models::{Field, FieldKind};

/// Returns the form side of the items of an array or the ends of a range.
fn form_field_type_of(part: &Field) -> &'static dyn FormFieldType {
    form_field_type(part.kind)
}

/// Returns the form side of this kind of field.
pub fn form_field_type(kind: FieldKind) -> &'static dyn FormFieldType {
    match kind {
        FieldKind::Auto | FieldKind::Integer => &integer::Integer,
        FieldKind::PositiveInteger => &integer::PositiveInteger,
        FieldKind::Char(_) => &text::Char,
        FieldKind::Slug(_) => &text::Slug,
        FieldKind::Email(_) => &text::Email,
        FieldKind::Url(_) => &url::Url,
        FieldKind::Text => &text::Text,
        FieldKind::Decimal(..) => &decimal::Decimal,
        FieldKind::Float => &float::Float,
        FieldKind::Boolean => &boolean::Boolean,
        FieldKind::Date => &date::Date,
        FieldKind::Time => &time::Time,
        FieldKind::DateTime => &date_time::DateTime,
        FieldKind::Uuid => &uuid::Uuid,
        FieldKind::Json => &json::Json,
        FieldKind::File(_) | FieldKind::Image(_) => &file::File,
        FieldKind::FilePath(_) => &file_path::FilePath,
        FieldKind::ForeignKey => &foreign_key::ForeignKey,
        FieldKind::Duration => &duration::Duration,
        FieldKind::Binary => &binary::Binary,
        FieldKind::GenericIpAddress(_) => &generic_ip_address::GenericIpAddress,
        FieldKind::Array(_) => &array::Array,
        FieldKind::Range(_) => &range::Range,
        FieldKind::HStore => &hstore::HStore,
        FieldKind::Opaque(_) => &opaque::Opaque,
    }
}
