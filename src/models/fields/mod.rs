//! The model side of the kinds of fields: a module for each.
//!
//! A new kind needs a variant of [`FieldKind`], a module here, and a line in
//! [`FieldKind::field_type`]. Its control is a module in `forms/fields`.

mod array;
mod binary;
mod boolean;
pub(super) mod date;
mod date_time;
mod db_type;
mod decimal;
mod display;
mod duration;
mod field_type;
mod file;
mod file_path;
mod file_path_options;
mod float;
mod foreign_key;
mod generic_ip_address;
mod hstore;
mod integer;
mod json;
mod kind;
mod native_part;
mod opaque;
mod range;
mod text;
pub(super) mod time;
mod url;
mod uuid;

pub use array::array_value;
pub use db_type::{DbCheck, DbType};
pub use display::{DisplayLink, DisplayNumber, DisplayShape, DisplayValue};
pub use duration::parse_micros as parse_duration_micros;
pub use field_type::{ColumnType, FieldType, KindProblem, LookupValue};
pub use file_path_options::FilePathOptions;
pub use generic_ip_address::ipv6;
pub use hstore::{hstore_json, hstore_value};
pub use kind::{ArrayItems, FieldKind, IpProtocol};
pub use range::range_value;

impl FieldKind {
    /// Returns the model side of this kind.
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
            Self::File(_) => &file::File { is_image: false },
            Self::Image(_) => &file::File { is_image: true },
            Self::FilePath(_) => &file_path::FilePath,
            Self::ForeignKey => &foreign_key::ForeignKey,
            Self::Duration => &duration::Duration,
            Self::Binary => &binary::Binary,
            Self::GenericIpAddress(_) => &generic_ip_address::GenericIpAddress,
            Self::Array(_) => &array::Array,
            Self::Range(_) => &range::Range,
            Self::HStore => &hstore::HStore,
            Self::Opaque(_) => &opaque::Opaque,
        }
    }
}

impl FieldKind {
    /// Returns the shape in which people see its values.
    pub fn shape(self) -> DisplayShape {
        self.field_type().shape()
    }
}

impl ColumnType {
    /// Returns the column type of a column without further description.
    pub fn of_column(sql: crate::db::Kind) -> Self {
        Self {
            kind: FieldKind::of_column(sql),
            sql,
        }
    }

    /// Returns the type that parses texts for this column. A foreign key uses the type of the
    /// referenced primary key.
    pub fn value_type(self) -> &'static dyn FieldType {
        let kind = match self.kind {
            FieldKind::ForeignKey => FieldKind::of_column(self.sql),
            kind => kind,
        };
        kind.field_type()
    }
}
