//! `makemigrations` beside Django's: the same models, first `v1`, then `v2`.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests look for PostgreSQL in the environment"
)]

mod answering;
mod cases;
mod compared;
#[expect(
    unreachable_pub,
    reason = "inspectdb writes it for a library or a program"
)]
mod inspected;
#[expect(
    unreachable_pub,
    clippy::struct_field_names,
    reason = "inspectdb writes it for a library or a program, with the names of the database"
)]
mod inspected_odd_postgres;
#[expect(
    unreachable_pub,
    clippy::struct_field_names,
    reason = "inspectdb writes it for a library or a program, with the names of the database"
)]
mod inspected_odd_sqlite;
mod inspecting;
mod inspecting_odd;
mod joining;
mod mistakes;
mod rows;
mod schema;
mod search_index;
mod searching;
mod site;
mod v1;
mod v2;

use nuages::makemigrations::{NewMigration, ProjectState, Questioner};
use nuages::models::{AppConfig, Model as _};

static V1: [AppConfig; 1] = [AppConfig {
    label: "shelf",
    verbose_name: "Shelf",
    models: &[
        v1::Tag::meta,
        v1::Author::meta,
        v1::Notice::meta,
        v1::Book::meta,
    ],
    migrations: &[],
}];

static V2: [AppConfig; 1] = [AppConfig {
    label: "shelf",
    verbose_name: "Shelf",
    models: &[
        v2::Label::meta,
        v2::Author::meta,
        v2::Publisher::meta,
        v2::Book::meta,
    ],
    migrations: &[],
}];

/// Answers as `evolve.py` does.
fn answers() -> Questioner {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Questioner {
        renames: texts(&[
            "shelf.Tag=Label",
            "shelf.author.name=full_name",
            "shelf.book.readers=fans",
        ]),
        not_renamed: texts(&[
            "shelf.author.country",
            "shelf.author.note",
            "shelf.book.publisher",
        ]),
        defaults: Vec::new(),
        deletes: texts(&["shelf.Notice"]),
        no_input: true,
        ..Questioner::default()
    }
}

/// Returns the migrations from nothing to `v1` and from `v1` to `v2`.
fn migrations() -> [NewMigration; 2] {
    let start = ProjectState::read(&V1).unwrap();
    let mut first = start.detect(&V1, &[], &answers()).unwrap();
    let after = start.after(&first);
    let mut second = after.detect(&V2, &[], &answers()).unwrap();
    assert_eq!(
        (first.len(), second.len()),
        (1, 1),
        "one migration for each step"
    );

    let end = after.after(&second);
    let third = end.detect(&V2, &[], &answers()).unwrap();
    let more: Vec<Vec<String>> = third.iter().map(NewMigration::descriptions).collect();
    assert!(
        more.is_empty(),
        "a second run should find nothing: {more:#?}"
    );
    [first.remove(0), second.remove(0)]
}
