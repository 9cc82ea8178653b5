//! [`DeletionRecorder`]: records the rows of a deletion, so that it can be undone.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::{PendingChange, Recorder, Root};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Collector, Meta, OnDelete, Query, Record, Reverse};

/// Number of rows that are read at a time.
const CHUNK: i64 = 500;

/// The log entry of a selected row.
#[derive(Debug, Clone)]
pub(crate) struct LoggedRow {
    pub(crate) log_id: Option<i32>,
    pub(crate) name: String,
}

/// Records the rows of a deletion before they are deleted.
#[derive(Debug)]
pub(crate) struct DeletionRecorder<'a> {
    recorder: &'a mut Recorder,
    /// The selected rows by primary key, if each gets an entry of its own. Otherwise all rows are parts of the entry that is
    /// taken next.
    logged: Option<&'a RefCell<HashMap<String, LoggedRow>>>,
}

/// A table and one of its columns, with a value: what a foreign key refers to.
type Key = (&'static str, &'static str, String);

/// The deleted rows of one chunk, with the entry to which each belongs.
#[derive(Default)]
struct Chunk {
    /// The model of the selected rows.
    root: Option<&'static Meta>,
    entries: Vec<(LoggedRow, PendingChange)>,
    parts: Vec<(usize, PendingChange)>,
    /// The entry of each deleted row.
    owners: HashMap<Key, usize>,
}

impl<'a> DeletionRecorder<'a> {
    /// Records all rows as parts of the entry that is taken next.
    pub(crate) fn new(recorder: &'a mut Recorder) -> Self {
        Self {
            recorder,
            logged: None,
        }
    }

    /// Writes an entry for each selected row. `rows` gets these rows before any of them is deleted.
    pub(crate) fn logging(
        recorder: &'a mut Recorder,
        rows: &'a RefCell<HashMap<String, LoggedRow>>,
    ) -> Self {
        Self {
            recorder,
            logged: Some(rows),
        }
    }

    /// Records the rows of `deletion`, and writes the entries of the selected rows.
    pub(crate) fn record(&mut self, conn: &mut Conn, deletion: &Collector) -> Result<()> {
        if self.recorder.is_off() {
            return Ok(());
        }

        let sets = deletion.in_order();
        let referenced = referenced(&sets);
        let mut chunk = Chunk {
            root: deletion.sets().first().map(|set| set.model().concrete()),
            ..Chunk::default()
        };
        for set in &sets {
            let mut records = set.chunks(CHUNK);
            while let Some(some) = records.next(conn)? {
                self.add_rows(conn, &mut chunk, &some, &referenced)?;
            }
        }
        for (key, rows) in deletion.cleared() {
            add_cleared(conn, &mut chunk, key, &rows)?;
        }

        let Chunk { entries, parts, .. } = chunk;
        if self.logged.is_none() {
            for (_, change) in entries {
                self.recorder.add(change);
            }
            for (_, change) in parts {
                self.recorder.add(change);
            }
            return Ok(());
        }
        let mut roots: Vec<Root> = entries
            .into_iter()
            .map(|(row, change)| Root {
                log_id: row.log_id,
                name: row.name,
                change,
                parts: Vec::new(),
            })
            .collect();
        for (at, part) in parts {
            if let Some(root) = roots.get_mut(at) {
                root.parts.push(part);
            }
        }
        self.recorder.write(conn, roots)
    }

    /// Adds rows of one model, with their links.
    fn add_rows(
        &self,
        conn: &mut Conn,
        chunk: &mut Chunk,
        records: &[Record],
        referenced: &HashSet<(&'static str, &'static str)>,
    ) -> Result<()> {
        let Some(model) = records.first().map(|record| record.model.concrete()) else {
            return Ok(());
        };
        let mut places = HashMap::new();
        for record in records {
            let Some(change) = PendingChange::new(Some(record), None) else {
                continue;
            };
            let pk = record.pk().to_string();
            let logged = self.logged.filter(|_| chunk.root == Some(model));
            let logged = logged.and_then(|rows| rows.borrow().get(&pk).cloned());
            let owner = if let Some(row) = logged {
                chunk.entries.push((row, change));
                let owner = chunk.entries.len() - 1;
                places.insert(pk, (owner, None));
                owner
            } else {
                let owner = owner(chunk, record);
                chunk.parts.push((owner, change));
                let at = chunk.parts.len() - 1;
                places.insert(pk, (owner, Some(at)));
                owner
            };
            for field in &model.fields {
                if field.primary_key || referenced.contains(&(model.table, field.column)) {
                    let key = (model.table, field.column, record.value(field).to_string());
                    chunk.owners.insert(key, owner);
                }
            }
        }
        add_links(conn, chunk, records, &places)
    }
}

