//! Array fields: items that are separated by commas (Django's `SimpleArrayField`).

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, REQUIRED, wrong};
use super::form_field_type_of;
use super::typed::Typed;
use crate::db::Value;
use crate::models::{Field, FieldKind, array_value};

/// An array.
pub(super) struct Array;

impl FormFieldType for Array {
    fn nothing(&self) -> Option<Value> {
        Some(array_value(&[]))
    }

    fn clean(&self, field: &'static Field, typed: &Typed, zone: Tz) -> Result<Value, Errors> {
        let (Some(part), FieldKind::Array(items)) = (field.part.as_deref(), field.kind) else {
            return wrong("This value cannot be changed here.");
        };
        let item_type = form_field_type_of(part);
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for (at, text) in typed.first().split(',').enumerate() {
            let item = Typed::one(text);
            let cleaned = if item_type.is_empty(&item) {
                wrong(REQUIRED)
            } else {
                item_type.clean(part, &item, zone)
            };
            match cleaned {
                Ok(value) => values.push(Some(value)),
                Err(wrong) => errors.extend(wrong.into_iter().map(|error| {
                    format!("Item {} in the array did not validate: {error}", at + 1)
                })),
            }
        }
        if let Some(most) = items.size.filter(|most| values.len() > *most) {
            let count = values.len();
            let word = if count == 1 { "item" } else { "items" };
            errors.push(format!(
                "List contains {count} {word}, it should contain no more than {most}."
            ));
        }
        if errors.is_empty() {
            Ok(array_value(&values))
        } else {
            Err(errors)
        }
    }

    fn typed(&self, field: &Field, value: &Value, zone: Tz) -> Typed {
        let Value::Opaque(text) = value else {
            return Typed::one(value.text());
        };
        let (Some(items), Some(part)) = (field.kind.array_values(&text.0), &field.part) else {
            return Typed::one(value.text());
        };
        let item_type = form_field_type_of(part);
        let text = |item: &Option<Value>| match item {
            None => "None".to_owned(),
            Some(item) => item_type.typed(part, item, zone).first().to_owned(),
        };
        let texts: Vec<String> = items.iter().map(text).collect();
        Typed::one(texts.join(","))
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        super::text::line("text", content)
    }
}
