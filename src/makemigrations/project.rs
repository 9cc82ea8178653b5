//! The migrations that all apps of a project need.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::migrations::Migration;
use crate::error::{Error, Result};
use crate::models::AppConfig;

use super::autodetector::{Autodetector, Changes};
use super::declared::DeclaredApp;
use super::files::NewMigration;
use super::operations::{FieldChange, Operation};
use super::questions::Questioner;
use super::state::{AppState, TableChange, TableState};

/// The last state of each app whose migrations `makemigrations` writes.
#[derive(Debug)]
pub struct ProjectState {
    apps: BTreeMap<String, AppState>,
    /// The apps that have migrations without a state.
    by_hand: BTreeSet<String>,
    /// The name of each app's last migration.
    latest: BTreeMap<String, String>,
}

impl ProjectState {
    /// Reads the states that are compiled into the program.
    pub fn read(apps: &[AppConfig]) -> Result<Self> {
        let mut project = Self {
            apps: BTreeMap::new(),
            by_hand: BTreeSet::new(),
            latest: BTreeMap::new(),
        };
        for app in apps {
            let label = app.label.to_owned();
            let own = || app.migrations.iter().filter(|one| one.app == app.label);
            let Some(last) = own().next_back() else {
                project.apps.insert(label, AppState::default());
                continue;
            };
            project.latest.insert(label.clone(), last.name.to_owned());
            match last.state {
                Some(text) => {
                    let state = AppState::from_json(text).map_err(|error| {
                        Error::command(format!(
                            "the state of {label}.{} cannot be read: {error}",
                            last.name
                        ))
                    })?;
                    project.apps.insert(label, state);
                }
                None => {
                    project.by_hand.insert(label);
                }
            }
        }
        project.follow_renames();
        Ok(project)
    }

    /// Returns the states after `migrations`.
    #[must_use]
    pub fn after(&self, migrations: &[NewMigration]) -> Self {
        let mut project = Self {
            apps: self.apps.clone(),
            by_hand: self.by_hand.clone(),
            latest: self.latest.clone(),
        };
        for migration in migrations {
            let app = migration.app.clone();
            project.latest.insert(app.clone(), migration.name.clone());
            project.apps.insert(app, migration.state.clone());
        }
        project.follow_renames();
        project
    }

    /// Whether `makemigrations` cannot write for the app, because nobody recorded its state.
    pub fn is_by_hand(&self, app: &str) -> bool {
        self.by_hand.contains(app)
    }

    /// Returns the last state of an app.
    pub fn app(&self, app: &str) -> Option<&AppState> {
        self.apps.get(app)
    }

    /// Lets the foreign keys of all apps refer to the names that models and tables have now.
    fn follow_renames(&mut self) {
        let tables: BTreeMap<String, String> = self
            .apps
            .iter()
            .flat_map(|(app, state)| {
                state
                    .tables
                    .iter()
                    .map(move |table| (format!("{app}.{}", table.model), table.table.clone()))
            })
            .collect();
        let renamed: BTreeMap<String, String> = self
            .apps
            .iter()
            .flat_map(|(app, state)| {
                state
                    .renamed_models
                    .iter()
                    .map(move |(old, new)| (format!("{app}.{old}"), format!("{app}.{new}")))
            })
            .collect();

        let columns = self
            .apps
            .values_mut()
            .flat_map(|state| &mut state.tables)
            .flat_map(|table| &mut table.columns);
        for reference in columns.filter_map(|column| column.references.as_mut()) {
            // Each step leads to a later name, so that the loop ends.
            for _ in 0..=renamed.len() {
                match renamed.get(&reference.model) {
                    Some(new) if !tables.contains_key(&reference.model) => {
                        reference.model.clone_from(new);
                    }
                    _ => break,
                }
            }
            if let Some(table) = tables.get(&reference.model) {
                reference.table.clone_from(table);
            }
        }
    }

    /// Returns the migrations that the declarations of `apps` need, in the order in which they can be
    /// applied. `only` limits them to some apps.
    pub fn detect(
        &self,
        apps: &[AppConfig],
        only: &[String],
        questioner: &Questioner,
    ) -> Result<Vec<NewMigration>> {
        let mut changed = Vec::new();
        let mut others = self.apps.clone();
        for app in apps {
            let Some(old) = self.apps.get(app.label) else {
                continue;
            };
            if !only.is_empty() && !only.iter().any(|label| label == app.label) {
                continue;
            }
            let declared = DeclaredApp::new(app);
            others.remove(app.label);
            let detected =
                Autodetector::new(app.label, old, &declared, &others, questioner).changes()?;
            others.insert(app.label.to_owned(), detected.state.clone());
            if !detected.operations.is_empty() {
                changed.push((app.label.to_owned(), detected));
            }
        }
        super::moved::between_apps(&mut changed)?;
        self.ask_about_deletions(&changed, questioner)?;
        Ok(self.numbered(changed))
    }

