//! Nuages and a real Django 5.2 on the same database, in both directions.

use crate::support::{Database, Kind};

/// Runs each claim on both databases, with a Django: `with_django! { fn name(kind, django) { … } }`.
macro_rules! with_django {
    ($($(#[$meta:meta])* fn $name:ident($kind:ident, $django:ident) $body:block)+) => {
        on_both! {
            $(
                $(#[$meta])*
                fn $name($kind: Kind) {
                    const NAME: &str = concat!(module_path!(), "::", stringify!($name));
                    let Some($django) = $crate::django::project::Django::find(NAME) else { return };
                    $body
                }
            )+
        }
    };
}

mod accounts;
mod admin;
mod dump;
mod fixtures;
mod lists;
mod migrate;
mod own_tables;
mod permissions;
mod project;
mod rows;
mod schema;
mod sessions;
mod working;

/// What `nuages` said, on either stream.
fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs `nuages`, which must succeed; what it said.
fn nuages(database: &Database, words: &[&str]) -> String {
    let done = database.nuages(words);
    assert!(done.status.success(), "nuages {words:?}: {}", said(&done));
    said(&done)
}

/// A database of which Django made every table.
fn made_by(django: &project::Django, kind: Kind) -> Database {
    let database = Database::empty(kind);
    django.manage(&database, &["migrate", "--verbosity=0"]);
    database
}
