//! Rows survive a migration, forwards and back.

use diesel::connection::SimpleConnection as _;
use nuages::db::migrations::{Migration, Script, Steps, apply, locked, losses};
use nuages::makemigrations::Vendor;

use super::migrations;
use super::schema::schema;
use super::site::{Database, compiled, texts};

const ROWS: &str = "
    INSERT INTO auth_user (id, username, password, first_name, last_name, email, is_staff, is_active, is_superuser, date_joined)
    VALUES (1, 'ann', '', '', '', '', TRUE, TRUE, FALSE, '2026-01-01 00:00:00');
    INSERT INTO shelf_tag (code, name) VALUES ('poem', 'Poems');
    INSERT INTO shelf_author (id, name, email, account_id) VALUES (7, 'Ann', NULL, 1), (9, 'Bo', 'bo@example.com', NULL);
    INSERT INTO shelf_book (id, title, slug, shelf_mark, price, pages, rating, published, extra, code, summary, created_at, author_id, editor_id, sequel_id)
    VALUES (5, 'It''s', 'its', 'A1', 9.50, 120, 5, TRUE, '{}', '5c4f1f6c7d6c4b7a8a1e0d9f3b2a1c00', 'Short', '2026-01-01 00:00:00', 7, 9, NULL);
    INSERT INTO shelf_book_tags (id, book_id, tag_id) VALUES (1, 5, 'poem');
    INSERT INTO shelf_book_readers (id, book_id, user_id) VALUES (1, 5, 1);
";

#[test]
fn rows_keep_their_values_forwards_and_back() {
    let [first, second] = migrations();
    for vendor in [Vendor::Sqlite, Vendor::Postgres] {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        database.apply(&first);
        let before = schema(&mut database.connect());
        database.connect().batch_execute(ROWS).unwrap();

        database.apply(&second);
        let conn = &mut database.connect();
        assert_eq!(
            texts(
                conn,
                "SELECT full_name || '|' || email || '|' || country FROM shelf_author ORDER BY id"
            ),
            ["Ann||FR", "Bo|bo@example.com|FR"],
            "{vendor:?}: renamed, filled and new columns"
        );
        assert_eq!(
            texts(
                conn,
                "SELECT b.title || '|' || l.name || '|' || f.user_id FROM shelf_book b \
                         JOIN shelf_book_tags t ON t.book_id = b.id JOIN shelf_label l ON l.code = t.label_id \
                         JOIN shelf_book_fans f ON f.book_id = b.id"
            ),
            ["It's|Poems|1"],
            "{vendor:?}: links of renamed models and fields"
        );

        database.reverse(&second);
        let conn = &mut database.connect();
        assert_eq!(
            texts(
                conn,
                "SELECT name || '|' || coalesce(email, '?') FROM shelf_author ORDER BY id"
            ),
            ["Ann|", "Bo|bo@example.com"],
            "{vendor:?}: columns have their old names"
        );
        assert_eq!(
            texts(
                conn,
                "SELECT b.title || '|' || t.tag_id FROM shelf_book b JOIN shelf_book_tags t ON t.book_id = b.id"
            ),
            ["It's|poem"],
            "{vendor:?}: links are there again"
        );
        let after = schema(conn);
        let names = |lines: &[String]| -> Vec<String> {
            lines
                .iter()
                .filter(|line| !line.contains("constraint") && !line.contains("index"))
                .cloned()
                .collect()
        };
        assert_eq!(
            names(&after),
            names(&before),
            "{vendor:?}: the columns are those of before"
        );
        database.reverse(&first);
        assert_eq!(
            schema(&mut database.connect()),
            Vec::<String>::new(),
            "{vendor:?}"
        );
    }
}

#[test]
fn renamed_tables_and_columns_are_not_told_as_losses() {
    let [first, second] = migrations();
    for vendor in [Vendor::Sqlite, Vendor::Postgres] {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        database.apply(&first);
        let conn = &mut database.connect();
        conn.batch_execute(ROWS).unwrap();
        let migration = compiled(&second);
        let steps = Steps {
            backwards: Vec::new(),
            forwards: vec![&migration],
        };

        let losses: Vec<String> = losses(conn, &steps)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            losses,
            [
                "the table shelf_notice with 0 rows",
                "the column shelf_book.editor_id with 1 value"
            ],
            "{vendor:?}"
        );
    }
}

#[test]
fn losses_leave_out_steps_that_another_process_has_run_meanwhile() {
    let [first, second] = migrations();
    for vendor in [Vendor::Sqlite, Vendor::Postgres] {
        let Some(database) = Database::with_users(vendor) else {
            return;
        };
        let (first, second) = (compiled(&first), compiled(&second));
        // The steps were computed before the first migration was applied.
        let steps = Steps {
            backwards: Vec::new(),
            forwards: vec![&first, &second],
        };
        let conn = &mut database.connect();
        locked(conn, |conn| apply(conn, &[&first])).unwrap();

        let losses = losses(conn, &steps).unwrap();
        assert!(
            losses
                .iter()
                .any(|loss| loss.to_string().contains("shelf_notice")),
            "{vendor:?}: only the second migration is tried: {losses:?}"
        );
    }
}

#[test]
fn a_migration_that_rows_contradict_names_a_row_on_postgresql() {
    let [first, _] = migrations();
    let Some(database) = Database::with_users(Vendor::Postgres) else {
        return;
    };
    database.apply(&first);
    let conn = &mut database.connect();
    conn.batch_execute("INSERT INTO shelf_notice (text) VALUES ('twice'), ('twice')")
        .unwrap();
    let unique = Script {
        up: "CREATE UNIQUE INDEX one_text ON shelf_notice (text);",
        down: "DROP INDEX one_text;",
    };
    let migration = Migration {
        name: "0002_one_text",
        stands_for: &["0002_one_text"],
        sqlite: unique,
        postgres: unique,
        ..compiled(&first)
    };
    let error = locked(conn, |conn| apply(conn, &[&migration]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("DETAIL: Key (text)=(twice) is duplicated."),
        "{error}"
    );
}
