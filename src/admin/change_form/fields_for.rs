//! The fields that the form of a row shows to a user, for pages that show or write the same fields.

use super::layout::{Layout, LayoutContext};
use crate::admin::options::ChoiceLimits;
use crate::admin::{Actor, RegisteredModel};
use crate::forms::model::ModelField;
use crate::models::Record;
use crate::settings::Settings;

/// The fields of a form.
#[derive(Debug, Clone)]
pub(in crate::admin) struct VisibleFields {
    /// The fields that the user may change.
    pub(in crate::admin) editable: Vec<ModelField>,
    /// The fields that the user only sees.
    readonly: Vec<ModelField>,
    /// The limits of the rows that relations can be set to.
    pub(in crate::admin) limits: ChoiceLimits,
}

impl VisibleFields {
    /// Returns the fields of the form of `record`, or of a form for any row.
    pub(in crate::admin) fn new(
        registered: &RegisteredModel,
        actor: &Actor,
        settings: &Settings,
        record: Option<&Record>,
    ) -> Self {
        let context = LayoutContext {
            actor,
            settings,
            record,
            may_edit: actor.may(registered, "change", record),
        };
        let layout = Layout::new(registered.model, &registered.options, context, &[]);
        Self {
            editable: layout.edited(),
            readonly: layout.shown(),
            limits: layout.limits,
        }
    }

    /// Whether the form shows the field with this name.
    pub(in crate::admin) fn shows(&self, name: &str) -> bool {
        self.may_change(name) || self.readonly.iter().any(|field| field.name() == name)
    }

    /// Whether the user may change the field with this name.
    pub(in crate::admin) fn may_change(&self, name: &str) -> bool {
        self.editable.iter().any(|field| field.name() == name)
    }
}
