//! From what was typed to a value, or to what is wrong with it, by Django's rules and in its words.

mod date;
mod number;
mod text;

use chrono_tz::Tz;

pub(super) use number::whole as form_int;

use super::{Cleaned, ModelField, Typed};
use crate::db::{Decimal, Kind, Uuid, Value};
use crate::forms::{is_email, strip};
use crate::models::{Field, FieldKind, ManyToMany, Validator, parse};
use crate::words::counted;

const REQUIRED: &str = "This field is required.";
const NUL: &str = "Null characters are not allowed.";
/// What is said of a foreign key that leads nowhere.
pub(super) const NO_SUCH_ROW: &str =
    "Select a valid choice. That choice is not one of the available choices.";

/// What is wrong with a field.
type Errors = Vec<String>;

/// What is said of a key that none of the chosen rows has.
pub(super) fn no_such_choice(key: &str) -> String {
    format!("Select a valid choice. {key} is not one of the available choices.")
}

/// The value of `field`. Whether rows that it leads to exist, and whether it is unique, is for the database to say: see
/// [`check`](fn@super::check). Files are not looked at.
pub fn clean(field: ModelField, typed: &Typed, zone: Tz) -> Result<Cleaned, Errors> {
    match field {
        ModelField::Many(many) => keys(many, typed).map(Cleaned::Many),
        ModelField::Column(column) => {
            let value = one(field, column, typed, zone)?;
            ruled(column, &value).map(|()| Cleaned::One(value))
        }
    }
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Errors> {
    Err(vec![text.into()])
}

fn one(
    field: ModelField,
    column: &'static Field,
    typed: &Typed,
    zone: Tz,
) -> Result<Value, Errors> {
    let raw = typed.first();
    if !column.choices.is_empty() {
        return choice(field, column, raw);
    }
    // Texts are stripped first; of anything else, only nothing at all is empty.
    let empty = match column.kind {
        FieldKind::DateTime => typed.is_empty(),
        FieldKind::Boolean => false,
        FieldKind::Char(_)
        | FieldKind::Slug(_)
        | FieldKind::Email(_)
        | FieldKind::Url(_)
        | FieldKind::Text => strip(raw).is_empty(),
        _ => raw.is_empty(),
    };
    if empty {
        return if field.required() {
            wrong(REQUIRED)
        } else {
            Ok(nothing(column))
        };
    }
    match column.kind {
        FieldKind::Char(_)
        | FieldKind::Slug(_)
        | FieldKind::Email(_)
        | FieldKind::Url(_)
        | FieldKind::Text => texts(column, strip(raw)).map(Value::Text),
        FieldKind::Auto | FieldKind::Integer | FieldKind::PositiveInteger => {
            match number::whole(raw) {
                None => wrong("Enter a whole number."),
                Some(number) if number < 0 && column.kind == FieldKind::PositiveInteger => {
                    wrong(number::at_least(0))
                }
                Some(number) => whole(column, number),
            }
        }
        FieldKind::Decimal(most, places) => {
            let Some(parts) = number::decimal_parts(raw) else {
                return wrong("Enter a number.");
            };
            if let Some(refused) = parts.refused(most, places) {
                return wrong(refused);
            }
            parts
                .value()
                .map(Value::Decimal)
                .ok_or_else(|| vec!["Enter a number.".to_owned()])
        }
        FieldKind::Float => number::float(raw)
            .map(Value::Double)
            .ok_or_else(|| vec!["Enter a number.".to_owned()]),
        FieldKind::Boolean if column.null => Ok(match raw {
            "true" | "True" | "2" => Value::Bool(true),
            "false" | "False" | "3" => Value::Bool(false),
            _ => Value::Null(Kind::Bool),
        }),
        FieldKind::Boolean => Ok(Value::Bool(
            !raw.is_empty() && !raw.eq_ignore_ascii_case("false"),
        )),
        FieldKind::Date => date::date(raw)
            .map(Value::Date)
            .ok_or_else(|| vec!["Enter a valid date.".to_owned()]),
        FieldKind::Time => date::time(raw)
            .map(Value::Time)
            .ok_or_else(|| vec!["Enter a valid time.".to_owned()]),
        FieldKind::DateTime => moment(field, typed, zone),
        FieldKind::Uuid => {
            let id = strip(raw).parse().map(|id| Value::Uuid(Uuid(id)));
            id.map_err(|_| vec!["Enter a valid UUID.".to_owned()])
        }
        FieldKind::Json => json(field, raw),
        FieldKind::ForeignKey if raw.contains('\0') => wrong(NUL),
        FieldKind::ForeignKey => {
            key(column.target(), raw).ok_or_else(|| vec![NO_SUCH_ROW.to_owned()])
        }
        FieldKind::File(_) | FieldKind::Image(_) => Ok(Value::Text(raw.to_owned())),
    }
}

/// The value of a column that was left empty.
fn nothing(column: &Field) -> Value {
    if column.sql == Kind::Text && !column.null {
        Value::Text(String::new())
    } else {
        Value::Null(column.sql)
    }
}

fn choice(field: ModelField, column: &Field, raw: &str) -> Result<Value, Errors> {
    if raw.is_empty() {
        return if field.required() {
            wrong(REQUIRED)
        } else {
            Ok(nothing(column))
        };
    }
    let known = column.choices.iter().any(|(value, _)| *value == raw);
    parse(column, raw)
        .filter(|_| known)
        .ok_or_else(|| vec![no_such_choice(raw)])
}

fn texts(column: &Field, stripped: &str) -> Result<String, Errors> {
    let mut errors = Vec::new();
    // Spelling a long text would be work for nothing.
    let is_short = column
        .max_length()
        .is_none_or(|most| stripped.chars().count() <= most);
    let text = match (column.kind, column.normalized.filter(|_| is_short)) {
        (FieldKind::Url(_), _) => text::with_scheme(stripped),
        (_, Some(spell)) => spell(stripped),
        _ => stripped.to_owned(),
    };
    match column.kind {
        FieldKind::Slug(_) if !text::is_slug(&text) => {
            errors.push(
                "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."
                    .to_owned(),
            );
        }
        FieldKind::Email(_) if text.chars().count() > 320 || !is_email(&text) => {
            errors.push("Enter a valid email address.".to_owned());
        }
        FieldKind::Url(_) if !text::is_url(&text) => errors.push("Enter a valid URL.".to_owned()),
        _ => {}
    }
    let length = text.chars().count();
    if let Some(most) = column.max_length().filter(|most| length > *most) {
        let most = counted(most, "character", "characters");
        errors.push(format!(
            "Ensure this value has at most {most} (it has {length})."
        ));
    }
    if text.contains('\0') {
        errors.push(NUL.to_owned());
    }
    if errors.is_empty() {
        Ok(text)
    } else {
        Err(errors)
    }
}

/// A whole number in the width of its column; one that does not fit is refused together with the author's rules.
fn whole(column: &Field, number: i128) -> Result<Value, Errors> {
    let value = match column.sql {
        Kind::SmallInt => number.try_into().map(Value::SmallInt).ok(),
        Kind::Integer => number.try_into().map(Value::Integer).ok(),
        _ => number.try_into().map(Value::BigInt).ok(),
    };
    match (value, number::out_of_range(column, number)) {
        (Some(value), None) => Ok(value),
        (_, refused) => {
            let mut errors = bounds(column, number.to_string().parse().ok());
            errors.extend(refused);
            Err(errors)
        }
    }
}

fn moment(field: ModelField, typed: &Typed, zone: Tz) -> Result<Value, Errors> {
    let (day, time) = (typed.first(), typed.second());
    if (day.is_empty() || time.is_empty()) && field.required() {
        return wrong(REQUIRED);
    }
    let found = (date::date(day), date::time(time));
    if let (Some(day), Some(time)) = found {
        return date::moment(day, time, zone)
            .map(Value::Timestamp)
            .map_err(|error| vec![error]);
    }
    let mut errors = Vec::new();
    // What is missing is only looked at when what is there makes sense.
    if found.0.is_none() && !(day.is_empty() && found.1.is_none()) {
        errors.push("Enter a valid date.".to_owned());
    }
    if found.1.is_none() && !(time.is_empty() && found.0.is_none()) {
        errors.push("Enter a valid time.".to_owned());
    }
    Err(errors)
}

fn json(field: ModelField, raw: &str) -> Result<Value, Errors> {
    use serde_json::Value as Document;
    let document = serde_json::from_str(raw).map_err(|_| vec!["Enter a valid JSON.".to_owned()])?;
    let empty = match &document {
        Document::Null => true,
        Document::String(text) => text.is_empty(),
        Document::Array(items) => items.is_empty(),
        Document::Object(items) => items.is_empty(),
        _ => false,
    };
    match document {
        // PostgreSQL cannot store it, and would say so at the end.
        document if has_nul(&document) => wrong(NUL),
        _ if empty && field.required() => wrong(REQUIRED),
        Document::Null => Ok(Value::Null(Kind::Json)),
        document => Ok(Value::Json(document.into())),
    }
}

fn has_nul(document: &serde_json::Value) -> bool {
    use serde_json::Value as Document;
    match document {
        Document::String(text) => text.contains('\0'),
        Document::Array(items) => items.iter().any(has_nul),
        Document::Object(items) => items
            .iter()
            .any(|(name, item)| name.contains('\0') || has_nul(item)),
        _ => false,
    }
}

/// The primary key that `text` is to `target`; nothing for what can be none.
pub fn key(target: &Field, text: &str) -> Option<Value> {
    let number = || number::int(text);
    match target.sql {
        Kind::SmallInt => number()?.try_into().map(Value::SmallInt).ok(),
        Kind::Integer => number()?.try_into().map(Value::Integer).ok(),
        Kind::BigInt => number()?.try_into().map(Value::BigInt).ok(),
        _ => parse(target, text).filter(|_| !text.contains('\0')),
    }
}

fn keys(many: &ManyToMany, typed: &Typed) -> Result<Vec<Value>, Errors> {
    let texts: Vec<&String> = typed.0.iter().collect();
    if texts.is_empty() {
        return if many.blank {
            Ok(Vec::new())
        } else {
            wrong(REQUIRED)
        };
    }
    let mut found = Vec::new();
    for text in texts {
        if text.contains('\0') {
            return wrong(NUL);
        }
        let Some(value) = key(many.to().pk().target(), text) else {
            return wrong(format!("“{text}” is not a valid value."));
        };
        // Django compares texts here: `03` is none of the choices.
        if value.to_string() != *text {
            return wrong(no_such_choice(text));
        }
        if !found.contains(&value) {
            found.push(value);
        }
    }
    Ok(found)
}

/// What the author's bounds say of `number`.
fn bounds(column: &Field, number: Option<Decimal>) -> Errors {
    let Some(number) = number else {
        return Vec::new();
    };
    let refused = column.validators.iter().filter_map(|rule| match rule {
        Validator::Min(limit) if number < *limit => Some(number::at_least(limit)),
        Validator::Max(limit) if number > *limit => Some(number::at_most(limit)),
        _ => None,
    });
    refused.collect()
}

/// The author's rules.
fn ruled(column: &Field, value: &Value) -> Result<(), Errors> {
    if value.is_null() || value.as_str().is_some_and(str::is_empty) {
        return Ok(());
    }
    let number = match value {
        Value::Decimal(number) => Some(number.clone()),
        Value::Double(number) => format!("{number:e}").parse().ok(),
        value => value.as_i64().map(Decimal::from),
    };
    let mut errors = bounds(column, number);
    errors.extend(column.validators.iter().filter_map(|rule| match rule {
        Validator::Custom(rule) => rule(value),
        _ => None,
    }));
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
