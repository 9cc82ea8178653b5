//! Recursive queries along foreign keys.

use super::Query;
use crate::db::Sql;
use crate::models::{Circle, Meta};

/// Selects the primary keys of `top`, and of the rows that refer to them along `keys` in any number
/// of steps.
pub(super) fn below(model: &'static Meta, keys: &[&'static str], top: &Query) -> Sql {
    let pk = model.pk().column;
    let sql = Sql::new("WITH RECURSIVE below(pk) AS (")
        .append(top.pks_sql())
        .raw(" UNION SELECT child.")
        .ident(pk);
    let mut sql = sql
        .raw(" FROM ")
        .ident(model.table)
        .raw(" AS child INNER JOIN below ON ");
    for (at, key) in keys.iter().enumerate() {
        sql = sql
            .raw(if at > 0 { " OR child." } else { "child." })
            .ident(key)
            .raw(" = ");
        let relation = model.column(key).and_then(|field| field.relation.as_ref());
        sql = match relation.and_then(|relation| relation.to_field) {
            None => sql.raw("below.pk"),
            Some(to) => sql
                .raw("(SELECT parent.")
                .ident(to)
                .raw(" FROM ")
                .ident(model.table)
                .raw(" AS parent WHERE parent.")
                .ident(pk)
                .raw(" = below.pk)"),
        };
    }
    sql.raw(") SELECT pk FROM below")
}

/// Selects the primary keys, as text, of the rows of model `at` that are reached in a cycle. Each
/// step has the number of the model and the key as text, so that keys of different types fit in one
/// column.
pub(super) fn around(circle: &Circle, at: usize) -> Sql {
    let mut sql = Sql::new("WITH RECURSIVE reached(model, pk) AS (");
    for (index, (model, top)) in circle.models.iter().enumerate() {
        let text = Sql::new("CAST(").ident(model.pk().column).raw(" AS TEXT)");
        sql = sql
            .raw(if index > 0 {
                " UNION ALL SELECT "
            } else {
                "SELECT "
            })
            .bind(number(index))
            .raw(", ")
            .append(text);
        sql = sql
            .raw(" FROM ")
            .ident(model.table)
            .raw(" WHERE ")
            .ident(model.pk().column);
        sql = sql.raw(" IN (").append(top.pks_sql()).raw(")");
    }
    sql = sql.raw(" UNION SELECT step.model, step.pk FROM reached INNER JOIN (");
    for (index, (to, from, key)) in circle.keys.iter().enumerate() {
        let Some((model, _)) = circle.models.get(*from) else {
            continue;
        };
        sql = sql
            .raw(if index > 0 {
                " UNION ALL SELECT "
            } else {
                "SELECT "
            })
            .bind(number(*from))
            .raw(" AS model, ");
        sql = sql
            .raw("CAST(")
            .ident(model.pk().column)
            .raw(" AS TEXT) AS pk, ")
            .bind(number(*to));
        sql = sql.raw(" AS of_model, CAST(");
        let relation = model.column(key).and_then(|field| field.relation.as_ref());
        sql = match relation.filter(|relation| relation.to_field.is_some()) {
            None => sql.ident(key),
            Some(relation) => sql
                .raw("(SELECT parent.")
                .ident(relation.to().pk().column)
                .raw(" FROM ")
                .ident(relation.to().table)
                .raw(" AS parent WHERE parent.")
                .ident(relation.target().column)
                .raw(" = ")
                .ident(model.table)
                .raw(".")
                .ident(key)
                .raw(")"),
        };
        sql = sql.raw(" AS TEXT) AS of_pk FROM ").ident(model.table);
    }
    sql.raw(
        ") AS step ON step.of_model = reached.model AND step.of_pk = reached.pk) SELECT pk FROM reached WHERE model = ",
    )
    .bind(number(at))
}

fn number(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}
