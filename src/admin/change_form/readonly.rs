//! Values that are shown but not edited.

use chrono_tz::Tz;

use super::relations::Relations;
use crate::admin::options::{Cell, is_safe};
use crate::admin::{Actor, AdminSite};
use crate::db::Value;
use crate::forms::model::ModelField;
use crate::models::{
    DisplayLink, DisplayValue, Field, RelationTarget, date_text, file_url, time_text,
};

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
            ModelField::Many(many) => self.links(RelationTarget::from_many(many), linked),
            ModelField::Column(column) => self.column(column, value),
        }
    }

    fn text(self, text: &str) -> Shown {
        let text = if text.is_empty() { self.empty } else { text };
        Shown::Lines(text.lines().map(str::to_owned).collect())
    }

    fn links(self, to: RelationTarget, keys: &[Value]) -> Shown {
        let registered = self
            .site
            .registered(to.model)
            .filter(|registered| to.is_by_pk() && self.actor.may(registered, "view", None));
        let link = |key: &Value| {
            let key = key.to_string();
            let name = self.relations.name(to, &key).unwrap_or(&key).to_owned();
            (
                name,
                registered
                    .map(|registered| registered.object_url(&key, "change"))
                    .unwrap_or_default(),
            )
        };
        if keys.is_empty() {
            self.text("")
        } else {
            Shown::Links(keys.iter().map(link).collect())
        }
    }

    fn column(self, column: &'static Field, value: &Value) -> Shown {
        match &column.relation {
            Some(relation) if !column.has_choices() && is_key(value) => self.links(
                RelationTarget::from_relation(relation),
                std::slice::from_ref(value),
            ),
            _ => self.display(&column.display(value)),
        }
    }

    fn display(self, value: &DisplayValue<'_>) -> Shown {
        match value {
            DisplayValue::Nothing => self.text(""),
            DisplayValue::Unreadable(cell) => Shown::Unreadable(cell.text.clone()),
            DisplayValue::Label(label) => self.text(label),
            DisplayValue::Text(text) => self.text(text),
            DisplayValue::Number(number) => self.text(&number.to_string()),
            DisplayValue::YesNo(answer) => Shown::Boolean(*answer),
            DisplayValue::Day(day) => Shown::Time(day.to_string(), date_text(*day)),
            DisplayValue::Time(time) => self.text(&time_text(*time)),
            DisplayValue::Moment(time) => {
                let exact = time
                    .utc()
                    .with_timezone(&self.zone)
                    .format("%Y-%m-%dT%H:%M:%S%:z")
                    .to_string();
                Shown::Time(exact, time.text(&self.zone))
            }
            DisplayValue::Document(document) => {
                self.text(&serde_json::to_string_pretty(&document.0).unwrap_or_default())
            }
            DisplayValue::Link(DisplayLink::Url(url)) if !is_safe(url) => self.text(url),
            DisplayValue::Link(link) => {
                Shown::Links(vec![(link.text().to_owned(), link.url().into_owned())])
            }
            DisplayValue::Picture(path) => Shown::Links(vec![((*path).to_owned(), file_url(path))]),
        }
    }

    /// Returns a computed cell for display.
    pub(super) fn cell(self, cell: &Cell) -> Shown {
        match cell {
            Cell::Text(text) => self.text(text),
            Cell::Value(value) => self.display(&DisplayValue::new(value)),
            Cell::Boolean(answer) => Shown::Boolean(*answer),
            Cell::Link { text, url } => Shown::Links(vec![(text.clone(), safe(url))]),
            Cell::TextAndLink { text, link, url } => {
                Shown::TextAndLink(text.clone(), link.clone(), safe(url))
            }
        }
    }
}

/// Whether a foreign key holds the key of a row.
fn is_key(value: &Value) -> bool {
    !value.is_null() && value.unreadable().is_none()
}

/// Returns `url`, or "" if opening it would run a script.
fn safe(url: &str) -> String {
    if is_safe(url) {
        url.to_owned()
    } else {
        String::new()
    }
}
