//! [`Forms`]: the form of a row, with the form of the fields that its model does not have.

use chrono_tz::Tz;

use super::options::FormOptions;
use super::row_form::Links;
use crate::forms::model::{ModelForm, Posted};

/// The two parts of one HTML form.
#[derive(Debug)]
pub(super) struct Forms {
    pub(super) form: ModelForm,
    /// The fields of [`FormOptions::extra`].
    pub(super) extra: Option<ModelForm>,
}

impl Forms {
    /// Adds the fields that the model does not have to the form of a row.
    pub(super) fn new(options: &FormOptions, form: ModelForm, zone: Tz) -> Self {
        let prefixed = |form: ModelForm| form.prefix(options.prefix.clone());
        let extra = options.extra.as_ref().map(|extra| {
            let extra = extra.options.form(None, &Links::default(), zone);
            let is_new = |name: &str| form.fields.iter().all(|it| it.field.key() != name);
            debug_assert!(
                extra.fields.iter().all(|it| is_new(it.field.key())),
                "extra_fields: the model has a field of this name"
            );
            prefixed(extra)
        });
        Self {
            form: prefixed(form),
            extra,
        }
    }

    /// Reads what was sent.
    pub(super) fn bind(&mut self, posted: &Posted<'_>, zone: Tz) {
        for form in self.all() {
            form.bind(posted, zone);
        }
    }

    /// Returns both forms.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut ModelForm> {
        std::iter::once(&mut self.form).chain(&mut self.extra)
    }

    pub(super) fn is_valid(&self) -> bool {
        self.form.is_valid() && self.extra.as_ref().is_none_or(ModelForm::is_valid)
    }
}
