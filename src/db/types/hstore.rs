//! PostgreSQL's `hstore`.

use std::collections::BTreeMap;
use std::io::Write as _;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::Sqlite;

use super::Opaque;
use super::quoted::push_quoted;
use crate::db::{FromValue, Kind, SqlKind, Value, sql_types};

/// Texts with names (Django's `HStoreField`); a value may be NULL.
#[derive(Debug, Clone, PartialEq, Eq, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::HStore)]
pub struct HStore(pub BTreeMap<String, Option<String>>);

super::multi_backend!(HStore => sql_types::HStore);

impl SqlKind for sql_types::HStore {
    const KIND: Kind = Kind::Opaque;
    const NULL: bool = false;
}

impl From<HStore> for Value {
    fn from(value: HStore) -> Self {
        Self::Opaque(Opaque(value.to_string().into()))
    }
}

impl From<Option<HStore>> for Value {
    fn from(value: Option<HStore>) -> Self {
        value.map_or(Self::Null(Kind::Opaque), Self::from)
    }
}

impl FromValue for HStore {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Opaque(text) => Self::read(&text.0),
            _ => None,
        }
    }
}

impl HStore {
    /// Reads the text that PostgreSQL writes: `"a"=>"1", "b"=>NULL`.
    pub fn read(text: &str) -> Option<Self> {
        let mut pairs = BTreeMap::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (name, after) = word(rest)?;
            let after = after.trim_start().strip_prefix("=>")?.trim_start();
            let is_quoted = after.starts_with('"');
            let (value, after) = word(after)?;
            let is_null = !is_quoted && value.eq_ignore_ascii_case("null");
            // The first value of a name counts, as on the server.
            pairs
                .entry(name)
                .or_insert_with(|| (!is_null).then_some(value));
            rest = after.trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix(',')?.trim_start();
                if rest.is_empty() {
                    return None;
                }
            }
        }
        Some(Self(pairs))
    }
}

/// Reads a text, which may be in quotes, and returns the rest.
fn word(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut letters = text.char_indices();
    let is_quoted = text.starts_with('"');
    if is_quoted {
        letters.next();
    }
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => word.push(letters.next()?.1),
            '"' if is_quoted => return Some((word, &text[at + 1..])),
            ',' | '=' if !is_quoted => {
                return (!word.trim_end().is_empty())
                    .then(|| (word.trim_end().to_owned(), &text[at..]));
            }
            _ => word.push(letter),
        }
    }
    (!is_quoted && !word.is_empty()).then_some((word, ""))
}

impl std::fmt::Display for HStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        for (name, value) in self.pairs() {
            if !text.is_empty() {
                text.push_str(", ");
            }
            push_quoted(&mut text, name);
            text.push_str("=>");
            match value {
                Some(value) => push_quoted(&mut text, value),
                None => text.push_str("NULL"),
            }
        }
        f.write_str(&text)
    }
}

impl HStore {
    /// Returns the pairs in the order of the server, which sorts names by their length.
    fn pairs(&self) -> Vec<(&String, &Option<String>)> {
        let mut pairs: Vec<_> = self.0.iter().collect();
        pairs.sort_by_key(|(name, _)| name.len());
        pairs
    }
}

impl serde::Serialize for HStore {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.pairs())
    }
}

impl FromSql<sql_types::HStore, Pg> for HStore {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        fn number(bytes: &[u8]) -> deserialize::Result<(i32, &[u8])> {
            let (number, rest) = bytes.split_first_chunk().ok_or("a short hstore")?;
            Ok((i32::from_be_bytes(*number), rest))
        }
        fn text(bytes: &[u8]) -> deserialize::Result<(Option<String>, &[u8])> {
            let (length, rest) = number(bytes)?;
            let Ok(length) = usize::try_from(length) else {
                return Ok((None, rest));
            };
            let (text, rest) = rest.split_at_checked(length).ok_or("a short hstore")?;
            Ok((Some(String::from_utf8(text.to_vec())?), rest))
        }

        let (count, mut rest) = number(raw.as_bytes())?;
        let mut pairs = BTreeMap::new();
        for _ in 0..count {
            let (name, after) = text(rest)?;
            let (value, after) = text(after)?;
            pairs.insert(name.ok_or("a name that is NULL")?, value);
            rest = after;
        }
        Ok(Self(pairs))
    }
}

impl ToSql<sql_types::HStore, Pg> for HStore {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let length = |text: &str| i32::try_from(text.len());
        out.write_all(&i32::try_from(self.0.len())?.to_be_bytes())?;
        for (name, value) in &self.0 {
            out.write_all(&length(name)?.to_be_bytes())?;
            out.write_all(name.as_bytes())?;
            match value {
                Some(value) => {
                    out.write_all(&length(value)?.to_be_bytes())?;
                    out.write_all(value.as_bytes())?;
                }
                None => out.write_all(&(-1_i32).to_be_bytes())?,
            }
        }
        Ok(IsNull::No)
    }
}

impl FromSql<sql_types::HStore, Sqlite> for HStore {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Self::read(raw.read_text()).ok_or_else(|| "a text that is not an hstore".into())
    }
}

impl ToSql<sql_types::HStore, Sqlite> for HStore {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_hstore_are_read_and_written_as_postgresql_does() {
        for text in [
            "",
            r#""a"=>"1""#,
            r#""b"=>NULL, "aa"=>"x \"y\" \\", "aaa"=>"""#,
        ] {
            assert_eq!(HStore::read(text).unwrap().to_string(), text);
        }
        assert_eq!(
            HStore::read("a=>1,b => NULL").unwrap().to_string(),
            r#""a"=>"1", "b"=>NULL"#
        );
        for text in ["a", "a=>", "=>1", "a=>1,", "\"a=>1"] {
            assert_eq!(HStore::read(text), None, "{text}");
        }
    }
}
