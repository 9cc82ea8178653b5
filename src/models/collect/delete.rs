//! The deletion itself.

use super::graph::referring;
use super::links::LinkTable;
use super::{Collector, Graph};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Assignment, ColumnPath, Meta, OnDelete, Order, Query, Record};

/// Number of selected rows that are deleted at a time, and of keys in one list.
const CHUNK: i64 = 500;
/// The log reports the progress each time this many rows are done.
const LOGGED: usize = 10_000;

/// A function that gets the rows and display names of a chunk before the chunk is deleted.
type Before<'f> = &'f mut dyn FnMut(&mut Conn, &[(Value, String)]) -> Result<()>;

/// Sees every row of a deletion whose model it watches, including dependent rows. These rows are loaded.
pub trait DeletionObserver {
    /// Whether the rows of `model` are loaded and shown.
    fn watches(&self, model: &Meta) -> bool;

    /// Called with some of the selected rows, and everything that is deleted along with them, before any of these rows is
    /// deleted.
    fn before_chunk(&mut self, _conn: &mut Conn, _chunk: &Collector) -> Result<()> {
        Ok(())
    }

    /// Called with rows of one model before they are deleted.
    fn before(&mut self, conn: &mut Conn, records: &[Record]) -> Result<()>;

    /// Called with rows of one model after they were deleted.
    fn after(&mut self, conn: &mut Conn, records: &[Record]) -> Result<()>;
}

/// Watches nothing.
struct NoObserver;

impl DeletionObserver for NoObserver {
    fn watches(&self, _: &Meta) -> bool {
        false
    }

    fn before(&mut self, _: &mut Conn, _: &[Record]) -> Result<()> {
        Ok(())
    }

    fn after(&mut self, _: &mut Conn, _: &[Record]) -> Result<()> {
        Ok(())
    }
}

/// The result of a deletion.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Number of rows that were selected for deletion.
    pub roots: usize,
    /// Number of all deleted rows, including those of link tables.
    pub rows: usize,
}

impl Collector {
    /// Deletes the rows and their dependent rows, and clears foreign keys with `SET_NULL`. Calls
    /// `before` with the rows and display names of each chunk before any row is deleted.
    ///
    /// Call it inside [`Conn::atomic`], after [`obstacles`](Self::obstacles) has returned none. If
    /// a protected row is added afterwards, the database refuses to commit.
    pub fn delete(
        &self,
        conn: &mut Conn,
        mut before: impl FnMut(&mut Conn, &[(Value, String)]) -> Result<()>,
    ) -> Result<Deleted> {
        self.delete_telling(conn, &mut before, &mut NoObserver)
    }

    /// Like [`delete`](Self::delete), and shows the rows to `observer`.
    pub fn delete_observed(
        &self,
        conn: &mut Conn,
        mut before: impl FnMut(&mut Conn, &[(Value, String)]) -> Result<()>,
        observer: &mut dyn DeletionObserver,
    ) -> Result<Deleted> {
        self.delete_telling(conn, &mut before, observer)
    }

