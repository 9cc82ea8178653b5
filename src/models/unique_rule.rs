//! The rules of uniqueness of a model.

use super::{Meta, UniqueConstraint};

/// Columns whose combination is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueRule {
    /// The columns.
    pub columns: Vec<&'static str>,
    /// The constraint with a name, if there is one.
    pub constraint: Option<UniqueConstraint>,
}

impl UniqueRule {
    fn new(columns: Vec<&'static str>) -> Self {
        Self {
            columns,
            constraint: None,
        }
    }

    /// Returns the SQL that limits the rule to some rows.
    pub fn condition(&self) -> Option<&'static str> {
        self.constraint.as_ref()?.condition
    }

    /// Returns the error text of the constraint, if it differs from that of other rules.
    pub fn message(&self) -> Option<String> {
        let constraint = self.constraint.as_ref()?;
        let default = constraint
            .condition
            .map(|_| violated(constraint.name))
            .filter(|_| constraint.message.is_none());
        constraint.message.map(str::to_owned).or(default)
    }
}

impl Meta {
    /// Returns all rules of uniqueness, those of single fields first.
    pub fn unique_rules(&self) -> Vec<UniqueRule> {
        let single = self
            .fields
            .iter()
            .filter(|field| field.unique || field.primary_key)
            .map(|field| UniqueRule::new(vec![field.column]));
        let together = self.unique_together.iter().cloned().map(UniqueRule::new);
        let named = self.unique_constraints.iter().map(|constraint| UniqueRule {
            columns: constraint.columns.clone(),
            constraint: Some(constraint.clone()),
        });
        single.chain(together).chain(named).collect()
    }

    /// Returns the rules of uniqueness that concern all rows.
    pub fn complete_unique_rules(&self) -> Vec<UniqueRule> {
        let mut rules = self.unique_rules();
        rules.retain(|rule| rule.condition().is_none());
        rules
    }

    /// Returns the error text of the constraint with this name that the model declares.
    pub fn constraint_message(&self, name: &str) -> Option<String> {
        let check = self.check_constraints.iter();
        let unique = self.unique_constraints.iter();
        let mut messages = check
            .map(|constraint| (constraint.name, constraint.message))
            .chain(unique.map(|constraint| (constraint.name, constraint.message)));
        let (name, message) = messages.find(|constraint| constraint.0 == name)?;
        Some(message.map_or_else(|| violated(name), str::to_owned))
    }
}

/// Returns Django's text for a violated constraint.
pub(super) fn violated(name: &str) -> String {
    format!("Constraint “{name}” is violated.")
}
