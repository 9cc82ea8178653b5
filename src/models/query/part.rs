//! Converts parts of dates and times to SQL.

use chrono_tz::Tz;

use crate::db::{Kind, Sql, Value};
use crate::models::{Comparison, DatePart};

/// Compares a part of `column`, which holds a `kind`, with `values`; the last value is the time
/// zone.
pub(super) fn compare(
    column: Sql,
    kind: Kind,
    part: DatePart,
    how: Comparison,
    values: &[Value],
) -> Sql {
    let Some((zone, values)) = values.split_last() else {
        return Sql::new("(1 = 0)");
    };
    let sql = extracted(local(column, kind, zone), part);
    let word = match how {
        Comparison::Exact => " = ",
        Comparison::Gt => " > ",
        Comparison::Gte => " >= ",
        Comparison::Lt => " < ",
        Comparison::Lte => " <= ",
        Comparison::In => " IN (",
    };
    let mut sql = sql.raw(word);
    for (at, value) in values.iter().enumerate() {
        sql = sql.raw(if at > 0 { ", " } else { "" }).bind(value.clone());
    }
    sql.raw(if how == Comparison::In { ")" } else { "" })
}

/// Returns a time in local time of a zone.
fn local(column: Sql, kind: Kind, zone: &Value) -> Sql {
    let zone: Tz = zone
        .as_str()
        .and_then(|zone| zone.parse().ok())
        .unwrap_or(Tz::UTC);
    if kind != Kind::Timestamp {
        return column;
    }
    if zone == Tz::UTC {
        return Sql::default()
            .either("(", "")
            .append(column)
            .either(" AT TIME ZONE 'UTC')", "");
    }
    Sql::default()
        .either("(", "nuages_local(")
        .append(column)
        .either(" AT TIME ZONE ", ", ")
        .bind(zone.name())
        .raw(")")
}

fn extracted(column: Sql, part: DatePart) -> Sql {
    let (postgres, sqlite) = match part {
        DatePart::Year => ("CAST(EXTRACT(YEAR FROM ", "CAST(strftime('%Y', "),
        DatePart::IsoYear => ("CAST(EXTRACT(ISOYEAR FROM ", "CAST(strftime('%G', "),
        DatePart::Month => ("CAST(EXTRACT(MONTH FROM ", "CAST(strftime('%m', "),
        DatePart::Day => ("CAST(EXTRACT(DAY FROM ", "CAST(strftime('%d', "),
        DatePart::Week => ("CAST(EXTRACT(WEEK FROM ", "CAST(strftime('%V', "),
        DatePart::WeekDay => ("CAST(1 + EXTRACT(DOW FROM ", "CAST(1 + strftime('%w', "),
        DatePart::IsoWeekDay => ("CAST(EXTRACT(ISODOW FROM ", "CAST(strftime('%u', "),
        DatePart::Quarter => (
            "CAST(EXTRACT(QUARTER FROM ",
            "CAST(0.7 + 0.3333 * strftime('%m', ",
        ),
        DatePart::Hour => ("CAST(EXTRACT(HOUR FROM ", "CAST(strftime('%H', "),
        DatePart::Minute => ("CAST(EXTRACT(MINUTE FROM ", "CAST(strftime('%M', "),
        DatePart::Second => {
            let sql =
                Sql::default().either("CAST(FLOOR(EXTRACT(SECOND FROM ", "CAST((strftime('%S', ");
            return sql.append(column).raw(")) AS INTEGER)");
        }
        DatePart::Date => {
            return Sql::default()
                .either("CAST(", "date(")
                .append(column)
                .either(" AS DATE)", ")");
        }
        DatePart::Time => {
            return Sql::default()
                .either("CAST(", "substr(")
                .append(column)
                .either(" AS TIME)", ", 12)");
        }
    };
    Sql::default()
        .either(postgres, sqlite)
        .append(column)
        .raw(") AS INTEGER)")
}
