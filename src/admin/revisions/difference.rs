//! The values before and after a change, as pages show them.

use std::collections::HashMap;

use chrono_tz::Tz;

use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{
    DisplayLink, DisplayNumber, DisplayValue, Field, Meta, Query, date_text, time_text,
};
use crate::records::history::{Delta, FieldDelta};
use crate::words::capfirst;

/// Texts with more characters than this are cut.
const LONG: usize = 400;
/// The most rows that are named for one field.
const NAMED: usize = 200;

/// A field that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::admin) struct Difference {
    /// The label of the field.
    pub(in crate::admin) label: String,
    /// The values that the field no longer has; "" is an empty value.
    pub(in crate::admin) removed: Vec<String>,
    /// The values that the field has instead.
    pub(in crate::admin) added: Vec<String>,
    /// Whether the values were not kept.
    pub(in crate::admin) is_hidden: bool,
}

/// The display names of rows that fields refer to.
#[derive(Debug, Default)]
pub(in crate::admin) struct Names {
    names: HashMap<(String, String), String>,
}

impl Names {
    /// Loads the names of all rows that these changes refer to: one query for each model.
    pub(in crate::admin) fn load<'a>(
        conn: &mut Conn,
        deltas: impl Iterator<Item = &'a FieldDelta>,
    ) -> Result<Self> {
        let mut wanted: Vec<(&'static Meta, &'static str, Vec<Value>)> = Vec::new();
        for delta in deltas.filter_map(|delta| delta.delta.as_ref()) {
            let (model, column, keys): (_, _, Vec<&Value>) = match delta {
                Delta::Column(field, before, after) => match &field.relation {
                    Some(relation) => (
                        relation.to(),
                        relation.target().column,
                        before.iter().chain(after).collect(),
                    ),
                    None => continue,
                },
                Delta::Many(many, removed, added) => (
                    many.to(),
                    many.to().pk().column,
                    removed.iter().chain(added).collect(),
                ),
                Delta::Hidden(_) => continue,
            };
            let at = wanted
                .iter()
                .position(|(known, by, _)| *known == model && *by == column)
                .unwrap_or_else(|| {
                    wanted.push((model, column, Vec::new()));
                    wanted.len() - 1
                });
            let known = &mut wanted[at].2;
            for key in keys {
                if !key.is_null() && known.len() < NAMED && !known.contains(key) {
                    known.push(key.clone());
                }
            }
        }

        let mut names = HashMap::new();
        for (model, column, keys) in wanted {
            let rows = Query::new(model)
                .by_key(column)
                .with_pks(keys)
                .order_by(Vec::new());
            for (key, name) in rows.named(conn, None, 0)? {
                names.insert((model.label(), key.to_string()), name);
            }
        }
        Ok(Self { names })
    }

    /// Returns the name of a row, or its key if the row is gone.
    fn name(&self, model: &Meta, key: &Value) -> String {
        let key = key.to_string();
        match self.names.get(&(model.label(), key.clone())) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("{} {key}", model.verbose_name),
        }
    }

    /// Returns the text of a value of `field`.
    pub(in crate::admin) fn text(&self, field: &'static Field, value: &Value, zone: Tz) -> String {
        match &field.relation {
            Some(relation) if !value.is_null() => self.name(relation.to(), value),
            _ => shortened(&text(field, value, zone)),
        }
    }
}

impl Difference {
    /// Creates the difference of one field; `label` returns the label of a field.
    pub(in crate::admin) fn new(
        delta: &FieldDelta,
        names: &Names,
        zone: Tz,
        label: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let own = |other: &dyn Fn() -> String| label(&delta.name).unwrap_or_else(other);
        match &delta.delta {
            Some(Delta::Column(field, before, after)) => {
                let texts = |value: &Option<Value>| {
                    let text = value.as_ref().map(|value| names.text(field, value, zone));
                    text.into_iter().collect()
                };
                Self {
                    label: own(&|| field.label()),
                    removed: texts(before),
                    added: texts(after),
                    is_hidden: false,
                }
            }
            Some(Delta::Many(many, removed, added)) => {
                let texts =
                    |keys: &[Value]| keys.iter().map(|key| names.name(many.to(), key)).collect();
                Self {
                    label: own(&|| many.label()),
                    removed: texts(removed),
                    added: texts(added),
                    is_hidden: false,
                }
            }
            Some(Delta::Hidden(field)) => Self::hidden(own(&|| field.label())),
            None => Self::hidden(own(&|| capfirst(&delta.name.replace('_', " ")))),
        }
    }

    /// Returns the difference in the other direction.
    pub(super) fn turned(self) -> Self {
        Self {
            removed: self.added,
            added: self.removed,
            ..self
        }
    }

    fn hidden(label: String) -> Self {
        Self {
            label,
            removed: Vec::new(),
            added: Vec::new(),
            is_hidden: true,
        }
    }
}

/// Returns the text of a value that is not a key.
pub(in crate::admin) fn text(field: &'static Field, value: &Value, zone: Tz) -> String {
    match field.display(value) {
        DisplayValue::Nothing => String::new(),
        DisplayValue::Unreadable(cell) => cell.text.clone(),
        DisplayValue::Label(label) => label.into_owned(),
        DisplayValue::Text(text) => text.into_owned(),
        DisplayValue::Number(DisplayNumber::Whole(number)) => number.to_string(),
        DisplayValue::Number(DisplayNumber::Float(number)) => format!("{number:?}"),
        DisplayValue::Number(DisplayNumber::Fixed(number)) => number.to_string(),
        DisplayValue::YesNo(Some(true)) => "Yes".to_owned(),
        DisplayValue::YesNo(Some(false)) => "No".to_owned(),
        DisplayValue::YesNo(None) => "Unknown".to_owned(),
        DisplayValue::Day(day) => date_text(day),
        DisplayValue::Time(time) => time_text(time),
        DisplayValue::Moment(time) => time.text(&zone),
        DisplayValue::Document(document) => document.0.to_string(),
        DisplayValue::Link(DisplayLink::Url(text)) => text.to_string(),
        DisplayValue::Link(_) | DisplayValue::Picture(_) => value.to_string(),
    }
}

/// Returns the beginning of a long text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
