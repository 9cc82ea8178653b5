//! Converts JSON to values of fields, by the rules of forms and with their error texts.

use std::borrow::Cow;

use chrono::{DateTime, Timelike as _};
use chrono_tz::Tz;
use serde_json::{Number, Value as Json};

use crate::db::{Kind, Timestamp, Value};
use crate::forms::model::{Cleaned, ModelField, Typed, check_rules, clean};
use crate::http::PostData;
use crate::models::{Field, FieldKind, parse_in};
use crate::words::counted;

pub(super) const REQUIRED: &str = "This field is required.";
const NOT_NULL: &str = "This field cannot be null.";
const NO_TEXT: &str = "Send a text.";

type Errors = Vec<String>;

fn wrong<T>(text: impl Into<String>) -> Result<T, Errors> {
    Err(vec![text.into()])
}

/// Returns the value of `json` for `field`.
pub(super) fn read(field: ModelField, json: &Json, zone: Tz) -> Result<Cleaned, Errors> {
    match field {
        ModelField::Many(many) => {
            let Json::Array(items) = json else {
                return wrong("Enter a list of values.");
            };
            let to = many.to().pk().target();
            let keys: Option<Vec<String>> = items
                .iter()
                .map(|item| single_text(to, item).map(Cow::into_owned))
                .collect();
            match keys {
                Some(keys) => clean(field, &Typed(keys), zone),
                None => wrong("Each item must be the key of a row."),
            }
        }
        ModelField::Column(column) => one(field, column, json, zone).map(Cleaned::One),
    }
}

fn one(field: ModelField, column: &'static Field, json: &Json, zone: Tz) -> Result<Value, Errors> {
    if json.is_null() {
        return match (column.null, field.required()) {
            (false, _) => wrong(NOT_NULL),
            (true, true) => wrong(REQUIRED),
            (true, false) => Ok(Value::Null(column.sql)),
        };
    }
    if column.kind == FieldKind::DateTime && !column.has_choices() {
        return moment(column, json);
    }

    let text = text_of(column, json)?;
    if let Some(most) = column.max_length() {
        let length = text.chars().count();
        // A form would remove white space first, but the description of the API says that the text is refused.
        if length > most && !column.has_choices() {
            let most = counted(most, "character", "characters");
            return wrong(format!(
                "Ensure this value has at most {most} (it has {length})."
            ));
        }
    }
    match clean(field, &Typed::one(text.into_owned()), zone)? {
        Cleaned::One(value) => Ok(value),
        Cleaned::Many(_) => wrong(NO_TEXT),
    }
}

/// Returns the text that a form would send for a value.
fn text_of<'a>(column: &'static Field, json: &'a Json) -> Result<Cow<'a, str>, Errors> {
    let kind = column.target().kind;
    match kind {
        FieldKind::Json => return Ok(json.to_string().into()),
        FieldKind::Array(_) | FieldKind::Range(_) | FieldKind::HStore => {
            return match json {
                Json::String(text) => Ok(text.into()),
                _ => wrong(NO_TEXT),
            };
        }
        _ => {}
    }
    let Some(text) = single_text(column.target(), json) else {
        return wrong(refusal(kind));
    };
    let has_shape = match kind {
        FieldKind::Date => is_date(&text),
        FieldKind::Time => is_time(&text),
        _ => true,
    };
    if has_shape {
        Ok(text)
    } else {
        wrong(refusal(kind))
    }
}

/// Returns the error for a value of another type of JSON.
fn refusal(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Auto | FieldKind::Integer | FieldKind::PositiveInteger => {
            "Enter a whole number."
        }
        FieldKind::Float => "Enter a number.",
        FieldKind::Decimal(..) => "Enter a number, as a text such as \"12.50\".",
        FieldKind::Boolean => "Send true or false.",
        FieldKind::Date => "Enter a valid date.",
        FieldKind::Time => "Enter a valid time.",
        FieldKind::DateTime => "Enter a valid date/time.",
        _ => NO_TEXT,
    }
}

/// Returns the text of a single value whose type of JSON is that of the field.
fn single_text<'a>(field: &'static Field, json: &'a Json) -> Option<Cow<'a, str>> {
    match (field.sql, json) {
        (Kind::SmallInt | Kind::Integer | Kind::BigInt, Json::Number(number)) => {
            whole(number).map(|number| number.to_string().into())
        }
        (Kind::Double, Json::Number(number)) => Some(number.to_string().into()),
        (Kind::Bool, Json::Bool(yes)) => Some(if *yes { "True" } else { "False" }.into()),
        (Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::Double | Kind::Bool, _) => None,
        (_, Json::String(text)) => Some(text.into()),
        _ => None,
    }
}

