//! Values that are shown but not edited.

use super::context::RenderContext;
use crate::admin::options::{Cell, is_safe};
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

impl RenderContext<'_> {
    /// Returns the value of a field for display.
    pub(super) fn readonly_value(
        self,
        field: ModelField,
        value: &Value,
        linked: &[Value],
    ) -> Shown {
        match field {
            ModelField::Many(many) => self.key_links(&RelationTarget::from_many(many), linked),
            ModelField::Column(column) => self.column_value(column, value),
        }
    }

    fn lines(self, text: &str) -> Shown {
        let text = if text.is_empty() { self.empty } else { text };
        Shown::Lines(text.lines().map(str::to_owned).collect())
    }

    fn key_links(self, to: &RelationTarget, keys: &[Value]) -> Shown {
        let registered =
            self.request.site.registered(to.model).filter(|registered| {
                to.is_by_pk() && self.request.actor.may(registered, "view", None)
            });
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
            self.lines("")
        } else {
            Shown::Links(keys.iter().map(link).collect())
        }
    }

    fn column_value(self, column: &'static Field, value: &Value) -> Shown {
        match &column.relation {
            Some(relation) if !column.has_choices() && is_key(value) => self.key_links(
                &RelationTarget::from_relation(relation),
                std::slice::from_ref(value),
            ),
            _ => self.display_value(&column.display(value)),
        }
    }

    fn display_value(self, value: &DisplayValue<'_>) -> Shown {
        match value {
            DisplayValue::Nothing => self.lines(""),
            DisplayValue::Unreadable(cell) => Shown::Unreadable(cell.text.clone()),
            DisplayValue::Label(label) => self.lines(label),
            DisplayValue::Text(text) => self.lines(text),
            DisplayValue::Number(number) => self.lines(&number.to_string()),
            DisplayValue::YesNo(answer) => Shown::Boolean(*answer),
            DisplayValue::Day(day) => Shown::Time(day.to_string(), date_text(*day)),
            DisplayValue::Time(time) => self.lines(&time_text(*time)),
            DisplayValue::Moment(time) => {
                let exact = time
                    .utc()
                    .with_timezone(&self.request.zone())
                    .format("%Y-%m-%dT%H:%M:%S%:z")
                    .to_string();
                Shown::Time(exact, time.text(&self.request.zone()))
            }
            DisplayValue::Document(document) => {
                self.lines(&serde_json::to_string_pretty(&document.0).unwrap_or_default())
            }
            DisplayValue::Link(DisplayLink::Url(url)) if !is_safe(url) => self.lines(url),
            DisplayValue::Link(link) => {
                Shown::Links(vec![(link.text().to_owned(), link.url().into_owned())])
            }
            DisplayValue::Picture(path) => Shown::Links(vec![((*path).to_owned(), file_url(path))]),
        }
    }

    /// Returns a computed cell for display.
    pub(super) fn computed_value(self, cell: &Cell) -> Shown {
        match cell {
            Cell::Text(text) => self.lines(text),
            Cell::Value(value) => self.display_value(&DisplayValue::new(value)),
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
