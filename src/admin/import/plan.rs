//! [`Plan`]: how the columns of a file become fields of rows.

use crate::admin::export::{Column, columns};
use crate::admin::{Actor, RegisteredModel};
use crate::models::Field;
use crate::settings::Settings;

/// The rows that an import writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Only new rows.
    Add,
    /// Only rows that exist.
    Change,
    /// New rows and rows that exist.
    Both,
}

impl Mode {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "add" => Some(Self::Add),
            "change" => Some(Self::Change),
            "both" => Some(Self::Both),
            _ => None,
        }
    }
}

/// An import with its user, its mapping and its mode.
pub(super) struct Plan<'a> {
    pub(super) registered: &'static RegisteredModel,
    pub(super) actor: &'a Actor,
    pub(super) settings: &'a Settings,
    /// The field that identifies rows.
    pub(super) key: &'static Field,
    pub(super) mode: Mode,
    /// The target of each column of the file; `None` for a column that is left out.
    pub(super) targets: Vec<Option<Column>>,
}

/// Returns the fields that can identify rows: those that the model's admin names, or else the primary key and the unique
/// fields.
pub(super) fn keys(registered: &'static RegisteredModel) -> Vec<&'static Field> {
    let fields = registered.model.fields.iter();
    let unique = fields.filter(|field| !field.secret && (field.primary_key || field.unique));
    match &registered.options.data.import_id_fields {
        None => unique.collect(),
        Some(names) => {
            let mut identifying: Vec<&Field> = unique
                .filter(|field| names.contains(&field.column))
                .collect();
            identifying.sort_by_key(|field| names.iter().position(|name| *name == field.column));
            identifying
        }
    }
}

/// Returns every column that a column of a file can be mapped to.
pub(super) fn targets(registered: &'static RegisteredModel, actor: &Actor) -> Vec<Column> {
    let names = registered.options.data.import_fields.as_deref();
    let (own, related) = columns(registered, names, actor);
    own.into_iter().chain(related).collect()
}

/// Returns the names of the targets that the names of the file's columns suggest; "" if there is not exactly one.
pub(super) fn suggested(
    registered: &'static RegisteredModel,
    actor: &Actor,
    header: &[String],
) -> Vec<String> {
    let targets = targets(registered, actor);
    let mut taken: Vec<String> = Vec::new();
    let suggest = |name: &String| {
        let exact = targets.iter().map(Column::name).find(|known| known == name);
        let by_label = || {
            let same = |column: &&Column| column.label().eq_ignore_ascii_case(name);
            targets.iter().find(same).map(Column::name)
        };
        let found = exact
            .or_else(by_label)
            .filter(|found| !taken.contains(found));
        taken.extend(found.clone());
        found.unwrap_or_default()
    };
    header.iter().map(suggest).collect()
}

/// Returns the targets with these names. The error says what is wrong with the mapping.
pub(super) fn mapped(
    registered: &'static RegisteredModel,
    actor: &Actor,
    names: &[String],
) -> Result<Vec<Option<Column>>, String> {
    let known = targets(registered, actor);
    let mut targets: Vec<Option<Column>> = Vec::new();
    for name in names {
        if name.is_empty() {
            targets.push(None);
            continue;
        }
        let Some(column) = known.iter().find(|column| column.name() == *name) else {
            return Err(format!("There is no field {name}."));
        };
        // Several columns of the row that a foreign key refers to may be there, because an export writes them.
        if targets.iter().flatten().any(|other| other.name() == *name) {
            return Err(format!("Two columns of the file are mapped to {name}."));
        }
        targets.push(Some(*column));
    }
    Ok(targets)
}
