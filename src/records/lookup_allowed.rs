//! Decides which parameters of a URL may look up rows.

use super::Policy;
use crate::models::{Meta, Relation, Step};

/// A field that is named in a lookup.
struct NamedField {
    /// The model to which the field refers.
    next: Option<&'static Meta>,
    is_primary_key: bool,
    column: &'static str,
    /// The column of `next` to which a foreign key refers, if it is not the primary key.
    to_field: Option<&'static str>,
}

impl Policy<'_> {
    /// Whether rows may be looked up by `key` (Django's `lookup_allowed`). A lookup over several
    /// relations is only allowed if it is `declared`: if a filter or the date hierarchy of the list
    /// makes the same one. A field that does not exist is allowed here and refused later, because
    /// its absence need not be kept secret.
    pub fn lookup_allowed(&self, key: &str, mut declared: impl Iterator<Item = String>) -> bool {
        if !self.hooks_permit_lookup(key) {
            return false;
        }

        let mut model = self.model;
        let mut relations: Vec<&str> = Vec::new();
        let mut last = "";
        let mut is_behind_relation = false;
        let mut to_field = None;
        for part in key.split("__") {
            last = part;
            let Some(field) = field_named(model, part) else {
                break;
            };
            // The column to which the relation refers is the foreign key itself.
            let is_key = field.is_primary_key || to_field == Some(field.column);
            if !is_behind_relation || field.next.is_some() || !is_key {
                relations.push(part);
            }
            let Some(next) = field.next else { break };
            is_behind_relation = true;
            to_field = field.to_field;
            model = next;
        }
        if relations.len() <= 1 {
            return true;
        }

        let path = relations.join("__");
        let longer = format!("{path}__{last}");
        declared.any(|name| name == path || name == longer)
    }
}

/// Returns the field of `model` that lookups call `name`.
fn field_named(model: &'static Meta, name: &str) -> Option<NamedField> {
    let is_named = |field: &&crate::models::Field| field.name == name || field.column == name;
    if let Some(field) = model.fields.iter().find(is_named) {
        return Some(NamedField {
            next: field.relation.as_ref().map(Relation::to),
            is_primary_key: field.primary_key,
            column: field.column,
            to_field: field.relation.as_ref().and_then(|it| it.to_field),
        });
    }

    let step = model.named_step(name)?;
    Some(NamedField {
        next: model
            .follow(step)
            .filter(|_| !matches!(step, Step::Forward(_))),
        is_primary_key: false,
        column: "",
        to_field: None,
    })
}
