//! The bound form: the row, the fields, and the submitted values.

use super::inline::Formset;
use super::layout::{Layout, LayoutContext};
use super::picker::PickerResult;
use super::request::ChangeFormRequest;
use super::widgets::is_raw;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm, Typed};
use crate::http::QueryDict;
use crate::models::{Record, parse_in};

/// A form while it is processed.
#[derive(Debug)]
pub(super) struct BoundChangeForm {
    /// The display name of the row; "" for a new one.
    pub(super) name: String,
    pub(super) layout: Layout,
    pub(super) form: ModelForm,
    /// The links of many-to-many fields, by name.
    pub(super) linked: Vec<(&'static str, Vec<Value>)>,
    /// The inlines.
    pub(super) inlines: Vec<Formset>,
    /// The result of a search for one of the fields.
    pub(super) picker_result: Option<PickerResult>,
    /// Whether the form is bound to submitted data.
    pub(super) bound: bool,
}

impl BoundChangeForm {
    /// Whether nothing is wrong with the row and the rows inside its form.
    pub(super) fn is_valid(&self) -> bool {
        self.form.is_valid() && self.inlines.iter().all(Formset::is_valid)
    }

    /// Removes all errors, because the form is only shown again.
    pub(super) fn forgive(&mut self) {
        self.form.errors.clear();
        for bound in &mut self.form.fields {
            bound.errors.clear();
        }
        self.inlines.iter_mut().for_each(Formset::forgive);
    }
}

impl ChangeFormRequest {
    /// Creates the form of a new row, or of the row with the display name `name`.
    pub(super) fn new_form(
        &self,
        conn: &mut Conn,
        row: Option<(Record, String)>,
        may_edit: bool,
    ) -> Result<BoundChangeForm> {
        let (model, options) = (self.registered.model, &self.registered.options);
        let adding = row.is_none();
        let (record, name) = row.unwrap_or_else(|| (Record::new(model), String::new()));
        let context = LayoutContext {
            actor: &self.actor,
            settings: &self.settings,
            record: (!adding).then_some(&record),
            may_edit,
        };
        let layout = Layout::new(model, options, context, &[]);
        let edited = layout.edited();
        let mut linked = Vec::new();
        for field in edited.iter().chain(&layout.shown()) {
            if let ModelField::Many(many) = field
                && !adding
            {
                let pairs = many.linked(conn, model, std::slice::from_ref(record.pk()))?;
                linked.push((
                    many.name,
                    pairs.into_iter().map(|(_, to)| to).collect::<Vec<_>>(),
                ));
            }
        }
        let links = |name: &'static str| {
            let found = linked.iter().find(|(other, _)| *other == name);
            found.map(|(_, keys)| keys.clone()).unwrap_or_default()
        };
        let mut form = ModelForm::new(record, adding, &edited, &links, self.zone());
        layout.limits.apply(&mut form);
        for bound in &mut form.fields {
            bound.commas = is_raw(bound.field, options);
        }
        Ok(BoundChangeForm {
            name,
            layout,
            form,
            linked,
            inlines: Vec::new(),
            picker_result: None,
            bound: false,
        })
    }
}

/// Fills the form of a new row from the query string; many-to-many fields have commas (Django's
/// `get_changeform_initial_data`).
pub(super) fn prefill(form: &mut ModelForm, query: &QueryDict, zone: chrono_tz::Tz) {
    for bound in &mut form.fields {
        let Some(text) = query.get(bound.field.name()) else {
            continue;
        };
        bound.typed = match bound.field {
            ModelField::Many(_) => Typed(text.split(',').map(str::to_owned).collect()),
            ModelField::Column(column) if bound.field.is_split() => {
                match parse_in(column, text, zone) {
                    Some(value) => {
                        crate::forms::model::texts(bound.field, &Cleaned::One(value), zone)
                    }
                    None => Typed(vec![text.to_owned(), String::new()]),
                }
            }
            ModelField::Column(_) if bound.field.is_box() => {
                let ticked = !matches!(text.to_lowercase().as_str(), "" | "0" | "false");
                Typed(ticked.then(|| "on".to_owned()).into_iter().collect())
            }
            ModelField::Column(_) => Typed::one(text),
        };
        bound.shown = bound.typed.clone();
    }
}
