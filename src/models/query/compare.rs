//! One comparison as SQL.

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::db::{Kind, Sql, Timestamp, Value, like_escaped};
use crate::models::Lookup;

/// `column` compared with `values`; `kind` is what the column holds.
pub(super) fn compare(column: &dyn Fn() -> Sql, kind: Kind, lookup: Lookup, values: &[Value]) -> Sql {
    let first = values.first().cloned().unwrap_or(Value::Null(kind));
    match lookup {
        Lookup::Exact if first.is_null() => column().raw(" IS NULL"),
        Lookup::Exact => column().raw(" = ").bind(first),
        Lookup::Gt => column().raw(" > ").bind(first),
        Lookup::Gte => column().raw(" >= ").bind(first),
        Lookup::Lt => column().raw(" < ").bind(first),
        Lookup::Lte => column().raw(" <= ").bind(first),
        Lookup::IsNull if first.is_true() => column().raw(" IS NULL"),
        Lookup::IsNull => column().raw(" IS NOT NULL"),
        Lookup::Range => {
            let last = values.get(1).cloned().unwrap_or(Value::Null(kind));
            column().raw(" BETWEEN ").bind(first).raw(" AND ").bind(last)
        }
        Lookup::In if values.is_empty() => Sql::new("(1 = 0)"),
        Lookup::In => {
            let mut sql = column().raw(" IN (");
            for (at, value) in values.iter().enumerate() {
                sql = if at > 0 { sql.raw(", ") } else { sql }.bind(value.clone());
            }
            sql.raw(")")
        }
        Lookup::Year => year(column, kind, &first, zone(values)),
        Lookup::Part(part, how) => super::part::compare(column(), kind, part, how, values),
        Lookup::Regex => as_text(column(), kind).either(" ~ ", " REGEXP ").bind(first),
        Lookup::IRegex => as_text(column(), kind).either(" ~* ", " REGEXP ('(?i)' || ").bind(first).either("", ")"),
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
        Lookup::StartsWith | Lookup::IStartsWith => format!("{literal}%"),
        Lookup::EndsWith | Lookup::IEndsWith => format!("%{literal}"),
        _ => literal,
    };
    let text = as_text(column(), kind);
    match lookup {
        Lookup::Contains | Lookup::IContains => {
            let within = pair(text, lookup, plain);
            Sql::default().either("", "nuages_contains(").append(within).either("", ")")
        }
        Lookup::StartsWith | Lookup::EndsWith => text.raw(" LIKE ").bind(pattern).raw(" ESCAPE '\\'"),
        _ => Sql::default()
            .either("UPPER(", "")
            .append(text)
            .either(") LIKE UPPER(", " LIKE ")
            .bind(pattern)
            .either(") ESCAPE '\\'", " ESCAPE '\\'"),
    }
}

/// One of these texts contains `plain`; on SQLite this is one call of a function.
pub(super) fn any_contains(columns: Vec<(Sql, Kind)>, lookup: Lookup, plain: &str) -> Sql {
    let mut sql = Sql::default().either("(", "nuages_contains(");
    for (at, (column, kind)) in columns.into_iter().enumerate() {
        sql = if at > 0 { sql.either(" OR ", ", ") } else { sql };
        sql = sql.append(pair(as_text(column, kind), lookup, plain));
    }
    sql.raw(")")
}

/// The text contains `plain`, for PostgreSQL; two arguments of `nuages_contains` for SQLite, which knows no case here
/// either way, as Django's users know.
fn pair(text: Sql, lookup: Lookup, plain: &str) -> Sql {
    let pattern = format!("%{}%", like_escaped(plain));
    let (upper, close) = if lookup == Lookup::IContains { ("UPPER(", ")") } else { ("", "") };
    Sql::default()
        .either(upper, "")
        .append(text)
        .either(close, "")
        .either(" LIKE ", ", ")
        .either(upper, "")
        .bind_either(pattern, plain)
        .either(close, "")
        .either(" ESCAPE '\\'", "")
}

/// What the column holds, as text.
fn as_text(column: Sql, kind: Kind) -> Sql {
    if kind == Kind::Text { column } else { Sql::new("CAST(").append(column).raw(" AS TEXT)") }
}

/// The zone that stands second among the values of a lookup of a part of a date.
fn zone(values: &[Value]) -> Tz {
    values.get(1).and_then(|zone| zone.as_str()?.parse().ok()).unwrap_or(Tz::UTC)
}

/// A year is a range, which an index can serve.
fn year(column: &dyn Fn() -> Sql, kind: Kind, year: &Value, zone: Tz) -> Sql {
    let number = year.as_i64().and_then(|year| i32::try_from(year).ok());
    let first = number.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
    let next = number.and_then(|year| NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1));
    let (Some(first), Some(next)) = (first, next) else { return Sql::new("(1 = 0)") };
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
