//! Makes the HTML form of a model form.

use super::controls::{OfferedRows, control};
use super::forms::Forms;
use super::options::FormOptions;
use super::request::{Done, FormRequest};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::html::{CurrentFile, HtmlField, HtmlForm};
use crate::forms::model::{BoundField, Control, LOADED, ModelForm, prefixed};
use crate::forms::submissions::{SUBMISSION, new_id};
use crate::models::{DisplayShape, Obstacle, Record, file_url};
use crate::settings::Settings;

/// The error of a field that somebody else has changed meanwhile.
const CHANGED_MEANWHILE: &str = "Somebody else has changed this field since you opened the page. Check the value and save again.";

impl FormRequest {
    /// Returns the form with its controls. The fields that the model does not have come last.
    pub(super) fn show(
        &self,
        conn: &mut Conn,
        options: &FormOptions,
        forms: &Forms,
    ) -> Result<Done> {
        let (form, settings, mut offered) = (&forms.form, &self.settings, OfferedRows::default());
        let mut html = html_form(conn, settings, options, form, &mut offered)?;
        if let Some((options, form)) = options.extra.as_ref().zip(forms.extra.as_ref()) {
            let extra = html_form(conn, settings, &options.options, form, &mut offered)?;
            html.fields.extend(extra.fields);
            html.errors.extend(extra.errors);
        }
        if form.adding {
            let id = new_id(self.user_id, &self.settings);
            html.hidden.push((SUBMISSION.to_owned(), id));
        } else {
            html.row = form.record.name(conn)?;
        }
        Ok(Done::Form(Box::new(html)))
    }
}

/// Returns the question whether a row is to be deleted, with the rows that forbid it.
pub(super) fn question(
    conn: &mut Conn,
    options: &FormOptions,
    record: &Record,
    obstacles: &[Obstacle],
) -> Result<Done> {
    let mut html = HtmlForm::new(Vec::new());
    html.row = record.name(conn)?;
    for obstacle in obstacles {
        let (model, one) = (obstacle.key.model, &options.model.verbose_name);
        let count = obstacle.count;
        let names = model.counted(count);
        let refer = if count == 1 { "refers" } else { "refer" };
        html.errors.push(format!(
            "The {one} “{}” cannot be deleted: {count} {names} {refer} to it.",
            html.row
        ));
    }
    Ok(Done::Form(Box::new(html)))
}

/// Returns a form with its controls, its errors and the marks of the values that it shows. `offered` keeps the choices of
/// relations for the next form of the page.
pub(super) fn html_form(
    conn: &mut Conn,
    settings: &Settings,
    options: &FormOptions,
    form: &ModelForm,
    offered: &mut OfferedRows,
) -> Result<HtmlForm> {
    let mut fields = Vec::new();
    for bound in &form.fields {
        let control = control(conn, settings, options, (form, bound), offered)?;
        fields.push(html_field(options, bound, control));
    }
    let mut html = HtmlForm::new(fields);
    html.errors.clone_from(&form.errors);
    html.hidden.push((
        prefixed(&form.prefix, LOADED),
        form.loaded(settings.time_zone),
    ));
    Ok(html)
}

fn html_field(options: &FormOptions, bound: &BoundField, control: Control) -> HtmlField {
    let mut field = HtmlField::new(bound.field.name(), options.label(bound.field), control);
    field.help = options.help_text(bound.field);
    field.required = bound.field.required();
    field.errors.clone_from(&bound.errors);
    if bound.conflict {
        field.errors.push(CHANGED_MEANWHILE.to_owned());
    }
    field.note = bound.note();
    let path = bound.initial.one().and_then(Value::as_str);
    if let Some(column) = bound.field.column().filter(|column| column.is_file())
        && let Some(path) = path.filter(|path| !path.is_empty())
    {
        field.file = Some(CurrentFile {
            path: path.to_owned(),
            url: file_url(path),
            is_image: column.shape() == DisplayShape::Picture,
            may_clear: !bound.field.required(),
        });
    }
    field
}
