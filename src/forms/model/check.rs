//! Validates forms against the database: foreign keys must exist, and unique values must be free.

use std::collections::HashSet;

use super::clean::no_such_choice;
use super::{ModelField, ModelForm, constraints};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::fields::NO_SUCH_ROW;
use crate::models::{ColumnPath, Condition, Meta, Query, Record, RelationTarget, UniqueRule};

/// Number of unique keys in one statement: SQLite allows 32,766 bound values.
const KEYS: usize = 500;

/// Validates forms over rows of one model together: one query for each model that they refer to and
/// for each rule of uniqueness, for any number of forms. Unchanged values need no query.
pub fn check(conn: &mut Conn, forms: &mut [&mut ModelForm]) -> Result<()> {
    exist(conn, forms)?;
    let Some(model) = forms.first().map(|form| form.model) else {
        return Ok(());
    };
    for rule in model.unique_rules() {
        unique(conn, forms, &rule)?;
    }
    constraints::check(conn, forms)
}

/// Returns submitted values that differ from the initial ones.
fn news(form: &ModelForm) -> impl Iterator<Item = (usize, RelationTarget, Vec<&Value>)> {
    form.fields.iter().enumerate().filter_map(|(at, bound)| {
        let cleaned = bound.cleaned.as_ref().filter(|_| bound.has_changed())?;
        // An existing link may stay, whatever it refers to.
        let initial: HashSet<String> = bound.initial.values().iter().map(Value::text).collect();
        let is_new = |value: &&Value| !initial.contains(&value.text());
        Some((
            at,
            bound.target()?,
            cleaned.values().iter().filter(is_new).collect(),
        ))
    })
}

fn exist(conn: &mut Conn, forms: &mut [&mut ModelForm]) -> Result<()> {
    let mut asked: Vec<(RelationTarget, Vec<Value>, HashSet<String>)> = Vec::new();
    for (_, target, values) in forms.iter().flat_map(|form| news(form)) {
        let at = asked
            .iter()
            .position(|(known, ..)| *known == target)
            .unwrap_or(asked.len());
        if at == asked.len() {
            asked.push((target.clone(), Vec::new(), HashSet::new()));
        }
        let (_, keys, texts) = &mut asked[at];
        let fresh = values
            .into_iter()
            .filter(|value| texts.insert(value.text()));
        keys.extend(fresh.cloned());
    }
    for (target, keys, _) in asked.into_iter().filter(|(_, keys, _)| !keys.is_empty()) {
        let existing = target
            .rows(Query::new(target.model))
            .with_pks(keys)
            .order_by(Vec::new())
            .pks(conn)?;
        let existing: HashSet<String> = existing.iter().map(Value::text).collect();
        for form in forms.iter_mut() {
            let missing: Vec<(usize, String)> = news(form)
                .filter(|(_, known, _)| *known == target)
                .filter_map(|(at, _, values)| {
                    let value = values
                        .iter()
                        .find(|value| !existing.contains(&value.text()))?;
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
/// valid, one has changed (or one in the condition of the rule), and none is NULL.
fn key_of(form: &ModelForm, rule: &UniqueRule) -> Option<Vec<Value>> {
    let columns = &rule.columns;
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
    let is_new = columns
        .iter()
        .filter_map(asked)
        .any(|bound| form.adding || bound.has_changed());
    if !is_new && rule.condition().is_none() {
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

fn unique(conn: &mut Conn, forms: &mut [&mut ModelForm], rule: &UniqueRule) -> Result<()> {
    let columns = &rule.columns[..];
    let mut keys: Vec<Option<Vec<Value>>> = forms.iter().map(|form| key_of(form, rule)).collect();
    if let Some(sql) = rule.condition() {
        keep_concerned(conn, forms, &mut keys, sql)?;
    }
    let wanted: Vec<&Vec<Value>> = keys.iter().flatten().collect();
    let (Some(form), false) = (forms.first(), wanted.is_empty()) else {
        return Ok(());
    };
    let model = form.model;
    let mut paths = vec![ColumnPath::own(model.pk().column)];
    paths.extend(columns.iter().map(|column| ColumnPath::own(column)));
    let mut found = Vec::new();
    for some in wanted.chunks(KEYS) {
        let keys = some.iter().copied();
        let condition = match columns {
            [column] => {
                Condition::one_of(ColumnPath::own(column), keys.flatten().cloned().collect())
            }
            _ => Condition::Any(keys.map(|key| all_equal(columns, key)).collect()),
        };
        let mut rows = Query::new(model).filter(condition);
        if let Some(sql) = rule.condition() {
            rows = rows.filter(Condition::Sql(sql));
        }
        found.extend(rows.order_by(Vec::new()).rows(conn, &paths, None, 0)?);
    }

    for (form, key) in forms.iter_mut().zip(keys) {
        let Some(key) = key else { continue };
        let own = |row: &Vec<Value>| !form.adding && row.first() == Some(form.record.pk());
        if found.iter().any(|row| row[1..] == key[..] && !own(row)) {
            match (rule.message(), columns) {
                (Some(text), _) => form.add_error("", text),
                (None, [column]) => form.add_error(column, exists(model, columns)),
                (None, _) => form.add_error("", exists(model, columns)),
            }
        }
    }
    Ok(())
}

/// Removes the keys of forms whose rows do not satisfy the condition of a rule, or cannot be tested
/// because a column in the condition is invalid.
fn keep_concerned(
    conn: &mut Conn,
    forms: &[&mut ModelForm],
    keys: &mut [Option<Vec<Value>>],
    sql: &'static str,
) -> Result<()> {
    let Some(model) = forms.first().map(|form| form.model) else {
        return Ok(());
    };
    let tested: Vec<usize> = (0..forms.len())
        .filter(|&at| keys[at].is_some() && constraints::is_known(model, forms[at], sql))
        .collect();
    let rows: Vec<Record> = tested.iter().map(|&at| forms[at].row()).collect();
    let concerned = model.rows_with(conn, &rows, sql)?;
    for (at, key) in keys.iter_mut().enumerate() {
        if !concerned.iter().any(|&row| tested[row] == at) {
            *key = None;
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
    let rules = model.complete_unique_rules().into_iter();
    let rules = rules.map(|rule| rule.columns);
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
