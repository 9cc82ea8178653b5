//! Nuages and a real Django on the same database, in both directions: Django 5.2 and Django 6.1.

use crate::support::{Database, Kind};

/// Runs tests on both databases with both versions of Django. `with_django!(name)` creates
/// `name::django_5_2::sqlite`, `name::django_5_2::postgres`, `name::django_6_1::sqlite` and
/// `name::django_6_1::postgres` from `fn name(kind: Kind, django: &Django)`.
macro_rules! with_django {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                with_django!(@version django_5_2, V5_2, $name);
                with_django!(@version django_6_1, V6_1, $name);
            }
        )+
    };
    (@version $module:ident, $version:ident, $name:ident) => {
        mod $module {
            #[test]
            fn sqlite() {
                run($crate::support::Kind::Sqlite);
            }

            #[test]
            fn postgres() {
                if $crate::support::Kind::postgres_is_there(module_path!()) {
                    run($crate::support::Kind::Postgres);
                }
            }

            fn run(kind: $crate::support::Kind) {
                let version = ::nuages::settings::DjangoVersion::$version;
                if let Some(django) = $crate::django::project::Django::find(version, module_path!()) {
                    super::super::$name(kind, django);
                }
            }
        }
    };
}

mod accounts;
mod admin;
mod api;
mod dump;
mod field_list;
mod fixtures;
mod cleaning;
mod lookups;
mod kinds;
mod kinds_lists;
mod lists;
mod mail;
mod migrate;
mod own_tables;
mod passwords;
mod permissions;
mod placed_orders;
mod project;
mod receivers;
mod rows;
mod schema;
mod searches;
mod sessions;
mod values;
mod working;

/// Returns the output of `nuages` on both streams.
fn said(output: &std::process::Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs `nuages`, which must succeed; returns its output.
fn nuages(database: &Database, words: &[&str]) -> String {
    let done = database.nuages(words);
    assert!(done.status.success(), "nuages {words:?}: {}", said(&done));
    said(&done)
}

/// Returns a database in which Django created every table.
fn made_by(django: &project::Django, kind: Kind) -> Database {
    let database = Database::empty(kind);
    django.manage(&database, &["migrate", "--verbosity=0"]);
    database
}
