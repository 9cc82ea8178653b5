//! Steps that stop a busy PostgreSQL, or the version of the program that still runs, each with a safe
//! way to the same end.
//!
//! The list follows squawk, `strong_migrations` and `django-migration-linter`.

use std::sync::LazyLock;

use regex::Regex;

/// A statement that is unsafe while the site is in use.
struct Rule {
    pattern: Regex,
    /// The danger of the statement, and a safe way.
    text: &'static str,
}

/// The rules: a pattern of a statement in which white space is single spaces, and the text.
const RULES: [(&str, &str); 22] = [
    (
        r#"(?i)^CREATE (UNIQUE )?INDEX (IF NOT EXISTS )?"[^C]"#,
        "CREATE INDEX stops all writing to the table until the index is built. On a large table: write CREATE INDEX CONCURRENTLY in a migration that begins with `-- atomic: false`.",
    ),
    (
        r"(?i)^DROP INDEX (IF EXISTS )?.",
        "DROP INDEX waits for all readers of the table. On a busy table: write DROP INDEX CONCURRENTLY in a migration that begins with `-- atomic: false`.",
    ),
    (
        r"(?i)^(REINDEX|VACUUM FULL|CLUSTER)\b",
        "the statement locks the table for as long as it runs. Write REINDEX CONCURRENTLY, or run it while nobody uses the site.",
    ),
    (
        r"(?i)ADD CONSTRAINT .* FOREIGN KEY .*\)[^)]*$",
        "adding a foreign key checks all rows and stops writing to both tables. On a large table: add it with NOT VALID, and VALIDATE CONSTRAINT in the next migration.",
    ),
    (
        r"(?i)^ALTER TABLE .* ADD CONSTRAINT .* CHECK ",
        "adding a CHECK reads all rows while nobody can use the table. On a large table: add it with NOT VALID, and VALIDATE CONSTRAINT in the next migration.",
    ),
    (
        r"(?i)^ALTER TABLE .* ADD CONSTRAINT .* (UNIQUE|PRIMARY KEY) \(",
        "adding a unique constraint builds an index while nobody can write. On a large table: CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX.",
    ),
    (
        r"(?i)^ALTER TABLE .* ADD CONSTRAINT .* EXCLUDE ",
        "adding an exclusion constraint reads all rows while nobody can use the table. There is no way without: do it while nobody uses the site.",
    ),
    (
        r"(?i)ALTER COLUMN .* SET NOT NULL",
        "SET NOT NULL reads all rows while nobody can use the table. On a large table: add CHECK (… IS NOT NULL) NOT VALID, validate it, then SET NOT NULL, which then reads nothing.",
    ),
    (
        r"(?i)ALTER COLUMN .* TYPE ",
        "changing a type may write the whole table anew while nobody can use it (a longer varchar does not). On a large table: add a new column, copy in steps, then drop the old one.",
    ),
    (
        r"(?i)ADD COLUMN .* DEFAULT (gen_random_uuid|random|clock_timestamp|uuid_generate|nextval)",
        "a default that differs from row to row writes the whole table anew. On a large table: add the column without it, and fill it in steps.",
    ),
    (
        r"(?i)ADD COLUMN .* GENERATED ALWAYS AS \(.*STORED",
        "a stored generated column writes the whole table anew. On a large table: use a plain column and a trigger, or a time when nobody uses the site.",
    ),
    (
        r"(?i)ADD COLUMN .* (GENERATED .* AS IDENTITY|\bSERIAL\b|BIGSERIAL)",
        "an automatic column writes the whole table anew.",
    ),
    (
        r"(?i)^ALTER TABLE .* RENAME (COLUMN )?.* TO ",
        "the program that still runs uses the old name and fails until it is replaced. Without an interruption: add the new column, write both, move the readers, drop the old one.",
    ),
    (
        r"(?i)^ALTER TABLE .* RENAME TO ",
        "the program that still runs uses the old name of the table and fails until it is replaced. A view with the old name helps meanwhile.",
    ),
    (
        r"(?i)^ALTER TABLE .* DROP COLUMN ",
        "the program that still runs reads the column and fails until it is replaced. Remove the field from the program first, with the column still there.",
    ),
    (
        r"(?i)^DROP TABLE ",
        "the program that still runs uses the table and fails until it is replaced. Remove the model from the program first.",
    ),
    (
        r"(?i)^TRUNCATE\b",
        "TRUNCATE deletes all rows of the table, and CASCADE those of other tables as well.",
    ),
    (
        r"(?i)^UPDATE (?:[^W]|W[^H])*$",
        "UPDATE without WHERE locks every row until the end of the migration. On a large table: change the rows in steps, in a migration of its own.",
    ),
    (
        r"(?i)^DELETE FROM (?:[^W]|W[^H])*$",
        "DELETE without WHERE deletes all rows.",
    ),
    (
        r"(?i)^ALTER TYPE .* (RENAME|ADD) VALUE",
        "the new value of an enum cannot be used in the transaction that adds it, and enums cannot lose values. A varchar with a CHECK is easier to change.",
    ),
    (
        r"(?i)^REFRESH MATERIALIZED VIEW (?:[^C]|C[^O])*$",
        "nobody can read the view while it is made anew. Write REFRESH MATERIALIZED VIEW CONCURRENTLY.",
    ),
    (
        r"(?i)^(BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\b",
        "`migrate` runs the script in a transaction of its own. Remove the statement, or begin the script with `-- atomic: false`.",
    ),
];

