//! `inspectdb`: its declarations compile as they are, and make the same tables again.

use std::path::Path;

use nuages::db::introspection::tables;
use nuages::makemigrations::{Inspection, ProjectState, Questioner, Vendor, drift};
use nuages::models::AppConfig;

use super::inspected;
use super::migrations;
use super::schema::schema;
use super::site::Database;

static INSPECTED: [AppConfig; 1] = [AppConfig {
    label: "shelf",
    verbose_name: "Shelf",
    models: inspected::APP.models,
    migrations: &[],
}];

/// Returns the declarations of a database of PostgreSQL with the tables of `v1`.
fn module(database: &Database) -> String {
    let all = tables(&mut database.connect()).unwrap();
    let wanted: Vec<_> = all
        .iter()
        .filter(|table| table.name.starts_with("shelf_"))
        .collect();
    let inspection = Inspection {
        all: &all,
        apps: &["shelf"],
        is_postgres: database.vendor == Vendor::Postgres,
    };
    inspection.module(&wanted)
}

#[test]
fn the_declarations_are_those_of_inspected_rs_which_compiles() {
    let Some(database) = Database::with_users(Vendor::Postgres) else {
        return;
    };
    database.apply(&migrations()[0]);
    expect_file("inspected.rs", &module(&database));
}

/// Asserts that a module is the content of this file, which is compiled with the tests.
pub(crate) fn expect_file(name: &str, module: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/makemigrations");
    let file = folder.join(name);
    let now = formatted(module);
    if std::env::var_os("NUAGES_UPDATE_INSPECTED").is_some() {
        std::fs::write(&file, &now).unwrap();
    }

    let expected = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        now, expected,
        "inspectdb writes something else than {name}: if that is right, run the test with NUAGES_UPDATE_INSPECTED=1"
    );
}

/// Formats the module as `cargo fmt` does.
fn formatted(module: &str) -> String {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("inspected.rs");
    std::fs::write(&file, module).unwrap();
    let done = std::process::Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("rustfmt.toml"))
        .arg(&file)
        .status()
        .unwrap();
    assert!(done.success(), "rustfmt cannot read: {module}");
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn migrations_from_the_declarations_make_the_same_tables() {
    let Some(original) = Database::with_users(Vendor::Postgres) else {
        return;
    };
    original.apply(&migrations()[0]);
    let start = ProjectState::read(&INSPECTED).unwrap();
    let answers = Questioner {
        no_input: true,
        ..Questioner::default()
    };
    let made = start.detect(&INSPECTED, &[], &answers).unwrap();
    let copy = Database::with_users(Vendor::Postgres).unwrap();
    copy.apply(&made[0]);

    let found = drift(&mut original.connect(), &INSPECTED).unwrap();
    assert_eq!(
        found,
        Vec::<String>::new(),
        "the declarations fit the database"
    );
    assert_eq!(
        schema(&mut copy.connect()),
        schema(&mut original.connect()),
        "names of indexes and constraints included"
    );
}

#[test]
fn each_kind_of_drift_is_named_with_a_remedy() {
    use diesel::connection::SimpleConnection as _;

    for vendor in [Vendor::Sqlite, Vendor::Postgres] {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        database.apply(&migrations()[0]);
        let conn = &mut database.connect();
        assert_eq!(
            drift(conn, &super::V1).unwrap(),
            Vec::<String>::new(),
            "{vendor:?}"
        );
        conn.batch_execute(
            "ALTER TABLE shelf_notice ADD COLUMN stranger integer NULL;
             ALTER TABLE shelf_author DROP COLUMN born;
             DROP INDEX many_pages;
             DROP INDEX shelf_book_editor_id_e58c3e06;
             DROP TABLE shelf_tag CASCADE;"
                .replace(
                    " CASCADE",
                    if vendor == Vendor::Postgres {
                        " CASCADE"
                    } else {
                        ""
                    },
                )
                .as_str(),
        )
        .unwrap();
        if vendor == Vendor::Postgres {
            conn.batch_execute(
                "ALTER TABLE shelf_author ALTER COLUMN name TYPE text, ALTER COLUMN email SET NOT NULL;
                 ALTER TABLE shelf_book DROP CONSTRAINT shelf_book_slug_key;
                 ALTER TABLE shelf_book DROP CONSTRAINT more_pages_than_stars;
                 ALTER TABLE shelf_book DROP CONSTRAINT shelf_book_sequel_id_b8769e80_fk_shelf_book_id;",
            )
            .unwrap();
        }

        let found = drift(conn, &super::V1).unwrap().join("\n");
        let mut expected = vec![
            "shelf.Notice: no field declares the column stranger",
            "shelf.Author.born: the table shelf_author has no column born",
            "the index many_pages on (pages) is missing",
            "shelf.Book.editor: the column editor_id has no index",
            "shelf.Tag: the table shelf_tag is missing",
        ];
        if vendor == Vendor::Postgres {
            expected.extend([
                "shelf.Author.name: the column name is of the type text, and the field of varchar(100)",
                "shelf.Author.email: the column email must not be NULL, unlike the field",
                "shelf.Book.slug: the column slug is not unique",
                "the constraint more_pages_than_stars is missing",
                "shelf.Book.sequel: the column sequel_id has no foreign key to shelf_book",
            ]);
        }
        for text in expected {
            assert!(
                found.contains(text),
                "{vendor:?}: expected {text:?} in:\n{found}"
            );
        }
    }
}
