//! The tables of an app at one point of its history (Django's `ProjectState`).
//!
//! A state says everything that decides about SQL, for both databases, and nothing else: a label or
//! a help text is not part of it. `makemigrations` writes the state after a migration beside the
//! migration, and compares the declarations with the last one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The tables of one app after a migration, and what the migration needs to have run before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppState {
    /// Migrations of other apps that must be applied before, as `auth.0001_initial`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// The migrations of this app that come directly before this one. States of earlier versions do
    /// not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    /// Migrations of this app that this one replaces (`squashmigrations`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// The earlier names of models, each with the name of today, so that other apps recognise a model
    /// after it was renamed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed_models: BTreeMap<String, String>,
    /// The models, and the link tables of many-to-many fields.
    pub tables: Vec<TableState>,
}

/// The table of a model, or the link table of a many-to-many field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableState {
    /// `Product`; for a link table `Product_tags`.
    pub model: String,
    /// The name in the database.
    pub table: String,
    /// The many-to-many field, if this is its link table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkState>,
    /// The columns, in the order of `CREATE TABLE`.
    pub columns: Vec<ColumnState>,
    /// Sets of columns that are unique together (Django's `unique_together`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique_together: Vec<Vec<String>>,
    /// The indexes of `Meta.indexes`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<IndexState>,
    /// The constraints of `Meta.constraints`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<ConstraintState>,
    /// The columns of the index for searching inside of texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search_index: Vec<String>,
    /// Names that differ from those that Django would give today, because the table or a column was
    /// renamed after they were given: by the role, such as `unique:title`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept_names: BTreeMap<String, String>,
}

/// A table before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableChange {
    pub(super) before: TableState,
    pub(super) after: TableState,
}

/// The many-to-many field of a link table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkState {
    /// `Product`
    pub model: String,
    /// `tags`
    pub field: String,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnState {
    /// The name of the field: `author`.
    pub name: String,
    /// The name of the column: `author_id`.
    pub column: String,
    /// The type.
    #[serde(rename = "type")]
    pub db_type: PerDatabase,
    /// Whether the database makes the values (`AUTOINCREMENT`, `IDENTITY`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub auto: bool,
    /// Whether the column may be NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub null: bool,
    /// Whether the column is the primary key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub primary_key: bool,
    /// Whether the values are unique.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Whether the column has an index of its own. A unique column has one anyway.
    #[serde(default, skip_serializing_if = "is_false")]
    pub db_index: bool,
    /// The condition that the database checks, with `{column}` for the quoted column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<PerDatabase>,
    /// The default in the database, as SQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_default: Option<PerDatabase>,
    /// The expression of a generated column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<GeneratedState>,
    /// The referenced column of a foreign key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Reference>,
}

/// A text that may differ between the databases. An empty text means that a database has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PerDatabase {
    /// The same on both.
    Both(String),
    /// One for each.
    Each {
        /// On SQLite.
        sqlite: String,
        /// On PostgreSQL.
        postgres: String,
    },
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedState {
    /// The expression.
    pub expression: PerDatabase,
    /// Whether the values are stored (`STORED`) or computed when they are read (`VIRTUAL`).
    pub stored: bool,
}

/// The column that a foreign key refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `catalog.Product`
    pub model: String,
    /// `catalog_product`
    pub table: String,
    /// `id`
    pub column: String,
    /// The rule of the database, such as `CASCADE`; "" for Django's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on_delete: String,
    /// Whether the database enforces the key (Django's `db_constraint`).
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub constraint: bool,
}

/// An index with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexState {
    /// The name.
    pub name: String,
    /// The columns; a column with `-` before it is in descending order.
    pub columns: Vec<String>,
    /// The condition of a partial index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// A named constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConstraintState {
    /// Values that are unique together, perhaps only in the rows that meet a condition.
    Unique {
        /// The name.
        name: String,
        /// The columns.
        columns: Vec<String>,
        /// The condition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<String>,
    },
    /// A condition that every row must meet.
    Check {
        /// The name.
        name: String,
        /// The condition.
        check: String,
    },
}

impl PerDatabase {
    /// Creates the shorter form where both texts are the same.
    pub fn new(sqlite: &str, postgres: &str) -> Self {
        if sqlite == postgres {
            Self::Both(sqlite.to_owned())
        } else {
            Self::Each {
                sqlite: sqlite.to_owned(),
                postgres: postgres.to_owned(),
            }
        }
    }