static COMPILED: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    RULES
        .iter()
        .filter_map(|(pattern, text)| {
            Some(Rule {
                pattern: Regex::new(pattern).ok()?,
                text,
            })
        })
        .collect()
});

/// Returns a sentence for each unsafe statement of a script for PostgreSQL. Statements about tables
/// that the script itself creates are safe, because nobody uses them yet.
pub fn unsafe_steps(script: &str) -> Vec<String> {
    let statements = crate::db::migrations::statements_of(script);
    let created: Vec<String> = statements
        .iter()
        .filter(|statement| statement.to_uppercase().starts_with("CREATE TABLE"))
        .filter_map(|statement| statement.split('"').nth(1).map(str::to_owned))
        .collect();

    let mut found = Vec::new();
    for statement in &statements {
        let is_new = created
            .iter()
            .any(|table| table_of(statement) == Some(table.as_str()));
        if is_new || is_of_permissions(statement) {
            continue;
        }
        if statement.to_uppercase().contains("CONCURRENTLY") || statement.contains("NOT VALID") {
            continue;
        }
        if let Some(rule) = COMPILED
            .iter()
            .find(|rule| rule.pattern.is_match(statement))
        {
            found.push(format!("{}: {}", shortened(statement), rule.text));
        }
    }
    found
}

/// Returns the table of `ALTER TABLE "x"` or `CREATE INDEX … ON "x"`.
fn table_of(statement: &str) -> Option<&str> {
    let start = statement
        .find("ALTER TABLE \"")
        .map(|at| at + "ALTER TABLE ".len())
        .or_else(|| statement.find(" ON \"").map(|at| at + " ON ".len()))?;
    statement[start..].split('"').nth(1)
}

/// Whether the statement renames the permissions of a model, which are few.
fn is_of_permissions(statement: &str) -> bool {
    statement.starts_with("UPDATE \"django_content_type\"")
        || statement.starts_with("UPDATE \"auth_permission\"")
}

fn shortened(statement: &str) -> String {
    const LONGEST: usize = 70;
    match statement.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &statement[..end]),
        None => statement.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPILED, RULES, unsafe_steps};

    #[test]
    fn every_rule_is_a_pattern() {
        assert_eq!(COMPILED.len(), RULES.len());
    }

    #[test]
    fn unsafe_statements_are_named_with_a_safe_way() {
        let cases = [
            ("CREATE INDEX \"a\" ON \"big\" (\"b\")", "CONCURRENTLY"),
            ("DROP INDEX IF EXISTS \"a\"", "CONCURRENTLY"),
            (
                "ALTER TABLE \"big\" ADD CONSTRAINT \"x\" FOREIGN KEY (\"a\") REFERENCES \"b\" (\"id\") DEFERRABLE INITIALLY DEFERRED",
                "NOT VALID",
            ),
            (
                "ALTER TABLE \"big\" ADD CONSTRAINT \"x\" CHECK (a > 0)",
                "NOT VALID",
            ),
            (
                "ALTER TABLE \"big\" ADD CONSTRAINT \"x\" UNIQUE (\"a\")",
                "USING INDEX",
            ),
            (
                "ALTER TABLE \"big\" ALTER COLUMN \"a\" SET NOT NULL",
                "IS NOT NULL",
            ),
            (
                "ALTER TABLE \"big\" ALTER COLUMN \"a\" TYPE bigint",
                "new column",
            ),
            (
                "ALTER TABLE \"big\" ADD COLUMN \"a\" uuid DEFAULT gen_random_uuid() NOT NULL",
                "in steps",
            ),
            (
                "ALTER TABLE \"big\" RENAME COLUMN \"a\" TO \"b\"",
                "old name",
            ),
            ("ALTER TABLE \"big\" RENAME TO \"b\"", "old name"),
            ("ALTER TABLE \"big\" DROP COLUMN \"a\" CASCADE", "first"),
            ("DROP TABLE \"big\" CASCADE", "first"),
            ("TRUNCATE \"big\"", "all rows"),
            ("UPDATE \"big\" SET \"a\" = 1", "without WHERE"),
            ("DELETE FROM \"big\"", "without WHERE"),
            ("ALTER TYPE mood ADD VALUE 'sad'", "enum"),
            ("REFRESH MATERIALIZED VIEW \"v\"", "CONCURRENTLY"),
            ("REINDEX TABLE \"big\"", "CONCURRENTLY"),
            ("COMMIT", "transaction of its own"),
        ];
        for (statement, expected) in cases {
            let found = unsafe_steps(statement);
            assert!(
                found.len() == 1 && found[0].contains(expected),
                "{statement}: expected a finding with {expected:?}, found {found:?}"
            );
        }
    }

    #[test]
    fn safe_statements_are_not_named() {
        let script = "
            CREATE TABLE \"new\" (\"id\" bigint);
            CREATE INDEX \"a\" ON \"new\" (\"id\");
            ALTER TABLE \"new\" ADD CONSTRAINT \"x\" FOREIGN KEY (\"a\") REFERENCES \"b\" (\"id\") DEFERRABLE INITIALLY DEFERRED;
            CREATE INDEX CONCURRENTLY \"a\" ON \"big\" (\"b\");
            ALTER TABLE \"big\" ADD CONSTRAINT \"x\" CHECK (a > 0) NOT VALID;
            ALTER TABLE \"big\" ADD COLUMN \"a\" integer NULL;
            UPDATE \"big\" SET \"a\" = 1 WHERE \"a\" IS NULL;
        ";
        assert_eq!(unsafe_steps(script), Vec::<String>::new());
    }
}
