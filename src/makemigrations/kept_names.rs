//! The names that indexes and constraints keep when a table or a column is renamed.

use super::names::constraint_name;
use super::schema_editor::{NamedBy, name_at_creation, name_of};
use super::state::{ColumnState, TableState};

/// Returns the indexes and constraints of a table that nobody named.
fn unnamed(table: &TableState) -> Vec<NamedBy<'_>> {
    let mut all = vec![NamedBy::PrimaryKey];
    for column in &table.columns {
        let name = column.column.as_str();
        if column.foreign_key().is_some() {
            all.push(NamedBy::ForeignKey(name));
        }
        if column.unique {
            all.push(NamedBy::Unique(name));
        }
        if column.has_plain_index() {
            all.push(NamedBy::Index(name));
        }
        if column.db_index || column.unique || column.primary_key {
            all.push(NamedBy::Like(name));
        }
        if column.check.is_some() {
            all.push(NamedBy::Check(name));
        }
    }
    let sets = table.unique_together.iter();
    all.extend(sets.map(|columns| NamedBy::UniqueTogether(columns)));
    all
}

/// Records the names that the renamed table `after` keeps. `renamed` returns the new name of a column.
/// Foreign keys get new names, as in Django.
pub(super) fn keep_names(
    before: &TableState,
    after: &mut TableState,
    renamed: impl Fn(&str) -> String,
) {
    after.kept_names.clear();
    for named in unnamed(before) {
        let kept = name_of(before, named);
        let columns: Vec<String>;
        let column: String;
        let now = match named {
            NamedBy::ForeignKey(old) => {
                column = renamed(old);
                // The key of a renamed column is made again, that of another column stays.
                if column != old || before.table != after.table {
                    continue;
                }
                NamedBy::ForeignKey(&column)
            }
            NamedBy::Unique(old) => {
                column = renamed(old);
                NamedBy::Unique(&column)
            }
            NamedBy::Index(old) => {
                column = renamed(old);
                NamedBy::Index(&column)
            }
            NamedBy::Like(old) => {
                column = renamed(old);
                NamedBy::Like(&column)
            }
            NamedBy::Check(old) => {
                column = renamed(old);
                NamedBy::Check(&column)
            }
            NamedBy::PrimaryKey => NamedBy::PrimaryKey,
            NamedBy::UniqueTogether(old) => {
                columns = old.iter().map(|column| renamed(column)).collect();
                NamedBy::UniqueTogether(&columns)
            }
        };
        if kept != name_at_creation(after, now) {
            after.kept_names.insert(now.role(), kept);
        }
    }
}

/// Records the names that an altered column gives to constraints which it did not have before, and
/// forgets those of constraints that it lost.
pub(super) fn keep_names_of_altered(
    before: &TableState,
    after: &mut TableState,
    old: &ColumnState,
    new: &ColumnState,
) {
    if old.column != new.column {
        keep_names(before, after, |column| {
            if column == old.column {
                new.column.clone()
            } else {
                column.to_owned()
            }
        });
    }
    let column = new.column.as_str();
    let table = after.table.clone();
    let mut name = |is_new: bool, is_gone: bool, named: NamedBy<'_>, suffix: &str| {
        if is_new {
            let name = constraint_name(&table, &[column], suffix, true);
            after.kept_names.insert(named.role(), name);
        } else if is_gone {
            after.kept_names.remove(&named.role());
        }
    };
    name(
        new.unique && !old.unique,
        !new.unique,
        NamedBy::Unique(column),
        "_uniq",
    );
    name(
        new.check != old.check && new.check.is_some(),
        new.check.is_none(),
        NamedBy::Check(column),
        "_check",
    );
    name(
        new.primary_key && !old.primary_key,
        false,
        NamedBy::PrimaryKey,
        "_pk",
    );
}

/// Copies the names that the table kept to its declaration.
pub(super) fn carry_over(current: &TableState, declared: &mut TableState) {
    let roles: Vec<String> = unnamed(declared).into_iter().map(NamedBy::role).collect();
    declared.kept_names = current
        .kept_names
        .iter()
        .filter(|(role, _)| roles.contains(role))
        .map(|(role, name)| (role.clone(), name.clone()))
        .collect();
}
