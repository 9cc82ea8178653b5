//! Declarations for the tables of an existing database (Django's `inspectdb`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::db::introspection::{DatabaseColumn, DatabaseForeignKey, DatabaseTable};
use crate::words::capfirst;

use super::inspected_names::{
    ModelName, app_of, field_names, known_model, model_names, table_module, written,
};
use super::inspected_rules::{Rules, quoted};
use super::inspected_type::{Declared, declared_type};

/// The largest number of columns that Diesel allows.
const MAX_COLUMNS: usize = 32;

/// The types of declarations that the prelude does not contain.
const DATABASE_TYPES: [&str; 8] = [
    "Array",
    "Bytes",
    "Duration",
    "HStore",
    "IpAddress",
    "Json",
    "Opaque",
    "Range",
];

/// The tables of a database, for which declarations are printed.
#[derive(Debug)]
pub struct Inspection<'a> {
    /// All tables of the database.
    pub all: &'a [DatabaseTable],
    /// The apps of the declarations. With several, each table belongs to the app with whose label its name
    /// begins.
    pub apps: &'a [&'a str],
    /// Whether the database is PostgreSQL.
    pub is_postgres: bool,
}

/// The tables that are printed, with the names of their models.
struct Declarations<'a> {
    inspection: &'a Inspection<'a>,
    names: BTreeMap<String, ModelName>,
}

impl Inspection<'_> {
    /// Returns the declarations of these tables, as a module that compiles.
    pub fn module(&self, tables: &[&DatabaseTable]) -> String {
        let tables: Vec<&DatabaseTable> = tables
            .iter()
            .copied()
            .filter(|table| known_model(&table.name).is_none())
            .collect();
        let declared: Vec<&DatabaseTable> = tables
            .iter()
            .copied()
            .filter(|table| self.undeclarable(table).is_none())
            .collect();
        let declarations = Declarations {
            inspection: self,
            names: model_names(&declared, self.apps),
        };

        let mut text = "//! The tables of the database, as `inspectdb` found them.\n\
             //!\n\
             //! Give the models better names, and remove those that you do not need.\n\n"
            .to_owned();
        for app in self.apps {
            let of_app: Vec<&DatabaseTable> = tables
                .iter()
                .copied()
                .filter(|table| app_of(&table.name, self.apps) == Some(*app))
                .collect();
            let module = declarations.app(app, &of_app);
            if self.apps.len() == 1 {
                text.push_str(&module);
            } else {
                let _ = write!(
                    text,
                    "/// The app {app}.\npub mod {} {{\n{module}}}\n\n",
                    written(app)
                );
            }
        }
        for table in tables {
            if app_of(&table.name, self.apps).is_none() {
                let _ = writeln!(
                    text,
                    "// The table {} belongs to none of the apps.",
                    table.name
                );
            }
        }
        text
    }

    /// Returns why a table cannot be declared.
    fn undeclarable(&self, table: &DatabaseTable) -> Option<String> {
        let [key] = table.primary_key.as_slice() else {
            return Some(match table.primary_key.len() {
                0 => "it has no primary key.".to_owned(),
                columns => format!("its primary key has {columns} columns."),
            });
        };
        if table.columns.len() > MAX_COLUMNS {
            return Some(format!(
                "it has {} columns, and a table of Diesel has at most {MAX_COLUMNS}.",
                table.columns.len()
            ));
        }
        let column = table.column(key)?;
        let declared = declared_type(column, self.is_postgres);
        let is_key = ["i16", "i32", "i64", "String", "Uuid"].contains(&declared.rust.as_str());
        (!is_key).then(|| format!("its primary key is of the type {}.", column.db_type))
    }

    fn table(&self, name: &str) -> Option<&DatabaseTable> {
        self.all.iter().find(|table| table.name == name)
    }

    /// Returns the type of a table's primary key in Rust.
    fn key_type(&self, table: &DatabaseTable, depth: usize) -> String {
        let Some(column) = table.primary_key.first().and_then(|key| table.column(key)) else {
            return String::new();
        };
        let to = table
            .foreign_key(&column.name)
            .and_then(|key| self.table(&key.to_table));
        if let Some(to) = to.filter(|to| depth < self.all.len() && to.name != table.name) {
            return self.key_type(to, depth + 1);
        }
        if column.auto && !self.is_postgres && self.is_referred_to_by_integers(table) {
            return "i32".to_owned();
        }
        declared_type(column, self.is_postgres).rust
    }

    /// Whether the keys to the table have 32 bits: SQLite calls each automatic key `integer`, but not the
    /// keys that refer to it.
    fn is_referred_to_by_integers(&self, table: &DatabaseTable) -> bool {
        let mut referring = self.all.iter().flat_map(|other| {
            let keys = other.foreign_keys.iter();
            keys.filter(|key| key.to_table == table.name)
                .filter_map(|key| other.column(key.columns.first()?))
        });
        referring.any(|column| column.db_type.eq_ignore_ascii_case("integer"))
    }
}

