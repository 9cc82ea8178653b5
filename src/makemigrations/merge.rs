//! Joins the migrations of two branches (Django's `makemigrations --merge`).

use crate::db::migrations::Migration;
use crate::error::{Error, Result};
use crate::models::AppConfig;

use super::files::NewMigration;
use super::project::number;
use super::state::{AppState, TableState};

/// Migrations of one app that began at the same state.
struct Branches {
    base: AppState,
    names: Vec<&'static str>,
    states: Vec<AppState>,
    /// The scripts for SQLite.
    scripts: Vec<&'static str>,
}

/// Returns the names of the migrations that conflict: the last ones, if several have the same number.
pub fn conflicting(app: &AppConfig) -> Vec<&'static str> {
    let own: Vec<&str> = app
        .migrations
        .iter()
        .filter(|one| one.app == app.label && one.state.is_some() && !one.is_squashed())
        .map(|one| one.name)
        .collect();
    let highest = own.iter().map(|name| number(name)).max();
    let last: Vec<&str> = own
        .into_iter()
        .filter(|name| Some(number(name)) == highest)
        .collect();
    if last.len() > 1 { last } else { Vec::new() }
}

/// Returns a sentence for each app with conflicting migrations.
pub fn conflicts(apps: &[AppConfig]) -> Vec<String> {
    apps.iter()
        .filter_map(|app| {
            let names = conflicting(app);
            (!names.is_empty()).then(|| {
                format!(
                    "conflicting migrations of {}: {}. Each continues the same state. To join them, run `makemigrations --merge`.",
                    app.label,
                    names.join(", ")
                )
            })
        })
        .collect()
}

/// Returns a migration without statements that joins the conflicting ones; `None` if none conflict.
pub fn merge(app: &AppConfig) -> Result<Option<NewMigration>> {
    let names = conflicting(app);
    if names.is_empty() {
        return Ok(None);
    }
    let branches = branches(app, names)?;
    let state = branches.joined(app.label)?;
    let next = number(branches.names[0]) + 1;
    Ok(Some(NewMigration {
        app: app.label.to_owned(),
        name: format!("{next:04}_merge_{}", branches.names.join("_")),
        operations: Vec::new(),
        state,
        is_merge: true,
    }))
}

fn branches(app: &AppConfig, names: Vec<&'static str>) -> Result<Branches> {
    let read = |text: Option<&str>| {
        AppState::from_json(text.unwrap_or("{\"tables\": []}"))
            .map_err(|error| Error::command(format!("a state of {}: {error}", app.label)))
    };
    let first = number(names[0]);
    let base = app
        .migrations
        .iter()
        .rfind(|one| one.app == app.label && number(one.name) < first);
    let own: Vec<&Migration> = app
        .migrations
        .iter()
        .filter(|one| one.app == app.label && names.contains(&one.name))
        .collect();
    let states = own
        .iter()
        .map(|one| read(one.state))
        .collect::<Result<Vec<_>>>()?;
    Ok(Branches {
        base: read(base.and_then(|one| one.state))?,
        names,
        states,
        scripts: own.iter().map(|one| one.sqlite.up).collect(),
    })
}

impl Branches {
    /// Fails if several branches change a table, and one of them makes the table anew on SQLite: the
    /// new table would lack what the other branch added.
    fn refuse_rebuild(&self, app: &str, table: &TableState) -> Result<()> {
        let base = self.base.table(&table.model);
        let changing = self
            .states
            .iter()
            .filter(|state| state.table(&table.model) != base)
            .count();
        let new_table = format!("\"new__{}\"", table.table);
        if changing > 1
            && self
                .scripts
                .iter()
                .any(|script| script.contains(&new_table))
        {
            return Err(Error::command(format!(
                "nothing was written: both branches change the table of {app}.{}, and one of them makes the table anew on \
                 SQLite, without what the other one added. Delete one of the two migrations and run `makemigrations` again",
                table.model
            )));
        }
        Ok(())
    }

    /// Returns the state with the changes of all branches.
    fn joined(&self, app: &str) -> Result<AppState> {
        let mut joined = self.base.clone();
        joined.dependencies.clear();
        joined.follows = self.names.iter().map(|name| (*name).to_owned()).collect();
        joined.replaces.clear();
        for state in &self.states {
            let gone = |table: &TableState| {
                self.base.table(&table.model).is_some() && state.table(&table.model).is_none()
            };
            joined.tables.retain(|table| !gone(table));
            for table in &state.tables {
                let base = self.base.table(&table.model);
                if base == Some(table) {
                    continue;
                }
                match joined
                    .tables
                    .iter_mut()
                    .find(|one| one.model == table.model)
                {
                    None => joined.tables.push(table.clone()),
                    Some(other) => {
                        *other = joined_table(app, base, other, table)?;
                    }
                }
            }
            joined.renamed_models.extend(state.renamed_models.clone());
        }
        for table in &joined.tables {
            self.refuse_rebuild(app, table)?;
        }
        Ok(joined)
    }
}

/// Returns a table with the changes of two branches. Fails if both changed the same part.
fn joined_table(
    app: &str,
    base: Option<&TableState>,
    one: &TableState,
    other: &TableState,
) -> Result<TableState> {
    let conflict = |part: &str| {
        Error::command(format!(
            "nothing was written: both branches change {app}.{}.{part}. Undo one of the two migrations and make it again \
             on top of the other",
            one.model.to_lowercase()
        ))
    };
    let Some(base) = base else {
        return if one == other {
            Ok(one.clone())
        } else {
            Err(conflict("*"))
        };
    };

    let mut joined = one.clone();
    let names = base.columns.iter().chain(&other.columns);
    for name in names.map(|column| &column.name) {
        let (was, mine, theirs) = (base.field(name), one.field(name), other.field(name));
        if theirs == was || theirs == mine {
            continue;
        }
        if mine != was {
            return Err(conflict(name));
        }
        joined.columns.retain(|column| column.name != *name);
        joined.columns.extend(theirs.cloned());
    }
    join(
        &mut joined.unique_together,
        &base.unique_together,
        &other.unique_together,
    );
    join(&mut joined.indexes, &base.indexes, &other.indexes);
    join(
        &mut joined.constraints,
        &base.constraints,
        &other.constraints,
    );
    if other.search_index != base.search_index {
        if one.search_index != base.search_index && one.search_index != other.search_index {
            return Err(conflict("search_index"));
        }
        joined.search_index.clone_from(&other.search_index);
    }
    joined.kept_names.extend(other.kept_names.clone());
    if other.table != base.table {
        if one.table != base.table && one.table != other.table {
            return Err(conflict("table"));
        }
        joined.table.clone_from(&other.table);
    }
    Ok(joined)
}

/// Applies what a branch added to a list and removed from it.
fn join<T: PartialEq + Clone>(joined: &mut Vec<T>, base: &[T], other: &[T]) {
    joined.retain(|item| other.contains(item) || !base.contains(item));
    for item in other {
        if !base.contains(item) && !joined.contains(item) {
            joined.push(item.clone());
        }
    }
}
