//! What a deletion takes with it, what forbids it, and the deletion itself (Django's `Collector`).
//!
//! Rows are never listed: each model's part is a query that the database nests into the next. A preview names a bounded
//! number of rows and counts the others; a deletion takes its first rows in chunks, and what leads to them by sub-selects.

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
    /// The deletion of `rows`.
    pub fn new(rows: Query) -> Self {
        let graph = Graph::new(&rows);
        Self { root: rows, graph }
    }

    /// The rows that go, by model; those it begins with first.
    pub fn sets(&self) -> &[Query] {
        &self.graph.sets
    }
}
