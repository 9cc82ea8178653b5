//! [`Plan`]: a change of one row that is shown and checked before it is saved, such as the reversal of an earlier change.

use chrono_tz::Tz;

use super::difference::{Difference, Names};
use crate::admin::options::ChoiceLimits;
use crate::admin::{Actor, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm, check, clean, texts};
use crate::models::{ManyToMany, Record};
use crate::records::history::{Delta, FieldDelta};
use crate::records::{Done, Flag, LinkChange, Policy, RecordChange, Writer};

/// The treatment of a field that was changed again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Later {
    /// The field gets its earlier value again, after the user has seen the later value.
    Overwrite,
    /// The field keeps its later value.
    Keep,
}

/// Links that change.
#[derive(Debug)]
pub(in crate::admin) struct Links {
    pub(in crate::admin) many: &'static ManyToMany,
    pub(in crate::admin) before: Vec<Value>,
    pub(in crate::admin) after: Vec<Value>,
}

impl Links {
    fn change(&self) -> LinkChange<'_> {
        LinkChange {
            field: self.many,
            before: &self.before,
            after: &self.after,
        }
    }
}

/// A change of one row that is not saved yet.
#[derive(Debug)]
pub(in crate::admin) struct Plan {
    pub(in crate::admin) record: Record,
    pub(in crate::admin) after: Record,
    links: Vec<Links>,
    /// The fields that change, each with its present value and its new value.
    pub(in crate::admin) deltas: Vec<FieldDelta>,
    /// The names of fields that were changed again later.
    pub(super) later: Vec<String>,
    /// The names of fields that cannot be reverted: their values were not kept, or the user may not change them.
    pub(super) fixed: Vec<String>,
}

impl Plan {
    /// Creates a plan that changes nothing yet.
    pub(in crate::admin) fn unchanged(record: Record) -> Self {
        Self {
            after: record.clone(),
            record,
            links: Vec::new(),
            deltas: Vec::new(),
            later: Vec::new(),
            fixed: Vec::new(),
        }
    }

    /// Plans to give `record` the values that it had before `deltas`.
    pub(super) fn new(
        conn: &mut Conn,
        record: Record,
        deltas: &[FieldDelta],
        may_change: &dyn Fn(&str) -> bool,
        later: Later,
    ) -> Result<Self> {
        let mut plan = Self::unchanged(record);
        for delta in deltas {
            if !may_change(&delta.name) {
                plan.fixed.push(delta.name.clone());
                continue;
            }
            match &delta.delta {
                Some(Delta::Column(field, Some(before), Some(after))) => {
                    let now = plan.record.value(field).clone();
                    if now == *before {
                        continue;
                    }
                    if now != *after {
                        plan.later.push(delta.name.clone());
                        if later == Later::Keep {
                            continue;
                        }
                    }
                    plan.after.set_value(field, before.clone());
                    plan.deltas.push(FieldDelta {
                        name: delta.name.clone(),
                        delta: Some(Delta::Column(field, Some(now), Some(before.clone()))),
                    });
                }
                Some(Delta::Many(many, removed, added)) => {
                    plan.add_links(conn, many, removed, added)?;
                }
                _ => plan.fixed.push(delta.name.clone()),
            }
        }
        Ok(plan)
    }

    fn add_links(
        &mut self,
        conn: &mut Conn,
        many: &'static ManyToMany,
        removed: &[Value],
        added: &[Value],
    ) -> Result<()> {
        let now = many.linked_from(conn, self.record.pk())?;
        let mut after: Vec<Value> = now
            .iter()
            .filter(|key| !added.contains(key))
            .cloned()
            .collect();
        after.extend(removed.iter().filter(|key| !now.contains(key)).cloned());

        self.set_links(Links {
            many,
            before: now,
            after,
        });
        Ok(())
    }

    /// Adds a change of links.
    pub(in crate::admin) fn set_links(&mut self, links: Links) {
        let change = links.change();
        let (removed, added) = (change.removed(), change.added());
        if removed.is_empty() && added.is_empty() {
            return;
        }
        self.deltas.push(FieldDelta {
            name: links.many.name.to_owned(),
            delta: Some(Delta::Many(links.many, removed, added)),
        });
        self.links.push(links);
    }

