//! Runs `nuages migrate` and `manage.py migrate` on the same database, one after the other.

use nuages::settings::DjangoVersion;

use super::dump::{assert_same, shared, texts};
use super::project::Django;
use super::schema::schema;
use super::{made_by, nuages, said};
use crate::support::{Database, Kind};

/// Counts of rows. Content types and permissions cannot occur twice, because their tables have
/// UNIQUE constraints.
const COUNTS: &str = "SELECT concat(COUNT(*), ' ', COUNT(DISTINCT concat(app, '.', name)), ' ',
    (SELECT COUNT(*) FROM django_content_type), ' ', (SELECT COUNT(*) FROM auth_permission)) FROM django_migrations WHERE app NOT LIKE 'nuages%'";
/// The types of the ids that depend on `DEFAULT_AUTO_FIELD`.
const IDS: &str =
    "SELECT DISTINCT data_type::text FROM information_schema.columns WHERE column_name = 'id' AND table_name
    IN ('django_migrations', 'auth_group_permissions', 'auth_user_groups', 'auth_user_user_permissions')";

/// Asserts that neither `migrate` has anything left to apply, and that no row is missing or occurs
/// twice.
fn assert_finished(django: &Django, database: &Database, kind: Kind) {
    django.is_content(database);
    assert!(nuages(database, &["migrate"]).contains("No migrations to apply."));
    assert_eq!(texts(database, COUNTS, 1), [["20 20 12 45"]]);
    assert_same(
        &schema(database, kind),
        &schema(&Database::migrated(kind), kind),
    );
}

/// Asserts that on Django's database Nuages creates only its own tables.
fn migrate_adds_only_own_tables(database: &Database) {
    let said = nuages(database, &["migrate"]);
    assert_eq!(
        said.matches("Applying ").count(),
        said.matches("Applying nuages").count(),
        "{said}"
    );
    assert!(
        said.contains("Applying nuages.0001_login_throttle"),
        "{said}"
    );
}

fn nuages_adds_only_its_own_tables_to_a_database_of_django(kind: Kind, django: &Django) {
    let database = made_by(django, kind);
    let before = shared(&django.dump(&database));
    // Without these tables nobody could log in.
    let refused = database.nuages(&["check"]);
    assert!(
        !refused.status.success() && said(&refused).contains("Run `nuages migrate`"),
        "{}",
        said(&refused)
    );
    migrate_adds_only_own_tables(&database);
    assert!(nuages(&database, &["migrate"]).contains("No migrations to apply.\n"));
    nuages(&database, &["migrate", "--check"]);
    let shown = nuages(&database, &["showmigrations"]);
    assert!(
        shown.contains("[X] 0001_initial") && !shown.contains("[ ]"),
        "{shown}"
    );
    assert!(nuages(&database, &["check"]).contains("no issues"));
    assert_same(&before, &shared(&django.dump(&database)));
    django.is_content(&database);
    nuages(&database, &["migrate", "nuages_shop", "zero", "--no-input"]);
    nuages(&database, &["migrate", "nuages", "zero", "--no-input"]);
    assert_same(&before, &shared(&django.dump(&database)));
    assert!(
        texts(
            &database,
            "SELECT app FROM django_migrations WHERE app LIKE 'nuages%'",
            1
        )
        .is_empty()
    );
}

fn django_changes_nothing_in_a_database_of_nuages(kind: Kind, django: &Django) {
    django.is_content(&Database::migrated(kind));
}

fn nuages_completes_migrations_that_django_began(kind: Kind, django: &Django) {
    let database = Database::empty(kind);
    django.manage(&database, &["migrate", "auth", "--verbosity=0"]);
    let said = nuages(&database, &["migrate"]);
    assert!(
        said.contains("Applying catalog.0001_initial") && !said.contains("Applying auth"),
        "{said}"
    );
    assert_finished(django, &database, kind);
}

fn django_completes_migrations_that_nuages_began(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    nuages(&database, &["migrate", "orders", "zero", "--no-input"]);
    nuages(&database, &["migrate", "sessions", "zero", "--no-input"]);
    let said = django.manage(&database, &["migrate"]);
    assert!(
        said.contains("Applying orders.0001_initial") && !said.contains("Applying auth"),
        "{said}"
    );
    // The tables that refer to orders were removed with them, and Django does not know them.
    nuages(&database, &["migrate", "nuages_shop"]);
    assert_finished(django, &database, kind);
}

with_django!(
    nuages_adds_only_its_own_tables_to_a_database_of_django,
    django_changes_nothing_in_a_database_of_nuages,
    nuages_completes_migrations_that_django_began,
    django_completes_migrations_that_nuages_began
);

/// Without `DEFAULT_AUTO_FIELD`, as in projects from before Django 3.2, the ids of `django_migrations` and of auth's
/// many-to-many tables are `integer`.
///
/// Django 6.0 made `BigAutoField` the default, so only Django 5.2 has this case.
#[test]
fn a_project_without_default_auto_field_is_recognised() {
    const NAME: &str = concat!(
        module_path!(),
        "::a_project_without_default_auto_field_is_recognised"
    );
    let Some(django) = Django::find(DjangoVersion::V5_2, NAME) else {
        return;
    };
    if !Kind::postgres_is_there(NAME) {
        return;
    }
    let database = Database::empty(Kind::Postgres);
    django.shell(&database, include_str!("migrate_without_default.py"));
    assert_eq!(texts(&database, IDS, 1), [["integer"]]);
    let before = shared(&django.dump(&database));
    migrate_adds_only_own_tables(&database);
    assert_same(&before, &shared(&django.dump(&database)));
    // Nuages' rows fit into these columns.
    nuages(&database, &["migrate", "orders", "zero", "--no-input"]);
    nuages(&database, &["migrate"]);
    assert_eq!(texts(&database, COUNTS, 1), [["20 20 12 45"]]);
}
