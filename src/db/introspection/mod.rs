//! Reads the tables of a database: columns, keys, indexes and conditions (Django's
//! `DatabaseIntrospection`).

mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use super::{Conn, Sql, Value, has_search_index, search_index_name};
use crate::error::Result;

/// A table as the database knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseTable {
    /// The name.
    pub name: String,
    /// The columns in their order.
    pub columns: Vec<DatabaseColumn>,
    /// The columns of the primary key in their order.
    pub primary_key: Vec<String>,
    /// The foreign keys.
    pub foreign_keys: Vec<DatabaseForeignKey>,
    /// The indexes and unique constraints, without that of the primary key.
    pub indexes: Vec<DatabaseIndex>,
    /// The conditions that every row must meet.
    pub checks: Vec<DatabaseCheck>,
    /// The columns of the index for searching inside of texts, if it is complete.
    pub search_index: Vec<String>,
}

/// A column as the database knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseColumn {
    /// The name.
    pub name: String,
    /// The type as the database writes it: `varchar(50)`, `character varying(50)`.
    pub db_type: String,
    /// Whether the column may be NULL.
    pub null: bool,
    /// Whether the database makes the values of new rows (`AUTOINCREMENT`, `IDENTITY`, `serial`).
    pub auto: bool,
    /// The default, as SQL.
    pub default: Option<String>,
    /// The expression of a generated column, as far as the database tells it.
    pub generated: Option<String>,
    /// Whether the values of a generated column are computed when they are read.
    pub is_virtual: bool,
}

/// A foreign key of one or more columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseForeignKey {
    /// The name; "" on SQLite.
    pub name: String,
    /// The columns.
    pub columns: Vec<String>,
    /// The referenced table.
    pub to_table: String,
    /// The referenced columns.
    pub to_columns: Vec<String>,
    /// The rule for deletions, such as `CASCADE`; "" for `NO ACTION`.
    pub on_delete: String,
}

/// An index or a unique constraint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseIndex {
    /// The name. SQLite makes names such as `sqlite_autoindex_shop_1` for `UNIQUE` in a table.
    pub name: String,
    /// The columns; `-` before a column in descending order. Empty for an index on an expression.
    pub columns: Vec<String>,
    /// Whether the values are unique.
    pub unique: bool,
    /// The condition of a partial index.
    pub condition: Option<String>,
    /// Whether the index is for something else than comparing values, such as the `LIKE` index of a text
    /// or a GIN index.
    pub is_special: bool,
    /// Whether it is a constraint of the table and not an index of its own.
    pub is_constraint: bool,
}

/// A condition that every row must meet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseCheck {
    /// The name; "" if it has none.
    pub name: String,
    /// The condition.
    pub check: String,
}

impl DatabaseTable {
    /// Returns the column with this name.
    pub fn column(&self, name: &str) -> Option<&DatabaseColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the foreign key of exactly this column.
    pub fn foreign_key(&self, column: &str) -> Option<&DatabaseForeignKey> {
        self.foreign_keys.iter().find(|key| key.columns == [column])
    }

    /// Whether exactly these columns are unique in all rows.
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let mut wanted = columns.to_vec();
        wanted.sort();
        self.primary_key == columns
            || self.indexes.iter().any(|index| {
                let mut has = index.columns.clone();
                has.sort();
                index.unique && index.condition.is_none() && has == wanted
            })
    }

    /// Whether an index begins with this column.
    pub fn has_index_for(&self, column: &str) -> bool {
        let first = |index: &DatabaseIndex| {
            index
                .columns
                .first()
                .is_some_and(|first| first.trim_start_matches('-') == column)
        };
        self.primary_key
            .first()
            .is_some_and(|first| first == column)
            || self
                .indexes
                .iter()
                .any(|index| first(index) && index.condition.is_none() && !index.is_special)
    }
}

/// Returns the columns of the search index of a table.
fn search_columns(conn: &mut Conn, table: &str) -> Result<Vec<String>> {
    let name = search_index_name(table);
    if !has_search_index(conn, &name)? {
        return Ok(Vec::new());
    }
    let sql = match conn {
        Conn::Sqlite(_) => Sql::new("SELECT name FROM pragma_table_info(").bind(name).raw(")"),
        Conn::Postgres(_) => Sql::new(
            "SELECT a.attname::text FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
             JOIN pg_index x ON x.indexrelid = d.objid AND x.indrelid = d.refobjid \
             WHERE d.classid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.objid = to_regclass(",
        )
        .bind(format!("\"{name}\""))
        .raw(") GROUP BY a.attname, a.attnum ORDER BY a.attnum"),
    };
    let rows = texts(conn, sql, 1)?;
    Ok(rows.into_iter().flatten().collect())
}

/// Reads all tables, sorted by name. Views and the tables of the database itself are left out.
pub fn tables(conn: &mut Conn) -> Result<Vec<DatabaseTable>> {
    let mut tables: BTreeMap<String, DatabaseTable> = match conn {
        Conn::Sqlite(_) => sqlite::tables(conn)?,
        Conn::Postgres(_) => postgres::tables(conn)?,
    };
    for table in tables.values_mut() {
        table.search_index = search_columns(conn, &table.name)?;
    }
    Ok(tables.into_values().collect())
}

/// Loads rows of texts; NULL is an empty text.
fn texts(conn: &mut Conn, sql: Sql, columns: usize) -> Result<Vec<Vec<String>>> {
    let kinds = vec![super::Kind::Text; columns];
    let rows = sql.returns(&kinds).load(conn)?;
    let text = |value: Value| match value {
        Value::Null(_) => String::new(),
        value => value.text(),
    };
    Ok(rows
        .into_iter()
        .map(|row| row.into_iter().map(text).collect())
        .collect())
}

/// Splits a list that the database joined with line breaks.
fn list(text: &str) -> Vec<String> {
    text.split('\n')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}
