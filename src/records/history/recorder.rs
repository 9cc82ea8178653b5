//! [`Recorder`]: collects the changes of a transaction, and writes them to the history.

use serde_json::{Map, Value as Json};

use super::values::{SECRET, add_columns, add_links};
use super::{Batch, is_kept};
use crate::db::{Conn, Kind, Sql, Timestamp, Value};
use crate::error::Result;
use crate::models::{ManyToMany, Meta, Query, Record};
use crate::records::Flag;

/// Number of rows in one statement.
const AT_ONCE: usize = 100;
/// The maximum length of a name.
const NAME: usize = 200;

/// A row that was written.
#[derive(Debug, Clone)]
pub(crate) struct PendingChange {
    pub(crate) model: &'static Meta,
    pub(crate) pk: Value,
    pub(crate) flag: Flag,
    pub(crate) changes: Map<String, Json>,
}

impl PendingChange {
    /// Creates the change of a row from one state to another; `None` is a row that does not exist.
    pub(crate) fn new(before: Option<&Record>, after: Option<&Record>) -> Option<Self> {
        let row = after.or(before)?;
        let model = row.model.concrete();
        let mut changes = Map::new();
        add_columns(&mut changes, model, before, after);

        let flag = match (before, after) {
            (None, _) => Flag::Addition,
            (_, None) => Flag::Deletion,
            _ => Flag::Change,
        };
        Some(Self {
            model,
            pk: row.pk().clone(),
            flag,
            changes,
        })
    }

    /// Creates the change of a row of which only links change.
    pub(crate) fn of_links(model: &'static Meta, pk: Value) -> Self {
        Self {
            model: model.concrete(),
            pk,
            flag: Flag::Change,
            changes: Map::new(),
        }
    }

    /// Adds a change of links.
    pub(crate) fn add_links(&mut self, many: &ManyToMany, removed: &[Value], added: &[Value]) {
        add_links(&mut self.changes, many, removed, added);
    }

    /// Whether nothing changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.flag == Flag::Change && self.changes.is_empty()
    }

    fn is_of(&self, model: &'static Meta, pk: &Value) -> bool {
        self.model == model.concrete() && self.pk == *pk
    }
}

/// An entry of the history: what happened to one row, and to others along with it.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) log_id: Option<i32>,
    pub(crate) name: String,
    pub(crate) change: PendingChange,
    pub(crate) parts: Vec<PendingChange>,
}

/// Collects the changes of a transaction.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// Whether nothing is recorded.
    is_off: bool,
    user: Option<i32>,
    batch: Option<Batch>,
    pending: Vec<PendingChange>,
}

impl Recorder {
    /// Creates the recorder of changes by this user.
    pub(crate) fn new(user: i32) -> Self {
        Self {
            is_off: !is_kept(),
            user: (user > 0).then_some(user),
            ..Self::default()
        }
    }

    /// Creates a recorder that records nothing.
    pub(crate) fn off() -> Self {
        Self {
            is_off: true,
            ..Self::default()
        }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.is_off
    }

    /// Makes all entries of this transaction part of `batch`.
    pub(crate) fn set_batch(&mut self, batch: Batch) {
        self.batch = Some(batch);
    }

    /// Adds a change that was written.
    pub(crate) fn add(&mut self, change: PendingChange) {
        if !self.is_off && !change.is_empty() {
            self.pending.push(change);
        }
    }

    /// Adds a change of a secret column.
    pub(crate) fn add_secret(&mut self, model: &'static Meta, pk: Value, field: &str) {
        let mut change = PendingChange::of_links(model, pk);
        change.changes.insert(field.to_owned(), SECRET.into());
        self.add(change);
    }

    /// Returns the entry about the row that the log names next: its own change, and everything else that was written since
    /// the last entry. Returns `None` if nothing changed.
    pub(crate) fn take(&mut self, model: &'static Meta, pk: &Value, name: &str) -> Option<Root> {
        let mut change = PendingChange::of_links(model, pk.clone());
        let mut parts = Vec::new();
        for pending in self.pending.drain(..) {
            if !pending.is_of(model, pk) {
                parts.push(pending);
            } else if change.changes.is_empty() {
                change = pending;
            } else {
                change.changes.extend(pending.changes);
            }
        }
        let root = Root {
            log_id: None,
            name: name.to_owned(),
            change,
            parts,
        };
        (!root.change.is_empty() || !root.parts.is_empty()).then_some(root)
    }

