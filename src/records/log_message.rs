//! The description of an action in the history, in Django's JSON.

use serde_json::{Value as Json, json};

use crate::python::json_spaced;

/// One part of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The row was added.
    Added,
    /// These fields of the row were changed, by their labels.
    Changed(Vec<String>),
    /// A row inside its form was added: the name of the model and the display name of the row.
    RowAdded(String, String),
    /// Fields of a row inside its form were changed.
    RowChanged(String, String, Vec<String>),
    /// A row inside its form was deleted.
    RowDeleted(String, String),
}

impl Done {
    fn json(&self) -> Json {
        match self {
            Self::Added => json!({"added": {}}),
            Self::Changed(fields) => json!({"changed": {"fields": fields}}),
            Self::RowAdded(name, object) => json!({"added": {"name": name, "object": object}}),
            Self::RowChanged(name, object, fields) => {
                json!({"changed": {"name": name, "object": object, "fields": fields}})
            }
            Self::RowDeleted(name, object) => json!({"deleted": {"name": name, "object": object}}),
        }
    }
}

/// Returns the text of the column `change_message`: `[{"changed": {"fields": ["Stock"]}}]`.
pub fn change_message(done: &[Done]) -> String {
    let all: Vec<Json> = done.iter().map(Done::json).collect();
    String::from_utf8(json_spaced(&all)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_equal_djangos() {
        let done = [
            Done::Added,
            Done::Changed(vec!["SKU".to_owned(), "Größe".to_owned()]),
            Done::RowChanged(
                "order item".to_owned(),
                "5 × Žluť".to_owned(),
                vec!["Quantity".to_owned()],
            ),
        ];
        assert_eq!(
            change_message(&done),
            r#"[{"added": {}}, {"changed": {"fields": ["SKU", "Gr\u00f6\u00dfe"]}}, {"changed": {"name": "order item", "object": "5 \u00d7 \u017dlu\u0165", "fields": ["Quantity"]}}]"#
        );
        assert_eq!(change_message(&[]), "[]");
    }
}
