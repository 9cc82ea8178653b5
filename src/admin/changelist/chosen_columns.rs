//! The columns that the query string of a list chooses: `?columns=name,stock`.

use super::params::{COLUMNS, Params};
use crate::admin::change_form::VisibleFields;
use crate::admin::options::{HookRequest, ListColumn};
use crate::admin::{Actor, RegisteredModel};

/// A column that can be chosen.
#[derive(Debug, Clone)]
pub(super) struct OfferedColumn {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) column: &'static ListColumn,
}

/// Returns the columns that the user may choose: those of the list, and the fields of the form.
pub(super) fn offered(
    registered: &'static RegisteredModel,
    request: &HookRequest<'_>,
) -> Vec<OfferedColumn> {
    let model = registered.model;
    let declared = registered.options.list_display_for(request);
    let mut offered: Vec<OfferedColumn> = declared
        .into_iter()
        .map(|column| OfferedColumn {
            name: column.name(),
            label: super::columns::heading(registered, column),
            column,
        })
        .collect();

    let actor = Actor {
        user: request.user.clone(),
        permissions: request.permissions.clone(),
    };
    let fields = VisibleFields::new(registered, &actor, request.settings, None);
    for column in registered.field_columns() {
        let field = model.column(column.name());
        let is_new = !offered.iter().any(|one| one.name == column.name());
        if let Some(field) = field.filter(|field| is_new && fields.shows(field.name)) {
            offered.push(OfferedColumn {
                name: field.column,
                label: field.label(),
                column,
            });
        }
    }
    offered
}

/// Returns the columns that `params` choose, in that order; those of the list if none is chosen.
pub(super) fn chosen(
    registered: &'static RegisteredModel,
    params: &Params,
    request: &HookRequest<'_>,
) -> Vec<&'static ListColumn> {
    let names = names(params);
    if names.is_empty() {
        return registered.options.list_display_for(request);
    }

    let offered = offered(registered, request);
    let mut columns: Vec<&'static ListColumn> = Vec::new();
    for name in names {
        // A foreign key is called by its field or by its column.
        let field = registered
            .model
            .field(name)
            .map_or(name, |field| field.column);
        let found = offered
            .iter()
            .find(|column| column.name == name || column.name == field);
        if let Some(found) = found
            && !columns.iter().any(|column| column.name() == found.name)
        {
            columns.push(found.column);
        }
    }
    if columns.is_empty() {
        return registered.options.list_display_for(request);
    }
    columns
}

/// Returns the names of the columns in `params`.
pub(super) fn names(params: &Params) -> Vec<&str> {
    let all = params.all(COLUMNS).iter();
    all.flat_map(|names| names.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}