    /// Writes the changes that the log does not name, each as an entry.
    pub(crate) fn finish(&mut self, conn: &mut Conn) -> Result<()> {
        let mut roots = Vec::new();
        for change in std::mem::take(&mut self.pending) {
            let rows = Query::new(change.model)
                .with_pks(vec![change.pk.clone()])
                .order_by(Vec::new());
            let named = rows.named(conn, Some(1), 0)?.pop();
            roots.push(Root {
                log_id: None,
                name: named.map_or_else(|| change.pk.to_string(), |(_, name)| name),
                change,
                parts: Vec::new(),
            });
        }
        self.write(conn, roots)?;
        match self.batch.take() {
            Some(batch) => batch.write(conn, self.user),
            None => Ok(()),
        }
    }

    /// Writes entries.
    pub(crate) fn write(&mut self, conn: &mut Conn, roots: Vec<Root>) -> Result<()> {
        if self.is_off {
            return Ok(());
        }
        if let Some(batch) = &mut self.batch {
            batch.count += i32::try_from(roots.len()).unwrap_or(i32::MAX);
        }

        let made_at = Timestamp::now();
        let mut parts: Vec<(i64, PendingChange)> = Vec::new();
        let mut roots = roots.into_iter();
        loop {
            let some: Vec<Root> = roots.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let rows = some.iter().map(|root| NewRow {
                parent: None,
                log: root.log_id,
                name: &root.name,
                change: &root.change,
            });
            let ids = self.insert(conn, made_at, rows)?;
            for (id, root) in ids.into_iter().zip(some) {
                parts.extend(root.parts.into_iter().map(|part| (id, part)));
            }
        }

        for some in parts.chunks(AT_ONCE) {
            let rows = some.iter().map(|(parent, change)| NewRow {
                parent: Some(*parent),
                log: None,
                name: "",
                change,
            });
            self.insert(conn, made_at, rows)?;
        }
        Ok(())
    }

    /// Inserts rows with one statement. Returns their primary keys, in order.
    fn insert<'r>(
        &self,
        conn: &mut Conn,
        made_at: Timestamp,
        rows: impl Iterator<Item = NewRow<'r>>,
    ) -> Result<Vec<i64>> {
        let mut sql = Sql::new(
            "INSERT INTO \"nuages_history\" (\"parent_id\", \"log_id\", \"batch\", \"made_at\", \"user_id\", \
             \"action\", \"model\", \"object_id\", \"name\", \"changes\") VALUES ",
        );
        for (at, row) in rows.enumerate() {
            sql = sql.raw(if at > 0 { ", (" } else { "(" });
            sql = row.append_to(sql, self, made_at);
        }
        let rows = sql
            .raw(" RETURNING \"id\"")
            .returns(&[Kind::BigInt])
            .load(conn)?;

        let ids = rows.into_iter().flatten();
        let mut ids: Vec<i64> = ids.filter_map(|id| id.as_i64()).collect();
        // Both databases number the rows of a statement in their order, and need not return them in it.
        ids.sort_unstable();
        Ok(ids)
    }
}

/// A row to be inserted.
struct NewRow<'a> {
    parent: Option<i64>,
    log: Option<i32>,
    name: &'a str,
    change: &'a PendingChange,
}

impl NewRow<'_> {
    fn append_to(&self, sql: Sql, recorder: &Recorder, made_at: Timestamp) -> Sql {
        let batch = recorder.batch.as_ref().map(|batch| batch.key.clone());
        let name = match self.name.char_indices().nth(NAME) {
            Some((end, _)) => &self.name[..end],
            None => self.name,
        };
        let change = self.change;
        let text = serde_json::to_string(&change.changes).unwrap_or_default();
        sql.bind(self.parent)
            .raw(", ")
            .bind(self.log)
            .raw(", ")
            .bind(batch)
            .raw(", ")
            .bind(made_at)
            .raw(", ")
            .bind(recorder.user)
            .raw(", ")
            .bind(change.flag as i16)
            .raw(", ")
            .bind(change.model.label())
            .raw(", ")
            .bind(change.pk.to_string())
            .raw(", ")
            .bind(without_nul(name))
            .raw(", ")
            .bind(text)
            .raw(")")
    }
}

/// Returns the text without NUL, which PostgreSQL refuses.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}
