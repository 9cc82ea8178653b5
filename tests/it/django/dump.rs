//! Dumps of a whole database, as text.

use nuages::db::{Kind as Column, Sql, Value};

use super::project::{Django, output};
use crate::support::Database;

const SQLITE_DUMP: &str =
    "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).iterdump(), sep='\\n')";

/// Returns the texts that `query` selects, row by row.
pub(super) fn texts(database: &Database, query: &'static str, columns: usize) -> Vec<Vec<String>> {
    let text = |value| {
        if let Value::Text(text) = value {
            text
        } else {
            String::new()
        }
    };
    let rows = Sql::new(query)
        .returns(&vec![Column::Text; columns])
        .load(&mut database.connect())
        .unwrap();
    rows.into_iter()
        .map(|row| row.into_iter().map(text).collect())
        .collect()
}

/// Runs `pg_dump`, and removes the parts that differ each time.
pub(super) fn pg_dump(database: &Database, options: &[&str]) -> Vec<String> {
    let folder = texts(
        database,
        "SELECT setting::text FROM pg_config WHERE name = 'BINDIR'",
        1,
    )
    .remove(0)
    .remove(0);
    let program = std::path::Path::new(&folder).join("pg_dump");
    let dump = output(
        std::process::Command::new(program)
            .arg("--no-owner")
            .args(options)
            .arg(&database.url),
    );
    let noise = |line: &&str| {
        !["\\restrict", "\\unrestrict", "-- Dumped"]
            .iter()
            .any(|word| line.starts_with(word))
    };
    dump.lines().filter(noise).map(str::to_owned).collect()
}

/// Returns the lines of a dump that both sides have: without Nuages' own tables, their migration and their permission, without
/// the numbers of migrations, content types and permissions, and without SQLite's planner statistics. The search indexes
/// need the extension `pg_trgm` on PostgreSQL, and virtual tables on SQLite, around which Python's dump sets a pragma.
pub(super) fn shared(dump: &[String]) -> Vec<String> {
    let ours = |line: &str| {
        let words = [
            "nuages_",
            "'nuages'",
            "'view_task'",
            "pg_trgm",
            "PRAGMA writable_schema",
        ];
        words.iter().any(|word| line.contains(word))
    };
    let counts = |line: &str| {
        [
            "django_migrations",
            "django_content_type",
            "auth_permission",
        ]
        .iter()
        .any(|table| {
            line.contains(&format!("sqlite_sequence\" VALUES('{table}',"))
                || line.contains(&format!("{table}_id_seq'"))
        })
    };
    let statistics = |line: &str| line.contains("sqlite_stat") || line.starts_with("ANALYZE ");
    dump.iter()
        // The frame of a comment stays behind when the comment is left out.
        .filter(|line| !["", "--"].contains(&line.as_str()))
        .filter(|line| !ours(line) && !counts(line) && !statistics(line))
        .cloned()
        .collect()
}

/// Asserts that two dumps are equal; shows only the differences, because dumps are long.
pub(super) fn assert_same(one: &[String], other: &[String]) {
    let only = |these: &[String], those: &[String]| {
        these
            .iter()
            .filter(|line| !those.contains(line))
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    };
    // The same lines in another order.
    assert!(
        one == other,
        "only on the left:\n{}\nonly on the right:\n{}",
        only(one, other),
        only(other, one)
    );
}

impl Django {
    /// Returns the schema, every row, and the state of each sequence.
    pub(super) fn dump(&self, database: &Database) -> Vec<String> {
        match database.url.strip_prefix("sqlite:///") {
            Some(path) => output(self.python(database).args(["-c", SQLITE_DUMP, path]))
                .lines()
                .map(str::to_owned)
                .collect(),
            None => pg_dump(database, &["--inserts", "--exclude-table=nuages_*"]),
        }
    }

    /// Returns the rows of these tables as stored.
    pub(super) fn stored(&self, database: &Database, tables: &[&str]) -> Vec<String> {
        let table = |line: &str| {
            line.strip_prefix("INSERT INTO ")?
                .split_whitespace()
                .next()
                .map(str::to_owned)
        };
        let wanted = |line: &String| {
            table(line).is_some_and(|name| {
                tables.contains(&name.trim_start_matches("public.").trim_matches('"'))
            })
        };
        let mut rows: Vec<String> = self.dump(database).into_iter().filter(wanted).collect();
        assert!(!rows.is_empty(), "nothing in {tables:?}");
        rows.sort();
        rows
    }
}
