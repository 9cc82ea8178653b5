//! Saving what was typed in a list: all of it or nothing, in one transaction.

use chrono_tz::Tz;

use super::{PREFIX, Sent, fields, held, is_wrong};
use crate::admin::last_save::LastSave;
use crate::admin::{Actor, Done, Flag, LogEntry, Registered, change_message};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{
    LOADED, ModelField, ModelForm, Posted, Typed, Violation, check, duplicates, key, listed,
    management,
};
use crate::http::PostData;
use crate::models::{Query, Record};

/// The largest number of forms that are read (Django's `absolute_max`).
const MOST: usize = 2000;

/// What became of it.
pub(in crate::admin::changelist) enum Outcome {
    /// How many rows were changed, and how many somebody else had deleted meanwhile.
    Saved(usize, usize),
    /// Nothing was saved: what was sent, and what is wrong with no row of it.
    Refused(Vec<Sent>, Vec<String>),
}

/// Saves what was sent for rows of `all`.
pub(in crate::admin::changelist) fn save(
    conn: &mut Conn,
    known: &'static Registered,
    all: &Query,
    data: &PostData,
    actor: &Actor,
    zone: Tz,
) -> Result<Outcome> {
    let (mut sent, mut gone, mut writing) = (Vec::new(), 0, None);
    match conn.atomic(|conn| {
        attempt(
            conn,
            known,
            all,
            data,
            actor,
            zone,
            &mut sent,
            &mut gone,
            &mut writing,
        )
    }) {
        Ok((_, errors)) if !errors.is_empty() || !sent.is_empty() => {
            name_others(conn, known, actor, zone, &mut sent)?;
            Ok(Outcome::Refused(sent, errors))
        }
        Ok((count, _)) => Ok(Outcome::Saved(count, gone)),
        Err(error) => match (
            Violation::of(&error),
            writing.and_then(|at| sent.get_mut(at)),
        ) {
            (Some(violation), Some(row))
                if violation.is_of_values() && violation.is_of(known.model.table) =>
            {
                violation
                    .with_columns(conn, known.model)?
                    .tell(&mut row.form);
                Ok(Outcome::Refused(sent, Vec::new()))
            }
            // Someone else was faster.
            (Some(_), _) => {
                let text = "Someone else has just saved something that this collides with. Please look at it again.";
                Ok(Outcome::Refused(sent, vec![text.to_owned()]))
            }
            (None, _) => Err(error),
        },
    }
}

/// Reads a form that was sent before a login, to be shown again: nothing is locked, checked or saved. Returns the rows, and
/// what is wrong with no row of the list.
pub(in crate::admin::changelist) fn read_again(
    conn: &mut Conn,
    known: &'static Registered,
    all: &Query,
    data: &PostData,
    actor: &Actor,
    zone: Tz,
) -> Result<(Vec<Sent>, Vec<String>)> {
    let Ok((total, initial)) = management(&Posted {
        data,
        prefix: PREFIX.to_owned(),
    }) else {
        return Ok(Default::default());
    };
    let (mut sent, mut gone) = (Vec::new(), 0);
    let count = initial.min(total).min(most(known));
    let errors = read(
        conn,
        known,
        all,
        data,
        zone,
        (count, false),
        &mut sent,
        &mut gone,
    )?;
    for sent in &mut sent {
        sent.form.errors.clear();
        for bound in &mut sent.form.fields {
            bound.errors.clear();
        }
    }
    name_others(conn, known, actor, zone, &mut sent)?;
    Ok((sent, errors))
}

/// The most forms that are looked at.
fn most(known: &Registered) -> usize {
    let options = &known.options;
    MOST.max(
        usize::try_from(options.list_per_page.max(options.list_max_show_all)).unwrap_or_default(),
    )
}

/// Says of rows that two people have changed who saved them last: one query for all of them.
fn name_others(
    conn: &mut Conn,
    known: &Registered,
    actor: &Actor,
    zone: Tz,
    sent: &mut [Sent],
) -> Result<()> {
    let mut collided: Vec<&mut Sent> = sent
        .iter_mut()
        .filter(|sent| sent.form.fields.iter().any(|bound| bound.conflict))
        .collect();
    if collided.is_empty() {
        return Ok(());
    }
    let pks: Vec<&str> = collided.iter().map(|sent| sent.pk.as_str()).collect();
    let mut found = LastSave::of(conn, known.model, &pks, actor, zone)?;
    for sent in &mut collided {
        let at = found.iter().position(|(pk, _)| *pk == sent.pk);
        sent.last_save = at.map(|at| found.swap_remove(at).1);
    }
    Ok(())
}

