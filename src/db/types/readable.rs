//! Columns that may hold unreadable cells without making the whole query fail.

use std::any::type_name;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteType};

use crate::db::MultiBackend;

/// The value of a column, or `None` if the cell does not fit the type of its column.
///
/// SQLite lets any column hold anything. A field of this type does not make the query fail: all
/// other rows, and the rest of the row, are read.
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

/// Like [`Readable`], for a column `C` that should always be readable: the log names the column
/// once.
///
/// Use `#[diesel(deserialize_as = Lenient<auth_user::last_login, Option<Timestamp>>)]` on a field
/// whose type is an `Option`.
#[derive(Debug, FromSqlRow)]
pub struct Lenient<C, T>(pub Option<T>, PhantomData<fn() -> C>);

impl<C, T, ST, DB> FromSql<ST, DB> for Lenient<C, T>
where
    DB: Backend,
    T: FromSql<ST, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let value = T::from_sql(raw).ok();
        if value.is_none() {
            log_once(type_name::<C>());
        }
        Ok(Self(value, PhantomData))
    }

    fn from_nullable_sql(raw: Option<DB::RawValue<'_>>) -> deserialize::Result<Self> {
        match raw {
            Some(raw) => Self::from_sql(raw),
            None => Ok(Self(Some(T::from_nullable_sql(None)?), PhantomData)),
        }
    }
}

impl<C, T: Clone> Clone for Lenient<C, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<C, T> From<Lenient<C, T>> for Option<T> {
    fn from(cell: Lenient<C, T>) -> Self {
        cell.0
    }
}

impl<C, T> From<Lenient<C, Self>> for Option<T> {
    fn from(cell: Lenient<C, Self>) -> Self {
        cell.0.flatten()
    }
}

/// Logs once that the column of the type `column` has an unreadable cell.
fn log_once(column: &'static str) {
    static LOGGED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    if LOGGED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(column)
    {
        log::warn!(target: "nuages.db", "the column {} has a cell that cannot be read", column_name(column));
    }
}

/// Returns `auth_user.last_login` for the type `nuages::schema::auth_user::columns::last_login`.
fn column_name(column: &str) -> String {
    let mut words = column.rsplit("::").filter(|word| *word != "columns");
    let name = words.next().unwrap_or_default();
    words
        .next()
        .map_or_else(|| name.to_owned(), |table| format!("{table}.{name}"))
}

/// A flag that is true only if its cell holds `true`: on SQLite the number 1. Any other value
/// grants nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct StrictFlag(pub bool);

impl FromSql<Bool, Pg> for StrictFlag {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Bool, Pg>::from_sql(raw).map(Self)
    }
}

impl FromSql<Bool, Sqlite> for StrictFlag {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(
            raw.value_type() == Some(SqliteType::Long) && raw.read_long() == 1,
        ))
    }
}

impl FromSql<Bool, MultiBackend> for StrictFlag {
    fn from_sql(raw: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        raw.from_sql::<Self, Bool>()
    }
}

impl From<StrictFlag> for bool {
    fn from(flag: StrictFlag) -> Self {
        flag.0
    }
}

/// A text in which invalid UTF-8 is replaced by other characters.
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

/// A [`LossyText`] of a column that may be NULL.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow)]
pub struct NullableLossyText(pub Option<String>);

impl<DB> FromSql<Nullable<Text>, DB> for NullableLossyText
where
    DB: Backend,
    LossyText: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        LossyText::from_sql(raw).map(|text| Self(Some(text.0)))
    }

    fn from_nullable_sql(raw: Option<DB::RawValue<'_>>) -> deserialize::Result<Self> {
        raw.map_or(Ok(Self(None)), Self::from_sql)
    }
}

impl From<NullableLossyText> for Option<String> {
    fn from(text: NullableLossyText) -> Self {
        text.0
    }
}

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use super::column_name;
    diesel::table! {
        auth_user (id) {
            id -> Integer,
            last_login -> Nullable<Text>,
        }
    }

    #[test]
    fn the_log_names_table_and_column() {
        assert_eq!(
            column_name(type_name::<auth_user::last_login>()),
            "auth_user.last_login"
        );
    }
}
