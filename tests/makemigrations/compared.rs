//! The statements and tables are those of Django.

use std::collections::BTreeSet;

use nuages::db::migrations::statements_of;
use nuages::makemigrations::Vendor;

use super::migrations;
use super::schema::schema;
use super::site::{Database, django};

/// Returns the statements of our migration with this number.
fn statements(vendor: Vendor, number: usize) -> Vec<String> {
    statements_of(&migrations()[number].script(vendor, false))
}

#[test]
fn new_tables_have_the_statements_of_django() {
    for vendor in [Vendor::Sqlite, Vendor::Postgres] {
        let Some(database) = Database::new(vendor) else {
            return;
        };
        let Some(of_django) = django(&database) else {
            return;
        };

        assert_eq!(statements(vendor, 0), of_django[0].statements, "{vendor:?}");
    }
}

#[test]
fn changed_tables_have_the_statements_of_django_on_postgresql() {
    let Some(database) = Database::new(Vendor::Postgres) else {
        return;
    };
    let Some(of_django) = django(&database) else {
        return;
    };
    let ours: BTreeSet<String> = statements(Vendor::Postgres, 1).into_iter().collect();
    let theirs: BTreeSet<String> = of_django[1].statements.iter().cloned().collect();

    let missing: Vec<&String> = theirs.difference(&ours).collect();
    // Django finds the names of indexes in the database, where `sqlmigrate` changed nothing.
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "statements of Django that we lack"
    );
    let more: Vec<&String> = ours.difference(&theirs).collect();
    assert!(
        more.iter().all(|statement| {
            statement.starts_with("UPDATE \"django_content_type\"")
                || statement.starts_with("UPDATE \"auth_permission\"")
        }),
        "Django renames the content type beside the migration, everything else is the same: {more:#?}"
    );
}

#[test]
fn the_tables_are_those_that_django_makes() {
    let [first, second] = migrations();
    for vendor in [Vendor::Sqlite, Vendor::Postgres] {
        let Some(of_django) = Database::new(vendor) else {
            return;
        };
        if django(&of_django).is_none() {
            return;
        }
        let ours = Database::with_users(vendor).unwrap();
        ours.apply(&first);
        ours.apply(&second);

        assert_eq!(
            schema(&mut ours.connect()),
            schema(&mut of_django.connect()),
            "{vendor:?}"
        );
    }
}
