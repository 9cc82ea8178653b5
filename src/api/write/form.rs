//! Binds what a program sent to a form over the row.

use serde_json::{Map, Value as Json};

use super::body::Sent;
use super::values::{REQUIRED, is_same, json_of_form, read};
use crate::api::model::{ApiModel, is_automatic};
use crate::db::{Conn, Value};
use crate::error::{Problem, Result};
use crate::forms::model::{BoundField, Cleaned, ModelField, ModelForm, Posted};
use crate::http::PostData;
use crate::models::Record;
use crate::records::Actor;
use crate::settings::Settings;

const READ_ONLY: &str = "This field is read-only.";
const UNKNOWN: &str = "There is no such field.";
const SEND_FILE: &str = "Send the file as multipart/form-data, or leave the field out.";

/// The row of a request, before it is changed.
pub(super) struct Before {
    pub(super) record: Record,
    /// The row as its `GET` answers.
    pub(super) json: Map<String, Json>,
}

/// The form over what was sent, and the errors that belong to no field of the form.
pub(super) struct BoundBody {
    pub(super) form: ModelForm,
    pub(super) problem: Problem,
}

impl BoundBody {
    /// Whether nothing is wrong so far.
    pub(super) fn is_valid(&self) -> bool {
        self.problem.is_empty() && self.form.is_valid()
    }

    /// Returns all errors.
    pub(super) fn into_problem(self) -> Problem {
        let mut problem = self.problem;
        for bound in &self.form.fields {
            for text in &bound.errors {
                problem.push(bound.field.name(), text.as_str());
            }
        }
        for text in &self.form.errors {
            problem.push("", text.as_str());
        }
        problem
    }
}

/// Binds `sent` to a form over the row `before`, or over a new row.
pub(super) fn bind(
    conn: &mut Conn,
    model: &ApiModel,
    actor: &Actor,
    settings: &Settings,
    before: Option<&Before>,
    sent: &Sent,
) -> Result<BoundBody> {
    let record = before.map(|before| &before.record);
    let editable = model.registered.editable_fields(actor, settings, record);
    let can_write = |field: ModelField| {
        let is_fixed_key = before.is_some() && field.column().is_some_and(|it| it.primary_key);
        !is_fixed_key && !is_automatic(field) && editable.has(field)
    };

    let names = Names::of(sent);
    let mut problem = Problem::invalid();
    for name in &names.0 {
        if let Some(text) = refusal(model, before, sent, name, &can_write) {
            problem.push(*name, text);
        }
    }

    // The order of the admin's form, in which the history names changed fields.
    let fields: Vec<ModelField> = editable
        .iter()
        .filter(|field| can_write(*field))
        .filter(|field| before.is_none() || names.0.contains(&field.name()))
        .collect();
    let mut form = new_form(conn, model, before, &fields, settings)?;
    editable.limit(&mut form);
    bind_fields(&mut form, sent, before, settings);
    Ok(BoundBody { form, problem })
}

/// The names that were sent, each once.
struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    fn of(sent: &'a Sent) -> Self {
        let mut names: Vec<&str> = match sent {
            Sent::Json(object) => object.keys().map(String::as_str).collect(),
            Sent::Form(data) => {
                let texts = data.fields.iter().map(|(name, _)| name);
                let files = data.files.iter().map(|(name, _)| name.as_str());
                texts.chain(files).collect()
            }
        };
        names.sort_unstable();
        names.dedup();
        Self(names)
    }
}

