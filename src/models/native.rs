//! Lookups that only columns of PostgreSQL's own kinds have.

use crate::db::{Kind, Sql, Value, array_text};

/// A lookup of an array, a range or `hstore` (those of `django.contrib.postgres`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Django's")]
pub enum NativeLookup {
    Contains,
    /// A range contains this value.
    ContainsValue,
    ContainedBy,
    Overlap,
    Len,
    FullyLt,
    FullyGt,
    NotLt,
    NotGt,
    AdjacentTo,
    IsEmpty,
    HasKey,
    HasKeys,
    HasAnyKeys,
}

impl NativeLookup {
    /// Returns the lookup of this name, if arrays have it.
    pub fn of_arrays(name: &str) -> Option<Self> {
        Some(match name {
            "contains" => Self::Contains,
            "contained_by" => Self::ContainedBy,
            "overlap" => Self::Overlap,
            "len" => Self::Len,
            _ => return None,
        })
    }

    /// Returns the lookup of this name, if ranges have it.
    pub fn of_ranges(name: &str) -> Option<Self> {
        Some(match name {
            "contains" => Self::Contains,
            "contained_by" => Self::ContainedBy,
            "overlap" => Self::Overlap,
            "fully_lt" => Self::FullyLt,
            "fully_gt" => Self::FullyGt,
            "not_lt" => Self::NotLt,
            "not_gt" => Self::NotGt,
            "adjacent_to" => Self::AdjacentTo,
            "isempty" => Self::IsEmpty,
            _ => return None,
        })
    }

    /// Returns the lookup of this name, if `hstore` has it.
    pub fn of_hstore(name: &str) -> Option<Self> {
        Some(match name {
            "contains" => Self::Contains,
            "contained_by" => Self::ContainedBy,
            "has_key" => Self::HasKey,
            "has_keys" => Self::HasKeys,
            "has_any_keys" => Self::HasAnyKeys,
            _ => return None,
        })
    }

    /// Returns the comparison of `column` with `value`. `cast` makes the column's type of a value.
    pub(super) fn sql(self, column: Sql, value: Value, cast: &dyn Fn(Value) -> Sql) -> Sql {
        let operator = match self {
            Self::Contains | Self::ContainsValue => " @> ",
            Self::ContainedBy => " <@ ",
            Self::Overlap => " && ",
            Self::FullyLt => " << ",
            Self::FullyGt => " >> ",
            Self::NotLt => " &> ",
            Self::NotGt => " &< ",
            Self::AdjacentTo => " -|- ",
            Self::HasKey => " ? ",
            Self::HasKeys => " ?& ",
            Self::HasAnyKeys => " ?| ",
            Self::IsEmpty => return Sql::new("isempty(").append(column).raw(") = ").bind(value),
            // The length of an empty array is NULL.
            Self::Len => {
                return Sql::new("COALESCE(cardinality(")
                    .append(column)
                    .raw("), -1) = ")
                    .bind(value);
            }
        };
        let column = column.raw(operator);
        match self {
            Self::HasKey | Self::ContainsValue => column.bind(value),
            Self::HasKeys | Self::HasAnyKeys => column.raw("CAST(").bind(value).raw(" AS text[])"),
            _ => column.append(cast(value)),
        }
    }

    /// Returns the value of names that are separated by commas.
    pub(super) fn names(text: &str) -> Value {
        let names: Vec<Option<String>> =
            text.split(',').map(|name| Some(name.to_owned())).collect();
        Value::Text(array_text(&names))
    }

    /// Returns the value for a column of another kind, if the lookup has one.
    pub(super) fn own_value(self, text: &str) -> Option<Value> {
        match self {
            Self::Len => Some(
                text.trim()
                    .parse()
                    .map_or(Value::Null(Kind::Integer), Value::Integer),
            ),
            Self::IsEmpty => Some(Value::Bool(!matches!(
                text.to_lowercase().as_str(),
                "" | "0" | "false"
            ))),
            Self::HasKey => Some(Value::Text(text.to_owned())),
            Self::HasKeys | Self::HasAnyKeys => Some(Self::names(text)),
            _ => None,
        }
    }
}
