//! The applied migrations, and the steps to a target.

use std::collections::BTreeSet;

use super::Migration;
use super::graph::{dependents, needed, ordered};
use super::missing::missing;
use super::runner::recorded;
use crate::db::Conn;
use crate::error::{Error, Result};

/// The goal of a `migrate`.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// All migrations of all apps are applied.
    Everything,
    /// All migrations of an app are applied, and those that they need.
    App(&'a str),
    /// A migration is the last one of its app that is applied.
    Migration(&'a Migration),
    /// No migration of an app is applied.
    Zero(&'a str),
}

/// The migrations that lead to a target, each list in the order in which it runs.
#[derive(Debug, Clone, Default)]
pub struct Steps<'a> {
    /// The migrations to reverse.
    pub backwards: Vec<&'a Migration>,
    /// The migrations to apply.
    pub forwards: Vec<&'a Migration>,
}

impl Steps<'_> {
    /// Returns the steps that no other process has run since they were computed. Call it inside
    /// [`locked`](super::locked).
    pub fn remaining(&self, conn: &mut Conn) -> Result<Self> {
        let recorded = recorded(conn)?;
        let is_recorded = |migration: &&Migration| {
            migration
                .recorded_names()
                .iter()
                .all(|name| recorded.contains(&(migration.app.to_owned(), (*name).to_owned())))
        };
        let mut remaining = self.clone();
        remaining.backwards.retain(|one| is_recorded(one));
        remaining.forwards.retain(|one| !is_recorded(one));
        Ok(remaining)
    }

    /// Whether the target is reached already.
    pub fn is_empty(&self) -> bool {
        self.backwards.is_empty() && self.forwards.is_empty()
    }
}

/// Whether every migration was applied.
pub fn is_up_to_date(conn: &mut Conn, migrations: &[Migration]) -> Result<bool> {
    Ok(plan(conn, migrations)?.iter().all(|(_, applied)| *applied))
}

/// Returns each migration and whether it was applied, in an order in which they can run. Fails if only
/// some of the migrations that one replaces were applied, and if the database has later migrations of
/// an app than the program.
pub fn plan<'a>(
    conn: &mut Conn,
    migrations: &'a [Migration],
) -> Result<Vec<(&'a Migration, bool)>> {
    let recorded = recorded(conn)?;
    if let Some(text) = missing(migrations, &recorded) {
        return Err(Error::command(format!("{text}. Nothing was changed")));
    }
    let ordered = ordered(migrations)?;
    let mut plan = Vec::new();
    for migration in &ordered {
        if let Some(applied) = state(migration, &ordered, &recorded)? {
            plan.push((*migration, applied));
        }
    }
    for (migration, _) in plan.iter().filter(|(_, applied)| !applied) {
        refuse_unknown(migration, &ordered, &recorded)?;
    }
    Ok(plan)
}

/// Whether a migration was applied. `None` if it has no part in the plan: others stand for it.
fn state(
    migration: &Migration,
    all: &[&Migration],
    recorded: &BTreeSet<(String, String)>,
) -> Result<Option<bool>> {
    let has = |name: &str| recorded.contains(&(migration.app.to_owned(), name.to_owned()));
    let squashed_into = all.iter().find(|one| {
        one.app == migration.app
            && one.name != migration.name
            && one.is_squashed()
            && one.stands_for.contains(&migration.name)
    });
    if let Some(squashed) = squashed_into {
        let applied = squashed.stands_for.iter().filter(|name| has(name)).count();
        // If some of the migrations are applied and others are not, the others are applied one by
        // one. Otherwise the squashed migration replaces all of them.
        let is_halfway = applied != 0 && applied != squashed.stands_for.len();
        return Ok(is_halfway.then(|| has(migration.name)));
    }

    let present = migration.stands_for.iter().filter(|name| has(name)).count();
    if present == 0 || present == migration.stands_for.len() {
        return Ok(Some(present != 0));
    }
    let missing: Vec<&str> = migration
        .stands_for
        .iter()
        .copied()
        .filter(|name| !has(name))
        .collect();
    let knows = |name: &&str| {
        all.iter()
            .any(|one| one.app == migration.app && one.name == *name)
    };
    if migration.is_squashed() && missing.iter().all(knows) {
        return Ok(None);
    }
    Err(Error::command(format!(
        "the app {} stopped halfway: this database lacks Django's {}. Run `manage.py migrate {}` of the Django \
         that made it (5.2) first; nothing was changed",
        migration.app,
        missing.join(", "),
        migration.app
    )))
}

/// Fails if the database has migrations that this program does not know: a live Django or a newer
/// program has applied them.
fn refuse_unknown(
    migration: &Migration,
    all: &[&Migration],
    recorded: &BTreeSet<(String, String)>,
) -> Result<()> {
    if migration.state.is_none() {
        return Ok(());
    }
    let digits = |name: &str| -> String { name.chars().take_while(char::is_ascii_digit).collect() };
    let is_known = |name: &str| {
        all.iter()
            .filter(|one| one.app == migration.app)
            .any(|one| one.name == name || one.stands_for.contains(&name))
    };
    let unknown: Vec<&str> = recorded
        .iter()
        .filter(|(app, name)| {
            app == migration.app && !is_known(name) && digits(name) >= digits(migration.name)
        })
        .map(|(_, name)| name.as_str())
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::command(format!(
        "{} was not applied: the database has migrations of {} that this program does not know ({}). A live Django or a \
         newer version of the program made them. Nothing was changed",
        migration.label(),
        migration.app,
        unknown.join(", ")
    )))
}

/// Returns the steps to a target.
pub fn steps<'a>(
    conn: &mut Conn,
    migrations: &'a [Migration],
    target: Target<'_>,
) -> Result<Steps<'a>> {
    let plan = plan(conn, migrations)?;
    let order: Vec<&Migration> = plan.iter().map(|(one, _)| *one).collect();
    let is_applied = |migration: &Migration| {
        plan.iter()
            .any(|(one, applied)| *applied && one.label() == migration.label())
    };
    let of_app = |app: &str| -> Vec<&'a Migration> {
        order.iter().copied().filter(|one| one.app == app).collect()
    };

    let (wanted, unwanted) = match target {
        Target::Everything => (order.clone(), Vec::new()),
        Target::App(app) => (needed(&order, &of_app(app)), Vec::new()),
        Target::Zero(app) => (Vec::new(), of_app(app)),
        Target::Migration(to) => {
            let own = of_app(to.app);
            let place = own.iter().position(|one| one.name == to.name);
            let (until, after) = own.split_at(place.map_or(0, |place| place + 1));
            (needed(&order, until), after.to_vec())
        }
    };
    let mut backwards = dependents(&order, &unwanted);
    backwards.retain(|one| is_applied(one));
    backwards.reverse();
    let forwards = wanted.into_iter().filter(|one| !is_applied(one)).collect();
    Ok(Steps {
        backwards,
        forwards,
    })
}

/// Whether some of the migrations must not run in a transaction.
pub fn needs_steps(conn: &Conn, migrations: &[&Migration]) -> bool {
    matches!(conn, Conn::Postgres(_)) && migrations.iter().any(|one| !one.is_atomic(true, false))
}
