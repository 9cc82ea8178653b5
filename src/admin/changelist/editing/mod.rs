//! Editing fields in the list, with a form for each row (Django's `list_editable`).

mod control;
mod held;
mod save;

use super::list::List;
use super::markup::Markup;
use crate::admin::RegisteredModel;
use crate::admin::last_save::LastSave;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{
    BoundField, Choice, Cleaned, Control, ControlKind, ModelField, ModelForm, Typed, texts,
    unreadable_note,
};
use crate::models::{Record, Row};
use crate::records::MAX_CHOICES;
pub(super) use save::{Outcome, SentList, read_again, save};

/// The prefix of all field names, as in Django.
pub(super) const PREFIX: &str = "form";

/// An editable field, in the column with this index.
struct Edited {
    column: usize,
    field: ModelField,
    label: String,
    /// The field's control without the values of a row.
    pattern: Control,
    /// The label of the empty choice.
    blank_label: &'static str,
}

/// The submitted data of a row that were not saved.
pub(super) struct Sent {
    /// The primary key of the row.
    pub(super) pk: String,
    pub(super) form: ModelForm,
    /// The display name of the row.
    pub(super) name: String,
    /// The position of the row.
    pub(super) number: usize,
    /// The last save, if two people have changed the row.
    pub(super) last_save: Option<LastSave>,
}

impl Sent {
    /// Whether the submitted values differ from the row's.
    pub(super) fn is_changed(&self) -> bool {
        self.form.has_changed()
    }

    /// Returns the `id` of a field's control.
    fn control_id(&self, field: ModelField) -> String {
        format!("id_{PREFIX}-{}-{}", self.number, field.name())
    }
}

/// An error, for the summary above the list.
pub(super) struct Fault {
    pub(super) text: String,
    /// The id of the control with the error.
    pub(super) target: String,
}

/// A row that two people have changed.
pub(super) struct Conflict {
    /// The fields that both have changed: the id of the control, and the label.
    pub(super) fields: Vec<(String, String)>,
    pub(super) name: String,
    pub(super) last_save: Option<LastSave>,
}

/// The editable fields, and the submitted data that were not saved.
pub(super) struct Editing {
    edited: Vec<Edited>,
    pub(super) sent: Vec<Sent>,
    /// The errors that belong to no single row (non-form errors).
    pub(super) errors: Vec<String>,
    /// Whether the list was sent without a session and is shown again after the login.
    pub(super) restored: bool,
}

/// Returns the fields of `registered` that can be edited in its list, if the list shows them.
fn fields(
    registered: &'static RegisteredModel,
    is_shown: impl Fn(&str) -> bool,
) -> Vec<ModelField> {
    let keys = registered.options.list_editable.iter();
    let shown = keys.filter(|key| is_shown(key));
    shown
        .filter_map(|key| ModelField::find(registered.model, key))
        .filter(|field| !field.is_file())
        .collect()
}

impl Editing {
    /// Prepares the controls, with one query for each model that a field refers to.
    pub(super) fn new(conn: &mut Conn, list: &List, blank_label: &'static str) -> Result<Self> {
        let registered = list.site.registered;
        let columns = &list.columns.all;
        let fields = fields(registered, |key| {
            columns.iter().any(|column| column.name == key)
        });
        let mut form = ModelForm::new(
            Record::new(registered.model),
            false,
            &fields,
            &|_| Vec::new(),
            list.site.zone,
        );
        list.limits.apply(&mut form);
        let mut edited = Vec::with_capacity(fields.len());
        for bound in &form.fields {
            let key = bound.field.key();
            let Some(column) = list
                .columns
                .all
                .iter()
                .position(|column| column.name == key)
            else {
                continue;
            };
            let mut pattern = Control::new(&form, bound, bound.field.help_text());
            if let Some(target) = &bound.target() {
                let policy = list.site.admin.policy(target.model);
                if let Some(found) = policy.load_choices(conn, target, MAX_CHOICES)? {
                    let none = Choice {
                        text: blank_label.to_owned(),
                        ..Choice::default()
                    };
                    let choices = found.into_iter().map(|(pk, text)| Choice {
                        value: pk.to_string(),
                        text,
                        ..Choice::default()
                    });
                    pattern.kind = ControlKind::Select;
                    pattern.choices = [none].into_iter().chain(choices).collect();
                } else {
                    pattern.kind = ControlKind::RawId;
                }
            }
            pattern.label_blank_choice(blank_label);
            edited.push(Edited {
                column,
                field: bound.field,
                label: bound.field.label(),
                pattern,
                blank_label,
            });
        }
        Ok(Self {
            edited,
            sent: Vec::new(),
            errors: Vec::new(),
            restored: false,
        })
    }

