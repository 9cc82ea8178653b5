//! Values for the columns that a test does not set.

use chrono::{NaiveDate, NaiveTime};
use nuages::db::{Decimal, Duration, Json, Kind, Timestamp, Value};
use nuages::models::{Field, FieldKind, IpProtocol, Validator};

/// Returns a plausible value for `field`, in which `number` makes it unique.
pub(crate) fn value_for(field: &Field, number: u32) -> Value {
    if let Some((value, _)) = field.all_choices().first() {
        return parsed(field, value);
    }
    match field.sql {
        Kind::SmallInt | Kind::Integer | Kind::BigInt => {
            parsed(field, &bounded(field, number).round(0).to_string())
        }
        Kind::Double => Value::Double(f64::from(number)),
        Kind::Decimal => Value::Decimal(bounded(field, number)),
        Kind::Bool => Value::Bool(false),
        Kind::Text => Value::Text(text_for(field, number)),
        Kind::Date => Value::Date(today()),
        Kind::Time => Value::Time(NaiveTime::MIN),
        Kind::Timestamp => Timestamp::now().into(),
        Kind::Uuid => parsed(field, &format!("00000000-0000-4000-8000-{number:012x}")),
        Kind::Json => Value::Json(Json::from(
            serde_json::Value::Object(serde_json::Map::new()),
        )),
        Kind::Duration => Value::Duration(Duration(0)),
        Kind::Binary => Value::Binary(Vec::new().into()),
        Kind::IpAddress => parsed(field, &address(field, number)),
        Kind::Opaque => Value::Null(Kind::Opaque),
    }
}

fn today() -> NaiveDate {
    Timestamp::now().utc().date_naive()
}

/// Returns `text` as a value of the column. The text is one that the column can hold.
fn parsed(field: &Field, text: &str) -> Value {
    nuages::models::parse(field, text).unwrap_or_else(|| Value::Text(text.to_owned()))
}

/// Returns `number`, or the nearest number that the validators of the field allow.
fn bounded(field: &Field, number: u32) -> Decimal {
    let mut value = Decimal::from(i64::from(number));
    for validator in &field.validators {
        match validator {
            Validator::Min(least) if value < *least => value = &value + least,
            Validator::Max(most) if value > *most => value = most.clone(),
            _ => {}
        }
    }
    value
}

fn text_for(field: &Field, number: u32) -> String {
    let name = field.name.replace('_', "-");
    let text = match field.kind {
        FieldKind::Email(_) => format!("{name}{number}@example.com"),
        FieldKind::Url(_) => format!("https://example.com/{name}/{number}/"),
        FieldKind::Slug(_) => format!("{name}-{number}"),
        FieldKind::GenericIpAddress(_) => address(field, number),
        // A path of a file that is not there would be a broken link.
        FieldKind::File(_) | FieldKind::Image(_) | FieldKind::FilePath(_) => String::new(),
        _ => format!("{} {number}", field.label()),
    };
    match field.max_length() {
        // The end is the part that differs.
        Some(most) if text.chars().count() > most => {
            let surplus = text.chars().count() - most;
            text.chars().skip(surplus).collect()
        }
        _ => text,
    }
}

/// Returns an address of a network for documentation.
fn address(field: &Field, number: u32) -> String {
    if matches!(field.kind, FieldKind::GenericIpAddress(IpProtocol::V6)) {
        format!("2001:db8::{number:x}")
    } else {
        let [_, _, third, last] = number.to_be_bytes();
        format!("198.18.{third}.{last}")
    }
}