/// How many rows were changed, or what is wrong. `place` keeps what was sent until it is saved, `gone` the number of rows that
/// are not there any more and were not touched, and `writing` the row that is being written.
#[expect(
    clippy::too_many_arguments,
    reason = "one step of `save`, which keeps these places for its errors"
)]
fn attempt(
    conn: &mut Conn,
    known: &'static Registered,
    all: &Query,
    data: &PostData,
    actor: &Actor,
    zone: Tz,
    place: &mut Vec<Sent>,
    gone: &mut usize,
    writing: &mut Option<usize>,
) -> Result<(usize, Vec<String>)> {
    let (total, initial) = match management(&Posted {
        data,
        prefix: PREFIX.to_owned(),
    }) {
        Ok(counts) => counts,
        Err(wrong) => return Ok((0, vec![wrong])),
    };
    let (total, initial) = (total.min(most(known)), initial.min(most(known)));
    let mut errors = read(
        conn,
        known,
        all,
        data,
        zone,
        (initial.min(total), true),
        place,
        gone,
    )?;
    if (initial..total).any(|row| !is_new(known, data, row)) {
        errors.push("Rows cannot be added in a list. Nothing was saved.".to_owned());
    }
    let mut forms: Vec<&mut ModelForm> = place.iter_mut().map(|sent| &mut sent.form).collect();
    check(conn, &mut forms)?;
    for form in forms.iter_mut().filter(|form| form.has_changed()) {
        known.options.clean(form);
        known.options.check_form(conn, form, actor)?;
    }
    let shared = duplicates(&place.iter().map(|sent| &sent.form).collect::<Vec<_>>());
    for (columns, again) in shared {
        let labels: Vec<String> = columns
            .iter()
            .filter_map(|column| known.model.column(column))
            .map(|field| field.verbose_name.clone())
            .collect();
        let name = columns
            .first()
            .copied()
            .filter(|_| columns.len() == 1)
            .unwrap_or_default();
        for at in again {
            let text = format!(
                "Please correct the duplicate data for {}.",
                listed(&labels, "and")
            );
            place[at].form.add_error(name, text);
        }
    }
    let refused = place
        .iter()
        .any(|sent| !sent.form.errors.is_empty() || sent.form.fields.iter().any(is_wrong));
    if refused || !errors.is_empty() {
        return Ok((0, errors));
    }
    if initial < total {
        return Err(Error::BadRequest(
            "a list does not allow adding rows".to_owned(),
        ));
    }
    let count = write(conn, known, actor, zone, place, writing)?;
    place.clear();
    errors.clear();
    Ok((count, errors))
}

/// Puts a form for each of the first `count` rows into `place`, and locks the rows if `locks` says so; what is wrong with no
/// row.
#[expect(
    clippy::too_many_arguments,
    reason = "what it keeps for its caller survives a rollback"
)]
fn read(
    conn: &mut Conn,
    known: &'static Registered,
    all: &Query,
    data: &PostData,
    zone: Tz,
    (count, locks): (usize, bool),
    place: &mut Vec<Sent>,
    gone: &mut usize,
) -> Result<Vec<String>> {
    let (model, fields) = (known.model, fields(known));
    let keys: Vec<(usize, &str)> = (0..count)
        .map(|row| {
            (
                row,
                data.get(&format!("{PREFIX}-{row}-{}", model.pk().name)),
            )
        })
        .collect();
    let pks: Vec<Value> = keys
        .iter()
        .filter_map(|(_, text)| key(model.pk().target(), text))
        .collect();
    let found = all.clone().with_pks(pks).order_by(Vec::new());
    let found = if locks {
        found.locked(conn)?
    } else {
        found.records(conn, None, 0)?
    };
    let names = if found.is_empty() {
        Vec::new()
    } else {
        let pks = found.iter().map(|record| record.pk().clone()).collect();
        Query::new(model)
            .with_pks(pks)
            .order_by(Vec::new())
            .named(conn, None, 0)?
    };
    let loaded = data.fields.get(&format!("{PREFIX}-{LOADED}"));
    let mut errors = Vec::new();
    for (number, text) in keys {
        let pk = key(model.pk().target(), text);
        let record = pk
            .as_ref()
            .and_then(|pk| found.iter().find(|record| record.pk() == pk))
            .cloned();
        let Some(record) = record else {
            let held = loaded.and_then(|loaded| held::read(loaded, text, &fields));
            match held.map(|held| typed_into(data, number, &fields, &held)) {
                Some(typed) if typed.is_empty() => *gone += 1,
                typed => errors.push(gone_row(known, number, &typed.unwrap_or_default())),
            }
            continue;
        };
        let pk = record.pk().to_string();
        if place.iter().any(|sent| sent.pk == pk) {
            errors.push(format!(
                "The {} in row {} was sent twice. Nothing was saved.",
                model.verbose_name,
                number + 1
            ));
            continue;
        }
        let name = names
            .iter()
            .find(|(known, _)| known == record.pk())
            .map(|(_, name)| name.clone())
            .unwrap_or_default();
        let mut form = ModelForm::new(record, false, &fields, &|_| Vec::new(), zone)
            .prefix(format!("{PREFIX}-{number}"));
        form.bind(&Posted::row(data, PREFIX, number), zone);
        if let Some(texts) = loaded.and_then(|loaded| held::read(loaded, &pk, &fields)) {
            form.merge_texts(&texts, zone);
        }
        place.push(Sent {
            pk,
            form,
            name,
            number,
            last_save: None,
        });
    }
    Ok(errors)
}

