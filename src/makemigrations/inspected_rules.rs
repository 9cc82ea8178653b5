//! The indexes and constraints of a table, as `inspectdb` declares them: beside a field, or as options of
//! the model.

use std::collections::BTreeMap;

use crate::db::introspection::{DatabaseCheck, DatabaseColumn, DatabaseIndex, DatabaseTable};
use crate::db::search_index_name;

use super::names::{constraint_name, postgres_own_name};

/// The indexes and constraints of one table. Each is declared once.
pub(super) struct Rules<'a> {
    pub(super) table: &'a DatabaseTable,
    pub(super) is_postgres: bool,
    /// The name of the field of each column.
    pub(super) names: &'a BTreeMap<String, String>,
}

/// The options of a model for its indexes and constraints, and what no option says.
#[derive(Debug, Default)]
pub(super) struct ModelRules {
    pub(super) unique_together: Vec<String>,
    pub(super) indexes: Vec<String>,
    pub(super) constraints: Vec<String>,
    pub(super) remarks: Vec<String>,
}

impl Rules<'_> {
    /// Whether the field of the column is unique by itself.
    pub(super) fn is_unique(&self, column: &DatabaseColumn) -> bool {
        self.table
            .indexes
            .iter()
            .any(|index| self.is_unique_field(index) && index.columns == [column.name.clone()])
    }

    /// Whether the unique index belongs to one field, because Django named it so.
    fn is_unique_field(&self, index: &DatabaseIndex) -> bool {
        let [column] = index.columns.as_slice() else {
            return false;
        };
        if !index.unique || index.condition.is_some() || index.is_special {
            return false;
        }
        if !self.is_postgres {
            return index.name.starts_with("sqlite_autoindex_");
        }
        let is_own = index.name == postgres_own_name(&self.table.name, column, "key");
        let is_later = index.name == self.own_name(&[column], "_uniq");
        if self.is_text(column) {
            (is_own || is_later) && self.has_like_index(column)
        } else {
            is_own
        }
    }

    /// Returns the index that a field has by itself.
    pub(super) fn own_index(&self, column: &str, is_key: bool) -> Option<&DatabaseIndex> {
        let is_plain = |index: &&DatabaseIndex| {
            index.columns == [column.to_owned()]
                && !index.unique
                && !index.is_special
                && index.condition.is_none()
        };
        let has_like = is_key || !self.is_text(column) || self.has_like_index(column);
        let mut plain = self.table.indexes.iter().filter(is_plain);
        plain.find(|index| has_like && self.is_own_name(&index.name, column))
    }

    fn is_own_name(&self, name: &str, column: &str) -> bool {
        name == self.own_name(&[column], "")
            || name == constraint_name(&self.table.name, &[column], "", true)
    }

    fn own_name(&self, columns: &[&str], suffix: &str) -> String {
        constraint_name(&self.table.name, columns, suffix, self.is_postgres)
    }

    /// Whether PostgreSQL has a second index for `LIKE` on an indexed column of this type.
    fn is_text(&self, column: &str) -> bool {
        let db_type = self
            .table
            .column(column)
            .map(|column| column.db_type.as_str());
        self.is_postgres
            && db_type.is_some_and(|name| {
                (name.starts_with("character varying") || name == "text") && !name.ends_with("[]")
            })
    }

    fn has_like_index(&self, column: &str) -> bool {
        let mut indexes = self.table.indexes.iter();
        indexes.any(|index| self.is_like_index(index) && index.columns == [column.to_owned()])
    }

    fn is_like_index(&self, index: &DatabaseIndex) -> bool {
        self.is_postgres && index.is_special && index.name.ends_with("_like")
    }

    /// Whether the database refuses negative numbers by the condition that Django writes for them.
    pub(super) fn is_positive(&self, column: &DatabaseColumn) -> bool {
        let checks = &self.table.checks;
        checks
            .iter()
            .any(|check| self.is_of_positive(check, column))
    }

    fn is_of_positive(&self, check: &DatabaseCheck, column: &DatabaseColumn) -> bool {
        is_condition(&check.check, &format!("{}>=0", column.name.to_lowercase()))
            && self.is_of_column(check, column)
    }

    /// Whether the values of the text column are JSON, as SQLite checks them for Django.
    pub(super) fn is_json(&self, column: &DatabaseColumn) -> bool {
        let checks = &self.table.checks;
        !self.is_postgres && checks.iter().any(|check| self.is_of_json(check, column))
    }

    fn is_of_json(&self, check: &DatabaseCheck, column: &DatabaseColumn) -> bool {
        let name = column.name.to_lowercase();
        is_condition(&check.check, &format!("json_valid{name}or{name}isnull"))
            && self.is_of_column(check, column)
    }

    /// Whether the condition belongs to the column: it has no name, or the one that it gets without any.
    fn is_of_column(&self, check: &DatabaseCheck, column: &DatabaseColumn) -> bool {
        let (table, column) = (self.table.name.as_str(), column.name.as_str());
        check.name.is_empty()
            || check.name == postgres_own_name(table, column, "check")
            || check.name == self.own_name(&[column], "_check")
    }

    /// Returns the options of the model.
    pub(super) fn of_model(&self, is_key: impl Fn(&str) -> bool) -> ModelRules {
        let mut rules = ModelRules::default();
        for index in &self.table.indexes {
            self.add_index(index, &is_key, &mut rules);
        }
        for (at, check) in self.table.checks.iter().enumerate() {
            let is_of_field =
                self.table.columns.iter().any(|column| {
                    self.is_of_positive(check, column) || self.is_of_json(check, column)
                });
            if is_of_field {
                continue;
            }
            let name = if check.name.is_empty() {
                format!("{}_check_{}", self.table.name, at + 1)
            } else {
                check.name.clone()
            };
            rules.constraints.push(format!(
                "CheckConstraint(check = {}, name = {})",
                quoted(&check.check),
                quoted(&name)
            ));
        }
        for key in self
            .table
            .foreign_keys
            .iter()
            .filter(|key| key.columns.len() > 1)
        {
            rules.remarks.push(format!(
                "The foreign key ({}) has several columns, which no declaration can have.",
                key.columns.join(", ")
            ));
        }
        rules
    }

    fn add_index(
        &self,
        index: &DatabaseIndex,
        is_key: &impl Fn(&str) -> bool,
        rules: &mut ModelRules,
    ) {
        // `search_index` of the model makes it.
        let is_search = !self.table.search_index.is_empty()
            && index.name == search_index_name(&self.table.name);
        if is_search || self.is_like_index(index) || self.is_unique_field(index) {
            return;
        }
        if index.is_special || index.columns.is_empty() {
            rules.remarks.push(format!(
                "The index {} is on an expression or of a special kind: create it in a migration of SQL.",
                index.name
            ));
            return;
        }
        let columns = self.fields(index);
        let condition = index.condition.as_ref();
        let condition = condition
            .map(|condition| format!(", condition = {}", quoted(condition)))
            .unwrap_or_default();
        if index.unique {
            if index.condition.is_none() && self.is_unique_together(index) {
                rules.unique_together.push(columns);
                return;
            }
            let name = if index.name.starts_with("sqlite_autoindex_") {
                let columns: Vec<&str> = index.columns.iter().map(String::as_str).collect();
                self.own_name(&columns, "_uniq")
            } else {
                index.name.clone()
            };
            rules.constraints.push(format!(
                "UniqueConstraint(fields = {columns}, name = {}{condition})",
                quoted(&name)
            ));
            return;
        }

        let is_of_field = index.columns.len() == 1 && {
            let column = index.columns[0].as_str();
            let own = self.own_index(column, is_key(column));
            own.is_some_and(|own| own.name == index.name)
        };
        if !is_of_field {
            rules.indexes.push(format!(
                "Index(fields = {columns}, name = {}{condition})",
                quoted(&index.name)
            ));
        }
    }

    /// Whether the columns are unique by `unique_together`, which has names of its own.
    fn is_unique_together(&self, index: &DatabaseIndex) -> bool {
        let columns: Vec<&str> = index.columns.iter().map(String::as_str).collect();
        let is_named_so = index.name == self.own_name(&columns, "_uniq");
        // Django makes an index on SQLite and a constraint on PostgreSQL.
        columns.len() > 1 && is_named_so && index.is_constraint == self.is_postgres
    }

    fn fields(&self, index: &DatabaseIndex) -> String {
        let field = |column: &String| {
            let (sign, column) = match column.strip_prefix('-') {
                Some(column) => ("-", column),
                None => ("", column.as_str()),
            };
            let name = self.names.get(column).map_or(column, String::as_str);
            quoted(&format!("{sign}{name}"))
        };
        let fields: Vec<String> = index.columns.iter().map(field).collect();
        format!("[{}]", fields.join(", "))
    }
}

/// Whether a condition of the database is this one, apart from brackets, quotes and spaces.
fn is_condition(check: &str, wanted: &str) -> bool {
    let plain: String = check
        .chars()
        .filter(|letter| !matches!(letter, '(' | ')' | '"' | ' '))
        .flat_map(char::to_lowercase)
        .collect();
    plain == wanted
}

/// Returns a text as Rust writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
