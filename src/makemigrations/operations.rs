//! The changes that a migration makes (Django's `django.db.migrations.operations`).

use super::schema_editor::{Alteration, SchemaEditor};
use super::state::{
    ColumnState, ConstraintState, IndexState, PerDatabase, TableChange, TableState,
};

/// One change of an app's tables. Each keeps the tables as they are before and after, so that it
/// can be reversed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operation {
    CreateModel(TableState),
    DeleteModel(TableState),
    RenameModel(Box<RenameModel>),
    AddField(Box<FieldChange>),
    RemoveField(Box<FieldChange>),
    AlterField(Box<AlterField>),
    AddIndex(TableChange, IndexState),
    RemoveIndex(TableChange, IndexState),
    RenameIndex(TableChange, IndexState, IndexState),
    AddConstraint(TableChange, ConstraintState),
    RemoveConstraint(TableChange, ConstraintState),
    AlterUniqueTogether(TableChange),
    AlterSearchIndex(TableChange),
    RunSql(RunSql),
}

/// A column that is added or removed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldChange {
    pub(super) table: TableChange,
    pub(super) column: ColumnState,
    /// The value of the rows that exist already.
    pub(super) default: Option<PerDatabase>,
}

/// A column that changes, perhaps its name only.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AlterField {
    pub(super) table: TableChange,
    pub(super) old: ColumnState,
    pub(super) new: ColumnState,
    /// The value that replaces NULL.
    pub(super) default: Option<PerDatabase>,
    /// The value that replaces NULL if the change is reversed.
    pub(super) old_default: Option<PerDatabase>,
    /// The tables with foreign keys to the column, as they are afterwards.
    pub(super) referring: Vec<TableState>,
}

/// A model with another name, or with another table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RenameModel {
    pub(super) app: String,
    pub(super) table: TableChange,
    /// The tables with foreign keys to the model, before and after.
    pub(super) referring: Vec<TableChange>,
    /// The link tables whose names and columns contain the model's name.
    pub(super) links: Vec<TableChange>,
}

/// Statements that no other operation makes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RunSql {
    pub(super) description: String,
    pub(super) up: Vec<String>,
    pub(super) down: Vec<String>,
}

impl Operation {
    /// Returns Django's sign for the kind of change: added, removed, altered.
    pub(super) fn sign(&self) -> char {
        match self {
            Self::CreateModel(_)
            | Self::AddField(_)
            | Self::AddIndex(..)
            | Self::AddConstraint(..) => '+',
            Self::AlterSearchIndex(table) if table.before.search_index.is_empty() => '+',
            Self::DeleteModel(_)
            | Self::RemoveField(_)
            | Self::RemoveIndex(..)
            | Self::RemoveConstraint(..)
            | Self::AlterSearchIndex(_) => '-',
            _ => '~',
        }
    }

