//! The tables that each side creates, and their initial rows.

use nuages::settings::DjangoVersion;

use super::dump::{assert_same, pg_dump, texts};
use super::made_by;
use crate::django::project::Django;
use crate::support::{Database, Kind};

const SQLITE_MASTER: &str = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master
    WHERE tbl_name NOT LIKE 'nuages\\_%' ESCAPE '\\' AND tbl_name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY type, name, tbl_name";
const APPLIED: &str =
    "SELECT app, name FROM django_migrations WHERE app NOT LIKE 'nuages%' ORDER BY 1, 2";
/// Content types and permissions by their natural keys.
const PERMISSIONS: &str =
    "SELECT concat(app_label, ' ', model, ' ', codename, ' ', name) FROM auth_permission
    JOIN django_content_type ON content_type_id = django_content_type.id WHERE app_label <> 'nuages' ORDER BY 1";

/// Returns the definitions of tables and indexes, without Nuages' own tables and SQLite's planner
/// statistics.
pub(super) fn schema(database: &Database, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Sqlite => texts(database, SQLITE_MASTER, 4)
            .into_iter()
            .map(|row| row.join(" "))
            .collect(),
        Kind::Postgres => {
            let dump = pg_dump(database, &["--schema-only", "--exclude-table=nuages_*"]);
            let lines = dump.iter().map(String::as_str);
            let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("--"));
            let statements = lines.collect::<Vec<_>>().join("\n");
            // The search indexes need this extension.
            let statements = statements
                .split(";\n")
                .filter(|line| !line.contains("pg_trgm"));
            statements.map(str::to_owned).collect()
        }
    }
}

fn both_make_the_same_database(kind: Kind, django: &Django) {
    let (theirs, ours) = (made_by(django, kind), Database::migrated(kind));
    // The names of our own indexes on Django's tables begin with `nuages_`.
    let of_django = |database: &Database| -> Vec<String> {
        let lines = schema(database, kind).into_iter();
        lines.filter(|line| !line.contains("nuages_")).collect()
    };
    assert_same(&of_django(&theirs), &of_django(&ours));
    // Django 6 numbers the models of an app in alphabetical order; 5.2 and Nuages number them as they are declared.
    if django.version == DjangoVersion::V5_2 {
        for table in ["django_content_type", "auth_permission"] {
            // Nuages has one content type and one permission of its own, for tasks.
            let is_own = |line: &String| line.contains("'nuages'") || line.contains("view_task");
            let mut rows = django.stored(&ours, &[table]);
            rows.retain(|line| !is_own(line));
            assert_same(&django.stored(&theirs, &[table]), &rows);
        }
    }
    assert_eq!(
        texts(&theirs, PERMISSIONS, 1),
        texts(&ours, PERMISSIONS, 1),
        "each permission, without its number"
    );
    assert_eq!(texts(&theirs, APPLIED, 2), texts(&ours, APPLIED, 2));
}

with_django!(both_make_the_same_database);
