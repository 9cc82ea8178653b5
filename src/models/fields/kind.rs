//! [`FieldKind`]: the list of all kinds of fields.

use super::file_path_options::FilePathOptions;
use crate::db::Kind;

/// The kind of a field, which is more specific than the type of its column (Django's field
/// classes). The modules here parse and show the values of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A primary key that the database generates.
    Auto,
    /// A single-line text of at most this many characters.
    Char(usize),
    /// Letters, digits, `-` and `_`, for URLs.
    Slug(usize),
    /// An e-mail address.
    Email(usize),
    /// A URL.
    Url(usize),
    /// Text of any length.
    Text,
    /// An integer.
    Integer,
    /// An integer of at least zero.
    PositiveInteger,
    /// A decimal number: the maximum number of digits, and the number of decimal places.
    Decimal(u32, u32),
    /// A float.
    Float,
    /// True or false; a column that can be NULL has a third state, unknown.
    Boolean,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A point in time.
    DateTime,
    /// A UUID.
    Uuid,
    /// A JSON document.
    Json,
    /// A file below this folder of `MEDIA_ROOT`; the column holds its path.
    File(&'static str),
    /// An image file below this folder of `MEDIA_ROOT`; the column holds its path.
    Image(&'static str),
    /// The path of a file or a folder on the server.
    FilePath(&'static FilePathOptions),
    /// The primary key of another model's row.
    ForeignKey,
    /// A length of time.
    Duration,
    /// Bytes, which forms do not edit unless the author says so.
    Binary,
    /// An IP address of this protocol.
    GenericIpAddress(IpProtocol),
    /// An array with items of a kind; on PostgreSQL only.
    Array(&'static ArrayItems),
    /// A range between two values of a kind; on PostgreSQL only.
    Range(&'static ColumnType),
    /// Texts with names; on PostgreSQL only.
    HStore,
    /// A value of this type of the database, which Nuages does not know: shown, and never written.
    Opaque(&'static str),
}

/// The kind of a field with its parameters, and the type of its column, as a
/// [`FieldType`](super::FieldType) needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnType {
    /// The kind of the field.
    pub kind: FieldKind,
    /// The type of its column.
    pub sql: Kind,
}

/// The items of an array field (Django's `base_field` and `size`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArrayItems {
    /// The kind of each item.
    pub item: ColumnType,
    /// The most items of a value.
    pub size: Option<usize>,
}

/// The IP addresses that a field takes (Django's `protocol` and `unpack_ipv4`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpProtocol {
    /// IPv4 and IPv6.
    Both,
    /// IPv4 and IPv6; `::ffff:192.0.2.1` is stored as `192.0.2.1`.
    BothUnpacked,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl FieldKind {
    /// Returns the kind for a column without further description.
    pub fn of_column(sql: Kind) -> Self {
        match sql {
            Kind::SmallInt | Kind::Integer | Kind::BigInt => Self::Integer,
            Kind::Double => Self::Float,
            Kind::Bool => Self::Boolean,
            Kind::Text => Self::Text,
            Kind::Decimal => Self::Decimal(10, 2),
            Kind::Date => Self::Date,
            Kind::Time => Self::Time,
            Kind::Timestamp => Self::DateTime,
            Kind::Uuid => Self::Uuid,
            Kind::Json => Self::Json,
            Kind::Duration => Self::Duration,
            Kind::Binary => Self::Binary,
            Kind::IpAddress => Self::GenericIpAddress(IpProtocol::Both),
            Kind::Opaque => Self::Opaque("text"),
        }
    }

    /// Whether a column of this type can hold values of the kind.
    pub fn fits(self, sql: Kind) -> bool {
        let is_whole = matches!(sql, Kind::SmallInt | Kind::Integer | Kind::BigInt);
        match self {
            Self::Auto | Self::Integer | Self::PositiveInteger => is_whole,
            Self::Char(_)
            | Self::Slug(_)
            | Self::Email(_)
            | Self::Url(_)
            | Self::Text
            | Self::File(_)
            | Self::FilePath(_)
            | Self::Image(_) => sql == Kind::Text,
            // The referenced column decides.
            Self::ForeignKey => true,
            Self::GenericIpAddress(_) => matches!(sql, Kind::IpAddress | Kind::Text),
            Self::Decimal(..) => sql == Kind::Decimal,
            Self::Array(_) | Self::Range(_) | Self::HStore | Self::Opaque(_) => sql == Kind::Opaque,
            other => Self::of_column(sql) == other,
        }
    }
}
