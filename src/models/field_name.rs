//! Names of fields that are made from Diesel's columns, so that a wrong name does not compile.

use diesel::query_source::Column;

use super::{Field, ManyToMany, tuples};
use crate::db::Value;

/// A type that names a field: a column, or a many-to-many field.
pub trait FieldName<T> {
    /// Returns the name of the column or of the many-to-many field.
    fn name(&self) -> &'static str;
}

impl<C: Column> FieldName<C::Table> for C {
    fn name(&self) -> &'static str {
        C::NAME
    }
}

impl<T> FieldName<T> for ManyToMany<T> {
    fn name(&self) -> &'static str {
        self.name
    }
}

tuples! {
    /// A tuple of fields, in the order of a form.
    FieldNames::names(FieldName::name) -> &'static str
}

impl<T> FieldNames<T> for () {
    fn names(self) -> Vec<&'static str> {
        Vec::new()
    }
}

/// A list of fields of any model: `FieldList::new((user::is_staff, User::GROUPS))`.
///
/// ```compile_fail
/// use nuages::models::FieldList;
/// use nuages::schema::auth_user as user;
///
/// let fields = FieldList::new((user::is_staf,));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldList(Vec<&'static str>);

impl FieldList {
    /// Creates the list of these fields.
    pub fn new<T>(fields: impl FieldNames<T>) -> Self {
        Self(fields.names())
    }

    /// Creates a list of columns that are only known at run time.
    pub(crate) fn from_columns(columns: Vec<&'static str>) -> Self {
        Self(columns)
    }

    /// Returns the names of the columns and many-to-many fields.
    pub fn names(&self) -> &[&'static str] {
        &self.0
    }
}

impl IntoIterator for FieldList {
    type Item = &'static str;
    type IntoIter = std::vec::IntoIter<&'static str>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A column and its new value: `Assignment::new(product::is_active, false)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub(crate) column: &'static str,
    pub(crate) value: Value,
}

impl Assignment {
    /// Assigns `value` to `column`.
    pub fn new<C: Column>(_column: C, value: impl Into<Value>) -> Self {
        Self {
            column: C::NAME,
            value: value.into(),
        }
    }

    /// Assigns `value` to a field that is only known at run time.
    pub fn for_field(field: &Field, value: impl Into<Value>) -> Self {
        Self {
            column: field.column,
            value: value.into(),
        }
    }
}
