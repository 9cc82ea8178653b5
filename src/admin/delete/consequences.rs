//! The effects of a deletion, for a page.

use super::Deletion;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Branch, ByDatabase, Collector, Meta, OnDelete, Preview, Undescribed};
use crate::words::capfirst;

/// The effects of a deletion; see `admin/_consequences.html`.
#[derive(Default)]
pub(in crate::admin) struct Consequences {
    /// The name of each kind of row, and the number of rows to delete.
    pub counts: Vec<(String, i64)>,
    /// Rows whose foreign key is cleared: `12 orders: customer`.
    pub cleared: Vec<String>,
    /// The rows, as nested lists.
    pub tree: Vec<Step>,
    /// Kinds of rows that the user may not delete.
    pub lacking: Vec<String>,
    /// Rows that forbid the deletion.
    pub protected: Vec<Step>,
    /// Tables that no model describes, with the number of their rows that forbid the deletion.
    pub held: Vec<(&'static str, i64)>,
    /// Whether the database refused the deletion because of unknown rows.
    pub is_held_elsewhere: bool,
}

/// An element of a nested list.
pub(in crate::admin) enum Step {
    /// Begins a row: its kind, its name and the URL of its form. It continues until [`Step::End`].
    Row(String, String, Option<String>),
    /// Begins a list below the row.
    Down,
    /// Ends the list.
    Up,
    /// Ends the row.
    End,
    /// This number of further rows of this kind.
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
            let is_default = field.relation.as_ref().is_some_and(|key| {
                matches!(key.on_delete, OnDelete::SetDefault | OnDelete::DbSetDefault)
            });
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
                deletion.registered.model.counted(preview.more).to_owned(),
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

    /// Whether the deletion is allowed.
    pub(in crate::admin) fn is_allowed(&self) -> bool {
        self.lacking.is_empty() && !self.is_held()
    }

    /// Whether rows forbid the deletion.
    pub(super) fn is_held(&self) -> bool {
        !self.protected.is_empty() || !self.held.is_empty() || self.is_held_elsewhere
    }
}

/// Returns the name for rows of a table that no model describes.
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
    let registered = deletion
        .site
        .registered(model)
        .filter(|registered| deletion.actor.may(registered, "view", None));
    let filters = if model == deletion.registered.model {
        deletion.filters.as_str()
    } else {
        ""
    };
    let url =
        registered.map(|registered| registered.object_url(&pk.to_string(), "change") + filters);
    Step::Row(capfirst(&model.verbose_name), name.to_owned(), url)
}

/// Returns Django's names for the kinds of rows that the user may not delete, among the models of
/// the admin.
fn lacking(
    conn: &mut Conn,
    deletion: &Deletion,
    collector: &Collector,
    preview: &Preview,
) -> Result<Vec<String>> {
    let permissions = &deletion.actor.permissions;
    let models = deletion
        .site
        .not_deletable(conn, permissions, collector, preview)?;
    let names = models.iter().map(|model| model.verbose_name.clone());
    let mut lacking: Vec<String> = names.collect();
    // Rows that forbid the deletion would have to be deleted first.
    let forbidding = preview
        .obstacles
        .iter()
        .filter_map(|obstacle| deletion.site.registered(obstacle.key.model));
    for registered in forbidding
        .filter(|registered| !permissions.has_perm(&registered.model.permission("delete")))
    {
        lacking.push(registered.model.verbose_name.clone());
    }
    lacking.sort();
    lacking.dedup();
    Ok(lacking)
}
