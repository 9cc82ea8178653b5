//! Declarations for the tables of an existing database (Django's `inspectdb`).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::db::introspection::{DatabaseColumn, DatabaseIndex, DatabaseTable};

use super::inspected_type::{Declared, declared_type};
use super::names::index_name;

/// The tables of a database, for which declarations are printed.
pub struct Inspection<'a> {
    /// All tables of the database.
    pub all: &'a [DatabaseTable],
    /// The app of the declarations.
    pub app: &'a str,
    /// Whether the database is PostgreSQL.
    pub is_postgres: bool,
}

/// The models of Django's own tables, which the library has.
const KNOWN_MODELS: [(&str, &str); 4] = [
    ("auth_user", "User"),
    ("auth_group", "nuages::auth::Group"),
    ("auth_permission", "nuages::auth::Permission"),
    (
        "django_content_type",
        "nuages::models::content_types::ContentType",
    ),
];

/// Words that cannot be the name of a field in Rust.
const KEYWORDS: [&str; 37] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use",
    "where", "while",
];

impl Inspection<'_> {
    /// Returns the declarations of these tables, as a module that compiles.
    pub fn module(&self, tables: &[&DatabaseTable]) -> String {
        let head = "//! The tables of the database, as `inspectdb` found them.\n\
             //!\n\
             //! Give the models better names, and remove those that you do not need.\n\n";
        let mut text = String::new();
        let mut models = Vec::new();
        for table in tables {
            if KNOWN_MODELS.iter().any(|(known, _)| *known == table.name) {
                continue;
            }
            match self.model(table) {
                Ok(declaration) => {
                    models.push(self.model_name(&table.name));
                    text.push_str(&declaration);
                }
                Err(why) => {
                    let _ = writeln!(
                        text,
                        "// The table {} has no declaration: {why}\n",
                        table.name
                    );
                }
            }
        }

        let types: Vec<&str> = ["Bytes", "Duration", "IpAddress", "Json", "Uuid"]
            .into_iter()
            .filter(|name| text.contains(&format!("{name},")) || text.contains(&format!("{name}>")))
            .collect();
        let mut imports = String::new();
        if !types.is_empty() {
            let _ = writeln!(imports, "use nuages::db::{{{}}};", types.join(", "));
        }
        imports.push_str("use nuages::prelude::*;\n\n");

        let metas: Vec<String> = models
            .iter()
            .map(|model| format!("{model}::meta"))
            .collect();
        let _ = write!(
            text,
            "/// The app.\npub const APP: AppConfig = AppConfig {{\n    label: \"{app}\",\n    verbose_name: \"{name}\",\n    \
             models: &[{metas}],\n    migrations: nuages::migrations!(\"{app}\"),\n}};\n",
            app = self.app,
            name = crate::words::capfirst(self.app),
            metas = metas.join(", ")
        );
        format!("{head}{imports}{text}")
    }

    /// Returns the declaration of one table.
    fn model(&self, table: &DatabaseTable) -> Result<String, String> {
        if table.primary_key.len() != 1 {
            return Err(format!(
                "its primary key has {} columns.",
                table.primary_key.len()
            ));
        }
        if !is_identifier(&table.name) {
            return Err("its name is not one word.".to_owned());
        }
        if table.columns.len() > 32 {
            return Err("it has more than 32 columns.".to_owned());
        }

        let mut text = format!("/// A row of `{}`.\n", table.name);
        let _ = writeln!(
            text,
            "#[nuages::model({})]",
            self.model_options(table).join(", ")
        );
        let _ = writeln!(text, "pub struct {} {{", self.model_name(&table.name));
        let mut names = BTreeSet::new();
        for column in &table.columns {
            if is_plain_id(table, column) {
                continue;
            }
            let field = self.field(table, column, &mut names)?;
            text.push_str(&field);
        }
        text.push_str("}\n\n");
        Ok(text)
    }

    fn model_options(&self, table: &DatabaseTable) -> Vec<String> {
        let model = self.model_name(&table.name);
        let mut options = vec![
            format!("app = \"{}\"", self.app),
            format!("db_table = \"{}\"", table.name),
        ];
        if format!("{}_{}", self.app, model.to_lowercase()) == table.name {
            options.pop();
        }

        let field = |column: &String| quoted(&field_name(table, column.trim_start_matches('-')));
        let (mut indexes, mut constraints) = (Vec::new(), Vec::new());
        for index in &table.indexes {
            let is_single = index.columns.len() == 1;
            let plain = index.condition.is_none() && !index.is_special;
            let columns: Vec<String> = index
                .columns
                .iter()
                .map(|column| {
                    let sign = if column.starts_with('-') { "-" } else { "" };
                    format!("\"{sign}{}", &field(column)[1..])
                })
                .collect();
            let columns = format!("[{}]", columns.join(", "));
            let condition = index
                .condition
                .as_ref()
                .map(|condition| format!(", condition = {}", quoted(condition)))
                .unwrap_or_default();
            let is_field = is_single && plain && index.unique && is_of_field(table, index);
            if index.columns.is_empty() || index.is_special || is_field {
                continue;
            }
            if index.unique {
                let name = if index.name.starts_with("sqlite_autoindex_") {
                    format!("{}_uniq", index.columns.join("_"))
                } else {
                    index.name.clone()
                };
                constraints.push(format!(
                    "UniqueConstraint(fields = {columns}, name = {}{condition})",
                    quoted(&name)
                ));
            } else if !(is_single && plain) || is_named(table, &index.name, &index.columns) {
                indexes.push(format!(
                    "Index(fields = {columns}, name = {}{condition})",
                    quoted(&index.name)
                ));
            }
        }
        for check in table
            .checks
            .iter()
            .filter(|check| !is_of_column(check.check.as_str()))
        {
            if !check.name.is_empty() {
                constraints.push(format!(
                    "CheckConstraint(check = {}, name = {})",
                    quoted(&check.check),
                    quoted(&check.name)
                ));
            }
        }
        if !indexes.is_empty() {
            options.push(format!("indexes = [{}]", indexes.join(", ")));
        }
        if !constraints.is_empty() {
            options.push(format!("constraints = [{}]", constraints.join(", ")));
        }
        options
    }

    /// Returns the declaration of one field.
    fn field(
        &self,
        table: &DatabaseTable,
        column: &DatabaseColumn,
        names: &mut BTreeSet<String>,
    ) -> Result<String, String> {
        let mut declared = self.declared(table, column)?;
        let is_positive = table
            .checks
            .iter()
            .any(|check| is_not_negative(&check.check, &column.name));
        if is_positive && ["i16", "i32", "i64"].contains(&declared.rust.as_str()) {
            declared.options.retain(|option| option != "positive");
            declared.options.push("positive".to_owned());
        }
        let columns = [column.name.clone()];
        let is_key = table.primary_key == columns;
        if is_key {
            declared.options.insert(0, "primary_key".to_owned());
        } else if is_unique_field(table, &columns) && !declared.rust.starts_with("OneToOne") {
            declared.options.push("unique".to_owned());
        } else if Self::has_own_index(table, column) && table.foreign_key(&column.name).is_none() {
            declared.options.push("db_index".to_owned());
        }

        let mut name = field_name(table, &column.name);
        while !names.insert(name.clone()) {
            name.push('_');
        }
        let implied = match table.foreign_key(&column.name) {
            Some(_) => format!("{name}_id"),
            None => name.clone(),
        };
        if implied != column.name {
            declared
                .options
                .push(format!("db_column = {}", quoted(&column.name)));
        }
        let rust = if column.null && !is_key {
            format!("Option<{}>", declared.rust)
        } else {
            declared.rust
        };

        let mut text = format!(
            "    /// {}.\n",
            crate::words::capfirst(&name.replace('_', " "))
        );
        if let Some(remark) = declared.remark {
            let _ = writeln!(text, "    // {remark}");
        }
        if !declared.options.is_empty() {
            let _ = writeln!(text, "    #[field({})]", declared.options.join(", "));
        }
        let name = if KEYWORDS.contains(&name.as_str()) {
            format!("r#{name}")
        } else {
            name
        };
        let _ = writeln!(text, "    pub {name}: {rust},");
        Ok(text)
    }

    /// Whether Django gave the column an index of its own.
    fn has_own_index(table: &DatabaseTable, column: &DatabaseColumn) -> bool {
        let columns = [column.name.clone()];
        table.indexes.iter().any(|index| {
            index.columns == columns
                && !index.unique
                && !index.is_special
                && index.condition.is_none()
                && !is_named(table, &index.name, &index.columns)
        })
    }

    fn declared(&self, table: &DatabaseTable, column: &DatabaseColumn) -> Result<Declared, String> {
        if let Some(key) = table.foreign_key(&column.name) {
            let is_unique = is_unique_field(table, std::slice::from_ref(&column.name));
            let kind = if is_unique { "OneToOne" } else { "ForeignKey" };
            let to = self
                .all
                .iter()
                .find(|other| other.name == key.to_table)
                .ok_or_else(|| format!("{} refers to a table that is missing.", column.name))?;
            if to.primary_key == key.to_columns {
                let mut declared = self.foreign_key(column, kind, to);
                let is_second = table
                    .foreign_keys
                    .iter()
                    .take_while(|other| other.columns != key.columns)
                    .any(|other| other.to_table == key.to_table);
                if is_second {
                    // Two keys to the same model need different names on its side.
                    declared.options.push(format!(
                        "related_name = \"{}_{}_set\"",
                        self.model_name(&table.name).to_lowercase(),
                        field_name(table, &column.name)
                    ));
                }
                return Ok(declared);
            }
        }
        Ok(declared_type(column, self.is_postgres))
    }

    fn foreign_key(&self, column: &DatabaseColumn, kind: &str, to: &DatabaseTable) -> Declared {
        let model = KNOWN_MODELS
            .iter()
            .find(|(table, _)| *table == to.name)
            .map_or_else(
                || self.model_name(&to.name),
                |(_, model)| (*model).to_owned(),
            );
        let mut options = vec![
            if column.null {
                "on_delete = \"set_null\""
            } else {
                "on_delete = \"cascade\""
            }
            .to_owned(),
        ];
        let key = to
            .primary_key
            .first()
            .and_then(|key| to.column(key))
            .map(|key| declared_type(key, self.is_postgres).rust)
            .unwrap_or_default();
        let expected = if model.contains("::") || model == "User" {
            "i32"
        } else {
            "i64"
        };
        let is_known = KNOWN_MODELS.iter().any(|(table, _)| *table == to.name);
        if key != expected && !key.is_empty() && !is_known {
            options.push(format!("key = {key}"));
        }
        Declared {
            rust: format!("{kind}<{model}>"),
            options,
            remark: None,
        }
    }

    /// Returns `BlogPost` for the table `blog_post`, and `Post` in the app `blog`.
    fn model_name(&self, table: &str) -> String {
        let own = table
            .strip_prefix(self.app)
            .and_then(|rest| rest.strip_prefix('_'))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(table);
        let name: String = own
            .split(|c: char| !c.is_alphanumeric())
            .map(crate::words::capfirst)
            .collect();
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            format!("Table{name}")
        } else {
            name
        }
    }
}

