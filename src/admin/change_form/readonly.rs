//! Values that are shown but not edited.

use chrono_tz::Tz;

use super::relations::Relations;
use crate::admin::options::{Cell, is_safe};
use crate::admin::{Actor, AdminSite};
use crate::db::Value;
use crate::forms::model::ModelField;
use crate::models::{Field, FieldKind, Meta, date_text, file_url, time_text};

/// A value for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::admin) enum Shown {
    /// Lines of text.
    Lines(Vec<String>),
    /// The unchanged value of a cell that does not fit its column.
    Unreadable(String),
    /// Yes, no or unknown.
    Boolean(Option<bool>),
    /// A moment in ISO format and as text.
    Time(String, String),
    /// Names with their URLs; an empty URL means no link.
    Links(Vec<(String, String)>),
    /// A text, followed by a name and its URL; an empty URL means no link.
    TextAndLink(String, String, String),
}

/// The context for showing values.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) site: &'static AdminSite,
    pub(super) actor: &'a Actor,
    pub(super) relations: &'a Relations,
    pub(super) zone: Tz,
    pub(super) empty: &'static str,
}

impl Look<'_> {
    /// Returns the value of a field for display.
    pub(super) fn field(self, field: ModelField, value: &Value, linked: &[Value]) -> Shown {
        match field {
            ModelField::Many(many) => self.links(many.to(), linked),
            ModelField::Column(column) => self.column(column, value),
        }
    }

    fn text(self, text: &str) -> Shown {
        let text = if text.is_empty() { self.empty } else { text };
        Shown::Lines(text.lines().map(str::to_owned).collect())
    }

    fn links(self, to: &'static Meta, keys: &[Value]) -> Shown {
        let known = self
            .site
            .of(to)
            .filter(|known| self.actor.may(known, "view", None));
        let link = |key: &Value| {
            let key = key.to_string();
            let name = self.relations.name(to, &key).unwrap_or(&key).to_owned();
            (
                name,
                known
                    .map(|known| known.object_url(&key, "change"))
                    .unwrap_or_default(),
            )
        };
        if keys.is_empty() {
            self.text("")
        } else {
            Shown::Links(keys.iter().map(link).collect())
        }
    }

    fn column(self, column: &Field, value: &Value) -> Shown {
        if value.unreadable().is_some() {
            return self.value(value);
        }
        if !column.choices.is_empty() {
            return self.text(column.choice_label(&value.to_string()).unwrap_or_default());
        }
        match (column.kind, value) {
            (FieldKind::Boolean, Value::Bool(yes)) => Shown::Boolean(Some(*yes)),
            (FieldKind::Boolean, _) => Shown::Boolean(None),
            (FieldKind::ForeignKey, value) if !value.is_null() => match &column.relation {
                Some(relation) => self.links(relation.to(), std::slice::from_ref(value)),
                None => self.value(value),
            },
            (FieldKind::Decimal(_, places), Value::Decimal(number)) => {
                self.text(&number.round(places.into()).to_string())
            }
            (FieldKind::File(_) | FieldKind::Image(_), Value::Text(path)) if !path.is_empty() => {
                Shown::Links(vec![(path.clone(), file_url(path))])
            }
            (FieldKind::Url(_), Value::Text(url)) if is_safe(url) => {
                Shown::Links(vec![(url.clone(), url.clone())])
            }
            (_, value) => self.value(value),
        }
    }

    fn value(self, value: &Value) -> Shown {
        match value {
            Value::Unreadable(cell) => Shown::Unreadable(cell.text.clone()),
            Value::Date(day) => Shown::Time(day.to_string(), date_text(*day)),
            Value::Time(time) => self.text(&time_text(*time)),
            Value::Timestamp(time) => {
                let exact = time
                    .utc()
                    .with_timezone(&self.zone)
                    .format("%Y-%m-%dT%H:%M:%S%:z")
                    .to_string();
                Shown::Time(exact, time.text(&self.zone))
            }
            Value::Bool(yes) => Shown::Boolean(Some(*yes)),
            Value::Json(document) => {
                self.text(&serde_json::to_string_pretty(&document.0).unwrap_or_default())
            }
            value => self.text(&value.to_string()),
        }
    }

    /// Returns a computed cell for display.
    pub(super) fn cell(self, cell: &Cell) -> Shown {
        match cell {
            Cell::Text(text) => self.text(text),
            Cell::Value(value) => self.value(value),
            Cell::Boolean(answer) => Shown::Boolean(*answer),
            Cell::Link { text, url } => Shown::Links(vec![(text.clone(), safe(url))]),
            Cell::TextAndLink { text, link, url } => {
                Shown::TextAndLink(text.clone(), link.clone(), safe(url))
            }
        }
    }
}

/// Returns `url`, or "" if opening it would run a script.
fn safe(url: &str) -> String {
    if is_safe(url) {
        url.to_owned()
    } else {
        String::new()
    }
}
