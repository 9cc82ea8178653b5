//! [`BulkEdit`]: the same change of many rows, checked and written some rows at a time.

use crate::admin::change_form::VisibleFields;
use crate::admin::options::{Action, ActionRequest, ActionResult};
use crate::admin::revisions::{Difference, Links, Names, Plan, checked, label_of};
use crate::admin::{Actor, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{Cleaned, ModelField, ModelForm, Posted};
use crate::http::PostData;
use crate::models::{Query, Record};
use crate::records;
use crate::records::history::{Batch, Delta, FieldDelta};
use crate::settings::Settings;

/// Number of rows that are read at a time.
pub(super) const CHUNK: i64 = 500;
/// The most rows whose values before and after a preview shows.
const SAMPLES: usize = 10;
/// The most wrong rows that a page names.
const WRONG: usize = 50;

/// The action that every list has for users who may change its rows.
pub(in crate::admin) const BULK_EDIT: Action =
    Action::new("bulk_edit", "Edit selected %(verbose_name_plural)s", never)
        .permissions(&["change"]);

/// Never called, because the edit has its own steps.
fn never(_: &mut Conn, _: &ActionRequest<'_>) -> Result<ActionResult> {
    Err(Error::PermissionDenied)
}

/// The way in which a many-to-many field changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Add,
    Remove,
    Set,
}

/// The new value of one field.
#[derive(Debug, Clone)]
struct NewValue {
    field: ModelField,
    cleaned: Cleaned,
    how: How,
}

/// The same change of many rows.
#[derive(Debug, Clone)]
pub(super) struct BulkEdit {
    registered: &'static RegisteredModel,
    values: Vec<NewValue>,
}

/// The effect of the change on the rows.
#[derive(Debug, Default)]
pub(super) struct Preview {
    /// The number of all rows.
    pub(super) count: i64,
    /// The number of rows that change.
    pub(super) changed: i64,
    /// Some of these rows.
    pub(super) samples: Vec<(String, Vec<Difference>)>,
    /// Rows that cannot be saved: their names and errors.
    pub(super) wrong: Vec<(String, String)>,
    pub(super) wrong_count: i64,
}

/// The result of the change.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The number of rows that were changed, and the key of the batch.
    Done(i64, String),
    /// Nothing was changed.
    Refused(Preview),
}

/// Errors by the names of fields.
pub(super) type FieldErrors = Vec<(String, Vec<String>)>;

/// Returns the fields that the user may change in many rows: files would have to be sent twice.
pub(super) fn fields(
    registered: &'static RegisteredModel,
    actor: &Actor,
    settings: &Settings,
) -> Vec<ModelField> {
    /// Names of controls of the page itself.
    const TAKEN: [&str; 6] = [
        "action",
        "index",
        "post",
        "select_across",
        "_count",
        "_bulk",
    ];
    let visible = VisibleFields::new(registered, actor, settings, None);
    let usable = visible
        .editable
        .into_iter()
        .filter(|field| !field.is_file() && !TAKEN.contains(&field.name()));
    usable.collect()
}

/// Whether the user wants to change the field.
pub(super) fn is_ticked(post: &PostData, field: ModelField) -> bool {
    let name = format!("change-{}", field.name());
    post.fields.get(&name).is_some()
}

impl BulkEdit {
    /// Reads the ticked fields of what was sent. Returns the errors if a value is invalid.
    pub(super) fn read(
        registered: &'static RegisteredModel,
        fields: &[ModelField],
        post: &PostData,
        count: i64,
        settings: &Settings,
    ) -> Result<Self, FieldErrors> {
        let ticked = fields.iter().copied();
        let ticked: Vec<ModelField> = ticked.filter(|field| is_ticked(post, *field)).collect();
        let zone = settings.time_zone;
        let blank = Record::new(registered.model);
        let mut form = ModelForm::new(blank, false, &ticked, &|_| Vec::new(), zone);
        form.bind(&Posted::new(post), zone);

        let mut errors = FieldErrors::new();
        let mut values = Vec::new();
        for bound in form.fields {
            let name = bound.field.name();
            let how = match post.get(&format!("how-{name}")) {
                "remove" => How::Remove,
                "set" => How::Set,
                _ => How::Add,
            };
            let unique = bound.field.column().is_some_and(|column| {
                let rules = registered.model.unique_rules();
                let mut alone = rules.iter().filter(|rule| rule.columns.len() == 1);
                column.unique || alone.any(|rule| rule.columns[0] == column.column)
            });
            if unique && count > 1 {
                let text = format!(
                    "{} must be unique: several rows cannot get the same value.",
                    registered.options.label(bound.field)
                );
                errors.push((name.to_owned(), vec![text]));
            } else if let Some(cleaned) = bound.cleaned.filter(|_| bound.errors.is_empty()) {
                values.push(NewValue {
                    field: bound.field,
                    cleaned,
                    how,
                });
            } else if matches!(bound.field, ModelField::Many(_)) && how != How::Set {
                errors.push((name.to_owned(), vec!["Choose at least one.".to_owned()]));
            } else {
                errors.push((name.to_owned(), bound.errors));
            }
        }
        if errors.is_empty() {
            Ok(Self { registered, values })
        } else {
            Err(errors)
        }
    }