    /// Returns what the operation does, as Django says it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::CreateModel(table) => match &table.link {
                None => format!("Create model {}", table.model),
                Some(link) => format!("Add field {} to {}", link.field, link.model.to_lowercase()),
            },
            Self::DeleteModel(table) => match &table.link {
                None => format!("Delete model {}", table.model),
                Some(link) => format!(
                    "Remove field {} from {}",
                    link.field,
                    link.model.to_lowercase()
                ),
            },
            Self::RenameModel(rename) => rename.describe(),
            Self::AddField(change) => {
                format!("Add field {} to {}", change.column.name, change.model())
            }
            Self::RemoveField(change) => {
                format!(
                    "Remove field {} from {}",
                    change.column.name,
                    change.model()
                )
            }
            Self::AlterField(change) if change.is_rename() => format!(
                "Rename field {} on {} to {}",
                change.old.name,
                change.model(),
                change.new.name
            ),
            Self::AlterField(change) => {
                format!("Alter field {} on {}", change.new.name, change.model())
            }
            Self::AddIndex(table, index) => format!(
                "Create index {} on field(s) {} of model {}",
                index.name,
                index.columns.join(", "),
                table.after.model.to_lowercase()
            ),
            Self::RemoveIndex(table, index) => format!(
                "Remove index {} from {}",
                index.name,
                table.after.model.to_lowercase()
            ),
            Self::RenameIndex(table, old, new) => format!(
                "Rename index {} on {} to {}",
                old.name,
                table.after.model.to_lowercase(),
                new.name
            ),
            Self::AddConstraint(table, constraint) => format!(
                "Create constraint {} on model {}",
                constraint.name(),
                table.after.model.to_lowercase()
            ),
            Self::RemoveConstraint(table, constraint) => format!(
                "Remove constraint {} from model {}",
                constraint.name(),
                table.after.model.to_lowercase()
            ),
            Self::AlterUniqueTogether(table) => format!(
                "Alter unique_together for {} ({} constraint(s))",
                table.after.model.to_lowercase(),
                table.after.unique_together.len()
            ),
            Self::AlterSearchIndex(table) if table.after.search_index.is_empty() => {
                format!(
                    "Remove search index from {}",
                    table.after.model.to_lowercase()
                )
            }
            Self::AlterSearchIndex(table) => format!(
                "Create search index on field(s) {} of model {}",
                table.after.search_index.join(", "),
                table.after.model.to_lowercase()
            ),
            Self::RunSql(run) => run.description.clone(),
        }
    }

    /// Returns the part of the migration's name that describes the operation (Django's
    /// `migration_name_fragment`).
    pub(super) fn name_fragment(&self) -> String {
        let fragment = match self {
            Self::CreateModel(table) => match &table.link {
                None => table.model.to_lowercase(),
                Some(link) => format!("{}_{}", link.model, link.field).to_lowercase(),
            },
            Self::DeleteModel(table) => match &table.link {
                None => format!("delete_{}", table.model.to_lowercase()),
                Some(link) => format!("remove_{}_{}", link.model, link.field).to_lowercase(),
            },
            Self::RenameModel(rename) => rename.name_fragment(),
            Self::AddField(change) => format!("{}_{}", change.model(), change.column.name),
            Self::RemoveField(change) => {
                format!("remove_{}_{}", change.model(), change.column.name)
            }
            Self::AlterField(change) if change.is_rename() => format!(
                "rename_{}_{}_{}",
                change.old.name,
                change.model(),
                change.new.name
            ),
            Self::AlterField(change) => format!("alter_{}_{}", change.model(), change.new.name),
            Self::AddIndex(table, index) => format!("{}_{}", table.after.model, index.name),
            Self::RemoveIndex(table, index) => {
                format!("remove_{}_{}", table.after.model, index.name)
            }
            Self::RenameIndex(_, old, new) => format!("rename_{}_{}", old.name, new.name),
            Self::AddConstraint(table, constraint) => {
                format!("{}_{}", table.after.model, constraint.name())
            }
            Self::RemoveConstraint(table, constraint) => {
                format!("remove_{}_{}", table.after.model, constraint.name())
            }
            Self::AlterUniqueTogether(table) => {
                format!("alter_{}_unique_together", table.after.model)
            }
            Self::AlterSearchIndex(table) if table.after.search_index.is_empty() => {
                format!("remove_{}_search_index", table.after.model)
            }
            Self::AlterSearchIndex(table) => format!("{}_search_index", table.after.model),
            Self::RunSql(run) => run.description.clone(),
        };
        words_joined(&fragment.to_lowercase())
    }

    /// Returns the operation that undoes this one.
    pub(super) fn reversed(&self) -> Self {
        match self {
            Self::CreateModel(table) => Self::DeleteModel(table.clone()),
            Self::DeleteModel(table) => Self::CreateModel(table.clone()),
            Self::RenameModel(rename) => Self::RenameModel(Box::new(rename.reversed())),
            Self::AddField(change) => Self::RemoveField(Box::new(change.reversed())),
            Self::RemoveField(change) => Self::AddField(Box::new(change.reversed())),
            Self::AlterField(change) => Self::AlterField(Box::new(change.reversed())),
            Self::AddIndex(table, index) => Self::RemoveIndex(table.reversed(), index.clone()),
            Self::RemoveIndex(table, index) => Self::AddIndex(table.reversed(), index.clone()),
            Self::RenameIndex(table, old, new) => {
                Self::RenameIndex(table.reversed(), new.clone(), old.clone())
            }
            Self::AddConstraint(table, constraint) => {
                Self::RemoveConstraint(table.reversed(), constraint.clone())
            }
            Self::RemoveConstraint(table, constraint) => {
                Self::AddConstraint(table.reversed(), constraint.clone())
            }
            Self::AlterUniqueTogether(table) => Self::AlterUniqueTogether(table.reversed()),
            Self::AlterSearchIndex(table) => Self::AlterSearchIndex(table.reversed()),
            Self::RunSql(run) => Self::RunSql(RunSql {
                description: run.description.clone(),
                up: run.down.clone(),
                down: run.up.clone(),
            }),
        }
    }

    /// Writes the statements of the operation.
    pub(super) fn write(&self, editor: &mut SchemaEditor) {
        match self {
            Self::CreateModel(table) => editor.create_table(table),
            Self::DeleteModel(table) => editor.delete_table(table),
            Self::RenameModel(rename) => rename.write(editor),
            Self::AddField(change) => editor.add_column(
                &change.table.before,
                &change.table.after,
                &change.column,
                change.default.as_ref(),
            ),
            Self::RemoveField(change) => {
                editor.remove_column(&change.table.before, &change.table.after, &change.column);
            }
            Self::AlterField(change) => change.write(editor),
            Self::AddIndex(table, index) => editor.add_index(&table.after, index),
            Self::RemoveIndex(_, index) => editor.remove_index(index),
            Self::RenameIndex(table, old, new) => editor.rename_index(&table.after, old, new),
            Self::AddConstraint(table, constraint) => {
                editor.add_constraint(&table.before, &table.after, constraint);
            }
            Self::RemoveConstraint(table, constraint) => {
                editor.remove_constraint(&table.before, &table.after, constraint);
            }
            Self::AlterUniqueTogether(table) => {
                editor.alter_unique_together(&table.before, &table.after);
            }
            Self::AlterSearchIndex(table) => {
                editor.alter_search_index(&table.before, &table.after);
            }
            Self::RunSql(run) => editor.run_sql(&run.up),
        }
    }
}

