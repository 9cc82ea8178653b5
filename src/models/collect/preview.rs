//! Previews a deletion.

use super::Collector;
use super::graph::referring;
use super::links::LinkTable;
use super::tree::Branch;
use super::undescribed::Undescribed;
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;
use crate::models::{Condition, Meta, OnDelete, Query, Reverse};

/// The effects of a deletion.
#[derive(Debug)]
pub struct Preview {
    /// Models with the number of rows to delete, the model of the selected rows first.
    pub counts: Vec<(&'static Meta, i64)>,
    /// Link tables with the number of rows to delete.
    pub links: Vec<(LinkTable, i64)>,
    /// Foreign keys that are cleared.
    pub clearings: Vec<Clearing>,
    /// Rows that forbid the deletion.
    pub obstacles: Vec<Obstacle>,
    /// Rows of tables that no model describes, and the database's action on them.
    pub undescribed: Vec<Undescribed>,
    /// The first selected rows with their dependent rows.
    pub tree: Vec<Branch>,
    /// Number of selected rows that are not listed.
    pub more: i64,
}

/// Rows whose foreign key is cleared.
#[derive(Debug)]
pub struct Clearing {
    /// The foreign key.
    pub key: Reverse,
    /// Number of rows.
    pub count: i64,
}

/// Rows that forbid a deletion.
#[derive(Debug)]
pub struct Obstacle {
    /// The foreign key that protects the referenced row.
    pub key: Reverse,
    /// Number of rows.
    pub count: i64,
    /// The first of these rows, with their display names.
    pub rows: Vec<(Value, String)>,
}

impl Collector {
    /// Returns the effects of the deletion, with up to `limit` rows of each kind.
    pub fn preview(&self, conn: &mut Conn, limit: i64) -> Result<Preview> {
        let obstacles = self.obstacles(conn, limit)?;
        let sets = &self.graph.sets;
        let links: Vec<(LinkTable, &Query)> = sets
            .iter()
            .flat_map(|set| {
                LinkTable::for_model(set.model())
                    .into_iter()
                    .map(move |table| (table, set))
            })
            .collect();
        let mut cleared = self.leading(OnDelete::SetNull);
        cleared.extend(self.leading(OnDelete::SetDefault));
        cleared.extend(self.leading(OnDelete::DbSetDefault));
        let mut questions: Vec<Sql> = sets.iter().map(Query::count_sql).collect();
        questions.extend(links.iter().map(|(table, set)| table.count_sql(set)));
        questions.extend(cleared.iter().map(|(_, rows)| rows.count_sql()));
        let mut numbers = counts(conn, questions)?.into_iter();
        let counts = sets
            .iter()
            .map(Query::model)
            .zip(numbers.by_ref().take(sets.len()))
            .collect::<Vec<_>>();
        let links = links
            .into_iter()
            .map(|(table, _)| table)
            .zip(numbers.by_ref())
            .collect::<Vec<_>>();
        let (links, clearings) = (
            merged(links),
            cleared.into_iter().map(|(key, _)| key).zip(numbers),
        );
        let (tree, more) = self.tree(conn, limit, counts.first().map_or(0, |(_, count)| *count))?;
        let preview = Preview {
            counts: counts.into_iter().filter(|(_, count)| *count > 0).collect(),
            links: links.into_iter().filter(|(_, count)| *count > 0).collect(),
            clearings: clearings
                .filter(|(_, count)| *count > 0)
                .map(|(key, count)| Clearing { key, count })
                .collect(),
            obstacles,
            undescribed: self.undescribed(conn)?,
            tree,
            more,
        };
        self.with_generic(conn, preview, limit)
    }

    /// Adds the rows that refer to the deleted ones by a content type and a key.
    fn with_generic(&self, conn: &mut Conn, mut preview: Preview, limit: i64) -> Result<Preview> {
        for generic in &self.generic {
            let more = generic.preview(conn, limit)?;
            preview.counts.extend(more.counts);
            preview.links.extend(more.links);
            preview.clearings.extend(more.clearings);
            preview.undescribed.extend(more.undescribed);
            if let [root] = &mut preview.tree[..] {
                root.children.extend(more.tree);
            }
        }
        Ok(preview)
    }

    /// Returns the rows that forbid the deletion, up to `limit` of each kind: rows that refer by
    /// PROTECT to rows to delete, and by RESTRICT if they are not deleted themselves.
    pub fn obstacles(&self, conn: &mut Conn, limit: i64) -> Result<Vec<Obstacle>> {
        let mut leading = self.leading(OnDelete::Protect);
        leading.extend(
            self.leading(OnDelete::Restrict)
                .into_iter()
                .map(|(key, rows)| {
                    let going = self.graph.set_of(key.model).cloned();
                    let rows = match going {
                        Some(going) => {
                            rows.filter(Condition::Not(Box::new(Condition::among(going))))
                        }
                        None => rows,
                    };
                    (key, rows)
                }),
        );
        let numbers = counts(
            conn,
            leading.iter().map(|(_, rows)| rows.count_sql()).collect(),
        )?;
        let found = leading
            .into_iter()
            .zip(numbers)
            .filter(|(_, count)| *count > 0);
        let mut obstacles = Vec::new();
        for ((key, rows), count) in found {
            let rows = rows.named(conn, Some(limit), 0)?;
            obstacles.push(Obstacle { key, count, rows });
        }
        for generic in &self.generic {
            obstacles.extend(generic.obstacles(conn, limit)?);
        }
        Ok(obstacles)
    }

    /// Returns, for each foreign key with the rule `on_delete`, the rows that refer to rows to
    /// delete.
    fn leading(&self, on_delete: OnDelete) -> Vec<(Reverse, Query)> {
        let sets = self.graph.sets.iter();
        sets.flat_map(|set| referring(set, on_delete)).collect()
    }
}

/// Merges entries: the links of a model to itself are listed once for each end.
fn merged(links: Vec<(LinkTable, i64)>) -> Vec<(LinkTable, i64)> {
    let mut merged: Vec<(LinkTable, i64)> = Vec::new();
    for (table, count) in links {
        match merged
            .iter_mut()
            .find(|(known, _)| known.table == table.table)
        {
            Some((_, most)) => *most = count.max(*most),
            None => merged.push((table, count)),
        }
    }
    merged
}

/// Runs several `SELECT COUNT(*) …` in one statement and returns their results.
fn counts(conn: &mut Conn, questions: Vec<Sql>) -> Result<Vec<i64>> {
    let mut sql = Sql::default();
    let asked = questions.len();
    for (at, question) in questions.into_iter().enumerate() {
        sql = sql
            .raw(if at > 0 { ", (" } else { "SELECT (" })
            .append(question)
            .raw(")");
    }
    if asked == 0 {
        return Ok(Vec::new());
    }
    let rows = sql.returns(&vec![Kind::BigInt; asked]).load(conn)?;
    Ok(rows
        .into_iter()
        .flatten()
        .map(|number| number.as_i64().unwrap_or_default())
        .collect())
}
