//! What a deletion would do, for a page.

use super::Deletion;
use crate::admin::Registered;
use crate::auth::permissions::Permissions;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{
    Branch, ByDatabase, Collector, Meta, OnDelete, Preview, Query, Undescribed, capfirst,
};

/// Rows whose permissions are looked at together.
const CHUNK: i64 = 500;

/// What a deletion would do; see `admin/_consequences.html`.
#[derive(Default)]
pub(in crate::admin) struct Consequences {
    /// What people read for a kind of row, and how many go.
    pub counts: Vec<(String, i64)>,
    /// Rows that stay and lose what they led to: `12 orders: customer`.
    pub cleared: Vec<String>,
    /// The rows, as nested lists.
    pub tree: Vec<Step>,
    /// Kinds of rows that the user may not delete.
    pub lacking: Vec<String>,
    /// Rows that forbid it.
    pub protected: Vec<Step>,
    /// Tables that no model describes, with how many of their rows forbid it.
    pub held: Vec<(&'static str, i64)>,
    /// The database refused it, because of rows that are not known.
    pub is_held_elsewhere: bool,
}

/// A piece of a nested list.
pub(in crate::admin) enum Step {
    /// A row: its kind, its name and its form. It is open until [`Step::End`].
    Row(String, String, Option<String>),
    /// A list begins below the row.
    Down,
    /// It ends.
    Up,
    /// The row ends.
    End,
    /// So many of this kind are not named.
    More(i64, String),
}

impl Consequences {
    pub(super) fn new(
        conn: &mut Conn,
        deletion: &Deletion,
        collector: &Collector,
        preview: Preview,
    ) -> Result<Self> {
        let counts = preview
            .counts
            .iter()
            .map(|(model, count)| (capfirst(&model.verbose_name_plural), *count));
        let links = preview
            .links
            .iter()
            .map(|(table, count)| (capfirst(&table.verbose_name(2)), *count));
        let tables = |effect: ByDatabase| {
            preview
                .undescribed
                .iter()
                .filter(move |rows| rows.effect == effect)
        };
        let gone_too = tables(ByDatabase::Deletes).map(|rows| (table(rows), rows.count));
        let changed = tables(ByDatabase::Clears)
            .chain(tables(ByDatabase::Resets))
            .map(|rows| {
                let will = if rows.effect == ByDatabase::Resets {
                    "get the default"
                } else {
                    "have no"
                };
                let word = if rows.count == 1 { "row" } else { "rows" };
                format!(
                    "{} {word} of the {} will {will} {}",
                    rows.count,
                    table(rows),
                    rows.column
                )
            });
        let cleared = preview.clearings.iter().map(|clearing| {
            let (model, field) = (clearing.key.model, clearing.key.field);
            let is_default = field
                .relation
                .as_ref()
                .is_some_and(|key| key.on_delete == OnDelete::DbSetDefault);
            let will = if is_default {
                "get the default"
            } else {
                "have no"
            };
            format!(
                "{} {} will {will} {}",
                clearing.count,
                model.counted(clearing.count),
                field.verbose_name
            )
        });
        let mut protected = Vec::new();
        for obstacle in &preview.obstacles {
            let model = obstacle.key.model;
            for (pk, name) in &obstacle.rows {
                protected.push(row(deletion, model, pk, name));
                protected.push(Step::End);
            }
            let more = obstacle.count - i64::try_from(obstacle.rows.len()).unwrap_or(0);
            if more > 0 {
                protected.push(Step::More(more, model.counted(more).to_owned()));
            }
        }
        let mut tree = Vec::new();
        steps(deletion, &preview.tree, &mut tree);
        if preview.more > 0 {
            tree.push(Step::More(
                preview.more,
                deletion.known.model.counted(preview.more).to_owned(),
            ));
        }
        Ok(Self {
            counts: counts.chain(links).chain(gone_too).collect(),
            cleared: cleared.chain(changed).collect(),
            tree,
            lacking: lacking(conn, deletion, collector, &preview)?,
            protected,
            held: tables(ByDatabase::Refuses)
                .map(|rows| (rows.table, rows.count))
                .collect(),
            is_held_elsewhere: false,
        })
    }

    /// Whether it may be done.
    pub(in crate::admin) fn is_allowed(&self) -> bool {
        self.lacking.is_empty() && !self.is_held()
    }

    /// Whether rows forbid it.
    pub(super) fn is_held(&self) -> bool {
        !self.protected.is_empty() || !self.held.is_empty() || self.is_held_elsewhere
    }
}

/// What people read for rows of a table that no model describes.
fn table(rows: &Undescribed) -> String {
    format!("table “{}”", rows.table)
}

fn steps(deletion: &Deletion, branches: &[Branch], out: &mut Vec<Step>) {
    for branch in branches {
        out.push(match branch.model {
            Some(model) => row(deletion, model, &branch.pk, &branch.name),
            None => Step::Row(branch.kind.clone(), branch.name.clone(), None),
        });
        if !branch.children.is_empty() || !branch.more.is_empty() {
            out.push(Step::Down);
            steps(deletion, &branch.children, out);
            out.extend(
                branch
                    .more
                    .iter()
                    .map(|(count, kind)| Step::More(*count, kind.clone())),
            );
            out.push(Step::Up);
        }
        out.push(Step::End);
    }
}

fn row(deletion: &Deletion, model: &'static Meta, pk: &Value, name: &str) -> Step {
    let known = deletion
        .site
        .of(model)
        .filter(|known| deletion.actor.may(known, "view", None));
    let url = known.map(|known| known.object_url(&pk.to_string(), "change"));
    Step::Row(capfirst(&model.verbose_name), name.to_owned(), url)
}

/// What the user may not delete, of the models that the admin shows; in Django's words, their names.
fn lacking(
    conn: &mut Conn,
    deletion: &Deletion,
    collector: &Collector,
    preview: &Preview,
) -> Result<Vec<String>> {
    let mut lacking = Vec::new();
    for rows in collector.sets() {
        let goes = preview
            .counts
            .iter()
            .any(|(model, _)| *model == rows.model());
        let Some(known) = deletion.site.of(rows.model()).filter(|_| goes) else {
            continue;
        };
        if !may_delete(conn, &deletion.actor.permissions, known, rows)? {
            lacking.push(known.model.verbose_name.clone());
        }
    }
    // What forbids it would have to go first.
    let forbidding = preview
        .obstacles
        .iter()
        .filter_map(|obstacle| deletion.site.of(obstacle.key.model));
    for known in forbidding.filter(|known| {
        !deletion
            .actor
            .permissions
            .has_perm(&known.model.permission("delete"))
    }) {
        lacking.push(known.model.verbose_name.clone());
    }
    lacking.sort();
    lacking.dedup();
    Ok(lacking)
}

/// Whether all of `rows` may be deleted. They are read only where the model has a say of its own about each.
fn may_delete(
    conn: &mut Conn,
    permissions: &Permissions,
    known: &Registered,
    rows: &Query,
) -> Result<bool> {
    if !permissions.has_perm(&known.model.permission("delete")) {
        return Ok(false);
    }
    if !known.options.permits(permissions, "delete", None) {
        return Ok(false);
    }
    if !known.options.has_row_permissions() {
        return Ok(true);
    }
    let mut chunks = rows.chunks(CHUNK);
    while let Some(records) = chunks.next(conn)? {
        if records
            .iter()
            .any(|record| !known.options.permits(permissions, "delete", Some(record)))
        {
            return Ok(false);
        }
    }
    Ok(true)
}
