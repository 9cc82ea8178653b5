//! Writes values of rows as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::db::Value;
use crate::http::with_script_name;
use crate::models::{Field, FieldKind, file_url};

/// Appends the value of `field` as JSON. A cell that cannot be read is `null`. The URL of a file begins with `script_name`.
pub(super) fn push_value(out: &mut String, field: &Field, value: &Value, script_name: &str) {
    match value {
        Value::Null(_) | Value::Unreadable(_) => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::SmallInt(_) | Value::Integer(_) | Value::BigInt(_) => value.push_to(out),
        Value::Double(number) if !number.is_finite() => out.push_str("null"),
        Value::Double(number) => push_json(out, number),
        Value::Text(path) if field.is_file() && path.is_empty() => out.push_str("null"),
        Value::Text(path) if field.is_file() => {
            push_text(out, &with_script_name(&file_url(path), script_name));
        }
        Value::Text(text) => push_text(out, text),
        Value::Decimal(number) => {
            out.push('"');
            match field.kind {
                // Writing to a String cannot fail.
                FieldKind::Decimal(_, places) => drop(write!(out, "{}", number.fixed(places))),
                _ => value.push_to(out),
            }
            out.push('"');
        }
        Value::Timestamp(_) => {
            let begin = out.len();
            out.push('"');
            value.push_to(out);
            // Python's text of a time: `2025-01-02 03:04:05+00:00`.
            if out.ends_with("+00:00") {
                out.truncate(out.len() - "+00:00".len());
            }
            let day = begin + "\"2025-01-02".len();
            if out.as_bytes().get(day) == Some(&b' ') {
                out.replace_range(day..=day, "T");
            }
            out.push_str("Z\"");
        }
        Value::Date(_) | Value::Time(_) | Value::Uuid(_) | Value::IpAddress(_) => {
            out.push('"');
            value.push_to(out);
            out.push('"');
        }
        Value::Json(document) => push_json(out, &*document.0),
        Value::Duration(_) | Value::Binary(_) | Value::Opaque(_) => {
            push_json(out, &field.kind.field_type().to_json(field.kind, value));
        }
    }
}

/// Appends a text as JSON.
pub(super) fn push_text(out: &mut String, text: &str) {
    let is_plain = text
        .bytes()
        .all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if is_plain {
        out.reserve(text.len() + 2);
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        push_json(out, text);
    }
}

/// Appends the JSON of `value`, which must be a value that JSON can hold.
pub(super) fn push_json(out: &mut String, value: &(impl Serialize + ?Sized)) {
    match serde_json::to_string(value) {
        Ok(json) => out.push_str(&json),
        Err(error) => {
            log::error!(target: "nuages.request", "a value is not JSON: {error}");
            out.push_str("null");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::User;
    use crate::models::Model as _;

    fn json(column: &str, value: impl Into<Value>) -> String {
        let field = User::meta().column(column).unwrap();
        let mut out = String::new();
        push_value(&mut out, field, &value.into(), "");
        out
    }

    #[test]
    fn times_are_in_utc_with_z() {
        for (given, expected) in [
            ("2025-02-03T04:05:06Z", "\"2025-02-03T04:05:06Z\""),
            (
                "2025-12-31T23:59:59.123456Z",
                "\"2025-12-31T23:59:59.123456Z\"",
            ),
            ("0001-01-01T00:00:00Z", "\"0001-01-01T00:00:00Z\""),
        ] {
            let time: chrono::DateTime<chrono::Utc> = given.parse().unwrap();
            let time = crate::db::Timestamp::from(time);
            assert_eq!(json("last_login", time), expected, "the time {given}");
        }
    }

    #[test]
    fn texts_are_escaped() {
        for text in [
            "",
            "plain",
            "žluť 🐎",
            "\"quoted\" \\ \n\u{1}\u{2028}</script>",
        ] {
            let parsed: String = serde_json::from_str(&json("username", text.to_owned())).unwrap();
            assert_eq!(parsed, text, "the text survives");
        }
    }
}