impl Declarations<'_> {
    /// Returns the declarations of one app.
    fn app(&self, app: &str, tables: &[&DatabaseTable]) -> String {
        let (mut text, mut models) = (String::new(), Vec::new());
        for table in tables {
            if let Some(name) = self.names.get(&table.name) {
                models.push(format!("{}::meta", name.rust));
                text.push_str(&self.model(table, name));
            } else {
                let why = self.inspection.undeclarable(table).unwrap_or_default();
                let _ = writeln!(
                    text,
                    "// The table {} has no declaration: {why}\n",
                    table.name
                );
            }
        }

        let is_used = |name: &&str| {
            let uses = [":", "<"].map(|before| {
                [",", ">", "<"].map(|after| {
                    let space = if before == ":" { " " } else { "" };
                    format!("{before}{space}{name}{after}")
                })
            });
            uses.iter().flatten().any(|usage| text.contains(usage))
        };
        let mut types: Vec<&str> = DATABASE_TYPES.into_iter().filter(is_used).collect();
        if is_used(&"Uuid") {
            types.push("Uuid");
        }
        let mut imports = String::new();
        if !types.is_empty() {
            let _ = writeln!(imports, "use nuages::db::{{{}}};", types.join(", "));
        }
        imports.push_str("use nuages::prelude::*;\n\n");
        let _ = write!(
            text,
            "/// The app.\npub const APP: AppConfig = AppConfig {{\n    label: \"{app}\",\n    verbose_name: \"{name}\",\n    \
             models: &[{models}],\n    migrations: nuages::migrations!(\"{app}\"),\n}};\n",
            name = capfirst(app),
            models = models.join(", ")
        );
        format!("{imports}{text}")
    }

    /// Returns the declaration of one table.
    fn model(&self, table: &DatabaseTable, name: &ModelName) -> String {
        let is_key = |column: &str| self.target(table, column).is_some();
        let names = field_names(table, is_key);
        let rules = Rules {
            table,
            is_postgres: self.inspection.is_postgres,
            names: &names,
        };

        let mut text = format!("/// A row of `{}`.\n", table.name);
        let of_model = rules.of_model(is_key);
        for remark in &of_model.remarks {
            let _ = writeln!(text, "// {remark}");
        }
        let mut options = vec![format!("app = {}", quoted(&name.app))];
        if format!("{}_{}", name.app, name.rust.to_lowercase()) != table.name {
            options.push(format!("db_table = {}", quoted(&table.name)));
        }
        if name.rust != name.object_name {
            let label = format!("{}.{}", name.app, name.object_name);
            options.push(format!("label = {}", quoted(&label)));
        }
        for (option, values) in [
            ("unique_together", &of_model.unique_together),
            ("indexes", &of_model.indexes),
            ("constraints", &of_model.constraints),
        ] {
            if !values.is_empty() {
                options.push(format!("{option} = [{}]", values.join(", ")));
            }
        }
        if !table.search_index.is_empty() {
            let field = |column: &String| quoted(names.get(column).unwrap_or(column));
            let fields: Vec<String> = table.search_index.iter().map(field).collect();
            options.push(format!("search_index = [{}]", fields.join(", ")));
        }
        let _ = writeln!(text, "#[nuages::model({})]", options.join(", "));
        let _ = writeln!(text, "pub struct {} {{", name.rust);
        for column in &table.columns {
            if !self.is_plain_id(table, column) {
                text.push_str(&self.field(table, column, &rules));
            }
        }
        text.push_str("}\n\n");
        text
    }

    /// Whether the column is the key `id` that every model has by default.
    fn is_plain_id(&self, table: &DatabaseTable, column: &DatabaseColumn) -> bool {
        column.name == "id"
            && table.primary_key == ["id"]
            && column.auto
            && self.inspection.key_type(table, 0) == "i64"
    }

    /// Returns the foreign key of a column to a table that has a model, and that table.
    fn target(
        &self,
        table: &DatabaseTable,
        column: &str,
    ) -> Option<(&DatabaseForeignKey, &DatabaseTable)> {
        let inspection = self.inspection;
        let key = inspection
            .all
            .iter()
            .find(|one| one.name == table.name)?
            .foreign_key(column)?;
        let to = inspection.table(&key.to_table)?;
        let has_model = self.names.contains_key(&to.name) || known_model(&to.name).is_some();
        let [to_column] = key.to_columns.as_slice() else {
            return None;
        };
        let is_unique = to.primary_key == key.to_columns || to.is_unique(&key.to_columns);
        (has_model && is_unique && to.column(to_column).is_some()).then_some((key, to))
    }

    /// Returns the declaration of one field.
    fn field(&self, table: &DatabaseTable, column: &DatabaseColumn, rules: &Rules<'_>) -> String {
        let name = rules.names.get(&column.name).map_or("", String::as_str);
        let is_primary = table.primary_key == [column.name.clone()];
        let target = self.target(table, &column.name);
        let is_unique = rules.is_unique(column);
        let mut declared = match target {
            Some((key, to)) => {
                let kind = if is_unique || is_primary {
                    "OneToOne"
                } else {
                    "ForeignKey"
                };
                self.foreign_key(table, column, key, to, kind, name)
            }
            None => self.value(table, column, rules, is_primary),
        };
        if is_primary {
            declared.options.insert(0, "primary_key".to_owned());
        } else if target.is_some() {
            if !is_unique && rules.own_index(&column.name, true).is_none() {
                declared.options.push("db_index = false".to_owned());
            }
        } else if is_unique {
            declared.options.push("unique".to_owned());
        } else if rules.own_index(&column.name, false).is_some() {
            declared.options.push("db_index".to_owned());
        }

        let implied = if target.is_some() {
            format!("{name}_id")
        } else {
            name.to_owned()
        };
        if implied != column.name {
            declared
                .options
                .push(format!("db_column = {}", quoted(&column.name)));
        }
        let mut text = format!("    /// {}.\n", capfirst(&name.replace('_', " ")));
        if let Some(remark) = declared.remark {
            let _ = writeln!(text, "    // {remark}");
        }
        if !declared.options.is_empty() {
            let _ = writeln!(text, "    #[field({})]", declared.options.join(", "));
        }
        let rust = if column.null && !is_primary {
            format!("Option<{}>", declared.rust)
        } else {
            declared.rust
        };
        let _ = writeln!(text, "    pub {}: {rust},", written(name));
        text
    }

    /// Returns the type and options of a column that holds a value.
    fn value(
        &self,
        table: &DatabaseTable,
        column: &DatabaseColumn,
        rules: &Rules<'_>,
        is_primary: bool,
    ) -> Declared {
        let mut declared = declared_type(column, self.inspection.is_postgres);
        let is_whole = ["i16", "i32", "i64"].contains(&declared.rust.as_str());
        if is_whole {
            declared.options.retain(|option| option != "positive");
            if rules.is_positive(column) || column.db_type.to_lowercase().ends_with(" unsigned") {
                declared.options.push("positive".to_owned());
            }
        }
        if declared.rust == "String" && declared.options.is_empty() && rules.is_json(column) {
            "Json".clone_into(&mut declared.rust);
        }
        if is_primary && is_whole {
            if column.auto {
                declared.rust = self.inspection.key_type(table, 0);
            } else {
                declared.options.push("auto = false".to_owned());
            }
        }
        if let Some(key) = table.foreign_key(&column.name) {
            declared.remark = Some(format!(
                "The column is a foreign key to {}({}), which has no declaration here.",
                key.to_table,
                key.to_columns.join(", ")
            ));
        }
        declared
    }

    fn foreign_key(
        &self,
        table: &DatabaseTable,
        column: &DatabaseColumn,
        key: &DatabaseForeignKey,
        to: &DatabaseTable,
        kind: &str,
        name: &str,
    ) -> Declared {
        let own = self.names.get(&table.name);
        let model = self.path(own, to);
        let rule = match (key.on_delete.as_str(), column.null) {
            ("CASCADE", _) => "db_cascade",
            ("SET NULL", true) => "db_set_null",
            (_, true) => "set_null",
            (_, false) => "cascade",
        };
        let mut options = vec![format!("on_delete = \"{rule}\"")];
        let last = model.rsplit("::").next().unwrap_or_default();
        let is_primary_key = to.primary_key == key.to_columns;
        if is_primary_key {
            let expected = match last {
                "User" | "Group" | "Permission" | "ContentType" => "i32",
                _ => "i64",
            };
            let key_type = self.inspection.key_type(to, 0);
            if key_type != expected && known_model(&to.name).is_none() {
                options.push(format!("key = {key_type}"));
            }
        } else if let Some(to_column) = to.column(&key.to_columns[0]) {
            let module = model
                .rsplit_once("::")
                .map_or(String::new(), |(path, _)| format!("{path}::"));
            options.push(format!(
                "to_field = {module}{}::{}, key = {}",
                table_module(&to.name),
                self.struct_field(to, &to_column.name),
                declared_type(to_column, self.inspection.is_postgres).rust
            ));
        }
        if let Some(related_name) = self.related_name(table, key, to, name) {
            options.push(format!("related_name = {}", quoted(&related_name)));
        }
        if let Some(default) = &column.default {
            let sql = quoted(default);
            options.push(format!(
                "db_default = Sql(sqlite = {sql}, postgres = {sql})"
            ));
        }
        Declared {
            rust: format!("{kind}<{model}>"),
            options,
            remark: None,
        }
    }

    /// Returns the name of a column in Rust.
    fn struct_field(&self, table: &DatabaseTable, column: &str) -> String {
        let names = field_names(table, |column| self.target(table, column).is_some());
        let name = names.get(column).map_or(column, String::as_str);
        if self.target(table, column).is_some() {
            format!("{name}_id")
        } else {
            written(name)
        }
    }

    /// Returns a name for the rows that refer to a row, where the one by default is used already: by an
    /// earlier key to the same model, or by a field of that model.
    fn related_name(
        &self,
        table: &DatabaseTable,
        key: &DatabaseForeignKey,
        to: &DatabaseTable,
        name: &str,
    ) -> Option<String> {
        let own = self.names.get(&table.name)?;
        let model = own.object_name.to_lowercase();
        let same_name = self.names.iter().filter(|(other, named)| {
            let refers = self
                .inspection
                .table(other)
                .is_some_and(|other| other.foreign_keys.iter().any(|key| key.to_table == to.name));
            refers && named.object_name.eq_ignore_ascii_case(&own.object_name)
        });
        let is_second = table
            .foreign_keys
            .iter()
            .take_while(|other| other.columns != key.columns)
            .any(|other| other.to_table == key.to_table);
        let fields = field_names(to, |column| self.target(to, column).is_some());
        let is_field = fields
            .values()
            .any(|field| *field == model || *field == format!("{model}_set"));
        if same_name.count() > 1 {
            return Some(format!("{}_{model}_{name}_set", own.app));
        }
        (is_second || is_field).then(|| format!("{model}_{name}_set"))
    }

    /// Returns the path of a model, as the app of `own` writes it.
    fn path(&self, own: Option<&ModelName>, to: &DatabaseTable) -> String {
        if let Some(known) = known_model(&to.name) {
            return if known == "nuages::auth::User" {
                "User".to_owned()
            } else {
                known.to_owned()
            };
        }
        let Some(name) = self.names.get(&to.name) else {
            return String::new();
        };
        if own.is_some_and(|own| own.app == name.app) {
            name.rust.clone()
        } else {
            format!("super::{}::{}", written(&name.app), name.rust)
        }
    }
}
