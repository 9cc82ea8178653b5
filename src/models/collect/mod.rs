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

pub use delete::Deleted;
pub use links::LinkTable;
pub use preview::{Clearing, Obstacle, Preview};
pub use tree::Branch;
pub use undescribed::{ByDatabase, Undescribed};

use graph::Graph;

use super::Query;

/// A deletion of some rows.
#[derive(Debug)]
pub struct Collector {
    root: Query,
    graph: Graph,
}

impl Collector {
    /// Creates the deletion of `rows`.
    pub fn new(rows: Query) -> Self {
        let graph = Graph::new(&rows);
        Self { root: rows, graph }
    }

    /// Returns the rows to delete, by model; the selected rows come first.
    pub fn sets(&self) -> &[Query] {
        &self.graph.sets
    }
}