impl FieldChange {
    fn model(&self) -> String {
        self.table.after.model.to_lowercase()
    }

    fn reversed(&self) -> Self {
        Self {
            table: self.table.reversed(),
            ..self.clone()
        }
    }
}

impl AlterField {
    fn model(&self) -> String {
        self.table.after.model.to_lowercase()
    }

    /// Whether only the name changes.
    fn is_rename(&self) -> bool {
        let renamed = ColumnState {
            name: self.new.name.clone(),
            column: self.new.column.clone(),
            ..self.old.clone()
        };
        self.old.name != self.new.name && renamed == self.new
    }

    fn reversed(&self) -> Self {
        Self {
            table: self.table.reversed(),
            old: self.new.clone(),
            new: self.old.clone(),
            default: self.old_default.clone(),
            old_default: self.default.clone(),
            referring: self.referring.clone(),
        }
    }

    fn write(&self, editor: &mut SchemaEditor) {
        if self.is_rename() && self.old.column == self.new.column {
            return;
        }
        editor.alter_column(
            &self.table.before,
            &self.table.after,
            Alteration {
                old: &self.old,
                new: &self.new,
                default: self.default.as_ref(),
            },
            &self.referring,
        );
    }
}

impl RenameModel {
    fn is_new_name(&self) -> bool {
        self.table.before.model != self.table.after.model
    }

    fn describe(&self) -> String {
        let (before, after) = (&self.table.before, &self.table.after);
        if let (Some(old), Some(new)) = (&before.link, &after.link) {
            let model = new.model.to_lowercase();
            return format!("Rename field {} on {model} to {}", old.field, new.field);
        }
        if self.is_new_name() {
            format!("Rename model {} to {}", before.model, after.model)
        } else {
            format!(
                "Rename table for {} to {}",
                after.model.to_lowercase(),
                after.table
            )
        }
    }

    fn name_fragment(&self) -> String {
        let (before, after) = (&self.table.before, &self.table.after);
        if self.is_new_name() {
            format!("rename_{}_{}", before.model, after.model)
        } else {
            format!("alter_{}_table", after.model)
        }
    }

    fn reversed(&self) -> Self {
        let reversed =
            |changes: &[TableChange]| changes.iter().map(TableChange::reversed).collect();
        Self {
            app: self.app.clone(),
            table: self.table.reversed(),
            referring: reversed(&self.referring),
            links: reversed(&self.links),
        }
    }

    fn write(&self, editor: &mut SchemaEditor) {
        let (before, after) = (&self.table.before, &self.table.after);
        if after.link.is_some() {
            editor.rename_link(&self.table);
            return;
        }
        editor.rename_table(&before.table, &after.table);
        if before.table != after.table {
            for change in &self.referring {
                editor.follow_renamed_table(change, &after.table);
            }
        }
        for link in &self.links {
            editor.rename_link(link);
        }
        if self.is_new_name() && after.link.is_none() {
            editor.run_sql(&self.statements_for_permissions());
        }
    }

    /// Returns the statements that give the content type and the permissions of the model its new
    /// name, so that nobody loses a permission.
    fn statements_for_permissions(&self) -> Vec<String> {
        let (old, new) = (
            self.table.before.model.to_lowercase(),
            self.table.after.model.to_lowercase(),
        );
        let app = &self.app;
        let content_type = format!(
            "UPDATE \"django_content_type\" SET \"model\" = '{new}' WHERE \"app_label\" = '{app}' AND \"model\" = '{old}'"
        );
        let permissions = format!(
            "UPDATE \"auth_permission\" SET \"codename\" = replace(\"codename\", '_{old}', '_{new}'), \"name\" = replace(\"name\", '{old}', '{new}') \
             WHERE \"codename\" IN ('add_{old}', 'change_{old}', 'delete_{old}', 'view_{old}') AND \"content_type_id\" IN \
             (SELECT \"id\" FROM \"django_content_type\" WHERE \"app_label\" = '{app}' AND \"model\" = '{new}')"
        );
        vec![content_type, permissions]
    }
}

/// Replaces everything but letters, digits and `_` by `_`.
fn words_joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() || letter == '_' {
            joined.push(letter);
        } else if !joined.ends_with('_') {
            joined.push('_');
        }
    }
    joined
}