    /// Whether nothing would change.
    pub(in crate::admin) fn is_empty(&self) -> bool {
        self.deltas.is_empty()
    }

    /// Returns the change.
    pub(in crate::admin) fn change(&self) -> RecordChange<'_> {
        RecordChange {
            before: Some(&self.record),
            after: self.after.clone(),
            links: self.links.iter().map(Links::change).collect(),
        }
    }

    /// Saves the change, and adds it to the log with the labels of its fields.
    pub(in crate::admin) fn save(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        registered: &'static RegisteredModel,
    ) -> Result<()> {
        let record = writer.save(conn, registered.policy(), self.change())?;

        let label = label_of(registered);
        let labels = self.deltas.iter();
        let labels = labels.map(|delta| label(&delta.name).unwrap_or_default());
        let done = Done::Changed(labels.collect());
        let name = record.name(conn)?;
        writer.log(&record, name, Flag::Change, &[done]);
        Ok(())
    }

    /// Returns the form that saves the same, to be checked.
    pub(in crate::admin) fn form(&self, limits: Option<&ChoiceLimits>, zone: Tz) -> ModelForm {
        let model = self.record.model;
        let fields: Vec<ModelField> = self
            .deltas
            .iter()
            .filter_map(|delta| match &delta.delta {
                Some(Delta::Column(field, ..)) => Some(ModelField::Column(field)),
                Some(Delta::Many(many, ..)) => Some(ModelField::Many(many)),
                _ => None,
            })
            .collect();
        let linked = |name: &'static str| {
            let links = self.links.iter().find(|links| links.many.name == name);
            links.map(|links| links.before.clone()).unwrap_or_default()
        };
        let mut form = ModelForm::new(self.record.clone(), false, &fields, &linked, zone);
        debug_assert_eq!(form.model, model, "the form is of the row's model");
        if let Some(limits) = limits {
            limits.apply(&mut form);
        }
        for bound in &mut form.fields {
            let cleaned = match bound.field {
                ModelField::Column(field) => Cleaned::One(self.after.value(field).clone()),
                ModelField::Many(many) => {
                    let links = self.links.iter().find(|links| links.many.name == many.name);
                    Cleaned::Many(links.map(|links| links.after.clone()).unwrap_or_default())
                }
            };
            bound.typed = texts(bound.field, &cleaned, zone);
            if !bound.field.is_file()
                && let Err(errors) = clean(bound.field, &bound.typed, zone)
            {
                bound.errors = errors;
            }
            bound.cleaned = Some(cleaned);
        }
        form
    }

    /// Returns the differences, for the page.
    pub(in crate::admin) fn differences(
        &self,
        names: &Names,
        zone: Tz,
        label: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Difference> {
        self.deltas
            .iter()
            .map(|delta| Difference::new(delta, names, zone, label))
            .collect()
    }
}

/// Checks forms over rows of one model as if a user had sent them. Returns the errors of each form, with the labels of their
/// fields; "" for the whole row.
pub(in crate::admin) fn checked(
    conn: &mut Conn,
    policy: Policy<'_>,
    actor: &Actor,
    forms: &mut [ModelForm],
) -> Result<Vec<Vec<(String, String)>>> {
    let mut all: Vec<&mut ModelForm> = forms.iter_mut().collect();
    check(conn, &mut all)?;
    for form in all {
        policy.clean_form(form);
        policy.check_form(conn, form, actor)?;
    }
    Ok(forms.iter().map(form_errors).collect())
}

/// Returns the errors of a form.
pub(super) fn form_errors(form: &ModelForm) -> Vec<(String, String)> {
    let own = form
        .errors
        .iter()
        .map(|error| (String::new(), error.clone()));
    let of_fields = form.fields.iter().flat_map(|bound| {
        let errors = bound.errors.iter();
        errors.map(|error| (bound.field.label(), error.clone()))
    });
    own.chain(of_fields).collect()
}

/// Returns a function that returns the label of a field in the forms of the model.
pub(in crate::admin) fn label_of(
    registered: &'static RegisteredModel,
) -> impl Fn(&str) -> Option<String> {
    move |name: &str| {
        let model = registered.model;
        let field = model.field(name).map(ModelField::Column);
        let field = field.or_else(|| model.many(name).map(ModelField::Many))?;
        Some(registered.options.label(field))
    }
}
