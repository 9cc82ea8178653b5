//! Validates forms against the CHECK constraints that their model declares.

use super::ModelForm;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{Meta, Record};

/// Adds an error to each form whose row violates a CHECK constraint of the model (Django's
/// `validate_constraints`). Needs one query for each constraint with a changed column.
pub(super) fn check(conn: &mut Conn, forms: &mut [&mut ModelForm]) -> Result<()> {
    let Some(model) = forms.first().map(|form| form.model) else {
        return Ok(());
    };
    for constraint in &model.check_constraints {
        let concerned = concerned(model, forms, constraint.check);
        let rows: Vec<Record> = concerned.iter().map(|&at| forms[at].row()).collect();
        for at in model.rows_against(conn, &rows, constraint.check)? {
            let text = model.constraint_message(constraint.name);
            forms[concerned[at]].add_error("", text.unwrap_or_default());
        }
    }
    Ok(())
}

/// Returns the positions of the forms whose rows an SQL expression concerns: a column in the
/// expression has changed, and all of them are valid.
fn concerned(model: &'static Meta, forms: &[&mut ModelForm], sql: &str) -> Vec<usize> {
    let columns = model.columns_in(sql);
    let has_changed = |form: &ModelForm| {
        let mut changed = form.changed();
        form.adding
            || changed.any(|bound| {
                columns
                    .iter()
                    .any(|field| field.column == bound.field.key())
            })
    };
    (0..forms.len())
        .filter(|&at| has_changed(forms[at]) && is_known(model, forms[at], sql))
        .collect()
}

/// Whether the columns in an SQL expression are valid, and have their final values before the row
/// is saved.
pub(super) fn is_known(model: &'static Meta, form: &ModelForm, sql: &str) -> bool {
    model.columns_in(sql).into_iter().all(|field| {
        let is_stamped = field.auto_now || (form.adding && field.auto_now_add);
        let mut bound = form.fields.iter();
        let is_wrong =
            bound.any(|bound| bound.field.key() == field.column && !bound.errors.is_empty());
        !(field.generated || is_stamped || is_wrong)
    })
}
