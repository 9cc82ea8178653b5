//! Saves many rows of one model with few statements, as an import does.

use super::receiver::watches_saves;
use super::{Done, Flag, LinkChange, Policy, RecordChange, Writer};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::Record;

/// A row to be saved, and what the log says about it.
#[derive(Debug)]
pub(crate) struct LoggedChange<'a> {
    pub(crate) change: RecordChange<'a>,
    pub(crate) done: Done,
}

impl LoggedChange<'_> {
    fn flag(&self) -> Flag {
        match self.change.before {
            None => Flag::Addition,
            Some(_) => Flag::Change,
        }
    }
}

/// A row after it was prepared for saving.
struct Prepared<'a> {
    before: Option<&'a Record>,
    links: Vec<LinkChange<'a>>,
    flag: Flag,
    done: Done,
    /// The columns that an `UPDATE` writes, in alphabetical order.
    columns: Vec<&'static str>,
}

impl Writer<'_> {
    /// Saves rows of one model with their links, logs each of them and keeps their values, as [`save`](Self::save) and
    /// [`log`](Self::log) do. Rows whose model has a `save_model` hook or receivers are saved one by one, so that each hook
    /// sees what was written before; the others share their statements.
    pub(crate) fn save_all(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        rows: Vec<LoggedChange<'_>>,
    ) -> Result<()> {
        if policy.has_save_hook() || watches_saves(policy.model) {
            for row in rows {
                let flag = row.flag();
                let record = self.save(conn, policy, row.change)?;
                let name = record.name(conn)?;
                self.log(&record, name, flag, &[row.done]);
            }
            return Ok(());
        }

        let (prepared, mut records) = self.prepare(rows);
        write_columns(conn, &prepared, &mut records)?;
        write_links(conn, &prepared, &records)?;
        let names = Record::names(conn, &records)?;
        for ((row, record), name) in prepared.into_iter().zip(&records).zip(names) {
            self.record(row.before, record, &row.links);
            self.log(record, name, row.flag, &[row.done]);
        }
        Ok(())
    }

    /// Sets the columns that hold the current time, and finds out which columns differ. New rows come first.
    fn prepare<'a>(&self, mut rows: Vec<LoggedChange<'a>>) -> (Vec<Prepared<'a>>, Vec<Record>) {
        let zone = self.settings().time_zone;
        rows.sort_by_key(|row| row.change.before.is_some());
        rows.into_iter()
            .map(|row| {
                let flag = row.flag();
                let (before, mut record) = (row.change.before, row.change.after);
                let mut columns = record.stamp(before.is_none(), zone);
                columns.extend(
                    before
                        .map(|before| record.differing(before))
                        .unwrap_or_default(),
                );
                columns.sort_unstable();
                columns.dedup();
                let prepared = Prepared {
                    before,
                    links: row.change.links,
                    flag,
                    done: row.done,
                    columns,
                };
                (prepared, record)
            })
            .unzip()
    }
}

fn write_columns(conn: &mut Conn, rows: &[Prepared<'_>], records: &mut [Record]) -> Result<()> {
    let new = rows.partition_point(|row| row.before.is_none());
    Record::insert_all(conn, &mut records[..new])?;

    let mut changed: Vec<(&Prepared<'_>, &Record)> =
        rows[new..].iter().zip(&records[new..]).collect();
    changed.sort_by(|(one, _), (other, _)| one.columns.cmp(&other.columns));
    for same in changed.chunk_by(|(one, _), (other, _)| one.columns == other.columns) {
        let records: Vec<&Record> = same.iter().map(|(_, record)| *record).collect();
        Record::update_all(conn, &records, &same[0].0.columns)?;
    }
    Ok(())
}

/// Writes the links that differ: removes links first, like Django's `set`.
fn write_links(conn: &mut Conn, rows: &[Prepared<'_>], records: &[Record]) -> Result<()> {
    let Some(model) = records.first().map(|record| record.model) else {
        return Ok(());
    };
    for many in &model.many {
        let of_field = rows.iter().zip(records).flat_map(|(row, record)| {
            let links = row.links.iter();
            links
                .filter(|links| links.field.name == many.name)
                .map(move |links| (record.pk(), links))
        });
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for (pk, links) in of_field {
            let pair = |to: Value| (pk.clone(), to);
            removed.extend(links.removed().into_iter().map(pair));
            added.extend(links.added().into_iter().map(pair));
        }
        many.unlink_all(conn, &removed)?;
        many.link_all(conn, &added)?;
    }
    Ok(())
}
