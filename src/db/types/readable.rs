//! Columns whose rows are read even where the column itself cannot be.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use crate::db::MultiBackend;

/// The value of a column, or nothing if the cell holds something else than the column should.
///
/// SQLite lets any column hold anything. A field of this type does not make the query fail: all other rows, and the rest of
/// the row, are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct Readable<T>(pub Option<T>);

impl<T> From<T> for Readable<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T, ST, DB> FromSql<ST, DB> for Readable<T>
where
    DB: Backend,
    T: FromSql<ST, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(T::from_sql(raw).ok()))
    }
}

/// A text of which everything that can be read is read: other characters stand in the place of what is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct LossyText(pub String);

impl FromSql<Text, Pg> for LossyText {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(String::from_utf8_lossy(raw.as_bytes()).into_owned()))
    }
}

impl FromSql<Text, Sqlite> for LossyText {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(raw.read_text().to_owned()))
    }
}

impl FromSql<Text, MultiBackend> for LossyText {
    fn from_sql(raw: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        raw.from_sql::<Self, Text>()
    }
}

impl From<LossyText> for String {
    fn from(text: LossyText) -> Self {
        text.0
    }
}
