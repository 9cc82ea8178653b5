//! Searches and chooses related rows without scripts: a button shows the first possible rows in the
//! form, with a box to search for others.

use super::relations::Named;
use super::request::BOX;
use crate::admin::{Actor, AdminSite, RegisteredModel};
use crate::forms::model::{Choice, Control, ControlKind, ModelField};
use crate::models::Meta;

/// The result of a search for a field.
#[derive(Debug, Clone)]
pub(super) struct PickerResult {
    /// The field: `items-0-product`
    pub(super) name: String,
    pub(super) term: String,
    pub(super) rows: Vec<Named>,
    /// Whether there are more rows.
    pub(super) more: bool,
}

/// The search of a field.
#[derive(Debug, Clone)]
pub(in crate::admin) struct RowPicker {
    /// The name of the field.
    pub(in crate::admin) name: String,
    /// The name of the searched model.
    pub(in crate::admin) label: String,
    /// The result of the last search in words; "" before the first search.
    pub(in crate::admin) note: String,
    /// Whether the search box has the focus when the page is opened.
    pub(in crate::admin) focus: bool,
}

/// Returns the registration of the model, if this user can search its rows.
pub(super) fn searchable(
    site: &'static AdminSite,
    actor: &Actor,
    model: &Meta,
) -> Option<&'static RegisteredModel> {
    site.registered(model).filter(|registered| {
        !registered.options.search_fields.is_empty() && actor.may(registered, "view", None)
    })
}

impl PickerResult {
    /// Returns the result in words.
    fn note(&self) -> String {
        let of = if self.term.is_empty() {
            String::new()
        } else {
            format!(" for “{}”", self.term)
        };
        match (self.rows.len(), self.more) {
            (0, _) => format!("Nothing found{of}."),
            (1, _) => format!("1 match{of}. Choose it, then save."),
            (count, false) => format!("{count} matches{of}. Choose, then save."),
            (count, true) if of.is_empty() => {
                format!("The first {count}. Choose, then save, or search.")
            }
            (count, true) => format!(
                "The first {count} matches{of}. Choose, then save, or search for more words."
            ),
        }
    }
}

impl RowPicker {
    /// Creates the search of `field`, whose `control` then offers the rows that were found; `label`
    /// is the label of the field.
    pub(super) fn new(
        control: &mut Control,
        field: ModelField,
        label: &str,
        chosen: Vec<Choice>,
        result: Option<&PickerResult>,
    ) -> Self {
        let mut picker = Self {
            name: control.name.clone(),
            label: label.to_lowercase(),
            note: String::new(),
            focus: false,
        };
        let Some(result) = result.filter(|result| result.name == control.name) else {
            return picker;
        };
        picker.note = result.note();
        if result.rows.is_empty() {
            picker.focus = true;
            return picker;
        }
        if control.kind == ControlKind::RawId {
            if matches!(field, ModelField::Column(_)) && !field.required() {
                let selected = chosen.is_empty();
                control.choices.push(Choice {
                    value: String::new(),
                    text: String::new(),
                    selected,
                    ..Choice::default()
                });
            }
            control.choices.extend(chosen);
        }
        control.kind = match field {
            ModelField::Many(_) => ControlKind::Boxes,
            ModelField::Column(_) => ControlKind::Radio,
        };
        for none in control
            .choices
            .iter_mut()
            .filter(|choice| choice.value.is_empty())
        {
            "None".clone_into(&mut none.text);
        }
        for (value, text) in &result.rows {
            let there = control
                .choices
                .iter()
                .position(|choice| choice.value == *value);
            control.focus = control.focus.or(there).or(Some(control.choices.len()));
            if there.is_none() {
                let choice = Choice {
                    value: value.clone(),
                    text: text.clone(),
                    ..Choice::default()
                };
                control.choices.push(choice);
            }
        }
        if result.more && result.term.is_empty() {
            picker.focus = true;
            control.focus = None;
        }
        control.describe("found");
        picker
    }

    /// Returns the name of the search box.
    pub(in crate::admin) fn box_name(&self) -> String {
        format!("{BOX}{}", self.name)
    }

    /// Whether there was a search.
    pub(in crate::admin) fn has_note(&self) -> bool {
        !self.note.is_empty()
    }
}