/// Returns an integer; for JSON `3.0` is one.
fn whole(number: &Number) -> Option<i128> {
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    // Every integer below 2⁵³ is a float.
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    (float.abs() < 9e15).then(|| format!("{float:.0}").parse().ok())?
}

fn is_date(text: &str) -> bool {
    has_shape(text, "0000-00-00")
}

fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_fraction = fraction.len() <= 6 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_fraction && (has_shape(clock, "00:00:00") || has_shape(text, "00:00"))
}

/// Whether `text` has digits where `shape` has zeros, and the same characters elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    let mut pairs = text.bytes().zip(shape.bytes());
    text.len() == shape.len()
        && pairs.all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            wanted => byte == wanted,
        })
}

/// Returns a point in time with an offset, exact to the microsecond: forms have no fractions of a second.
fn moment(column: &'static Field, json: &Json) -> Result<Value, Errors> {
    let parsed = json.as_str().and_then(instant);
    let Some(time) = parsed else {
        return wrong(refusal(FieldKind::DateTime));
    };
    let value = Value::Timestamp(time);
    check_rules(column, &value)?;
    Ok(value)
}

fn instant(text: &str) -> Option<Timestamp> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let has_leap_second = time.nanosecond() >= 1_000_000_000;
    let year = chrono::Datelike::year(&time);
    (!has_leap_second && (1..=9999).contains(&year)).then(|| time.into())
}

/// Whether both are the same value of `field`: a read-only field may be sent back as it is.
pub(super) fn is_same(field: ModelField, sent: &Json, current: &Json) -> bool {
    if sent == current {
        return true;
    }
    let (Some(column), Some(sent), Some(current)) =
        (field.column(), sent.as_str(), current.as_str())
    else {
        return false;
    };
    if column.kind == FieldKind::DateTime {
        return instant(sent).is_some_and(|sent| instant(current) == Some(sent));
    }
    let value = |text| parse_in(column, text, Tz::UTC);
    value(sent).is_some_and(|sent| value(current) == Some(sent))
}

/// Returns the fields of a form with files as JSON, so that they are read as JSON is.
pub(super) fn json_of_form(field: ModelField, data: &PostData) -> Option<Json> {
    let name = field.name();
    let texts: Vec<&str> = data.fields.get_list(name).collect();
    let last = *texts.last()?;
    let column = match field {
        ModelField::Many(many) => {
            let to = many.to().pk().target();
            // One empty text is an empty list: a form cannot send a list without items.
            let is_empty = texts == [""];
            let items = texts.iter().filter(|_| !is_empty);
            return Some(items.map(|text| single(to, text)).collect());
        }
        ModelField::Column(column) => column,
    };
    Some(match column.target().kind {
        _ if last.is_empty() && column.null => Json::Null,
        FieldKind::Json => serde_json::from_str(last).unwrap_or_else(|_| last.into()),
        _ => single(column.target(), last),
    })
}

/// Returns the text of a form in the type of JSON of the field, if it is one.
fn single(field: &Field, text: &str) -> Json {
    let parsed: Option<Json> = match field.sql {
        Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::Double => {
            serde_json::from_str::<Number>(text.trim())
                .ok()
                .map(Json::Number)
        }
        Kind::Bool => match text {
            "true" | "True" | "on" | "1" => Some(true.into()),
            "false" | "False" | "" | "0" => Some(false.into()),
            _ => None,
        },
        _ => None,
    };
    parsed.unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_have_one_shape() {
        for good in ["2024-02-29", "0001-01-01"] {
            assert!(is_date(good), "{good} is a date");
        }
        for bad in [
            "",
            "02/29/2024",
            "2024-2-9",
            "2024-02-29T00:00:00Z",
            "20240229",
        ] {
            assert!(!is_date(bad), "{bad} is not a date");
        }
        for good in ["12:30", "12:30:59", "12:30:59.5", "12:30:59.123456"] {
            assert!(is_time(good), "{good} is a time");
        }
        for bad in ["", "12", "12:30:", "noon", "12:30:59.1234567", "12:30Z"] {
            assert!(!is_time(bad), "{bad} is not a time");
        }
    }

    #[test]
    fn a_number_without_a_fraction_is_whole() {
        let number = |text: &str| whole(&serde_json::from_str(text).unwrap());
        assert_eq!(number("3"), Some(3));
        assert_eq!(number("3.0"), Some(3));
        assert_eq!(number("-3e2"), Some(-300));
        assert_eq!(
            number("18446744073709551615"),
            Some(18_446_744_073_709_551_615)
        );
        assert_eq!(number("0.5"), None);
        assert_eq!(number("1e300"), None);
    }
}