    /// Whether no field is ticked.
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the change of one row.
    fn plan(&self, conn: &mut Conn, record: Record, fixed: &[&'static str]) -> Result<Plan> {
        let mut plan = Plan::unchanged(record);
        for value in &self.values {
            match (value.field, &value.cleaned) {
                (ModelField::Column(field), Cleaned::One(new)) => {
                    let now = Cleaned::One(plan.record.value(field).clone());
                    if value.cleaned.reads_as(&now) || fixed.contains(&field.column) {
                        continue;
                    }
                    let before = Some(plan.record.value(field).clone());
                    plan.after.set_value(field, new.clone());
                    plan.deltas.push(FieldDelta {
                        name: field.name.to_owned(),
                        delta: Some(Delta::Column(field, before, Some(new.clone()))),
                    });
                }
                (ModelField::Many(many), Cleaned::Many(keys)) => {
                    let before = many.linked_from(conn, plan.record.pk())?;
                    let after: Vec<Value> = match value.how {
                        How::Add => {
                            let new = keys.iter().filter(|key| !before.contains(key));
                            before.iter().chain(new).cloned().collect()
                        }
                        How::Remove => {
                            let kept = before.iter().filter(|key| !keys.contains(key));
                            kept.cloned().collect()
                        }
                        How::Set => keys.clone(),
                    };
                    plan.set_links(Links {
                        many,
                        before,
                        after,
                    });
                }
                _ => {}
            }
        }
        Ok(plan)
    }

    /// Finds out what the change does to `rows`, and writes nothing.
    pub(super) fn preview(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        settings: &Settings,
        rows: &Query,
    ) -> Result<Preview> {
        let mut preview = Preview::default();
        let mut chunks = rows.chunks(CHUNK);
        while let Some(some) = chunks.next_query(conn)? {
            let named = some.named_records(conn, None, 0)?;
            self.check(conn, actor, settings, named, &mut preview)?;
        }
        Ok(preview)
    }

    /// Checks some rows. Returns the changes of those that change.
    fn check(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        settings: &Settings,
        rows: Vec<(Record, String)>,
        preview: &mut Preview,
    ) -> Result<Vec<Plan>> {
        let (policy, zone) = (self.registered.policy(), settings.time_zone);
        let limits = VisibleFields::new(self.registered, actor, settings, None).limits;
        let mut plans = Vec::new();
        for (record, name) in rows {
            preview.count += 1;
            if !policy.may(&actor.permissions, "change", Some(&record)) {
                preview.add_wrong(name, "You may not change this row.".to_owned());
                continue;
            }
            let fixed = policy.fixed_fields(&actor.user, Some(&record));
            let plan = self.plan(conn, record, &fixed)?;
            if !plan.is_empty() {
                plans.push((plan, name));
            }
        }

        let forms = plans.iter().map(|(plan, _)| plan.form(Some(&limits), zone));
        let mut forms: Vec<ModelForm> = forms.collect();
        let errors = checked(conn, policy, actor, &mut forms)?;
        let mut good = Vec::new();
        for ((plan, name), errors) in plans.into_iter().zip(errors) {
            if errors.is_empty() {
                preview.changed += 1;
                if preview.samples.len() < SAMPLES {
                    let names = Names::load(conn, plan.deltas.iter())?;
                    let label = label_of(self.registered);
                    let differences = plan.differences(&names, zone, &label);
                    preview.samples.push((name, differences));
                }
                good.push(plan);
                continue;
            }
            let texts = errors
                .into_iter()
                .map(|(field, error)| match field.as_str() {
                    "" => error,
                    field => format!("{field}: {error}"),
                });
            let texts: Vec<String> = texts.collect();
            preview.add_wrong(name, texts.join(" "));
        }
        Ok(good)
    }

    /// Writes the change of all rows in one transaction, or of none. `next` returns some rows at a time, and `None`
    /// after the last ones.
    pub(super) fn write(
        &self,
        conn: &mut Conn,
        actor: &Actor,
        settings: &Settings,
        batch: Batch,
        next: &mut dyn FnMut(&mut Conn) -> Result<Option<Query>>,
    ) -> Result<Outcome> {
        let mut preview = Preview::default();
        let done = records::atomic(conn, actor, settings, |conn, writer| {
            let key = batch.key.clone();
            writer.begin_batch(batch);

            while let Some(some) = next(conn)? {
                let named = some.locked_named(conn)?;
                let plans = self.check(conn, actor, settings, named, &mut preview)?;
                if preview.wrong_count > 0 {
                    // Rolls back what was written.
                    return Err(Error::NotStored(String::new()));
                }
                for plan in plans {
                    plan.save(conn, writer, self.registered)?;
                }
            }
            Ok(key)
        });
        match done {
            Ok(key) => Ok(Outcome::Done(preview.changed, key)),
            Err(Error::NotStored(_)) if preview.wrong_count > 0 => Ok(Outcome::Refused(preview)),
            Err(error) => Err(error),
        }
    }
}

impl Preview {
    fn add_wrong(&mut self, name: String, error: String) {
        self.wrong_count += 1;
        if self.wrong.len() < WRONG {
            self.wrong.push((name, error));
        }
    }
}
