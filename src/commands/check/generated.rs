//! Compares the generated columns of the database with the descriptions of the models.

use std::collections::BTreeSet;

use crate::db::{Conn, Kind, Sql};
use crate::error::Result;
use crate::models::{Finding, all};

/// Returns the errors in the descriptions of generated columns, for the models of those apps that
/// have their tables in this database.
pub(super) fn findings(conn: &mut Conn, is_here: impl Fn(&str) -> bool) -> Result<Vec<Finding>> {
    let sql = Sql::default().either(
        "SELECT table_name::text, column_name::text FROM information_schema.columns \
         WHERE table_schema = current_schema() AND is_generated = 'ALWAYS'",
        "SELECT sqlite_master.name, info.name FROM sqlite_master, pragma_table_xinfo(sqlite_master.name) AS info \
         WHERE sqlite_master.type = 'table' AND info.hidden IN (2, 3)",
    );
    let rows = sql.returns(&[Kind::Text, Kind::Text]).load(conn)?;
    let generated: BTreeSet<Vec<String>> = rows
        .into_iter()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();

    let mut found = Vec::new();
    for (model, field) in all()
        .iter()
        .filter(|model| is_here(model.app))
        .flat_map(|model| model.fields.iter().map(move |field| (model, field)))
    {
        let is_generated =
            generated.contains(&vec![model.table.to_owned(), field.column.to_owned()]);
        let place = || format!("{}.{}", model.object_label(), field.name);
        if is_generated && !field.generated {
            let text = "the database computes this column and refuses every row with a value for it. Add .generated() to the field.";
            found.push(Finding::new("nuages.E004", place(), "generated", text));
        }
        if field.generated && !is_generated {
            let text = "the database does not compute this column, and forms do not edit it. Take .generated() away, or \
                        make the column GENERATED ALWAYS.";
            found.push(Finding::new("nuages.E005", place(), "generated", text));
        }
    }
    Ok(found)
}
