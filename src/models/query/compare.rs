//! Converts a comparison to SQL.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::one_of::one_of;
use crate::db::{FoldedPattern, Kind, Sql, Timestamp, Value, like_escaped, upper_end};
use crate::models::Lookup;

/// Compares `column`, which holds a `kind`, with `values`.
pub(super) fn compare(
    column: &dyn Fn() -> Sql,
    kind: Kind,
    lookup: Lookup,
    values: &[Value],
    bound: &dyn Fn(Value) -> Sql,
) -> Sql {
    let first = values.first().cloned().unwrap_or(Value::Null(kind));
    match lookup {
        Lookup::Exact if first.is_null() => column().raw(" IS NULL"),
        Lookup::Exact => column().raw(" = ").append(bound(first)),
        Lookup::Gt => column().raw(" > ").append(bound(first)),
        Lookup::Gte => column().raw(" >= ").append(bound(first)),
        Lookup::Lt => column().raw(" < ").append(bound(first)),
        Lookup::Lte => column().raw(" <= ").append(bound(first)),
        Lookup::IsNull if first.is_true() => column().raw(" IS NULL"),
        Lookup::IsNull => column().raw(" IS NOT NULL"),
        Lookup::Range => {
            let last = values.get(1).cloned().unwrap_or(Value::Null(kind));
            column()
                .raw(" BETWEEN ")
                .append(bound(first))
                .raw(" AND ")
                .append(bound(last))
        }
        Lookup::In => one_of(column(), kind, values, bound),
        Lookup::Native(native) => native.sql(column(), first, bound),
        Lookup::Year => year(column, kind, &first, zone(values)),
        Lookup::Part(part, how) => super::part::compare(column(), kind, part, how, values),
        Lookup::Regex => as_text(column(), kind)
            .either(" ~ ", " REGEXP ")
            .bind(first),
        Lookup::IRegex => as_text(column(), kind)
            .either(" ~* ", " REGEXP ('(?i)' || ")
            .bind(first)
            .either("", ")"),
        Lookup::IExact
        | Lookup::Contains
        | Lookup::IContains
        | Lookup::StartsWith
        | Lookup::IStartsWith
        | Lookup::EndsWith
        | Lookup::IEndsWith => like(column, kind, lookup, &first.to_string()),
    }
}

fn like(column: &dyn Fn() -> Sql, kind: Kind, lookup: Lookup, plain: &str) -> Sql {
    let literal = like_escaped(plain);
    let pattern = match lookup {
        Lookup::Contains | Lookup::IContains => format!("%{literal}%"),
        Lookup::StartsWith | Lookup::IStartsWith => format!("{literal}%"),
        Lookup::EndsWith | Lookup::IEndsWith => format!("%{literal}"),
        _ => literal,
    };
    let text = || as_text(column(), kind);
    match lookup {
        // LIKE ignores the case of ASCII letters on SQLite, as with Django.
        Lookup::Contains | Lookup::StartsWith | Lookup::EndsWith => {
            let sql = text()
                .raw(" LIKE ")
                .bind_either(pattern.as_str(), for_sqlite(pattern.as_str()));
            sql.raw(" ESCAPE '\\'")
        }
        _ => ilike(&text, FoldedPattern::new(pattern)),
    }
}

/// Compares `text` with `pattern`, ignoring case. See [`FoldedPattern`].
fn ilike(text: &dyn Fn() -> Sql, pattern: FoldedPattern) -> Sql {
    let FoldedPattern {
        plain,
        loose_and_upper,
    } = pattern;
    let end = upper_end();
    let postgres = Sql::new("UPPER(")
        .append(text())
        .raw(end)
        .raw(" LIKE UPPER(")
        .bind(plain.as_str())
        .raw(end);
    let like = |pattern: &str| {
        Sql::new(" LIKE ")
            .bind(for_sqlite(pattern))
            .raw(" ESCAPE '\\'")
    };
    let sqlite = match loose_and_upper {
        None => text().append(like(&plain)),
        Some((loose, upper)) => {
            let sql = Sql::new("(")
                .append(text())
                .append(like(&loose))
                .raw(" AND nuages_upper(")
                .append(text());
            sql.raw(")").append(like(&upper)).raw(")")
        }
    };
    Sql::default().append_either(postgres.raw(" ESCAPE '\\'"), sqlite)
}

/// The maximum length, in bytes, of a pattern in SQLite.
const LONGEST_PATTERN: usize = 50_000;

/// Returns `pattern`, or NULL (which matches nothing) if SQLite would refuse it.
fn for_sqlite(pattern: &str) -> Value {
    if pattern.len() > LONGEST_PATTERN {
        Value::Null(Kind::Text)
    } else {
        pattern.into()
    }
}

/// Returns the content of the column as text.
fn as_text(column: Sql, kind: Kind) -> Sql {
    let [postgres, sqlite] = kind.as_text();
    if postgres == ("", "") {
        return column;
    }
    Sql::default()
        .either(postgres.0, sqlite.0)
        .append(column)
        .either(postgres.1, sqlite.1)
}

/// Returns the time zone, the second value of a lookup on a part of a date.
fn zone(values: &[Value]) -> Tz {
    values
        .get(1)
        .and_then(|zone| zone.as_str()?.parse().ok())
        .unwrap_or(Tz::UTC)
}

/// Compares a year as a range, which can use an index.
fn year(column: &dyn Fn() -> Sql, kind: Kind, year: &Value, zone: Tz) -> Sql {
    let number = year.as_i64().and_then(|year| i32::try_from(year).ok());
    let first = number.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
    let next = number.and_then(|year| NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1));
    let (Some(first), Some(next)) = (first, next) else {
        return Sql::new("(1 = 0)");
    };
    let value = |day: NaiveDate| match kind {
        Kind::Timestamp => Value::Timestamp(Timestamp::start_of(day, zone)),
        _ => Value::Date(day),
    };
    Sql::new("(")
        .append(column())
        .raw(" >= ")
        .bind(value(first))
        .raw(" AND ")
        .append(column())
        .raw(" < ")
        .bind(value(next))
        .raw(")")
}
