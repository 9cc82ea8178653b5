//! PostgreSQL's ranges.

use std::io::Write as _;
use std::ops::Bound;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Date, HasSqlType, Integer};
use diesel::sqlite::Sqlite;

use super::part::{NativePart, RangePart};
use super::{Opaque, native};
use crate::db::{FromValue, MultiBackend, Value, sql_types};

/// A range of PostgreSQL (Django's range fields).
///
/// ```
/// use nuages::db::Range;
///
/// let ages: Range<i32> = (18..65).into();
/// assert_eq!(ages.to_string(), "[18,65)");
/// assert_eq!("[18,)".parse::<Range<i32>>().unwrap().end, std::ops::Bound::Unbounded);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Range<Integer>)]
#[diesel(sql_type = sql_types::Range<BigInt>)]
#[diesel(sql_type = sql_types::Range<Date>)]
#[diesel(sql_type = sql_types::Range<sql_types::Decimal>)]
#[diesel(sql_type = sql_types::Range<sql_types::TimestampTz>)]
pub struct Range<T> {
    /// The lower end.
    pub start: Bound<T>,
    /// The upper end.
    pub end: Bound<T>,
    /// Whether no value is in the range. The ends do not matter then.
    pub is_empty: bool,
}

impl<T> From<std::ops::Range<T>> for Range<T> {
    fn from(range: std::ops::Range<T>) -> Self {
        Self {
            start: Bound::Included(range.start),
            end: Bound::Excluded(range.end),
            is_empty: false,
        }
    }
}

impl<T: NativePart> std::fmt::Display for Range<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = |end: &Bound<T>| match end {
            Bound::Included(end) | Bound::Excluded(end) => Some(end.write()),
            Bound::Unbounded => None,
        };
        let text = RangeText {
            lower: end(&self.start),
            upper: end(&self.end),
            has_lower: matches!(self.start, Bound::Included(_)),
            has_upper: matches!(self.end, Bound::Included(_)),
            is_empty: self.is_empty,
        };
        text.fmt(f)
    }
}

impl<T: NativePart> std::str::FromStr for Range<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a range of this type");
        let parts = RangeText::read(text).ok_or_else(wrong)?;
        let end = |text: Option<String>, is_in: bool| -> Result<Bound<T>, String> {
            let Some(text) = text else {
                return Ok(Bound::Unbounded);
            };
            let end = T::read(&text).ok_or_else(wrong)?;
            Ok(if is_in {
                Bound::Included(end)
            } else {
                Bound::Excluded(end)
            })
        };
        Ok(Self {
            start: end(parts.lower, parts.has_lower)?,
            end: end(parts.upper, parts.has_upper)?,
            is_empty: parts.is_empty,
        })
    }
}

native!(Range, sql_types::Range);

/// The bit of a range without values in the first byte that the server sends.
const EMPTY: u8 = 1;

impl<T> FromSql<sql_types::Range<T::Sql>, Pg> for Range<T>
where
    T: RangePart,
    (Bound<T::Read>, Bound<T::Read>): FromSql<diesel::sql_types::Range<T::ReadSql>, Pg>,
{
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let flags = raw.as_bytes().first().copied().unwrap_or_default();
        if flags & EMPTY != 0 {
            return Ok(Self {
                start: Bound::Unbounded,
                end: Bound::Unbounded,
                is_empty: true,
            });
        }
        let (start, end) = <(Bound<T::Read>, Bound<T::Read>)>::from_sql(raw)?;
        Ok(Self {
            start: start.map(T::of),
            end: end.map(T::of),
            is_empty: false,
        })
    }
}

impl<T> ToSql<sql_types::Range<T::Sql>, Pg> for Range<T>
where
    T: NativePart + std::fmt::Debug + Clone,
    (Bound<T>, Bound<T>): ToSql<diesel::sql_types::Range<T::Sql>, Pg>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        if self.is_empty {
            out.write_all(&[EMPTY])?;
            return Ok(IsNull::No);
        }
        let ends = (self.start.clone(), self.end.clone());
        ToSql::<diesel::sql_types::Range<T::Sql>, Pg>::to_sql(&ends, &mut out.reborrow())
    }
}

/// The text of a range in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeText {
    /// The lower end; `None` if the range is open below.
    pub lower: Option<String>,
    /// The upper end; `None` if the range is open above.
    pub upper: Option<String>,
    /// Whether the lower end is in the range.
    pub has_lower: bool,
    /// Whether the upper end is in the range.
    pub has_upper: bool,
    /// Whether nothing is in the range.
    pub is_empty: bool,
}

impl RangeText {
    /// Reads the text that PostgreSQL writes: `[1,5)`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("empty") {
            return Some(Self {
                lower: None,
                upper: None,
                has_lower: false,
                has_upper: false,
                is_empty: true,
            });
        }
        let has_lower = match text.chars().next()? {
            '[' => true,
            '(' => false,
            _ => return None,
        };
        let has_upper = match text.chars().next_back()? {
            ']' => true,
            ')' => false,
            _ => return None,
        };
        let inner = text.get(1..text.len().checked_sub(1)?)?;
        let (lower, rest) = end(inner)?;
        let (upper, rest) = end(rest.strip_prefix(',')?)?;
        rest.is_empty().then_some(Self {
            has_lower: has_lower && lower.is_some(),
            has_upper: has_upper && upper.is_some(),
            lower,
            upper,
            is_empty: false,
        })
    }

    /// Returns the brackets: `[)`.
    pub fn bounds(&self) -> &'static str {
        match (self.has_lower, self.has_upper) {
            (true, true) => "[]",
            (true, false) => "[)",
            (false, true) => "(]",
            (false, false) => "()",
        }
    }
}

/// Reads one end, which may be in quotes, and returns the rest.
fn end(text: &str) -> Option<(Option<String>, &str)> {
    let mut end = String::new();
    let mut letters = text.char_indices();
    let is_quoted = text.starts_with('"');
    if is_quoted {
        letters.next();
    }
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => end.push(letters.next()?.1),
            '"' if is_quoted => return Some((Some(end), &text[at + 1..])),
            ',' if !is_quoted => {
                return Some(((!end.is_empty()).then_some(end), &text[at..]));
            }
            _ => end.push(letter),
        }
    }
    (!is_quoted).then(|| ((!end.is_empty()).then_some(end), ""))
}

impl std::fmt::Display for RangeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_empty {
            return f.write_str("empty");
        }
        let end = |end: &Option<String>| {
            let end = end.as_deref().unwrap_or_default();
            if end.contains(|letter: char| letter.is_whitespace() || "()[],\"\\".contains(letter)) {
                let mut text = String::new();
                super::quoted::push_quoted(&mut text, end);
                text
            } else {
                end.to_owned()
            }
        };
        let (left, right) = self.bounds().split_at(1);
        write!(f, "{left}{},{}{right}", end(&self.lower), end(&self.upper))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_ranges_are_read_and_written_as_postgresql_does() {
        for text in [
            "[1,5)",
            "(1.5,2.5]",
            "(,5)",
            "[1,)",
            "(,)",
            "empty",
            r#"["2024-01-01 00:00:00+00","2024-01-02 00:00:00+00")"#,
        ] {
            assert_eq!(RangeText::read(text).unwrap().to_string(), text);
        }
        for text in ["", "[", "[)", "1,5", "[1,5", "[1)", "[1,2,3)", "[\"1,2)"] {
            assert_eq!(RangeText::read(text), None, "{text}");
        }
    }
}
