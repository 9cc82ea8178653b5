//! The form of a row without a page, for imports.

use super::layout::{Layout, LayoutContext};
use crate::admin::{Actor, RegisteredModel};
use crate::db::Value;
use crate::forms::model::{ModelField, ModelForm};
use crate::models::Record;
use crate::settings::Settings;

/// The user and the settings of a form.
#[derive(Clone, Copy)]
pub(in crate::admin) struct RowFormContext<'a> {
    pub(in crate::admin) registered: &'static RegisteredModel,
    pub(in crate::admin) actor: &'a Actor,
    pub(in crate::admin) settings: &'a Settings,
}

impl RowFormContext<'_> {
    fn layout(&self, record: Option<&Record>) -> Layout {
        let context = LayoutContext {
            actor: self.actor,
            settings: self.settings,
            record,
            may_edit: true,
        };
        let registered = self.registered;
        Layout::new(registered.model, &registered.options, context, &[])
    }

    /// Returns the form of `record`, or of a new row, with those fields that the user may edit and that `is_wanted` selects.
    pub(in crate::admin) fn form(
        &self,
        record: Option<Record>,
        linked: &dyn Fn(&'static str) -> Vec<Value>,
        is_wanted: &dyn Fn(ModelField) -> bool,
    ) -> ModelForm {
        let layout = self.layout(record.as_ref());
        let fields: Vec<ModelField> = layout
            .edited()
            .into_iter()
            .filter(|field| is_wanted(*field))
            .collect();
        let adding = record.is_none();
        let record = record.unwrap_or_else(|| Record::new(self.registered.model));
        let mut form = ModelForm::new(record, adding, &fields, linked, self.settings.time_zone);
        layout.limits.apply(&mut form);
        form
    }
}
