//! PostgreSQL's arrays.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Date, HasSqlType, Integer, SmallInt, Text};
use diesel::sqlite::Sqlite;

use super::part::NativePart;
use super::{Opaque, native};
use crate::db::{FromValue, MultiBackend, Value, sql_types};

/// An array of PostgreSQL (Django's `ArrayField`) with one dimension and without NULL.
///
/// ```
/// use nuages::db::Array;
///
/// let tags: Array<String> = vec!["rust".to_owned(), "two words".to_owned()].into();
/// assert_eq!(tags.to_string(), r#"{rust,"two words"}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Array<Text>)]
#[diesel(sql_type = sql_types::Array<SmallInt>)]
#[diesel(sql_type = sql_types::Array<Integer>)]
#[diesel(sql_type = sql_types::Array<BigInt>)]
#[diesel(sql_type = sql_types::Array<Date>)]
#[diesel(sql_type = sql_types::Array<sql_types::Decimal>)]
#[diesel(sql_type = sql_types::Array<sql_types::TimestampTz>)]
pub struct Array<T>(pub Vec<T>);

impl<T> From<Vec<T>> for Array<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T: NativePart> std::fmt::Display for Array<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let items: Vec<Option<String>> = self.0.iter().map(|item| Some(item.write())).collect();
        f.write_str(&array_text(&items))
    }
}

impl<T: NativePart> std::str::FromStr for Array<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let items = array_items(text).and_then(|items| {
            let read = |item: Option<String>| T::read(&item?);
            items.into_iter().map(read).collect::<Option<Vec<T>>>()
        });
        items
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not an array of this type"))
    }
}

native!(Array, sql_types::Array);

impl<T> FromSql<sql_types::Array<T::Sql>, Pg> for Array<T>
where
    T: NativePart,
    Vec<T>: FromSql<diesel::sql_types::Array<T::Sql>, Pg>,
{
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<diesel::sql_types::Array<T::Sql>, Pg>::from_sql(raw).map(Self)
    }
}

impl<T> ToSql<sql_types::Array<T::Sql>, Pg> for Array<T>
where
    T: NativePart + std::fmt::Debug,
    Vec<T>: ToSql<diesel::sql_types::Array<T::Sql>, Pg>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Array<T::Sql>, Pg>::to_sql(&self.0, out)
    }
}

/// Returns the items of the text of an array with one dimension; `None` is NULL.
pub fn array_items(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut items = Vec::new();
    if inner.trim().is_empty() {
        return Some(items);
    }
    let mut letters = inner.chars().peekable();
    loop {
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        let mut item = String::new();
        let is_quoted = letters.next_if_eq(&'"').is_some();
        loop {
            match letters.peek()? {
                '\\' => {
                    letters.next();
                    item.push(letters.next()?);
                }
                '"' if is_quoted => {
                    letters.next();
                    while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
                    break;
                }
                ',' if !is_quoted => break,
                '{' | '}' | '"' if !is_quoted => return None,
                _ => item.extend(letters.next()),
            }
            if !is_quoted && letters.peek().is_none() {
                break;
            }
        }
        let is_null = !is_quoted && item.trim_end().eq_ignore_ascii_case("null");
        if !is_quoted {
            item.truncate(item.trim_end().len());
            if item.is_empty() {
                return None;
            }
        }
        items.push((!is_null).then_some(item));
        match letters.next() {
            None => return Some(items),
            Some(',') => {}
            Some(_) => return None,
        }
    }
}

/// Returns the text of an array as PostgreSQL writes it; `None` is NULL.
pub fn array_text(items: &[Option<String>]) -> String {
    let mut text = String::from("{");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        match item {
            None => text.push_str("NULL"),
            Some(item) if is_plain(item) => text.push_str(item),
            Some(item) => super::quoted::push_quoted(&mut text, item),
        }
    }
    text.push('}');
    text
}

fn is_plain(item: &str) -> bool {
    !item.is_empty()
        && !item.eq_ignore_ascii_case("null")
        && !item.contains(|letter: char| {
            matches!(letter, '{' | '}' | ',' | '"' | '\\')
                || letter.is_ascii_whitespace()
                || letter == '\u{b}'
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_arrays_are_read_and_written_as_postgresql_does() {
        for (text, items) in [
            ("{}", vec![]),
            ("{a,b}", vec![Some("a"), Some("b")]),
            (
                r#"{"a b","",NULL,"NULL"}"#,
                vec![Some("a b"), Some(""), None, Some("NULL")],
            ),
            (
                r#"{"a\"b","c\\d","e,f","{g}"}"#,
                vec![Some("a\"b"), Some("c\\d"), Some("e,f"), Some("{g}")],
            ),
        ] {
            let items: Vec<Option<String>> = items
                .into_iter()
                .map(|item| item.map(str::to_owned))
                .collect();
            assert_eq!(array_items(text).as_ref(), Some(&items), "{text}");
            assert_eq!(array_text(&items), text);
        }
        assert_eq!(
            array_items(" { 1 , 2 } "),
            Some(vec![Some("1".to_owned()), Some("2".to_owned())])
        );
        for text in [
            "",
            "{",
            "a",
            "{a",
            "{a,}",
            "{,a}",
            "{{1},{2}}",
            "{\"a}",
            "{\"a\"b}",
        ] {
            assert_eq!(array_items(text), None, "{text}");
        }
    }
}
