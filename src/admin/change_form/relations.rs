//! Loads the choices of a form's relations, and the display names of chosen rows: two queries for
//! each model, for any number of fields and rows, and never a whole table.

use crate::admin::AdminSite;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{ModelField, ModelForm, key};
use crate::models::{ColumnPath, Meta, RelationTarget};

/// A many-to-many field with its links.
pub(super) type Linked = (&'static str, Vec<Value>);

/// A row that can be chosen: its primary key and its display name.
pub(super) type Named = (String, String);

#[derive(Debug)]
struct Related {
    target: RelationTarget,
    /// Loads all rows, if there are at most this many.
    most: Option<i64>,
    chosen: Vec<String>,
    all: Option<Vec<Named>>,
    names: Vec<Named>,
    /// The groups of the rows in `all`, by the column with the group.
    groups: Vec<(&'static str, Vec<Named>)>,
}

/// The related rows of a form.
#[derive(Debug, Default)]
pub(super) struct Relations(Vec<Related>);

impl Relations {
    fn entry(&mut self, target: &RelationTarget) -> &mut Related {
        let at = self
            .0
            .iter()
            .position(|related| related.target == *target)
            .unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push(Related {
                target: target.clone(),
                most: None,
                chosen: Vec::new(),
                all: None,
                names: Vec::new(),
                groups: Vec::new(),
            });
        }
        &mut self.0[at]
    }

    /// Requests all rows of `target`, unless there are more than `most`.
    pub(super) fn want_all(&mut self, target: &RelationTarget, most: i64) {
        let related = self.entry(target);
        related.most = Some(related.most.unwrap_or_default().max(most));
    }

    /// Requests the display name of the row with this key.
    pub(super) fn want(&mut self, target: &RelationTarget, key: &str) {
        let related = self.entry(target);
        if !key.is_empty() && !related.chosen.iter().any(|chosen| chosen == key) {
            related.chosen.push(key.to_owned());
        }
    }

    /// Requests the value of `column` in every row of `target`, if all rows will be offered.
    pub(super) fn want_groups(&mut self, target: &RelationTarget, column: &'static str) {
        let related = self.entry(target);
        if related.groups.iter().all(|(asked, _)| *asked != column) {
            related.groups.push((column, Vec::new()));
        }
    }

    /// Loads the requested rows.
    pub(super) fn load(&mut self, conn: &mut Conn, site: &AdminSite) -> Result<()> {
        for related in &mut self.0 {
            let target = &related.target;
            let policy = site.policy(target.model);
            if let Some(most) = related.most
                && let Some(rows) = policy.load_choices(conn, target, most)?
            {
                related.all = Some(rows.into_iter().map(named).collect());
                let key = ColumnPath::own(target.key().column);
                let query = target.rows(policy.choices());
                for (column, groups) in &mut related.groups {
                    let found =
                        query.rows(conn, &[key.clone(), ColumnPath::own(column)], Some(most), 0)?;
                    let pairs = found
                        .into_iter()
                        .filter_map(|row| <[Value; 2]>::try_from(row).ok());
                    groups.extend(pairs.map(|[pk, group]| (pk.to_string(), group.to_string())));
                }
                continue;
            }
            let keys: Vec<Value> = related
                .chosen
                .iter()
                .filter_map(|text| key(target.key().target(), text))
                .collect();
            if !keys.is_empty() {
                // A chosen row keeps its name if it cannot be chosen any more.
                related.names = policy
                    .choices()
                    .by_key(target.key().column)
                    .with_pks(keys)
                    .named(conn, None, 0)?
                    .into_iter()
                    .map(named)
                    .collect();
            }
        }
        Ok(())
    }

    /// Returns all rows of `target`, if they were requested and are few.
    pub(super) fn all(&self, target: &RelationTarget) -> Option<&[Named]> {
        self.0
            .iter()
            .find(|related| related.target == *target)?
            .all
            .as_deref()
    }

    /// Returns the models whose rows are all offered, with their integer primary keys.
    pub(super) fn offered(&self) -> impl Iterator<Item = (&'static Meta, Vec<i64>)> {
        let by_pk = self.0.iter().filter(|related| related.target.is_by_pk());
        by_pk.filter_map(|related| {
            let rows = related.all.as_ref()?;
            Some((
                related.target.model,
                rows.iter()
                    .filter_map(|(key, _)| key.parse().ok())
                    .collect(),
            ))
        })
    }

    /// Returns the value of `column` in the row with this key, if it was requested and all rows are
    /// offered.
    pub(super) fn group(&self, target: &RelationTarget, column: &str, key: &str) -> Option<&str> {
        let related = self.0.iter().find(|related| related.target == *target)?;
        let (_, groups) = related.groups.iter().find(|(asked, _)| *asked == column)?;
        groups
            .iter()
            .find(|(pk, _)| pk == key)
            .map(|(_, group)| group.as_str())
    }

    /// Returns the display name of the row with this key.
    pub(super) fn name(&self, target: &RelationTarget, key: &str) -> Option<&str> {
        let related = self.0.iter().find(|related| related.target == *target)?;
        let rows = related.all.as_ref().unwrap_or(&related.names);
        rows.iter()
            .find(|(pk, _)| pk == key.trim())
            .map(|(_, name)| name.as_str())
    }
}

fn named((pk, name): (Value, String)) -> Named {
    (pk.to_string(), name)
}

/// Requests the display names of the rows to which read-only fields refer.
pub(super) fn want_shown(
    relations: &mut Relations,
    form: &ModelForm,
    linked: &[Linked],
    field: ModelField,
) {
    let Some(to) = field.target() else { return };
    match field {
        ModelField::Column(column) => relations.want(&to, &form.record.value(column).to_string()),
        ModelField::Many(many) => {
            let linked = linked.iter().find(|(name, _)| *name == many.name);
            for key in linked.iter().flat_map(|(_, keys)| keys) {
                relations.want(&to, &key.to_string());
            }
        }
    }
}
