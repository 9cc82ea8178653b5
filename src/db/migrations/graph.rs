//! The order of migrations: each after those that it depends on.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Migration;
use crate::error::{Error, Result};

/// The part of a migration's state that decides about its place.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) dependencies: Vec<String>,
    #[serde(default)]
    pub(super) follows: Vec<String>,
}

/// The apps of the library whose tables refer to those of other apps. Their migrations have no state.
const OF_LIBRARY: [(&str, &[&str]); 3] = [
    ("auth", &["contenttypes.0001_initial"]),
    ("admin", &["auth.0001_initial", "contenttypes.0001_initial"]),
    ("nuages", &["auth.0001_initial"]),
];

impl Migration {
    /// Returns `blog.0001_initial`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.app, self.name)
    }

    /// Whether the migration has this name, or replaces the one with this name.
    pub(super) fn is_called(&self, app: &str, name: &str) -> bool {
        self.app == app && (self.name == name || self.stands_for.contains(&name))
    }

    pub(super) fn head(&self) -> Head {
        self.state
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }

    /// Returns the migrations of other apps that must be applied before this one.
    fn dependencies(&self) -> Vec<String> {
        let of_library = OF_LIBRARY
            .iter()
            .filter(|(app, _)| *app == self.app && self.state.is_none())
            .flat_map(|(_, needs)| needs.iter().map(|label| (*label).to_owned()));
        self.head()
            .dependencies
            .into_iter()
            .chain(of_library)
            .collect()
    }

    /// Whether the migration replaces earlier ones of its app (`squashmigrations`).
    pub fn is_squashed(&self) -> bool {
        self.state.is_some() && !self.stands_for.is_empty() && !self.stands_for.contains(&self.name)
    }

    /// Whether the script runs in one transaction. A script for PostgreSQL that begins with
    /// `-- atomic: false` does not, so that it can say `CREATE INDEX CONCURRENTLY`.
    pub(super) fn is_atomic(&self, is_postgres: bool, backwards: bool) -> bool {
        let script = if backwards {
            self.postgres.down
        } else {
            self.postgres.up
        };
        !is_postgres
            || !script
                .lines()
                .take_while(|line| line.starts_with("--"))
                .any(|line| line.trim_start_matches("--").trim() == "atomic: false")
    }
}

/// Returns the migrations so that each follows those that it depends on, and the earlier ones of its
/// app. Otherwise the order is kept. Fails if migrations depend on each other.
pub(super) fn ordered(migrations: &[Migration]) -> Result<Vec<&Migration>> {
    let mut rest: Vec<(&Migration, Vec<String>)> = Vec::new();
    for migration in migrations {
        let mut needs = migration.dependencies();
        let earlier = rest
            .iter()
            .filter(|(one, _)| one.app == migration.app)
            .map(|(one, _)| one.label());
        needs.extend(earlier);
        rest.push((migration, needs));
    }

    let mut ordered: Vec<&Migration> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let waiting: BTreeSet<String> = rest.iter().map(|(one, _)| one.label()).collect();
        let free = rest
            .iter()
            .position(|(_, needs)| needs.iter().all(|label| !waiting.contains(label)));
        let Some(free) = free else {
            let labels: Vec<String> = waiting.into_iter().collect();
            return Err(Error::command(format!(
                "these migrations depend on each other: {}",
                labels.join(", ")
            )));
        };
        ordered.push(rest.remove(free).0);
    }
    Ok(ordered)
}

/// Returns the migrations that need one of `reversed`, in order: they must be reversed before it.
pub(super) fn dependents<'a>(
    ordered: &[&'a Migration],
    reversed: &[&'a Migration],
) -> Vec<&'a Migration> {
    let mut labels: BTreeSet<String> = reversed.iter().map(|one| one.label()).collect();
    let mut found: Vec<&Migration> = reversed.to_vec();
    for migration in ordered {
        let needs = migration.dependencies();
        if !labels.contains(&migration.label()) && needs.iter().any(|label| labels.contains(label))
        {
            let later = ordered
                .iter()
                .skip_while(|one| one.label() != migration.label())
                .filter(|one| one.app == migration.app);
            for one in later {
                if labels.insert(one.label()) {
                    found.push(one);
                }
            }
        }
    }
    let place = |migration: &&Migration| {
        ordered
            .iter()
            .position(|one| one.label() == migration.label())
    };
    found.sort_by_key(place);
    found
}