/// Returns the entered values of a deleted row, each with its label; `held` are the values that the
/// page showed.
fn typed_into(
    data: &PostData,
    number: usize,
    fields: &[ModelField],
    held: &[Typed],
) -> Vec<String> {
    let posted = Posted::row(data, PREFIX, number);
    let typed = fields
        .iter()
        .map(|field| (field, posted.typed(*field, false)))
        .zip(held);
    let touched = typed.filter(|((_, typed), held)| !typed.reads_as(held));
    let said = touched.map(|((field, typed), _)| {
        let text = match field {
            field if field.is_box() => if typed.is_empty() { "no" } else { "yes" }.to_owned(),
            ModelField::Column(column) => column
                .choice_label(typed.first())
                .map_or_else(|| typed.0.join(" "), str::to_owned),
            ModelField::Many(_) => typed.0.join(", "),
        };
        format!("{} “{text}”", field.label())
    });
    said.collect()
}

/// Returns the error for a deleted row that was, or may have been, changed here.
fn gone_row(known: &Registered, number: usize, typed: &[String]) -> String {
    let name = &known.model.verbose_name;
    let typed = if typed.is_empty() {
        String::new()
    } else {
        format!(" You had typed: {}.", listed(typed, "and"))
    };
    format!(
        "The {name} in row {} was deleted meanwhile.{typed} Nothing was saved. Save again to save the other rows.",
        number + 1
    )
}

/// Whether values were entered in a form without a row.
fn is_new(known: &'static Registered, data: &PostData, row: usize) -> bool {
    let posted = Posted::row(data, PREFIX, row);
    let blank = ModelForm::new(
        Record::new(known.model),
        true,
        &fields(known),
        &|_| Vec::new(),
        Tz::UTC,
    );
    blank.fields.iter().any(|bound| {
        let typed = posted.typed(bound.field, false);
        !typed.is_empty() && typed != bound.typed
    })
}

/// Writes the rows that were changed, only the columns that were, with a log entry for each.
fn write(
    conn: &mut Conn,
    known: &'static Registered,
    actor: &Actor,
    zone: Tz,
    sent: &[Sent],
    writing: &mut Option<usize>,
) -> Result<usize> {
    let mut entries: Vec<(String, Vec<(Value, String)>)> = Vec::new();
    let changed: Vec<(usize, &Sent)> = sent
        .iter()
        .enumerate()
        .filter(|(_, sent)| sent.form.has_changed())
        .collect();
    for (at, Sent { form, .. }) in &changed {
        *writing = Some(*at);
        if !actor.may(known, "change", Some(&form.record)) {
            return Err(Error::PermissionDenied);
        }
        let fixed = known.options.fixed_fields(&actor.user, Some(&form.record));
        if form.changed().any(|bound| {
            bound
                .field
                .column()
                .is_some_and(|column| fixed.contains(&column.column))
        }) {
            return Err(Error::PermissionDenied);
        }
        let mut record = form.row();
        let stamped = record.stamp(false, zone);
        known
            .options
            .before_save(conn, &mut record, false, &actor.user)?;
        record.update_differing(conn, &form.record, stamped)?;
        let labels = form
            .changed()
            .map(|bound| known.options.label(bound.field))
            .collect();
        let message = change_message(&[Done::Changed(labels)]);
        let named = (record.pk().clone(), record.name(conn)?);
        // Neighbours share an entry's text; the log keeps the order of the list.
        match entries.last_mut() {
            Some((known, rows)) if *known == message => rows.push(named),
            _ => entries.push((message, vec![named])),
        }
    }
    *writing = None;
    for (message, rows) in entries {
        LogEntry::write(
            conn,
            actor.user.id,
            known.model,
            Flag::Change,
            &rows,
            &message,
        )?;
    }
    Ok(changed.len())
}
