//! The options of a form for visitors.

use std::fmt;

use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{ControlKind, ModelField, ModelForm};
use crate::models::{Meta, Record};
use crate::records::FieldError;

/// Validates a row that is about to be saved.
pub(super) type Check = Box<dyn FnOnce(&mut Conn, &Record) -> Result<Vec<FieldError>> + Send>;
/// Changes a row before it is saved.
pub(super) type BeforeSave = Box<dyn FnOnce(&mut Conn, &mut Record) -> Result<()> + Send>;
/// Changes a row before it is saved, with the values of the fields that the model does not have.
pub(super) type SetFromExtra =
    Box<dyn FnOnce(&mut Conn, &mut Record, &Record) -> Result<()> + Send>;
/// Does more in the transaction that has saved a row.
pub(super) type AfterSave = Box<dyn FnOnce(&mut Conn, &Record) -> Result<()> + Send>;

/// The fields, values and steps of a form.
pub(super) struct FormOptions {
    pub(super) model: &'static Meta,
    /// The names of the fields; `None` for all editable fields.
    pub(super) fields: Option<Vec<&'static str>>,
    pub(super) exclude: Vec<&'static str>,
    /// Values that the visitor does not choose.
    pub(super) set: Vec<(&'static str, Value)>,
    /// Values that a new form shows.
    pub(super) initial: Vec<(&'static str, Value)>,
    pub(super) controls: Vec<(&'static str, ControlKind)>,
    /// Values and labels that the view offers.
    pub(super) choices: Vec<(&'static str, Vec<(String, String)>)>,
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) help_texts: Vec<(&'static str, String)>,
    pub(super) prefix: String,
    pub(super) check: Vec<Check>,
    pub(super) before_save: Vec<BeforeSave>,
    pub(super) after_save: Vec<AfterSave>,
    pub(super) extra: Option<Box<ExtraFields>>,
}

/// Fields that the model does not have. They are a form of their own, in the same HTML form.
pub(super) struct ExtraFields {
    pub(super) options: FormOptions,
    /// The function that gets their values; `None` after it has run.
    pub(super) set: Option<SetFromExtra>,
}

impl FormOptions {
    pub(super) fn new(model: &'static Meta) -> Self {
        Self {
            model,
            fields: None,
            exclude: Vec::new(),
            set: Vec::new(),
            initial: Vec::new(),
            controls: Vec::new(),
            choices: Vec::new(),
            labels: Vec::new(),
            help_texts: Vec::new(),
            prefix: String::new(),
            check: Vec::new(),
            before_save: Vec::new(),
            after_save: Vec::new(),
            extra: None,
        }
    }

    /// Returns the fields of the form, in order.
    pub(super) fn model_fields(&self) -> Vec<ModelField> {
        let is_left_out = |field: &ModelField| {
            self.exclude.contains(&field.key())
                || self.set.iter().any(|(name, _)| *name == field.key())
        };
        let mut fields: Vec<ModelField> = match &self.fields {
            Some(names) => names
                .iter()
                .filter_map(|name| ModelField::find(self.model, name))
                .collect(),
            None => self.editable(),
        };
        fields.retain(|field| !is_left_out(field));
        fields
    }

    fn editable(&self) -> Vec<ModelField> {
        let pk = self.model.pk().column;
        let columns = self.model.fields.iter();
        let columns = columns.filter(|field| field.editable && field.column != pk);
        columns
            .map(ModelField::Column)
            .chain(self.model.plain_many().map(ModelField::Many))
            .collect()
    }

    /// Sets the values that the visitor does not choose.
    pub(super) fn fix(&self, form: &mut ModelForm) {
        for (name, value) in &self.set {
            if let Some(field) = self.model.column(name) {
                form.record.set_value(field, value.clone());
                form.fixed.push(field.column);
            }
        }
    }

    /// Returns a new row with its initial values.
    pub(super) fn new_record(&self) -> Record {
        let mut record = Record::new(self.model);
        for (name, value) in &self.initial {
            if let Some(field) = self.model.column(name) {
                record.set_value(field, value.clone());
            }
        }
        record
    }

    /// Returns the values and labels that the view offers for this field.
    pub(super) fn choices(&self, field: ModelField) -> Option<&[(String, String)]> {
        let own = self.choices.iter().find(|(name, _)| *name == field.key());
        own.map(|(_, choices)| choices.as_slice())
    }

    /// Returns the errors of values that the view does not offer.
    pub(super) fn wrong_choices(&self, record: &Record) -> Vec<(&'static str, String)> {
        let mut errors = Vec::new();
        for (name, choices) in &self.choices {
            let Some(column) = self.model.column(name) else {
                continue;
            };
            let value = record.value(column).to_string();
            if !value.is_empty() && choices.iter().all(|(offered, _)| *offered != value) {
                let text =
                    format!("Select a valid choice. {value} is not one of the available choices.");
                errors.push((*name, text));
            }
        }
        errors
    }

    pub(super) fn label(&self, field: ModelField) -> String {
        let own = self.labels.iter().find(|(name, _)| *name == field.key());
        own.map_or_else(|| field.label(), |(_, label)| label.clone())
    }

    pub(super) fn help_text(&self, field: ModelField) -> String {
        let own = self
            .help_texts
            .iter()
            .find(|(name, _)| *name == field.key());
        own.map_or_else(|| field.help_text().to_owned(), |(_, text)| text.clone())
    }

    pub(super) fn control(&self, field: ModelField) -> Option<ControlKind> {
        let mut controls = self.controls.iter().rev();
        let own = controls.find(|(name, _)| *name == field.key())?;
        Some(own.1)
    }
}

impl fmt::Debug for FormOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormOptions")
            .field("model", &self.model.label())
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}