/// Returns the error of a name that cannot be written.
fn refusal(
    model: &ApiModel,
    before: Option<&Before>,
    sent: &Sent,
    name: &str,
    can_write: &dyn Fn(ModelField) -> bool,
) -> Option<&'static str> {
    let Some(field) = model.field(name) else {
        return Some(UNKNOWN);
    };
    if let Sent::Form(data) = sent
        && data.files.iter().any(|(file, _)| file == name)
    {
        let is_file = field.model_field().is_some_and(ModelField::is_file);
        return (!is_file).then_some("This field is not a file.");
    }
    let field = match field.model_field() {
        Some(field) if can_write(field) => return None,
        field => field,
    };

    let json = match (sent, field) {
        (Sent::Json(object), _) => object.get(name).cloned(),
        (Sent::Form(data), Some(field)) => json_of_form(field, data),
        (Sent::Form(data), None) => data.fields.get(name).map(Json::from),
    };
    let json = json.unwrap_or_default();
    let Some(before) = before else {
        return (!json.is_null()).then_some(READ_ONLY);
    };
    let current = before.json.get(name).unwrap_or(&Json::Null);
    let is_kept = match field {
        Some(field) => is_same(field, &json, current),
        None => json == *current,
    };
    (!is_kept).then_some(READ_ONLY)
}

/// Creates the form over the row with these fields.
fn new_form(
    conn: &mut Conn,
    model: &ApiModel,
    before: Option<&Before>,
    fields: &[ModelField],
    settings: &Settings,
) -> Result<ModelForm> {
    let meta = model.meta();
    let mut linked: Vec<(&'static str, Vec<Value>)> = Vec::new();
    for field in fields {
        if let (ModelField::Many(many), Some(before)) = (field, before) {
            let pairs = many.linked(conn, meta, std::slice::from_ref(before.record.pk()))?;
            linked.push((many.name, pairs.into_iter().map(|(_, to)| to).collect()));
        }
    }
    let links = |name: &'static str| {
        let found = linked.iter().find(|(other, _)| *other == name);
        found.map(|(_, keys)| keys.clone()).unwrap_or_default()
    };

    let record = before.map_or_else(|| Record::new(meta), |before| before.record.clone());
    let zone = settings.time_zone;
    let mut form = ModelForm::new(record, before.is_none(), fields, &links, zone).exact();
    let is_field = |column: &str| fields.iter().any(|field| field.key() == column);
    let others = meta.fields.iter().map(|field| field.column);
    form.fixed = others.filter(|column| !is_field(column)).collect();
    Ok(form)
}

/// Reads and validates each field separately.
fn bind_fields(form: &mut ModelForm, sent: &Sent, before: Option<&Before>, settings: &Settings) {
    let empty = PostData::default();
    let data = match sent {
        Sent::Form(data) => data,
        Sent::Json(_) => &empty,
    };
    form.bind_files(&Posted::new(data));
    for bound in &mut form.fields {
        let field = bound.field;
        let json = match sent {
            Sent::Json(object) => object.get(field.name()).cloned(),
            Sent::Form(data) => json_of_form(field, data),
        };
        match json {
            Some(json) if field.is_file() => bind_file(bound, &json, before),
            Some(json) => match read(field, &json, settings.time_zone) {
                Ok(cleaned) => bound.cleaned = Some(cleaned),
                Err(errors) => bound.errors.extend(errors),
            },
            None if field.is_file() => {}
            None => bind_nothing(bound),
        }
    }
}

/// A file can be left as it is or removed in JSON. A new one comes with a form.
fn bind_file(bound: &mut BoundField, json: &Json, before: Option<&Before>) {
    if bound.upload.is_some() {
        return;
    }
    let current = before.and_then(|before| before.json.get(bound.field.name()));
    let is_empty = json.is_null() || *json == "";
    if current.is_some_and(|current| current == json) {
        return;
    }
    bound.errors.clear();
    if !is_empty {
        bound.errors.push(SEND_FILE.to_owned());
    } else if bound.field.required() {
        bound.errors.push(REQUIRED.to_owned());
    } else {
        bound.cleaned = Some(Cleaned::One(Value::Text(String::new())));
    }
}

/// A field that was not sent keeps its default.
fn bind_nothing(bound: &mut BoundField) {
    if bound.field.required() && !bound.field.has_default() {
        bound.errors.push(REQUIRED.to_owned());
    } else {
        bound.cleaned = Some(bound.initial.clone());
    }
}