    /// Refuses answers of the command line that name unknown models or fields.
    pub fn check_answers(&self, apps: &[AppConfig], questioner: &Questioner) -> Result<()> {
        super::answers::check(questioner, &self.apps, apps)
    }

    /// Asks about each model whose table would be dropped.
    fn ask_about_deletions(
        &self,
        changed: &[(String, Changes)],
        questioner: &Questioner,
    ) -> Result<()> {
        for (app, changes) in changed {
            for operation in &changes.operations {
                let Operation::DeleteModel(table) = operation else {
                    continue;
                };
                if table.link.is_none() {
                    let links = self.links_to(&format!("{app}.{}", table.model));
                    questioner.agree_to_delete(app, table, &links)?;
                }
            }
        }
        Ok(())
    }

    /// Returns the fields that refer to a model after the last migrations.
    fn links_to(&self, label: &str) -> Vec<String> {
        let mut links = Vec::new();
        for (app, state) in &self.apps {
            for table in &state.tables {
                let columns = table.columns.iter().filter(|column| {
                    let reference = column.references.as_ref();
                    reference.is_some_and(|reference| reference.model == label)
                });
                for column in columns {
                    links.push(match &table.link {
                        Some(link) => format!("{app}.{}.{}", link.model, link.field),
                        None => format!("{app}.{}.{}", table.model, column.name),
                    });
                }
            }
        }
        links.sort();
        links.dedup();
        links
    }

    /// Returns a migration without operations, to be filled by hand.
    pub fn empty(&self, app: &str) -> Option<NewMigration> {
        let state = self.apps.get(app)?.clone();
        Some(NewMigration {
            app: app.to_owned(),
            name: self.next_name(app, "custom", 0),
            operations: Vec::new(),
            state: AppState {
                dependencies: Vec::new(),
                follows: self.latest.get(app).cloned().into_iter().collect(),
                replaces: Vec::new(),
                ..state
            },
            is_merge: false,
        })
    }

    /// Gives each app's changes a name and dependencies. Apps that refer to each other get a second
    /// migration for the keys to tables that are not there yet.
    fn numbered(&self, changed: Vec<(String, Changes)>) -> Vec<NewMigration> {
        let order: Vec<String> = order_of_apps(&changed);
        let mut changed: BTreeMap<String, Changes> = changed.into_iter().collect();
        let mut latest = self.latest.clone();
        let mut migrations = Vec::new();
        let mut postponed = Vec::new();

        for (at, app) in order.iter().enumerate() {
            let Some(Changes { operations, state }) = changed.remove(app) else {
                continue;
            };
            let later = &order[at + 1..];
            let (now, then) = split(operations, app, later);
            let is_first = !self.latest.contains_key(app);
            let suggestion = if is_first {
                "initial".to_owned()
            } else {
                suggested_name(&now)
            };
            let name = self.next_name(app, &suggestion, 0);
            let state_now = if then.is_empty() {
                state.clone()
            } else {
                without(&state, &then)
            };
            migrations.push(NewMigration {
                app: app.clone(),
                name: name.clone(),
                state: AppState {
                    dependencies: dependencies(&now, app, &latest),
                    follows: latest.get(app).cloned().into_iter().collect(),
                    ..state_now
                },
                operations: now,
                is_merge: false,
            });
            latest.insert(app.clone(), name);
            if !then.is_empty() {
                postponed.push((app.clone(), then, state));
            }
        }
        for (app, operations, state) in postponed {
            let name = self.next_name(&app, &suggested_name(&operations), 1);
            migrations.push(NewMigration {
                state: AppState {
                    dependencies: dependencies(&operations, &app, &latest),
                    follows: latest.get(&app).cloned().into_iter().collect(),
                    ..state
                },
                app,
                name,
                operations,
                is_merge: false,
            });
        }
        migrations
    }

    /// Returns the number behind the last migration, and `suggestion`.
    fn next_name(&self, app: &str, suggestion: &str, more: usize) -> String {
        let last = self.latest.get(app).map_or(0, |name| number(name));
        format!("{:04}_{suggestion}", last + 1 + more)
    }
}

