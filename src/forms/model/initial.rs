//! From a value to the texts that stand in a field's controls.

use chrono_tz::Tz;

use super::{Cleaned, ModelField, Typed};
use crate::db::Value;
use crate::models::FieldKind;

/// What stands in the controls of `field` when it holds `value`.
pub fn texts(field: ModelField, value: &Cleaned, zone: Tz) -> Typed {
    match value {
        Cleaned::One(Value::Unreadable(cell)) => held_as_it_is(field, &cell.text),
        Cleaned::Many(keys) => Typed(keys.iter().map(ToString::to_string).collect()),
        Cleaned::One(value) if field.is_split() => match value {
            Value::Timestamp(time) => {
                let local = time.local(&zone);
                Typed(vec![
                    local.format("%Y-%m-%d").to_string(),
                    local.format("%H:%M:%S").to_string(),
                ])
            }
            _ => Typed(vec![String::new(), String::new()]),
        },
        Cleaned::One(Value::Bool(yes)) if field.is_box() => {
            Typed(yes.then(|| "on".to_owned()).into_iter().collect())
        }
        Cleaned::One(Value::Null(_)) if field.is_box() => Typed(Vec::new()),
        Cleaned::One(value) => Typed::one(text(field, value)),
    }
}

/// The content of the controls when the column holds a value of another kind: the text as it is. A box cannot show a
/// text: it is ticked, as under Django.
fn held_as_it_is(field: ModelField, text: &str) -> Typed {
    if field.is_split() {
        return Typed(vec![text.to_owned(), String::new()]);
    }
    if field.is_box() {
        let ticked = !matches!(text, "" | "0" | "False" | "false");
        return Typed(ticked.then(|| "on".to_owned()).into_iter().collect());
    }
    Typed::one(text.to_owned())
}

fn text(field: ModelField, value: &Value) -> String {
    let kind = field
        .column()
        .map(|column| (column.kind, column.choices.is_empty()));
    match (value, kind) {
        (Value::Decimal(number), Some((FieldKind::Decimal(_, places), _))) => {
            let mut text = String::with_capacity(16);
            number.fixed(places).push_to(&mut text);
            text
        }
        (Value::Bool(yes), Some((_, true))) => if *yes { "true" } else { "false" }.to_owned(),
        (Value::Null(_), Some((FieldKind::Boolean, true))) => "unknown".to_owned(),
        (Value::Time(time), _) => time.format("%H:%M:%S").to_string(),
        (Value::Double(number), _) => format!("{number:?}"),
        (Value::Json(document), _) => serde_json::to_string_pretty(&document.0).unwrap_or_default(),
        (value, _) => value.text(),
    }
}
