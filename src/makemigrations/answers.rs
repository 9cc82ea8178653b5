//! Checks the answers of the command line: each must name models and fields that exist.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::models::AppConfig;

use super::declared::DeclaredApp;
use super::questions::Questioner;
use super::state::{AppState, TableState};

/// The models of the apps, before the next migrations and after them.
struct Known {
    old: BTreeMap<String, AppState>,
    new: BTreeMap<String, AppState>,
}

/// Returns an error for the first answer of the command line that names an unknown app, model or field,
/// or that is not written as an answer. `old` are the states after the last migrations.
pub(super) fn check(
    questioner: &Questioner,
    old: &BTreeMap<String, AppState>,
    apps: &[AppConfig],
) -> Result<()> {
    let declared = apps
        .iter()
        .map(|app| (app.label.to_owned(), DeclaredApp::new(app).state));
    let known = Known {
        old: old.clone(),
        new: declared.collect(),
    };
    for answer in &questioner.defaults {
        known
            .default(answer)
            .map_err(|text| wrong("--default", answer, &text))?;
    }
    for answer in &questioner.renames {
        known
            .rename(answer)
            .map_err(|text| wrong("--rename", answer, &text))?;
    }
    for answer in &questioner.not_renamed {
        known
            .not_renamed(answer)
            .map_err(|text| wrong("--not-renamed", answer, &text))?;
    }
    for answer in &questioner.deletes {
        known
            .delete(answer)
            .map_err(|text| wrong("--delete", answer, &text))?;
    }
    Ok(())
}

fn wrong(option: &str, answer: &str, text: &str) -> Error {
    Error::command(format!("nothing was written: {option} {answer}: {text}"))
}

impl Known {
    fn default(&self, answer: &str) -> Result<(), String> {
        let form = "write APP.MODEL.FIELD=VALUE.";
        let (place, _) = answer.split_once('=').ok_or(form)?;
        let [app, model, field] = parts(place).try_into().map_err(|_| form)?;
        let state = app_of(&self.new, app)?;
        field_of(state, model_of(app, state, model)?, field)
    }

    fn rename(&self, answer: &str) -> Result<(), String> {
        let form = "write APP.MODEL.OLD=NEW for a field, or APP.OLD=NEW for a model.";
        let (place, new) = answer.split_once('=').ok_or(form)?;
        match *parts(place).as_slice() {
            [app, model] => {
                model_of(app, app_of(&self.old, app)?, model)?;
                model_of(app, app_of(&self.new, app)?, new).map(|_| ())
            }
            [app, model, field] => {
                let (old, state) = (app_of(&self.old, app)?, app_of(&self.new, app)?);
                // A model that is renamed as well has its new name in the answer.
                if let Ok(table) = model_of(app, old, model) {
                    field_of(old, table, field)?;
                }
                field_of(state, model_of(app, state, model)?, new)
            }
            _ => Err(form.to_owned()),
        }
    }

    fn not_renamed(&self, answer: &str) -> Result<(), String> {
        match *parts(answer).as_slice() {
            [app, model] => model_of(app, app_of(&self.new, app)?, model).map(|_| ()),
            [app, model, field] => {
                let state = app_of(&self.new, app)?;
                field_of(state, model_of(app, state, model)?, field)
            }
            _ => Err("write APP.MODEL.FIELD or APP.MODEL.".to_owned()),
        }
    }

    fn delete(&self, answer: &str) -> Result<(), String> {
        let [app, model] = parts(answer).try_into().map_err(|_| "write APP.MODEL.")?;
        model_of(app, app_of(&self.old, app)?, model).map(|_| ())
    }
}

fn parts(place: &str) -> Vec<&str> {
    place.split('.').map(str::trim).collect()
}

fn app_of<'a>(apps: &'a BTreeMap<String, AppState>, label: &str) -> Result<&'a AppState, String> {
    apps.get(label).ok_or_else(|| {
        format!("there is no app {label} whose migrations are written by makemigrations.")
    })
}

fn model_of<'a>(app: &str, state: &'a AppState, name: &str) -> Result<&'a TableState, String> {
    let mut models = state.tables.iter().filter(|table| table.link.is_none());
    let found = models
        .clone()
        .find(|table| table.model.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let names: Vec<&str> = models.by_ref().map(|table| table.model.as_str()).collect();
        format!(
            "the app {app} has no model {name}. Its models are {}.",
            names.join(", ")
        )
    })
}

fn field_of(state: &AppState, table: &TableState, name: &str) -> Result<(), String> {
    let columns = table.columns.iter().map(|column| column.name.as_str());
    let links = state.tables.iter().filter_map(|other| {
        let link = other.link.as_ref()?;
        (link.model == table.model).then_some(link.field.as_str())
    });
    let fields: Vec<&str> = columns.chain(links).collect();
    if fields.iter().any(|field| field.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(format!(
        "{} has no field {name}. Its fields are {}.",
        table.model,
        fields.join(", ")
    ))
}
