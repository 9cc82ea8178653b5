//! Validates submitted texts by Django's rules and with its error texts, and converts them to
//! values.

use chrono_tz::Tz;

use super::{Cleaned, ModelField, Typed};
use crate::db::{Decimal, Kind, Value};
use crate::forms::fields::{Errors, NUL, REQUIRED, bounds, form_field_type, key, wrong};
use crate::models::{Field, ManyToMany, Validator, parse};

/// Returns the error for a key that is not among the offered rows.
pub(super) fn no_such_choice(key: &str) -> String {
    format!("Select a valid choice. {key} is not one of the available choices.")
}

/// Validates the value of `field`. Foreign keys and uniqueness need the database: see
/// [`check`](fn@super::check). Files are validated elsewhere.
pub fn clean(field: ModelField, typed: &Typed, zone: Tz) -> Result<Cleaned, Errors> {
    match field {
        ModelField::Many(many) => keys(many, typed).map(Cleaned::Many),
        ModelField::Column(column) => {
            let value = one(field, column, typed, zone)?;
            check_rules(column, &value).map(|()| Cleaned::One(value))
        }
    }
}

fn one(
    field: ModelField,
    column: &'static Field,
    typed: &Typed,
    zone: Tz,
) -> Result<Value, Errors> {
    let field_type = form_field_type(column.kind);
    let is_empty = if column.has_choices() {
        typed.first().is_empty()
    } else {
        field_type.is_empty(typed)
    };

    if is_empty && field.required() {
        wrong(REQUIRED)
    } else if is_empty {
        Ok(nothing(column))
    } else if !column.has_choices() {
        field_type.clean(column, typed, zone)
    } else {
        choice(column, typed.first())
    }
}

/// Returns the value of an empty column.
fn nothing(column: &Field) -> Value {
    if let Some(value) = form_field_type(column.kind).nothing() {
        value
    } else if column.sql == Kind::Text && !column.null {
        Value::Text(String::new())
    } else {
        Value::Null(column.sql)
    }
}

fn choice(column: &Field, raw: &str) -> Result<Value, Errors> {
    let is_offered = column.all_choices().iter().any(|(value, _)| value == raw);
    parse(column, raw)
        .filter(|_| is_offered)
        .ok_or_else(|| vec![no_such_choice(raw)])
}

fn keys(many: &ManyToMany, typed: &Typed) -> Result<Vec<Value>, Errors> {
    if typed.0.is_empty() {
        return if many.blank {
            Ok(Vec::new())
        } else {
            wrong(REQUIRED)
        };
    }

    let mut keys = Vec::new();
    for text in &typed.0 {
        if text.contains('\0') {
            return wrong(NUL);
        }
        let Some(value) = key(many.to().pk().target(), text) else {
            return wrong(format!("“{text}” is not a valid value."));
        };
        // Django compares texts here: `03` is not one of the choices.
        if value.to_string() != *text {
            return wrong(no_such_choice(text));
        }
        if !keys.contains(&value) {
            keys.push(value);
        }
    }
    Ok(keys)
}

/// Applies the author's rules.
pub(crate) fn check_rules(column: &Field, value: &Value) -> Result<(), Errors> {
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
