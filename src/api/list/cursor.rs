//! [`Cursor`]: a position in an ordered list, which stays right while rows come and go.

use serde::{Deserialize, Serialize};

use crate::db::Value;
use crate::models::{ColumnPath, Condition, Lookup, Meta, Order, parse};
use crate::settings::Settings;
use crate::signing::{seal_alike, unseal};

const SALT: &str = "nuages.api.cursor";

/// The values of a row at the keys of the order. The list goes on behind that row, or ends before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Whether the page ends before the row.
    pub(super) is_backwards: bool,
    /// The texts of the values; `None` for NULL.
    values: Vec<Option<String>>,
}

impl Cursor {
    /// Creates the position behind a row with these values, or before it.
    pub(super) fn new(values: &[Value], is_backwards: bool) -> Self {
        let text = |value: &Value| (!value.is_null()).then(|| value.text());
        Self {
            is_backwards,
            values: values.iter().map(text).collect(),
        }
    }

    /// Returns the parameter of the URL. It is encrypted, because the order may follow columns that the caller may not see.
    pub(super) fn sealed(&self, context: &str, settings: &Settings) -> String {
        let plain = serde_json::to_vec(self).unwrap_or_default();
        seal_alike(&plain, SALT, context, &settings.secret_key)
    }

    /// Reads the parameter of a URL; `None` if this site did not make it for this list and order.
    pub(super) fn unsealed(text: &str, context: &str, settings: &Settings) -> Option<Self> {
        let (plain, _) = unseal(text, SALT, context, settings.secret_keys())?;
        serde_json::from_slice(&plain).ok()
    }

    /// Returns the condition for the rows of `meta` in `order` on this side of the position; `None` if the position does not
    /// belong to the order.
    pub(super) fn condition(&self, meta: &'static Meta, order: &[Order]) -> Option<Condition> {
        if order.len() != self.values.len() {
            return None;
        }
        let mut alternatives = Vec::new();
        let mut equal = Vec::new();
        for (key, text) in order.iter().zip(&self.values) {
            let field = meta.resolve(&key.path)?;
            let value = match text {
                Some(text) => Some(parse(field.target(), text)?),
                None => None,
            };

            if let Some(beyond) = self.beyond(meta, key, value.as_ref()) {
                let mut all = equal.clone();
                all.push(beyond);
                alternatives.push(Condition::All(all));
            }
            equal.push(match value {
                Some(value) => Condition::equals(key.path.clone(), value),
                None => is_null(&key.path, true),
            });
        }
        Some(Condition::Any(alternatives))
    }

    /// Returns the condition that a row differs from the position in this key in the wanted direction; `None` if no row
    /// does. Rows without a value come last in either direction.
    fn beyond(&self, meta: &'static Meta, key: &Order, value: Option<&Value>) -> Option<Condition> {
        let Some(value) = value else {
            return self.is_backwards.then(|| is_null(&key.path, false));
        };
        let lookup = if key.descending == self.is_backwards {
            Lookup::Gt
        } else {
            Lookup::Lt
        };
        let differs = Condition::Is {
            path: key.path.clone(),
            lookup,
            values: vec![value.clone()],
        };
        if self.is_backwards || !meta.is_nullable(&key.path) {
            return Some(differs);
        }
        Some(Condition::Any(vec![differs, is_null(&key.path, true)]))
    }
}

fn is_null(path: &ColumnPath, yes: bool) -> Condition {
    Condition::Is {
        path: path.clone(),
        lookup: Lookup::IsNull,
        values: vec![Value::Bool(yes)],
    }
}
