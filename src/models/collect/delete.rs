//! The deletion itself.

use super::graph::keys;
use super::links::LinkTable;
use super::{Collector, Graph};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Condition, OnDelete, Query};

/// Rows that a deletion begins with at a time, and keys in one list.
const CHUNK: i64 = 500;
/// After so many, the log says how far it came.
const LOGGED: usize = 10_000;

/// What a deletion did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The rows it began with.
    pub roots: usize,
    /// All rows, those of link tables too.
    pub rows: usize,
}

impl Collector {
    /// Deletes the rows and what goes with them, and clears what leads to them by `SET_NULL`. `before` is given each chunk,
    /// with what its rows are called, before anything goes.
    ///
    /// Call it inside [`Conn::atomic`], after [`obstacles`](Self::obstacles) found none: a row that forbids the deletion
    /// after all is left to the database, which then refuses to commit.
    pub fn delete(
        &self,
        conn: &mut Conn,
        mut before: impl FnMut(&mut Conn, &[(Value, String)]) -> Result<()>,
    ) -> Result<Deleted> {
        let model = self.root.model();
        self.root.lock(conn)?;
        // The query may ask for rows that go, or are cleared, with a chunk before; and rows of a chunk may go with those of
        // another.
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
            done.rows += delete_chunk(
                conn,
                &Graph::new(&Query::new(model).with_pks(some.to_vec())),
            )?;
            let level = if done.roots % LOGGED == 0 {
                log::Level::Info
            } else {
                log::Level::Debug
            };
            log::log!(target: "nuages.db", level, "deleted {} of {}, {} rows in all", done.roots, model.label(), done.rows);
        }
        Ok(done)
    }

    /// All rows in the order they were asked for in, if they are fewer than a chunk: the log names them like the list.
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
        for key in keys(set.model(), OnDelete::SetNull) {
            let column = key.field.column;
            let leading = Query::new(key.model).filter(Condition::leads_to(column, set.clone()));
            leading.update(conn, vec![(column, Value::Null(key.field.sql))])?;
        }
        for links in LinkTable::of(set.model()) {
            rows += links.delete(conn, set)?;
        }
    }
    // What leads to others first: the sets of the others do not depend on it.
    for group in graph.groups.iter().rev() {
        if let [model] = group.as_slice() {
            rows += graph.sets[*model].delete_rows(conn)?;
            continue;
        }
        // In a circle each set depends on the rows of the others, so the keys are read before any of them goes.
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
