//! [`FieldType`]: the model side of a kind of field.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::{DbCheck, DbType};
use super::display::{DisplayShape, DisplayValue};
pub use super::kind::ColumnType;
use super::kind::FieldKind;
use crate::db::Value;
use crate::models::{DatePart, Field, NativeLookup};

/// The value of a text in a lookup.
#[derive(Debug, Clone, PartialEq)]
pub enum LookupValue {
    /// A value that the column can hold.
    Value(Value),
    /// A value that no row can have.
    NoRow,
    /// A number that is greater than all values of the column.
    AboveAll,
    /// A number that is less than all values of the column.
    BelowAll,
}

/// An error in the parameters of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindProblem {
    /// Django's number of the error.
    pub id: &'static str,
    /// The method of the field's builder that got the parameters.
    pub option: &'static str,
    /// The error and its remedy.
    pub text: String,
}

/// The model side of a kind of field (Django's field class): parses values from texts, and shows
/// them to people. The module of the same name in `forms/fields` has its control.
pub trait FieldType: Sync {
    /// Returns the name in the documentation of models: `text (100)`.
    fn description(&self, kind: FieldKind) -> Cow<'static, str>;

    /// Returns the type of its column on both databases.
    fn db_type(&self, column: ColumnType) -> DbType;

    /// Returns the condition that the database checks for each value.
    fn db_check(&self, _kind: FieldKind) -> Option<DbCheck> {
        None
    }

    /// Returns the noun for its values in errors: `date`, in "“soon” is not a date".
    fn noun(&self) -> &'static str;

    /// Returns the shape of its values on a page, which decides how a column of them is aligned and filtered.
    fn shape(&self) -> DisplayShape {
        DisplayShape::Text
    }

    /// Returns the most characters that its column takes.
    fn max_length(&self, _kind: FieldKind) -> Option<usize> {
        None
    }

    /// Whether forms show a field of this kind unless its author says otherwise.
    fn is_editable(&self) -> bool {
        true
    }

    /// Returns the folder below `MEDIA_ROOT`, if the column holds paths of files.
    fn folder(&self, _kind: FieldKind) -> Option<&'static str> {
        None
    }

    /// Returns the problem with the options of a field of this kind, if they have one.
    fn problem(&self, _field: &Field) -> Option<KindProblem> {
        None
    }

    /// Returns Django's name of the field, if it exists on PostgreSQL only.
    fn postgres_only(&self) -> Option<&'static str> {
        None
    }

    /// Returns PostgreSQL's type of the column, if its values are texts that a statement must cast
    /// to it.
    fn cast(&self, _kind: FieldKind) -> Option<&'static str> {
        None
    }

    /// Returns the lookup of this name that only fields of this kind have.
    fn native_lookup(&self, _name: &str) -> Option<NativeLookup> {
        None
    }

    /// Parses a text of a URL or a fixture; returns `None` if it is not a value of this kind. A
    /// time without a zone is in `zone`.
    fn parse(&self, column: ColumnType, text: &str, zone: Tz) -> Option<Value>;

    /// Parses the text of a lookup such as `price__lt`, which may compare with a number that the column cannot hold.
    fn parse_lookup(&self, column: ColumnType, text: &str, zone: Tz) -> Option<LookupValue> {
        self.parse(column, text, zone).map(LookupValue::Value)
    }

    /// Whether lookups can compare this part of the values: `created_at__year`.
    fn has_part(&self, _part: DatePart) -> bool {
        false
    }

    /// Returns `value` in the form in which people see it.
    fn display<'a>(&self, _kind: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        DisplayValue::new(value)
    }

    /// Returns the value for a fixture, like Django's JSON serializer. Not called for NULL and
    /// unreadable cells.
    fn to_json(&self, _kind: FieldKind, value: &Value) -> Json {
        value.text().into()
    }

    /// Parses a value of a fixture; the error says what is wrong. Not called for `null`.
    fn parse_json(&self, column: ColumnType, json: &Json, zone: Tz) -> Result<Value, String> {
        let text = json_text(json)?;
        self.parse(column, &text, zone)
            .ok_or_else(|| is_not_a(&text, self.noun()))
    }
}

/// Returns the text of a single value in a fixture.
pub(super) fn json_text(json: &Json) -> Result<String, String> {
    match json {
        // Python's spelling.
        Json::Bool(yes) => Ok(if *yes { "True" } else { "False" }.to_owned()),
        Json::String(text) => Ok(text.clone()),
        Json::Array(_) | Json::Object(_) => Err(format!("{json} is not a single value")),
        Json::Null | Json::Number(_) => Ok(json.to_string()),
    }
}

/// Returns the error for a text in a fixture that is not a value of its field.
pub(super) fn is_not_a(text: &str, noun: &str) -> String {
    format!("{text:?} is not a {noun}")
}
