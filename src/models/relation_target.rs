//! The rows to which a relation of a form can be set.

use std::ptr;
use std::sync::Arc;

use super::{Condition, Field, ManyToMany, Meta, Query, Relation};

/// The model that a relation refers to, the column that identifies its rows, and the limit of the
/// rows that can be chosen.
#[derive(Debug, Clone)]
pub struct RelationTarget {
    /// The model.
    pub model: &'static Meta,
    /// The foreign key, if it has a `to_field`.
    special: Option<&'static Relation>,
    /// The limit in the declaration of the relation (Django's `limit_choices_to`).
    declared_limit: Option<fn() -> Condition>,
    /// The limit for one request.
    limit: Option<Arc<Condition>>,
}

impl PartialEq for RelationTarget {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (self.special, other.special) {
            (None, None) => true,
            (Some(one), Some(other)) => ptr::eq(one, other),
            _ => false,
        };
        let has_same_limit = match (self.declared_limit, other.declared_limit) {
            (None, None) => true,
            (Some(one), Some(other)) => ptr::fn_addr_eq(one, other),
            _ => false,
        };
        is_same && has_same_limit && self.model == other.model && self.limit == other.limit
    }
}

impl RelationTarget {
    /// Creates the target of a foreign key.
    pub fn from_relation(relation: &'static Relation) -> Self {
        Self {
            special: Some(relation).filter(|relation| relation.to_field.is_some()),
            declared_limit: relation.limit_choices_to,
            ..Self::new(relation.to())
        }
    }

    /// Creates the target of a many-to-many field.
    pub fn from_many(many: &ManyToMany) -> Self {
        Self {
            declared_limit: many.limit_choices_to,
            ..Self::new(many.to())
        }
    }

    /// Creates a target that allows all rows of `model`.
    pub fn new(model: &'static Meta) -> Self {
        Self {
            model,
            special: None,
            declared_limit: None,
            limit: None,
        }
    }

    /// Limits the rows that can be chosen further, for one request.
    #[must_use]
    pub fn limited(mut self, limit: Option<Arc<Condition>>) -> Self {
        self.limit = limit;
        self
    }

    /// Returns the field that identifies a chosen row: the primary key, or that of `to_field`.
    pub fn key(&self) -> &'static Field {
        self.special
            .map_or_else(|| self.model.pk(), Relation::target)
    }

    /// Whether a chosen row is identified by its primary key.
    pub fn is_by_pk(&self) -> bool {
        self.key().primary_key
    }

    /// Limits a query for rows of the model to those that can be chosen, and identifies them by
    /// [`key`](Self::key).
    pub fn rows(&self, query: Query) -> Query {
        let query = query.by_key(self.key().column);
        let query = match self.declared_limit {
            Some(condition) => query.filter(condition()),
            None => query,
        };
        match &self.limit {
            Some(condition) => query.filter(Condition::clone(condition)),
            None => query,
        }
    }
}
