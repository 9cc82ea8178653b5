//! Validates forms against the database: foreign keys must exist, and unique values must be free.

use super::clean::no_such_choice;
use super::{ModelField, ModelForm};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::fields::NO_SUCH_ROW;
use crate::models::{ColumnPath, Condition, Meta, Query, Record};

/// Validates forms over rows of one model together: one query for each model that they refer to and
/// for each rule of uniqueness, for any number of forms. Unchanged values need no query.
pub fn check(conn: &mut Conn, forms: &mut [&mut ModelForm]) -> Result<()> {
    exist(conn, forms)?;
    let Some(model) = forms.first().map(|form| form.model) else {
        return Ok(());
    };
    for field in model
        .fields
        .iter()
        .filter(|field| field.unique || field.primary_key)
    {
        unique(conn, forms, &[field.column])?;
    }
    for columns in &model.unique_together {
        unique(conn, forms, columns)?;
    }
    Ok(())
}

/// Returns submitted values that differ from the initial ones.
fn news(form: &ModelForm) -> impl Iterator<Item = (usize, &'static Meta, Vec<&Value>)> {
    form.fields.iter().enumerate().filter_map(|(at, bound)| {
        let cleaned = bound.cleaned.as_ref().filter(|_| bound.has_changed())?;
        // An existing link may stay, whatever it refers to.
        let is_new = |value: &&Value| !bound.initial.values().contains(value);
        Some((
            at,
            bound.field.to()?,
            cleaned.values().iter().filter(is_new).collect(),
        ))
    })
}

fn exist(conn: &mut Conn, forms: &mut [&mut ModelForm]) -> Result<()> {
    let mut asked: Vec<(&'static Meta, Vec<Value>)> = Vec::new();
    for (_, model, values) in forms.iter().flat_map(|form| news(form)) {
        let at = asked
            .iter()
            .position(|(known, _)| *known == model)
            .unwrap_or(asked.len());
        if at == asked.len() {
            asked.push((model, Vec::new()));
        }
        let fresh: Vec<Value> = values
            .into_iter()
            .filter(|value| !asked[at].1.contains(value))
            .cloned()
            .collect();
        asked[at].1.extend(fresh);
    }
    for (model, keys) in asked.into_iter().filter(|(_, keys)| !keys.is_empty()) {
        let found = Query::new(model)
            .with_pks(keys)
            .order_by(Vec::new())
            .pks(conn)?;
        for form in forms.iter_mut() {
            let missing: Vec<(usize, String)> = news(form)
                .filter(|(_, known, _)| *known == model)
                .filter_map(|(at, _, values)| {
                    let value = values.iter().find(|value| !found.contains(value))?;
                    Some((at, value.to_string()))
                })
                .collect();
            for (at, key) in missing {
                let bound = &mut form.fields[at];
                bound.cleaned = None;
                bound.missing = Some(key.clone());
                bound.errors.push(match bound.field {
                    ModelField::Column(_) => NO_SUCH_ROW.to_owned(),
                    ModelField::Many(_) => no_such_choice(&key),
                });
            }
        }
    }
    Ok(())
}

/// Returns the values of `columns` in the row of `form`, if the form has all of them, all are
/// valid, one has changed, and none is NULL.
fn key_of(form: &ModelForm, columns: &[&'static str]) -> Option<Vec<Value>> {
    let fixed = |column: &&'static str| {
        form.fixed
            .contains(column)
            .then(|| form.model.column(column))
            .flatten()
    };
    let asked = |column: &&'static str| {
        form.fields
            .iter()
            .find(|bound| bound.field.key() == *column)
    };
    if !columns
        .iter()
        .filter_map(asked)
        .any(|bound| form.adding || bound.has_changed())
    {
        return None;
    }
    let values = columns
        .iter()
        .map(|column| match (asked(column), fixed(column)) {
            (Some(bound), _) if bound.errors.is_empty() => bound.cleaned.as_ref()?.one().cloned(),
            (None, Some(field)) => Some(form.record.value(field).clone()),
            _ => None,
        });
    values
        .map(|value| value.filter(|value| !value.is_null()))
        .collect()
}

