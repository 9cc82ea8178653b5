//! Deletions: a preview of the dependent rows, the rows that forbid a deletion, and the deletion
//! itself (Django's `Collector`).
//!
//! Rows are not loaded: each model's part is a query, which is nested into the next one. A preview
//! lists a limited number of rows and counts the others. A deletion processes the selected rows in
//! chunks, and their dependent rows with subqueries.

mod delete;
mod graph;
mod links;
mod preview;
mod tree;
mod undescribed;

pub use delete::{Deleted, DeletionObserver};
pub use links::LinkTable;
pub use preview::{Clearing, Obstacle, Preview};
pub use tree::Branch;
pub use undescribed::{ByDatabase, Undescribed};

use graph::{Graph, referring};

use super::{Meta, OnDelete, Query, Reverse};

/// A deletion of some rows.
#[derive(Debug)]
pub struct Collector {
    root: Query,
    graph: Graph,
    /// The models of the deletion of which this is a part.
    outer: Vec<&'static Meta>,
    /// The deletions of rows that refer to these by a content type and a key.
    generic: Vec<Self>,
}

impl Collector {
    /// Creates the deletion of `rows`.
    pub fn new(rows: Query) -> Self {
        Self::within(rows, &[])
    }

    /// Creates a deletion that is part of the deletion of rows of these models.
    fn within(rows: Query, outer: &[&'static Meta]) -> Self {
        let graph = Graph::new(&rows);
        let mut models = outer.to_vec();
        models.extend(graph.sets.iter().map(Query::model));

        let mut generic = Vec::new();
        for set in &graph.sets {
            for relation in &set.model().generic {
                // Rows that refer to rows of their own kind end the search.
                if !models.contains(&relation.model()) {
                    generic.push(Self::within(relation.referring(set), &models));
                }
            }
        }
        Self {
            root: rows,
            graph,
            outer: outer.to_vec(),
            generic,
        }
    }

    /// Returns the rows to delete, by model; the selected rows come first.
    pub fn sets(&self) -> Vec<&Query> {
        let own = self.graph.sets.iter();
        own.chain(self.generic.iter().flat_map(Self::sets))
            .collect()
    }

    /// Returns the rows to delete, by model: rows come before those that refer to them.
    pub(crate) fn in_order(&self) -> Vec<&Query> {
        let groups = self.graph.groups.iter().flatten();
        let own = groups.map(|&model| &self.graph.sets[model]);
        own.chain(self.generic.iter().flat_map(Self::in_order))
            .collect()
    }

    /// Returns the foreign keys that are cleared or get their default, each with the rows that have it.
    pub(crate) fn cleared(&self) -> Vec<(Reverse, Query)> {
        let mut cleared = Vec::new();
        for set in self.sets() {
            for on_delete in [OnDelete::SetNull, OnDelete::SetDefault] {
                cleared.extend(referring(set, on_delete));
            }
        }
        cleared
    }
}