    /// Returns the number of fields that a browser sends for each row.
    pub(super) fn inputs(&self) -> usize {
        1 + self
            .edited
            .iter()
            .map(|edited| edited.pattern.fields())
            .sum::<usize>()
    }

    /// Writes the control of the column `column` in row `number`; returns whether there is one.
    pub(super) fn write(
        &self,
        out: &mut Markup,
        list: &List,
        (column, number): (usize, usize),
        row: &Row,
        (pk, name): (&str, &str),
    ) -> bool {
        let Some(edited) = self.edited.iter().find(|edited| edited.column == column) else {
            return false;
        };
        let sent = self.sent.iter().find(|sent| sent.pk == pk);
        let held = Self::text(list, edited, row);
        if let Some(bound) = sent.and_then(|sent| sent.form.field(edited.field.name())) {
            let theirs = bound.conflict.then_some(held);
            let cell = control::EditedCell {
                typed: &bound.typed,
                errors: &bound.errors,
                note: bound.note(),
                theirs,
            };
            control::write(out, edited, number, name, &cell);
        } else {
            let value = list.columns.all[edited.column]
                .values(row)
                .first()
                .and_then(Value::unreadable);
            let cell = control::EditedCell {
                typed: &held,
                errors: &[],
                note: value.map(unreadable_note),
                theirs: None,
            };
            control::write(out, edited, number, name, &cell);
        }
        true
    }

    /// Returns the value of the field in `row`, as a control shows it.
    fn text(list: &List, edited: &Edited, row: &Row) -> Typed {
        let value = list.columns.all[edited.column].values(row).first().cloned();
        let value = value.unwrap_or(Value::Null(crate::db::Kind::Text));
        texts(edited.field, &Cleaned::One(value), list.site.zone)
    }

    /// Returns the values of all fields of all rows, for the hidden input.
    pub(super) fn held(&self, list: &List, rows: &[Row]) -> String {
        let mut out = String::with_capacity(rows.len() * 24);
        for row in rows {
            let texts = self
                .edited
                .iter()
                .map(|edited| Self::text(list, edited, row));
            held::write(
                &mut out,
                &row.first().map(ToString::to_string).unwrap_or_default(),
                texts,
            );
        }
        out
    }

    /// Returns the errors, for the summary above the list.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for sent in &self.sent {
            for bound in &sent.form.fields {
                let target = sent.control_id(bound.field);
                let named =
                    |text: &str| format!("{} of {}: {text}", bound.field.label(), sent.name);
                let errors = bound.errors.iter().map(|error| named(error));
                faults.extend(errors.map(|text| Fault {
                    text,
                    target: target.clone(),
                }));
            }
            let errors = sent.form.errors.iter();
            let target = format!("id_{PREFIX}-{}", sent.number);
            faults.extend(errors.map(|error| Fault {
                text: format!("{}: {error}", sent.name),
                target: target.clone(),
            }));
        }
        faults
    }

    /// Returns the rows that two people have changed.
    pub(super) fn conflicts(&self) -> Vec<Conflict> {
        let of = |sent: &Sent| {
            let collided = sent
                .form
                .fields
                .iter()
                .filter(|bound| bound.conflict)
                .map(|bound| bound.field);
            let fields: Vec<_> = collided
                .map(|field| (sent.control_id(field), field.label()))
                .collect();
            let told = Conflict {
                fields,
                name: sent.name.clone(),
                last_save: sent.last_save.clone(),
            };
            (!told.fields.is_empty()).then_some(told)
        };
        self.sent.iter().filter_map(of).collect()
    }
}

/// Whether the field has an error or a conflict.
fn is_wrong(bound: &BoundField) -> bool {
    bound.conflict || !bound.errors.is_empty()
}
