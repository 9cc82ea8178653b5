//! Names the options of the admin's lists that no index supports, for tables of many rows.

use crate::admin::options::{ListColumn, ListFilter};
use crate::admin::{AdminSite, RegisteredModel};
use crate::db::introspection::{DatabaseTable, tables};
use crate::db::{Conn, Kind};
use crate::error::Result;
use crate::makemigrations::index_name;
use crate::models::{ColumnPath, Query};

/// Returns a warning with a `CREATE INDEX` for each column by which the list of a table with more than `many`
/// rows is filtered or sorted without an index.
pub(super) fn warnings(conn: &mut Conn, site: &AdminSite, many: i64) -> Result<Vec<String>> {
    let tables = tables(conn)?;
    let mut found = Vec::new();
    for registered in site.models() {
        let model = registered.model;
        let Some(table) = tables.iter().find(|table| table.name == model.table) else {
            continue;
        };
        if Query::new(model).count_up_to(conn, many)? <= many {
            continue;
        }
        for (column, options) in unsupported(registered, table) {
            let columns = [column, model.pk().column].map(str::to_owned);
            // The prefix says that no app of Django has the index.
            let name = format!("nuages_{}", index_name(model.table, &columns));
            found.push(format!(
                "WARNING {}.{}: the list is slow by {column} ({}), because no index begins with this column. \
                 CREATE INDEX \"{name}\" ON \"{}\" (\"{column}\", \"{}\");",
                model.app,
                model.name,
                options.join(", "),
                model.table,
                columns[1]
            ));
        }
    }
    Ok(found)
}

/// Returns the columns that need an index, each with the options that use it.
fn unsupported(
    registered: &RegisteredModel,
    table: &DatabaseTable,
) -> Vec<(&'static str, Vec<&'static str>)> {
    let options = &registered.options;
    let filtered = options
        .list_filter
        .iter()
        .filter_map(|filter| match filter {
            ListFilter::Field(path, _) => Some(("list_filter", path)),
            ListFilter::Own(_) => None,
        });
    let dated = options
        .date_hierarchy
        .iter()
        .map(|path| ("date_hierarchy", path));
    let sorted = options
        .list_display
        .iter()
        .filter_map(|column| match column {
            ListColumn::Field(path) => Some(("list_display", path)),
            ListColumn::Computed { ordering, .. } => {
                Some(("list_display", &ordering.as_ref()?.path))
            }
            ListColumn::Loaded { .. } => None,
        });
    let ordered = registered.policy().ordering().first();
    let ordered = ordered.map(|key| ("ordering", &key.path));

    let mut found: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    let mut add = |option: &'static str, path: &ColumnPath| {
        let field = registered.model.column(path.column);
        // A filter of two values selects too many rows for an index.
        let is_plain = path.steps.is_empty() && field.is_some_and(|field| field.sql != Kind::Bool);
        if !is_plain || table.has_index_for(path.column) {
            return;
        }
        match found.iter_mut().find(|(column, _)| *column == path.column) {
            Some((_, options)) if !options.contains(&option) => options.push(option),
            Some(_) => {}
            None => found.push((path.column, vec![option])),
        }
    };
    for (option, path) in filtered.chain(dated).chain(sorted).chain(ordered) {
        add(option, path);
    }
    found
}
