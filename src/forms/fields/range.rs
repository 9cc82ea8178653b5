//! Range fields: one input for each end.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, Inputs, wrong};
use super::typed::Typed;
use super::{date_formats, form_field_type_of};
use crate::db::{Kind, Value};
use crate::models::{Field, range_value};

/// A range.
pub(super) struct Range;

impl FormFieldType for Range {
    fn inputs(&self, _: &Field) -> Inputs {
        Inputs::Split
    }

    fn is_empty(&self, typed: &Typed) -> bool {
        typed.is_empty()
    }

    fn clean(&self, field: &'static Field, typed: &Typed, zone: Tz) -> Result<Value, Errors> {
        let Some(part) = field.part.as_deref() else {
            return wrong("This value cannot be changed here.");
        };
        let (lower, upper) = (
            end(part, typed.first(), zone),
            end(part, typed.second(), zone),
        );
        let (lower, upper) = match (lower, upper) {
            (Ok(lower), Ok(upper)) => (lower, upper),
            (lower, upper) => {
                let mut errors = lower.err().unwrap_or_default();
                for error in upper.err().unwrap_or_default() {
                    if !errors.contains(&error) {
                        errors.push(error);
                    }
                }
                return Err(errors);
            }
        };
        if let (Some(lower), Some(upper)) = (&lower, &upper)
            && is_greater(lower, upper)
        {
            return wrong("The start of the range must not exceed the end of the range.");
        }
        Ok(range_value(&[lower, upper], "[)"))
    }

    fn typed(&self, field: &Field, value: &Value, zone: Tz) -> Typed {
        let empty = || Typed(vec![String::new(), String::new()]);
        let Value::Opaque(text) = value else {
            return empty();
        };
        let Some((_, ends)) = field.kind.range_values(&text.0) else {
            return Typed(vec![text.0.to_string(), String::new()]);
        };
        let text = |end: Option<Value>| match end {
            None => String::new(),
            Some(Value::Timestamp(time)) => {
                time.local(&zone).format("%Y-%m-%d %H:%M:%S").to_string()
            }
            Some(end) => end.text(),
        };
        Typed(ends.map(text).into())
    }

    fn control(&self, field: &Field, content: ControlContent<'_>) -> ControlKind {
        let kind = match field.part.as_ref().map(|part| part.sql) {
            _ if content.is_plain => "text",
            Some(Kind::Date) => "date",
            Some(Kind::Decimal) => "decimal",
            Some(Kind::Timestamp) => "text",
            _ => "number",
        };
        ControlKind::Ends(kind)
    }
}

/// Returns one end, or `None` if it is empty.
fn end(part: &'static Field, text: &str, zone: Tz) -> Result<Option<Value>, Errors> {
    if text.is_empty() {
        return Ok(None);
    }
    if part.sql != Kind::Timestamp {
        let typed = Typed::one(text);
        return form_field_type_of(part).clean(part, &typed, zone).map(Some);
    }
    let text = text.trim();
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    match (date_formats::date(day), date_formats::time(time)) {
        (Some(day), Some(time)) => date_formats::moment(day, time, zone)
            .map(|time| Some(Value::Timestamp(time)))
            .map_err(|error| vec![error]),
        _ => wrong("Enter a valid date/time."),
    }
}

fn is_greater(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Decimal(one), Value::Decimal(other)) => one > other,
        (Value::Date(one), Value::Date(other)) => one > other,
        (Value::Timestamp(one), Value::Timestamp(other)) => one > other,
        (one, other) => one.as_i64() > other.as_i64(),
    }
}