/// Returns the migrations that `wanted` need, and themselves, in order: a migration needs its
/// dependencies, and the earlier migrations of its app.
pub(super) fn needed<'a>(
    ordered: &[&'a Migration],
    wanted: &[&'a Migration],
) -> Vec<&'a Migration> {
    let mut labels: BTreeSet<String> = wanted.iter().map(|one| one.label()).collect();
    let mut apps = BTreeSet::new();
    let mut found = Vec::new();
    // Backwards, a migration comes after everything that can need it.
    for migration in ordered.iter().rev() {
        if labels.contains(&migration.label()) || apps.contains(migration.app) {
            labels.extend(migration.dependencies());
            apps.insert(migration.app);
            found.push(*migration);
        }
    }
    found.reverse();
    found
}

/// Returns the migrations of the apps with these labels, and those that they need, in order.
pub fn needed_by<'a>(ordered: &[&'a Migration], labels: &[String]) -> Vec<&'a Migration> {
    let of_apps: Vec<&Migration> = ordered
        .iter()
        .copied()
        .filter(|migration| labels.iter().any(|label| label == migration.app))
        .collect();
    needed(ordered, &of_apps)
}

/// Returns the migration of an app with this name, or whose name alone begins so: `0002` (as Django's
/// `migrate APP NAME`).
pub fn named<'a>(migrations: &'a [Migration], app: &str, name: &str) -> Result<&'a Migration> {
    let own: Vec<&Migration> = migrations.iter().filter(|one| one.app == app).collect();
    if let Some(exact) = own.iter().find(|one| one.name == name) {
        return Ok(exact);
    }
    let mut starting = own.iter().filter(|one| one.name.starts_with(name));
    match (starting.next(), starting.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Error::command(format!(
            "More than one migration matches '{name}' in app '{app}'. Please be more specific."
        ))),
        _ => Err(Error::command(format!(
            "Cannot find a migration matching '{name}' from app '{app}'."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{dependents, named, needed, ordered};
    use crate::db::migrations::{Migration, Script};

    const NOTHING: Script = Script { up: "", down: "" };

    fn migration(
        app: &'static str,
        name: &'static str,
        dependencies: &'static [&'static str],
    ) -> Migration {
        let state = serde_json::json!({ "dependencies": dependencies, "tables": [] });
        Migration {
            app,
            name,
            folder: "migrations",
            stands_for: &[],
            sqlite: NOTHING,
            postgres: NOTHING,
            state: Some(Box::leak(state.to_string().into_boxed_str())),
            code: None,
        }
    }

    fn labels(migrations: &[&Migration]) -> Vec<String> {
        migrations.iter().map(|one| one.label()).collect()
    }

    #[test]
    fn a_migration_follows_those_it_depends_on() {
        let all = [
            migration("blog", "0001_initial", &["people.0001_initial"]),
            migration("blog", "0002_more", &[]),
            migration("people", "0001_initial", &[]),
        ];
        assert_eq!(
            labels(&ordered(&all).unwrap()),
            ["people.0001_initial", "blog.0001_initial", "blog.0002_more"]
        );
    }

    #[test]
    fn migrations_that_depend_on_each_other_are_refused() {
        let all = [
            migration("a", "0001", &["b.0001"]),
            migration("b", "0001", &["a.0001"]),
        ];
        let error = ordered(&all).unwrap_err().to_string();
        assert!(error.contains("a.0001, b.0001"), "{error}");
    }

    #[test]
    fn dependents_of_a_reversed_migration_are_reversed_first() {
        let all = [
            migration("people", "0001_initial", &[]),
            migration("blog", "0001_initial", &["people.0001_initial"]),
            migration("blog", "0002_more", &[]),
        ];
        let order = ordered(&all).unwrap();
        assert_eq!(
            labels(&dependents(&order, &[order[0]])),
            ["people.0001_initial", "blog.0001_initial", "blog.0002_more"]
        );
    }

    #[test]
    fn a_migration_needs_all_earlier_ones_of_an_app_that_it_depends_on() {
        let all = [
            migration("people", "0001_initial", &[]),
            migration("people", "0002_more", &[]),
            migration("people", "0003_later", &[]),
            migration("blog", "0001_initial", &["people.0002_more"]),
            migration("other", "0001_initial", &[]),
        ];
        let order = ordered(&all).unwrap();
        assert_eq!(
            labels(&needed(&order, &[order[3]])),
            [
                "people.0001_initial",
                "people.0002_more",
                "blog.0001_initial"
            ]
        );
    }

    #[test]
    fn a_migration_is_named_by_its_beginning_if_no_other_begins_so() {
        let all = [
            migration("blog", "0001_initial", &[]),
            migration("blog", "0002_post_slug", &[]),
        ];
        assert_eq!(named(&all, "blog", "0002").unwrap().name, "0002_post_slug");
        assert!(named(&all, "blog", "000").is_err());
        assert!(named(&all, "blog", "0003").is_err());
    }
}
