//! The names that `inspectdb` gives to models and fields.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::introspection::DatabaseTable;
use crate::words::capfirst;

/// The models of Django's own tables, which the library has.
const KNOWN_MODELS: [(&str, &str); 4] = [
    ("auth_user", "nuages::auth::User"),
    ("auth_group", "nuages::auth::Group"),
    ("auth_permission", "nuages::auth::Permission"),
    (
        "django_content_type",
        "nuages::models::content_types::ContentType",
    ),
];

/// Words of Rust that cannot be the name of a field without `r#`.
const KEYWORDS: [&str; 47] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while",
];

/// Names that a field cannot have, because Rust, Diesel's `table!` or Django uses them.
const RESERVED_FIELDS: [&str; 11] = [
    "all_columns",
    "columns",
    "crate",
    "dsl",
    "pk",
    "self",
    "star",
    "super",
    "table",
    "yield",
    "_",
];

/// Names that a struct cannot have, because the declarations use the types and traits of these names.
const RESERVED_MODELS: [&str; 36] = [
    "AppConfig",
    "Array",
    "Box",
    "Bytes",
    "Clone",
    "ContentType",
    "Debug",
    "Decimal",
    "Default",
    "Duration",
    "Err",
    "ForeignKey",
    "From",
    "Group",
    "HStore",
    "Into",
    "IpAddress",
    "Json",
    "ManyToMany",
    "Model",
    "NaiveDate",
    "NaiveTime",
    "None",
    "Ok",
    "OneToOne",
    "Opaque",
    "Option",
    "Permission",
    "Range",
    "Result",
    "Self",
    "Some",
    "String",
    "Timestamp",
    "User",
    "Uuid",
];

/// A model that is declared: its app, and its name in Rust and in the database's content types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModelName {
    pub(super) app: String,
    /// The name of the struct.
    pub(super) rust: String,
    /// The name in Django, if the struct cannot have it.
    pub(super) object_name: String,
}

/// Returns the path of the library's model for a table of Django.
pub(super) fn known_model(table: &str) -> Option<&'static str> {
    let mut known = KNOWN_MODELS.iter();
    known
        .find(|(name, _)| *name == table)
        .map(|(_, path)| *path)
}

/// Returns the app of a table: the longest label with which its name begins. The only app has all tables.
pub(super) fn app_of<'a>(table: &str, apps: &[&'a str]) -> Option<&'a str> {
    if let [only] = apps {
        return Some(only);
    }
    let is_of = |app: &&&str| {
        table
            .strip_prefix(**app)
            .is_some_and(|rest| rest.starts_with('_'))
    };
    let apps = apps.iter().filter(is_of);
    apps.max_by_key(|app| app.len()).copied()
}

/// Returns the name of the model of each table.
pub(super) fn model_names(tables: &[&DatabaseTable], apps: &[&str]) -> BTreeMap<String, ModelName> {
    let mut names = BTreeMap::new();
    let mut used = BTreeSet::new();
    for table in tables {
        let Some(app) = app_of(&table.name, apps) else {
            continue;
        };
        let object_name = object_name(&table.name, app);
        let mut rust = object_name.clone();
        if RESERVED_MODELS.contains(&rust.as_str()) {
            rust.push_str("Row");
        }
        let (base, mut number) = (rust.clone(), 2);
        while !used.insert((app, rust.to_lowercase())) {
            rust = format!("{base}{number}");
            number += 1;
        }
        let object_name = if base == object_name {
            rust.clone()
        } else {
            object_name
        };
        let name = ModelName {
            app: app.to_owned(),
            rust,
            object_name,
        };
        names.insert(table.name.clone(), name);
    }
    names
}

/// Returns `BlogPost` for the table `blog_post`, and `Post` in the app `blog`.
fn object_name(table: &str, app: &str) -> String {
    let own = table
        .strip_prefix(app)
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(table);
    let name: String = own
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(capfirst)
        .collect();
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name
    } else {
        format!("Table{name}")
    }
}

/// Returns the name of the field for each column: `author` for the foreign key `author_id`. `is_key`
/// says whether a column becomes a foreign key.
pub(super) fn field_names(
    table: &DatabaseTable,
    is_key: impl Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    // The names in the struct: a foreign key is called as its column.
    let mut used = BTreeSet::new();
    let module = table_module(&table.name);
    for column in &table.columns {
        let is_key = is_key(&column.name);
        let own = match column.name.strip_suffix("_id") {
            Some(own) if is_key && !own.is_empty() => own,
            _ => &column.name,
        };
        let mut base = field_name(own);
        if written(&base) == module {
            // Diesel's `table!` refuses a column with the name of its table.
            base.push_str("_field");
        }
        let mut name = base.clone();
        let mut number = 2;
        let in_struct = |name: &str| {
            if is_key {
                format!("{name}_id")
            } else {
                name.to_owned()
            }
        };
        while used.contains(&name) || used.contains(&in_struct(&name)) {
            name = format!("{base}_{number}");
            number += 1;
        }
        used.insert(in_struct(&name));
        used.insert(name.clone());
        names.insert(column.name.clone(), name);
    }
    names
}

/// Returns a name that a field can have in Rust and in Django.
fn field_name(column: &str) -> String {
    let mut name: String = column
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    while name.contains("__") {
        name = name.replace("__", "_");
    }
    if name.starts_with(|letter: char| letter == '_' || letter.is_ascii_digit()) || name.is_empty()
    {
        name.insert_str(
            0,
            if name.starts_with('_') {
                "field"
            } else {
                "field_"
            },
        );
    }
    if name.ends_with('_') {
        name.push_str("field");
    }
    if RESERVED_FIELDS.contains(&name.as_str()) {
        name.push_str("_field");
    }
    name
}

/// Returns the name as Rust writes it: `r#type` for a keyword.
pub(super) fn written(name: &str) -> String {
    if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// Returns the module that Diesel's `table!` makes for a table with this name.
pub(super) fn table_module(table: &str) -> String {
    let name: String = table
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    if name.starts_with(|letter: char| letter.is_alphabetic() || (letter == '_' && name == table)) {
        written(&name)
    } else {
        format!("table_{name}")
    }
}