    fn delete_telling(
        &self,
        conn: &mut Conn,
        before: Before<'_>,
        observer: &mut dyn DeletionObserver,
    ) -> Result<Deleted> {
        let model = self.root.model();
        self.root.lock(conn)?;
        // Read all primary keys first: the query may depend on rows that an earlier chunk deletes
        // or clears, and rows of one chunk may depend on those of another.
        let mut pks = Vec::new();
        let mut tell = |conn: &mut Conn, chunk: Vec<(Value, String)>| {
            before(conn, &chunk)?;
            pks.extend(chunk.into_iter().map(|(pk, _)| pk));
            Ok::<_, crate::error::Error>(())
        };
        if let Some(few) = self.few(conn)? {
            tell(conn, few)?;
        } else {
            let mut chunks = self.root.chunks(CHUNK);
            while let Some(chunk) = chunks.next_named(conn)? {
                tell(conn, chunk)?;
            }
        }
        let mut done = Deleted::default();
        for some in pks.chunks(CHUNK.unsigned_abs().try_into().unwrap_or(usize::MAX)) {
            done.roots += some.len();
            let chunk = Self::within(Query::new(model).with_pks(some.to_vec()), &self.outer);
            if self.outer.is_empty() {
                observer.before_chunk(conn, &chunk)?;
            }
            let watched = chunk.watched(conn, observer)?;
            for records in &watched {
                observer.before(conn, records)?;
            }
            for generic in &chunk.generic {
                let deleted = generic.delete_telling(conn, &mut |_, _| Ok(()), observer)?;
                done.rows += deleted.rows;
            }
            done.rows += delete_chunk(conn, &chunk.graph)?;
            for records in &watched {
                observer.after(conn, records)?;
            }
            let level = if done.roots % LOGGED == 0 {
                log::Level::Info
            } else {
                log::Level::Debug
            };
            log::log!(target: "nuages.db", level, "deleted {} of {}, {} rows in all", done.roots, model.label(), done.rows);
        }
        Ok(done)
    }

    /// Loads the rows that `observer` watches, model by model. Dependent rows come first, as in Django.
    fn watched(
        &self,
        conn: &mut Conn,
        observer: &dyn DeletionObserver,
    ) -> Result<Vec<Vec<Record>>> {
        let groups = self.graph.groups.iter().rev().flatten();
        let sets = groups.map(|model| &self.graph.sets[*model]);
        sets.filter(|set| observer.watches(set.model()))
            .map(|set| {
                let by_key = Order {
                    path: ColumnPath::own(set.model().pk().column),
                    descending: false,
                };
                set.clone().order_by(vec![by_key]).records(conn, None, 0)
            })
            .collect()
    }

    /// Returns all rows in their requested order if they are fewer than a chunk, so that the log
    /// lists them like the page.
    fn few(&self, conn: &mut Conn) -> Result<Option<Vec<(Value, String)>>> {
        if self.root.order().is_empty() {
            return Ok(None);
        }
        let few = self.root.named(conn, Some(CHUNK), 0)?;
        Ok(i64::try_from(few.len())
            .is_ok_and(|found| (1..CHUNK).contains(&found))
            .then_some(few))
    }
}

fn delete_chunk(conn: &mut Conn, graph: &Graph) -> Result<usize> {
    let mut rows = 0;
    for set in &graph.sets {
        for on_delete in [OnDelete::SetNull, OnDelete::SetDefault] {
            for (key, leading) in referring(set, on_delete) {
                let field = key.field;
                let default = field.default.filter(|_| on_delete == OnDelete::SetDefault);
                let value = default.map_or(Value::Null(field.sql), |default| default());
                leading.update(conn, &[Assignment::for_field(field, value)])?;
            }
        }
        for links in LinkTable::for_model(set.model()) {
            rows += links.delete(conn, set)?;
        }
    }
    // Delete referring rows first: the sets of the referenced rows do not depend on them.
    for group in graph.groups.iter().rev() {
        if let [model] = group.as_slice() {
            rows += graph.sets[*model].delete_rows(conn)?;
            continue;
        }
        // In a cycle each set depends on rows of the others, so read the primary keys before
        // deleting any row.
        let members: Vec<&Query> = group.iter().map(|&model| &graph.sets[model]).collect();
        let pks = members
            .iter()
            .map(|set| set.pks(conn))
            .collect::<Result<Vec<_>>>()?;
        for (set, pks) in members.into_iter().zip(pks) {
            for some in pks.chunks(CHUNK.unsigned_abs().try_into().unwrap_or(usize::MAX)) {
                rows += Query::new(set.model())
                    .with_pks(some.to_vec())
                    .delete_rows(conn)?;
            }
        }
    }
    Ok(rows)
}
