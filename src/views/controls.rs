//! The controls of a form for visitors.

use super::options::FormOptions;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{BLANK, BoundField, Choice, Control, ControlKind, ModelField, ModelForm};
use crate::models::RelationTarget;
use crate::records::{MAX_CHOICES, MAX_MULTIPLE_CHOICES, Policy};
use crate::settings::Settings;

/// Keys and names of rows, or `None` if there are too many of them.
type Rows = Option<Vec<(Value, String)>>;

/// The rows that the relations of a page may be set to. Each relation is loaded once, for any number of forms.
#[derive(Debug, Default)]
pub(super) struct OfferedRows(Vec<(RelationTarget, i64, Rows)>);

impl OfferedRows {
    /// Returns the rows of `target`; `None` if there are more than `most`.
    fn load(
        &mut self,
        conn: &mut Conn,
        target: &RelationTarget,
        most: i64,
    ) -> Result<Option<&[(Value, String)]>> {
        let known =
            |(known, limit, _): &(RelationTarget, i64, Rows)| known == target && *limit == most;
        let at = self.0.iter().position(known).unwrap_or(self.0.len());
        if at == self.0.len() {
            let rows = Policy::new(target.model).load_choices(conn, target, most)?;
            self.0.push((target.clone(), most, rows));
        }
        Ok(self.0[at].2.as_deref())
    }
}

/// Creates the control of a field of a form, with the rows that a relation may be set to.
pub(super) fn control(
    conn: &mut Conn,
    settings: &Settings,
    options: &FormOptions,
    (form, bound): (&ModelForm, &BoundField),
    offered: &mut OfferedRows,
) -> Result<Control> {
    let mut control = Control::new(form, bound, &options.help_text(bound.field));
    control.required = bound.field.required();
    if let Some(target) = &bound.target() {
        let most = if matches!(bound.field, ModelField::Many(_)) {
            MAX_MULTIPLE_CHOICES
        } else {
            MAX_CHOICES
        };
        offer_rows(&mut control, bound, offered.load(conn, target, most)?);
    }
    if let Some(column) = bound
        .field
        .column()
        .filter(|it| !it.autocomplete.is_empty())
    {
        let token = column.autocomplete.to_owned();
        control.data.push(("autocomplete", token));
    }
    if let Some(choices) = options.choices(bound.field) {
        offer_choices(&mut control, bound, choices);
    }
    if let Some(kind) = options.control(bound.field) {
        replace(&mut control, bound, kind);
    }
    control.label_blank_choice(settings.django_version().blank_choice_label());
    Ok(control)
}

/// Offers the values that the view has chosen.
fn offer_choices(control: &mut Control, bound: &BoundField, choices: &[(String, String)]) {
    let blank = (String::new(), BLANK.to_owned());
    control.kind = ControlKind::Select;
    control.choices = std::iter::once(&blank)
        .chain(choices)
        .map(|(value, text)| Choice {
            selected: bound.typed.first() == value,
            value: value.clone(),
            text: text.clone(),
            ..Choice::default()
        })
        .collect();
}

/// Offers the rows that a relation may be set to; if there are too many, their keys are typed.
fn offer_rows(control: &mut Control, bound: &BoundField, rows: Option<&[(Value, String)]>) {
    let is_many = matches!(bound.field, ModelField::Many(_));
    let Some(rows) = rows else {
        control.kind = ControlKind::RawId;
        control.value = bound.typed.0.join(",");
        return;
    };

    control.kind = if is_many {
        ControlKind::SelectMany
    } else {
        ControlKind::Select
    };
    let is_chosen = |key: &str| bound.typed.0.iter().any(|typed| typed.trim() == key);
    control.choices = rows
        .iter()
        .map(|(key, text)| {
            let value = key.to_string();
            Choice {
                selected: is_chosen(&value),
                value,
                text: text.clone(),
                ..Choice::default()
            }
        })
        .collect();
    // A chosen row that cannot be chosen any more stays chosen, so that a browser chooses no other.
    for key in bound.initial.values().iter().map(ToString::to_string) {
        if is_chosen(&key) && control.choices.iter().all(|choice| choice.value != key) {
            control.choices.push(Choice {
                text: format!("{key} (no longer there)"),
                value: key,
                selected: true,
                ..Choice::default()
            });
        }
    }
    if !is_many {
        let none = Choice {
            text: BLANK.to_owned(),
            selected: bound.typed.is_empty(),
            ..Choice::default()
        };
        control.choices.insert(0, none);
    }
}

/// Shows the control that the view has chosen, if it can show the field.
fn replace(control: &mut Control, bound: &BoundField, kind: ControlKind) {
    let is_choice = !control.choices.is_empty() || control.kind == ControlKind::Select;
    match kind {
        ControlKind::Radio if is_choice => {
            // A required choice has no button for "nothing".
            let required = bound.field.required();
            control
                .choices
                .retain(|choice| !choice.value.is_empty() || !required);
            for choice in &mut control.choices {
                if choice.value.is_empty() {
                    "None".clone_into(&mut choice.text);
                }
            }
            control.kind = kind;
        }
        ControlKind::Boxes if control.kind == ControlKind::SelectMany => control.kind = kind,
        ControlKind::Input("password") => {
            control.kind = kind;
            control.value.clear();
        }
        ControlKind::Input("hidden") => {
            control.kind = kind;
            control.required = false;
        }
        ControlKind::Input("text") | ControlKind::Textarea
            if bound.field.takes_lines() || is_line(control) =>
        {
            control.kind = kind;
        }
        _ => {}
    }
}

/// Whether the control is a single line of text.
fn is_line(control: &Control) -> bool {
    control.kind == ControlKind::Input("text")
}