    /// Returns the text for SQLite.
    pub fn sqlite(&self) -> &str {
        match self {
            Self::Both(text) => text,
            Self::Each { sqlite, .. } => sqlite,
        }
    }

    /// Returns the text for PostgreSQL.
    pub fn postgres(&self) -> &str {
        match self {
            Self::Both(text) => text,
            Self::Each { postgres, .. } => postgres,
        }
    }
}

impl ConstraintState {
    /// Returns the name.
    pub fn name(&self) -> &str {
        match self {
            Self::Unique { name, .. } | Self::Check { name, .. } => name,
        }
    }
}

impl TableChange {
    /// Returns the change that undoes this one.
    pub(super) fn reversed(&self) -> Self {
        Self {
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }
}

impl AppState {
    /// Reads a state that [`AppState::to_json`] wrote.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// Returns the state as a file, which people can read and compare: a line for each column.
    pub fn to_json(&self) -> String {
        let tables: Vec<String> = self.tables.iter().map(TableState::to_json).collect();
        let mut parts = Vec::new();
        if !self.dependencies.is_empty() {
            parts.push(format!("  \"dependencies\": {}", json(&self.dependencies)));
        }
        if !self.follows.is_empty() {
            parts.push(format!("  \"follows\": {}", json(&self.follows)));
        }
        if !self.replaces.is_empty() {
            parts.push(format!("  \"replaces\": {}", json(&self.replaces)));
        }
        if !self.renamed_models.is_empty() {
            parts.push(format!(
                "  \"renamed_models\": {}",
                json(&self.renamed_models)
            ));
        }
        parts.push(format!("  \"tables\": [\n{}\n  ]", tables.join(",\n")));
        format!("{{\n{}\n}}\n", parts.join(",\n"))
    }

    /// Returns the table of a model, or of the link with this name. Case does not matter, as in
    /// Django.
    pub fn table(&self, model: &str) -> Option<&TableState> {
        self.tables
            .iter()
            .find(|table| table.model.eq_ignore_ascii_case(model))
    }
}

impl TableState {
    fn to_json(&self) -> String {
        let mut parts = vec![
            format!("      \"model\": {}", json(&self.model)),
            format!("      \"table\": {}", json(&self.table)),
        ];
        if let Some(link) = &self.link {
            parts.push(format!("      \"link\": {}", json(link)));
        }
        parts.push(lines("columns", &self.columns));
        if !self.unique_together.is_empty() {
            parts.push(format!(
                "      \"unique_together\": {}",
                json(&self.unique_together)
            ));
        }
        if !self.indexes.is_empty() {
            parts.push(lines("indexes", &self.indexes));
        }
        if !self.constraints.is_empty() {
            parts.push(lines("constraints", &self.constraints));
        }
        if !self.search_index.is_empty() {
            let columns = json(&self.search_index);
            parts.push(format!("      \"search_index\": {columns}"));
        }
        if !self.kept_names.is_empty() {
            parts.push(format!("      \"kept_names\": {}", json(&self.kept_names)));
        }
        format!("    {{\n{}\n    }}", parts.join(",\n"))
    }

    /// Returns the column of a field.
    pub fn field(&self, name: &str) -> Option<&ColumnState> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the column with this name in the database.
    pub fn column(&self, name: &str) -> Option<&ColumnState> {
        self.columns.iter().find(|column| column.column == name)
    }

    /// Returns the primary key.
    pub fn primary_key(&self) -> Option<&ColumnState> {
        self.columns.iter().find(|column| column.primary_key)
    }
}

impl ColumnState {
    /// Creates a column without rules: not NULL, not unique.
    pub fn new(name: &str, db_type: PerDatabase) -> Self {
        Self {
            name: name.to_owned(),
            column: name.to_owned(),
            db_type,
            auto: false,
            null: false,
            primary_key: false,
            unique: false,
            db_index: false,
            check: None,
            db_default: None,
            generated: None,
            references: None,
        }
    }

    /// Whether the database enforces a foreign key of this column.
    pub fn foreign_key(&self) -> Option<&Reference> {
        self.references
            .as_ref()
            .filter(|reference| reference.constraint)
    }

    /// Whether the column has an index for itself alone that is not unique.
    pub fn has_plain_index(&self) -> bool {
        self.db_index && !self.unique && !self.primary_key
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_true(value: &bool) -> bool {
    *value
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns a list with a line for each item.
fn lines(name: &str, items: &[impl Serialize]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| format!("        {}", json(item)))
        .collect();
    format!("      \"{name}\": [\n{}\n      ]", items.join(",\n"))
}

fn yes() -> bool {
    true
}