/// Whether the column is the key `id` that every model has without a word.
fn is_plain_id(table: &DatabaseTable, column: &DatabaseColumn) -> bool {
    let is_big = ["bigint", "integer"].contains(&column.db_type.to_lowercase().as_str());
    column.name == "id" && table.primary_key == ["id"] && column.auto && is_big
}

/// Whether an index has a name that Django gives to `Meta.indexes`, or that somebody chose.
fn is_named(table: &DatabaseTable, name: &str, columns: &[String]) -> bool {
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let own = super::names::constraint_name(&table.name, &names, "", true);
    name != own && name == index_name(&table.name, columns)
        || (name != own && columns.len() == 1 && !name.starts_with(&table.name))
}

/// Whether a field is unique by itself, without a constraint that somebody named.
fn is_unique_field(table: &DatabaseTable, columns: &[String]) -> bool {
    table.indexes.iter().any(|index| {
        index.unique
            && index.condition.is_none()
            && index.columns == columns
            && is_of_field(table, index)
    })
}

/// Whether a unique index has the name that the database gives to a unique column.
fn is_of_field(table: &DatabaseTable, index: &DatabaseIndex) -> bool {
    let column = index.columns.first().map_or("", String::as_str);
    index.name.starts_with("sqlite_autoindex_")
        || index.name == super::names::postgres_own_name(&table.name, column, "key")
}

/// Whether a condition is that a column is not negative.
fn is_not_negative(check: &str, column: &str) -> bool {
    let plain: String = check
        .chars()
        .filter(|c| !matches!(c, '(' | ')' | '"' | ' '))
        .collect();
    plain == format!("{column}>=0")
}

/// Whether a condition is one that a kind of field brings along.
fn is_of_column(check: &str) -> bool {
    check.contains("JSON_VALID") || check.trim_matches(['(', ')']).ends_with(">= 0")
}

/// Returns the name of the field for a column: `author` for the foreign key `author_id`.
fn field_name(table: &DatabaseTable, column: &str) -> String {
    let own = match table.foreign_key(column) {
        Some(_) => column.strip_suffix("_id").unwrap_or(column),
        None => column,
    };
    let mut name: String = own
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '_' {
                c
            } else {
                '_'
            }
        })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        name.insert_str(0, "field_");
    }
    name
}

fn is_identifier(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    starts_well && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
