//! The rows to which a relation of a form can be set.

use std::ptr;

use super::{Field, ManyToMany, Meta, Query, Relation};

/// The model that a relation refers to, the column that identifies its rows, and the limit of the
/// rows that can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct RelationTarget {
    /// The model.
    pub model: &'static Meta,
    /// The foreign key, if it has a `to_field` or a limit.
    special: Option<&'static Relation>,
}

impl PartialEq for RelationTarget {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (self.special, other.special) {
            (None, None) => true,
            (Some(one), Some(other)) => ptr::eq(one, other),
            _ => false,
        };
        is_same && self.model == other.model
    }
}

impl RelationTarget {
    /// Creates the target of a foreign key.
    pub fn from_relation(relation: &'static Relation) -> Self {
        let is_special = relation.to_field.is_some() || relation.limit_choices_to.is_some();
        Self {
            model: relation.to(),
            special: Some(relation).filter(|_| is_special),
        }
    }

    /// Creates the target of a many-to-many field.
    pub fn from_many(many: &ManyToMany) -> Self {
        Self::new(many.to())
    }

    /// Creates a target that allows all rows of `model`.
    pub fn new(model: &'static Meta) -> Self {
        Self {
            model,
            special: None,
        }
    }

    /// Returns the field that identifies a chosen row: the primary key, or that of `to_field`.
    pub fn key(self) -> &'static Field {
        self.special
            .map_or_else(|| self.model.pk(), Relation::target)
    }

    /// Whether a chosen row is identified by its primary key.
    pub fn is_by_pk(self) -> bool {
        self.key().primary_key
    }

    /// Limits a query for rows of the model to those that can be chosen, and identifies them by
    /// [`key`](Self::key).
    pub fn rows(self, query: Query) -> Query {
        let query = query.by_key(self.key().column);
        let limit = self.special.and_then(|relation| relation.limit_choices_to);
        match limit {
            Some(condition) => query.filter(condition()),
            None => query,
        }
    }
}