/// Returns the columns that foreign keys of these rows, or keys with a content type, refer to.
fn referenced(sets: &[&Query]) -> HashSet<(&'static str, &'static str)> {
    let fields = sets.iter().flat_map(|set| &set.model().fields);
    fields
        .filter_map(|field| field.relation.as_ref())
        .map(|relation| (relation.to().concrete().table, relation.target().column))
        .collect()
}

/// Returns the entry of the row that `record` refers to, or else the first entry.
fn owner(chunk: &Chunk, record: &Record) -> usize {
    let by_keys = record.model.fields.iter().find_map(|field| {
        let relation = field.relation.as_ref()?;
        let value = record.value(field);
        let key = (
            relation.to().concrete().table,
            relation.target().column,
            value.to_string(),
        );
        chunk.owners.get(&key).copied()
    });
    let generic = || {
        crate::models::all().iter().find_map(|model| {
            let relations = model.generic.iter();
            let mut ours = relations.filter(|relation| relation.model() == record.model);
            ours.find_map(|relation| {
                let id = record.model.column(relation.object_id)?;
                let concrete = model.concrete();
                let key = (
                    concrete.table,
                    concrete.pk().column,
                    record.value(id).to_string(),
                );
                chunk.owners.get(&key).copied()
            })
        })
    };
    by_keys.or_else(generic).unwrap_or_default()
}

/// Adds the links of rows: those of their own fields to their changes, and those of other rows as changes of these.
fn add_links(
    conn: &mut Conn,
    chunk: &mut Chunk,
    records: &[Record],
    places: &HashMap<String, (usize, Option<usize>)>,
) -> Result<()> {
    let Some(first) = records.first() else {
        return Ok(());
    };
    let pks: Vec<Value> = records.iter().map(|record| record.pk().clone()).collect();
    let rows = Query::new(first.model).with_pks(pks).order_by(Vec::new());

    for table in first.model.link_tables() {
        let Some(many) = table
            .from
            .many
            .iter()
            .find(|many| many.through() == table.table)
        else {
            continue;
        };
        let is_own = table.column == many.from_column;
        let mut by_row: Vec<(Value, Vec<Value>)> = Vec::new();
        for (here, there) in table.all(conn, &rows)? {
            match by_row.last_mut() {
                Some((row, others)) if *row == here => others.push(there),
                _ => by_row.push((here, vec![there])),
            }
        }
        for (here, others) in by_row {
            let Some(&(owner, part)) = places.get(&here.to_string()) else {
                continue;
            };
            if is_own {
                let change = match part {
                    Some(at) => &mut chunk.parts[at].1,
                    None => &mut chunk.entries[owner].1,
                };
                change.add_links(many, &others, &[]);
                continue;
            }
            for other in others {
                let mut change = PendingChange::of_links(table.other, other);
                change.add_links(many, std::slice::from_ref(&here), &[]);
                chunk.parts.push((owner, change));
            }
        }
    }
    Ok(())
}

/// Adds the rows whose foreign key the deletion clears.
fn add_cleared(conn: &mut Conn, chunk: &mut Chunk, key: Reverse, rows: &Query) -> Result<()> {
    let field = key.field;
    let is_default = field
        .relation
        .as_ref()
        .is_some_and(|relation| relation.on_delete.effect() == OnDelete::SetDefault);
    let default = field.default.filter(|_| is_default);
    let after = default.map_or(Value::Null(field.sql), |default| default());

    let mut chunks = rows.chunks(CHUNK);
    while let Some(records) = chunks.next(conn)? {
        for record in records {
            let model: &'static Meta = record.model.concrete();
            let key = (model.table, model.pk().column, record.pk().to_string());
            if chunk.owners.contains_key(&key) {
                continue;
            }
            let mut cleared = record.clone();
            cleared.set_value(field, after.clone());
            if let Some(change) = PendingChange::new(Some(&record), Some(&cleared)) {
                let owner = owner(chunk, &record);
                chunk.parts.push((owner, change));
            }
        }
    }
    Ok(())
}
