//! Converts the values of a change to JSON and back, exactly.

use chrono_tz::Tz;
use serde_json::{Map, Value as Json, json};

use crate::db::{Kind, Value};
use crate::models::{Field, ManyToMany, Meta, Record, parse};

/// The text in the history instead of the values of a secret field, which are never kept.
pub(crate) const SECRET: &str = "secret";

/// The change of one field.
#[derive(Debug, Clone)]
pub(crate) enum Delta {
    /// The values of a column before and after; `None` where the row did not exist.
    Column(&'static Field, Option<Value>, Option<Value>),
    /// A column whose values are not kept: it is secret, or cannot be read any more.
    Hidden(&'static Field),
    /// The links of a many-to-many field that were removed and added.
    Many(&'static ManyToMany, Vec<Value>, Vec<Value>),
}

/// The change of one field, with the name that it had.
#[derive(Debug, Clone)]
pub(crate) struct FieldDelta {
    /// The name of the field in forms.
    pub(crate) name: String,
    /// The change; `None` if the model no longer has this field.
    pub(crate) delta: Option<Delta>,
}

/// Returns a value as JSON that [`from_json`] reads without loss.
fn to_json(field: &Field, value: &Value) -> Json {
    match value {
        Value::Null(_) => Json::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Unreadable(_) => json!({"unreadable": true}),
        Value::Double(number) if number.is_finite() => (*number).into(),
        // Django's JSON has milliseconds only, and rounds decimal numbers.
        Value::Timestamp(_)
        | Value::Time(_)
        | Value::Date(_)
        | Value::Decimal(_)
        | Value::Double(_) => value.text().into(),
        value => {
            if let Some(number) = value.as_i64() {
                number.into()
            } else {
                let column = field.column_type();
                column.value_type().to_json(column.kind, value)
            }
        }
    }
}

/// Returns the value of `json`; `None` if it is not a value of `field`.
fn from_json(field: &Field, json: &Json) -> Option<Value> {
    match json {
        Json::Null => Some(Value::Null(field.sql)),
        // Arrays and ranges are texts too: the form in which the database writes them.
        Json::String(text) if field.sql == Kind::Text => Some(Value::Text(text.clone())),
        Json::String(text) if matches!(field.sql, Kind::Decimal | Kind::Timestamp | Kind::Time) => {
            parse(field, text)
        }
        Json::Object(cell) if cell.contains_key("unreadable") && field.sql != Kind::Json => None,
        json => {
            let column = field.column_type();
            column.value_type().parse_json(column, json, Tz::UTC).ok()
        }
    }
}

/// Returns the columns of `model` whose values are kept.
fn kept(model: &'static Meta) -> impl Iterator<Item = &'static Field> {
    model.fields.iter().filter(|field| field.is_written())
}

/// Adds the difference between two states of a row to `changes`; `None` is a row that does not exist. Columns that are set to
/// the current time with every save are left out of a change, because their new values say nothing.
pub(super) fn add_columns(
    changes: &mut Map<String, Json>,
    model: &'static Meta,
    before: Option<&Record>,
    after: Option<&Record>,
) {
    let is_change = before.is_some() && after.is_some();
    for field in kept(model) {
        let (old, new) = (
            before.map(|row| row.value(field)),
            after.map(|row| row.value(field)),
        );
        if is_change && (field.auto_now || old == new) {
            continue;
        }

        let change = if field.secret {
            SECRET.into()
        } else {
            let json = |value: Option<&Value>| value.map_or(Json::Null, |one| to_json(field, one));
            Json::Array(vec![json(old), json(new)])
        };
        changes.insert(field.name.to_owned(), change);
    }
}

/// Adds a change of links to `changes`.
pub(super) fn add_links(
    changes: &mut Map<String, Json>,
    many: &ManyToMany,
    removed: &[Value],
    added: &[Value],
) {
    if removed.is_empty() && added.is_empty() {
        return;
    }
    let pk = many.to().pk();
    let list = |keys: &[Value]| keys.iter().map(|key| to_json(pk, key)).collect::<Vec<_>>();
    changes.insert(
        many.name.to_owned(),
        json!({"-": list(removed), "+": list(added)}),
    );
}

/// Reads the changes of a row of `model`, in the order of its fields. `action` is Django's `action_flag`.
pub(crate) fn read(model: &'static Meta, action: i16, text: &str) -> Vec<FieldDelta> {
    let Ok(Json::Object(mut changes)) = serde_json::from_str(text) else {
        return Vec::new();
    };

    let mut deltas = Vec::new();
    for field in &model.fields {
        if let Some(change) = changes.remove(field.name) {
            deltas.push(FieldDelta {
                name: field.name.to_owned(),
                delta: Some(column(field, action, &change)),
            });
        }
    }
    for many in &model.many {
        if let Some(change) = changes.remove(many.name) {
            deltas.push(FieldDelta {
                name: many.name.to_owned(),
                delta: Some(links(many, &change)),
            });
        }
    }
    // Fields that the model had once.
    deltas.extend(
        changes
            .into_iter()
            .map(|(name, _)| FieldDelta { name, delta: None }),
    );
    deltas
}

fn column(field: &'static Field, action: i16, change: &Json) -> Delta {
    let Json::Array(ends) = change else {
        return Delta::Hidden(field);
    };
    if field.secret {
        return Delta::Hidden(field);
    }

    let end = |at: usize| ends.get(at).and_then(|json| from_json(field, json));
    match (action, end(0), end(1)) {
        (1, _, Some(after)) => Delta::Column(field, None, Some(after)),
        (3, Some(before), _) => Delta::Column(field, Some(before), None),
        (2, Some(before), Some(after)) => Delta::Column(field, Some(before), Some(after)),
        _ => Delta::Hidden(field),
    }
}

fn links(many: &'static ManyToMany, change: &Json) -> Delta {
    let pk = many.to().pk();
    let keys = |name: &str| {
        let list = change.get(name).and_then(Json::as_array);
        let keys = list.into_iter().flatten();
        keys.filter_map(|json| from_json(pk, json)).collect()
    };
    Delta::Many(many, keys("-"), keys("+"))
}
