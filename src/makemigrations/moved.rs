//! Models that move to another app.

use crate::error::{Error, Result};

use super::autodetector::Changes;
use super::operations::{Operation, RunSql};
use super::state::{ColumnState, TableState};

/// A model that one app lost and another app got.
struct Move {
    /// The place of the app that lost the model, and of the operation.
    from: (usize, usize),
    /// The place of the app that got the model, and of the operation.
    to: (usize, usize),
}

/// Replaces the operations of a model that moved to another app and kept its table by one that changes
/// the content type only. Fails if the table has another name too, because the new app would create
/// an empty table and the old app drop the full one.
pub(super) fn between_apps(changed: &mut [(String, Changes)]) -> Result<()> {
    while let Some(moved) = find(changed)? {
        let (from_app, to_app) = (
            changed[moved.from.0].0.clone(),
            changed[moved.to.0].0.clone(),
        );
        let Operation::CreateModel(table) = changed[moved.to.0].1.operations[moved.to.1].clone()
        else {
            return Ok(());
        };
        let model = table.model.to_lowercase();
        let content_type = |from: &str, to: &str| {
            format!(
                "UPDATE \"django_content_type\" SET \"app_label\" = '{to}' WHERE \"app_label\" = '{from}' AND \"model\" = '{model}'"
            )
        };
        changed[moved.to.0].1.operations[moved.to.1] = Operation::RunSql(RunSql {
            description: format!("Move model {} from app {from_app}", table.model),
            up: vec![content_type(&from_app, &to_app)],
            down: vec![content_type(&to_app, &from_app)],
        });
        changed[moved.from.0].1.operations[moved.from.1] = Operation::RunSql(RunSql {
            description: format!("Move model {} to app {to_app}", table.model),
            up: Vec::new(),
            down: Vec::new(),
        });
    }
    Ok(())
}

fn find(changed: &[(String, Changes)]) -> Result<Option<Move>> {
    for (from, (from_app, lost)) in changed.iter().enumerate() {
        for (at, operation) in lost.operations.iter().enumerate() {
            let Operation::DeleteModel(old) = operation else {
                continue;
            };
            for (to, (to_app, got)) in changed.iter().enumerate().filter(|(to, _)| *to != from) {
                for (to_at, operation) in got.operations.iter().enumerate() {
                    let Operation::CreateModel(new) = operation else {
                        continue;
                    };
                    if new.table == old.table {
                        return Ok(Some(Move {
                            from: (from, at),
                            to: (to, to_at),
                        }));
                    }
                    if new.model == old.model && has_same_columns(old, new) {
                        return Err(Error::command(format!(
                            "nothing was written: {from_app}.{model} seems to have moved to {to_app}.{model}. Migrations would \
                             drop the table {old} and create an empty table {new}. Keep the table with #[nuages::model(app = \
                             \"{to_app}\", db_table = \"{old}\")]; a later migration can rename it",
                            model = new.model,
                            old = old.table,
                            new = new.table
                        )));
                    }
                }
            }
        }
    }
    Ok(None)
}

/// Whether two tables have the same columns, in any order.
fn has_same_columns(old: &TableState, new: &TableState) -> bool {
    let columns = |table: &TableState| {
        let mut columns: Vec<ColumnState> = table.columns.clone();
        columns.sort_by(|one, other| one.column.cmp(&other.column));
        columns
    };
    old.link.is_none() && columns(old) == columns(new)
}
