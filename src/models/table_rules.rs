//! The part of a description that concerns the table and its permissions: indexes, constraints and
//! migrations.

use super::path::Ordering;
use super::{
    CheckConstraint, Description, GenericRelation, Index, IndexColumn, Model, Paths,
    UniqueConstraint,
};

impl<M: Model> Description<M> {
    /// Declares an index on these columns, in this order, which lists can use: `.index((post::author_id,
    /// desc(post::published_on)))`.
    #[must_use]
    pub fn index(self, columns: impl Ordering<M::Table>) -> Self {
        self.index_with(columns, |index| index)
    }

    /// Declares an index with a name or a condition.
    #[must_use]
    pub fn index_with(
        mut self,
        columns: impl Ordering<M::Table>,
        say: impl FnOnce(Index) -> Index,
    ) -> Self {
        let keys = columns.into_ordering().into_iter();
        let columns = keys.map(|key| IndexColumn {
            column: key.path.column,
            descending: key.descending,
        });
        self.indexes.push(say(Index {
            name: None,
            columns: columns.collect(),
            condition: None,
            managed: true,
        }));
        self
    }

    /// Makes the combination of these columns unique, by a constraint with a name.
    #[must_use]
    pub fn unique_constraint(
        mut self,
        name: &'static str,
        columns: impl Paths<M::Table>,
        say: impl FnOnce(UniqueConstraint) -> UniqueConstraint,
    ) -> Self {
        let columns = columns.into_paths().into_iter().map(|path| path.column);
        self.unique_constraints.push(say(UniqueConstraint {
            name,
            columns: columns.collect(),
            condition: None,
            message: None,
        }));
        self
    }

    /// Adds rows that refer to this model by a content type and a key (Django's `GenericRelation`):
    /// they are deleted together with the row to which they refer.
    #[must_use]
    pub fn generic_relation(mut self, relation: GenericRelation) -> Self {
        self.generic.push(relation);
        self
    }

    /// Adds a rule that each row must satisfy.
    #[must_use]
    pub fn check_constraint(mut self, constraint: CheckConstraint) -> Self {
        self.check_constraints.push(constraint);
        self
    }

    /// Makes the model a proxy of `B`: it has the table, the fields, the constraints and the order
    /// of `B`, but its own names, permissions, history and admin (Django's `proxy`). Call this
    /// first; later calls change the description for this model only.
    #[must_use]
    pub fn proxy_for<B: Model<Table = M::Table>>(self) -> Self {
        let of = B::describe(Description::new());
        Self {
            columns: of.columns,
            fields: of.fields,
            many: of.many,
            generic: of.generic,
            unique_together: of.unique_together,
            unique_constraints: of.unique_constraints,
            check_constraints: of.check_constraints,
            search_index: of.search_index,
            natural_key: of.natural_key,
            ordering: of.ordering,
            display: of.display,
            absolute_url: of.absolute_url,
            managed: of.managed,
            proxy_for: Some(B::meta),
            link_owner: of.link_owner,
            ..self
        }
    }

    /// Declares the former name of the model, so that migrations rename its table.
    #[must_use]
    pub fn was(mut self, model: &'static str) -> Self {
        self.was = Some(model);
        self
    }

    /// Declares that migrations neither create nor change the table.
    #[must_use]
    pub fn unmanaged(mut self) -> Self {
        self.managed = false;
        self
    }

    /// Adds permissions, each a codename and a name for people: `("publish_post", "Can publish
    /// post")`.
    #[must_use]
    pub fn permissions(mut self, permissions: &[(&'static str, &'static str)]) -> Self {
        self.permissions.extend(permissions);
        self
    }

    /// Sets the actions for which the model has permissions. The default is `add`, `change`,
    /// `delete` and `view`.
    #[must_use]
    pub fn default_permissions(mut self, actions: &[&'static str]) -> Self {
        self.default_permissions = actions.to_vec();
        self
    }
}
