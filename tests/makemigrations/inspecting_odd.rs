//! `inspectdb` on tables that Django would not make: odd names, keys and types. The declarations are files
//! here, so that they have to compile.

use diesel::connection::SimpleConnection as _;
use nuages::db::introspection::{DatabaseTable, tables};
use nuages::makemigrations::{Inspection, ProjectState, Questioner, Vendor, drift};
use nuages::models::AppConfig;

use super::inspecting::expect_file;
use super::site::Database;
use super::{inspected_odd_postgres, inspected_odd_sqlite};

static ON_SQLITE: [AppConfig; 1] = [AppConfig {
    label: "odd",
    verbose_name: "Odd",
    models: inspected_odd_sqlite::APP.models,
    migrations: &[],
}];

static ON_POSTGRES: [AppConfig; 1] = [AppConfig {
    label: "odd",
    verbose_name: "Odd",
    models: inspected_odd_postgres::APP.models,
    migrations: &[],
}];

/// Returns the SQL of the odd tables, and a table that has too many columns.
fn script(vendor: Vendor) -> String {
    let columns: Vec<String> = (1..=32)
        .map(|number| format!("c{number} integer"))
        .collect();
    let tables = match vendor {
        Vendor::Sqlite => include_str!("odd_sqlite.sql"),
        Vendor::Postgres => include_str!("odd_postgres.sql"),
    };
    format!(
        "{tables}; CREATE TABLE odd_wide (id integer PRIMARY KEY, {}); \
         CREATE VIEW odd_view AS SELECT code FROM odd_unknown;",
        columns.join(", ")
    )
}

/// Returns a database with the odd tables.
fn odd_database(vendor: Vendor) -> Option<Database> {
    let database = Database::with_users(vendor)?;
    let mut conn = database.connect();
    if vendor == Vendor::Sqlite {
        conn.batch_execute("CREATE VIRTUAL TABLE odd_fts USING fts5(body);")
            .unwrap();
    }
    conn.batch_execute(&script(vendor)).unwrap();
    Some(database)
}

/// Returns the odd tables that have a declaration, with columns and rules in the order of their names.
fn declared_tables(database: &Database) -> Vec<DatabaseTable> {
    let mut found = tables(&mut database.connect()).unwrap();
    found.retain(|table| {
        table.name.to_lowercase().starts_with("odd")
            && !["odd_pair", "odd_wide"].contains(&table.name.as_str())
    });
    for table in &mut found {
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.columns.cmp(&b.columns));
        table
            .indexes
            .sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
        table.checks.sort_by(|a, b| a.check.cmp(&b.check));
        for key in &mut table.foreign_keys {
            // Django names these constraints by a digest, the database by the column.
            key.name.clear();
        }
        for index in &mut table.indexes {
            // SQLite numbers these indexes by the order of the columns.
            if index.name.starts_with("sqlite_autoindex_") {
                "sqlite_autoindex_".clone_into(&mut index.name);
            }
        }
        table
            .indexes
            .sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
    }
    found
}

#[test]
fn odd_tables_have_declarations_that_compile() {
    for (vendor, file) in [
        (Vendor::Sqlite, "inspected_odd_sqlite.rs"),
        (Vendor::Postgres, "inspected_odd_postgres.rs"),
    ] {
        let Some(database) = odd_database(vendor) else {
            return;
        };
        let all = tables(&mut database.connect()).unwrap();
        let wanted: Vec<_> = all
            .iter()
            .filter(|table| table.name.to_lowercase().starts_with("odd"))
            .collect();
        let inspection = Inspection {
            all: &all,
            apps: &["odd"],
            is_postgres: vendor == Vendor::Postgres,
        };
        expect_file(file, &inspection.module(&wanted));
    }
}

#[test]
fn migrations_from_the_declarations_make_the_odd_tables_again() {
    for (vendor, apps) in [
        (Vendor::Sqlite, &ON_SQLITE),
        (Vendor::Postgres, &ON_POSTGRES),
    ] {
        let Some(original) = odd_database(vendor) else {
            return;
        };
        let answers = Questioner {
            no_input: true,
            ..Questioner::default()
        };
        let start = ProjectState::read(apps).unwrap();
        let made = start.detect(apps, &[], &answers).unwrap();
        let copy = Database::with_users(vendor).unwrap();
        copy.apply(&made[0]);

        assert_eq!(
            drift(&mut original.connect(), apps).unwrap(),
            Vec::<String>::new(),
            "{vendor:?}: the declarations fit the database"
        );
        assert_eq!(
            declared_tables(&copy),
            declared_tables(&original),
            "{vendor:?}: the tables of the copy and of the original"
        );
    }
}

#[test]
fn several_apps_have_a_module_each_and_refer_to_each_other() {
    let Some(database) = odd_database(Vendor::Sqlite) else {
        return;
    };
    let conn = &mut database.connect();
    conn.batch_execute(
        "CREATE TABLE shop_order (id integer PRIMARY KEY AUTOINCREMENT, by_id bigint NOT NULL REFERENCES odd_user (id));
         ALTER TABLE odd_user ADD COLUMN last_order_id bigint NULL REFERENCES shop_order (id);",
    )
    .unwrap();
    let all = tables(conn).unwrap();
    let wanted: Vec<_> = all
        .iter()
        .filter(|table| {
            ["odd_user", "shop_order", "auth_user_groups"].contains(&table.name.as_str())
        })
        .collect();
    let inspection = Inspection {
        all: &all,
        apps: &["odd", "shop"],
        is_postgres: false,
    };
    let module = inspection.module(&wanted);
    for text in [
        "pub mod odd {",
        "pub mod shop {",
        "label: \"shop\"",
        "ForeignKey<super::odd::UserRow>",
        "Option<ForeignKey<super::shop::Order>>",
        "// The table auth_user_groups belongs to none of the apps.",
    ] {
        assert!(module.contains(text), "expected {text:?} in:\n{module}");
    }
}