fn unique(conn: &mut Conn, forms: &mut [&mut ModelForm], columns: &[&'static str]) -> Result<()> {
    let keys: Vec<Option<Vec<Value>>> = forms.iter().map(|form| key_of(form, columns)).collect();
    let wanted: Vec<&Vec<Value>> = keys.iter().flatten().collect();
    let (Some(form), false) = (forms.first(), wanted.is_empty()) else {
        return Ok(());
    };
    let condition = match columns {
        [column] => Condition::one_of(
            ColumnPath::own(column),
            wanted.into_iter().flatten().cloned().collect(),
        ),
        _ => Condition::Any(
            wanted
                .into_iter()
                .map(|key| all_equal(columns, key))
                .collect(),
        ),
    };
    let model = form.model;
    let mut paths = vec![ColumnPath::own(model.pk().column)];
    paths.extend(columns.iter().map(|column| ColumnPath::own(column)));
    let found = Query::new(model)
        .filter(condition)
        .order_by(Vec::new())
        .rows(conn, &paths, None, 0)?;
    for (form, key) in forms.iter_mut().zip(keys) {
        let Some(key) = key else { continue };
        let own = |row: &Vec<Value>| !form.adding && row.first() == Some(form.record.pk());
        if found.iter().any(|row| row[1..] == key[..] && !own(row)) {
            let text = exists(model, columns);
            form.add_error(if let [column] = columns { column } else { "" }, text);
        }
    }
    Ok(())
}

fn all_equal(columns: &[&'static str], key: &[Value]) -> Condition {
    let each = columns
        .iter()
        .zip(key)
        .map(|(column, value)| Condition::equals(ColumnPath::own(column), value.clone()));
    Condition::All(each.collect())
}

/// Returns `Product with this SKU already exists.`, or the text of the field.
pub fn exists(model: &Meta, columns: &[&'static str]) -> String {
    if let [column] = columns
        && let Some(field) = model.column(column).filter(|field| !field.taken.is_empty())
    {
        return field.taken.to_owned();
    }
    let label = |column: &&'static str| {
        model
            .column(column)
            .map_or_else(|| (*column).to_owned(), |field| field.label())
    };
    let labels: Vec<String> = columns.iter().map(label).collect();
    format!(
        "{} with this {} already exists.",
        crate::words::capfirst(&model.verbose_name),
        listed(&labels, "and")
    )
}

/// Returns `A, B and C` (Django's `get_text_list`).
pub fn listed(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}

/// Returns the rows of the formset that violate a rule of uniqueness among them: the rule, and the
/// rows after the first.
pub fn duplicates(forms: &[&ModelForm]) -> Vec<(Vec<&'static str>, Vec<usize>)> {
    let Some(model) = forms.first().map(|form| form.model) else {
        return Vec::new();
    };
    let single = model
        .fields
        .iter()
        .filter(|field| field.unique)
        .map(|field| vec![field.column]);
    let rules = single.chain(model.unique_together.iter().cloned());
    let value_of = |row: &Record, column: &&'static str| {
        model.column(column).map(|field| row.value(field).clone())
    };
    let found = rules.map(|columns| {
        let mut seen: Vec<Vec<Value>> = Vec::new();
        let mut again = Vec::new();
        for (at, form) in forms.iter().enumerate() {
            let row = form.row();
            let key: Option<Vec<Value>> = columns
                .iter()
                .map(|column| value_of(&row, column))
                .collect();
            let asked = columns
                .iter()
                .any(|column| form.fields.iter().any(|bound| bound.field.key() == *column));
            let Some(key) = key.filter(|key| asked && !key.iter().any(Value::is_null)) else {
                continue;
            };
            if seen.contains(&key) {
                again.push(at);
            } else {
                seen.push(key);
            }
        }
        (columns, again)
    });
    found.filter(|(_, again)| !again.is_empty()).collect()
}