/// Returns the number with which the name of a migration begins.
pub fn number(name: &str) -> usize {
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// Returns a name for operations (Django's `Migration.suggest_name`).
fn suggested_name(operations: &[Operation]) -> String {
    const LONGEST: usize = 52;
    let mut fragments = operations.iter().map(Operation::name_fragment);
    let mut name = fragments.next().unwrap_or_default();
    for fragment in fragments {
        let longer = format!("{name}_{fragment}");
        if longer.len() > LONGEST {
            return format!("{name}_and_more");
        }
        name = longer;
    }
    name
}

/// Returns the apps so that each follows those that it refers to, where that is possible.
fn order_of_apps(changed: &[(String, Changes)]) -> Vec<String> {
    let mut rest: Vec<(&String, BTreeSet<String>)> = changed
        .iter()
        .map(|(app, changes)| (app, referenced_apps(&changes.operations, app)))
        .collect();
    let mut order: Vec<String> = Vec::new();
    while !rest.is_empty() {
        let waits = |to: &BTreeSet<String>| rest.iter().any(|(other, _)| to.contains(*other));
        let at = rest.iter().position(|(_, to)| !waits(to)).unwrap_or(0);
        order.push(rest.remove(at).0.clone());
    }
    order
}

/// Returns the other apps to which the foreign keys of created tables and columns refer.
fn referenced_apps(operations: &[Operation], app: &str) -> BTreeSet<String> {
    let mut apps = BTreeSet::new();
    for operation in operations {
        let columns = match operation {
            Operation::CreateModel(table) => table.columns.as_slice(),
            Operation::AddField(change) => std::slice::from_ref(&change.column),
            Operation::AlterField(change) => std::slice::from_ref(&change.new),
            _ => &[],
        };
        let references = columns
            .iter()
            .filter_map(|column| column.references.as_ref());
        apps.extend(
            references
                .filter_map(|reference| reference.model.split('.').next())
                .filter(|label| *label != app)
                .map(str::to_owned),
        );
    }
    apps
}

/// Returns the last migrations of the apps to which operations refer.
fn dependencies(
    operations: &[Operation],
    app: &str,
    latest: &BTreeMap<String, String>,
) -> Vec<String> {
    referenced_apps(operations, app)
        .into_iter()
        .filter_map(|label| Some(format!("{label}.{}", latest.get(&label)?)))
        .collect()
}

/// Separates what refers to the apps `later`, whose tables do not exist yet.
fn split(
    operations: Vec<Operation>,
    app: &str,
    later: &[String],
) -> (Vec<Operation>, Vec<Operation>) {
    let is_later = |operation: &Operation| {
        referenced_apps(std::slice::from_ref(operation), app)
            .iter()
            .any(|to| later.contains(to))
    };
    let (mut now, mut then) = (Vec::new(), Vec::new());
    for operation in operations {
        match operation {
            Operation::CreateModel(table) if table.link.is_none() => {
                let refers_later = |reference: &super::state::Reference| {
                    let label = reference.model.split('.').next().unwrap_or_default();
                    later.iter().any(|to| to == label)
                };
                let (late, early): (Vec<_>, Vec<_>) = table
                    .columns
                    .clone()
                    .into_iter()
                    .partition(|column| column.references.as_ref().is_some_and(refers_later));
                let mut before = TableState {
                    columns: early,
                    ..table.clone()
                };
                now.push(Operation::CreateModel(before.clone()));
                for column in late {
                    let mut after = before.clone();
                    after.columns.push(column.clone());
                    then.push(Operation::AddField(Box::new(FieldChange {
                        table: TableChange {
                            before,
                            after: after.clone(),
                        },
                        column,
                        default: None,
                    })));
                    before = after;
                }
            }
            operation if is_later(&operation) => then.push(operation),
            operation => now.push(operation),
        }
    }
    (now, then)
}

/// Returns the state before the postponed operations.
fn without(state: &AppState, postponed: &[Operation]) -> AppState {
    let mut state = state.clone();
    for operation in postponed.iter().rev() {
        match operation {
            Operation::AddField(change) => {
                let model = &change.table.before.model;
                if let Some(table) = state.tables.iter_mut().find(|one| one.model == *model) {
                    table
                        .columns
                        .retain(|column| column.name != change.column.name);
                }
            }
            Operation::CreateModel(table) => {
                state.tables.retain(|one| one.model != table.model);
            }
            _ => {}
        }
    }
    state
}

/// Returns the labels of the apps whose declarations differ from their migrations. An app without any
/// migration is not meant: another program creates its tables.
pub fn unwritten(apps: &[AppConfig]) -> Vec<&'static str> {
    let Ok(project) = ProjectState::read(apps) else {
        return Vec::new();
    };
    let questioner = Questioner {
        no_input: true,
        ..Questioner::default()
    };
    apps.iter()
        .filter(|app| last_migration(app).is_some())
        .filter(|app| {
            let only = [app.label.to_owned()];
            // A question that nobody answers is a difference too.
            project
                .detect(apps, &only, &questioner)
                .map_or(true, |migrations| !migrations.is_empty())
        })
        .map(|app| app.label)
        .collect()
}

/// Returns the last migration of an app.
pub fn last_migration(app: &AppConfig) -> Option<&Migration> {
    app.migrations
        .iter()
        .rfind(|migration| migration.app == app.label)
}

/// Returns the state that the declarations of an app describe.
pub fn declared_state(app: &AppConfig) -> AppState {
    DeclaredApp::new(app).state
}
