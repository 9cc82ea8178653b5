//! `migrate`

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection as _;
use nuages::db::migrations::{Loss, Migration, Script, Steps, apply, locked, losses, reverse};
use nuages::db::{Conn, Kind as Column, Sql, Value};

use crate::support::{Database, Kind, SECRET_KEY};

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn count(conn: &mut Conn, sql: &'static str) -> i64 {
    match Sql::new(sql).returns(&[Column::BigInt]).load(conn).unwrap()[0][0] {
        Value::BigInt(count) => count,
        _ => unreachable!(),
    }
}

/// Returns the output of `nuages` on a terminal where the user types `answer`.
fn on_terminal(database: &Database, words: &str, answer: &str) -> String {
    let line = format!("{} {words}", env!("CARGO_BIN_EXE_nuages"));
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .current_dir(database.dir.path());
    command
        .env("DATABASE_URL", &database.url)
        .env("SECRET_KEY", SECRET_KEY)
        .env("RUST_LOG", "warn");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(answer.as_bytes())
        .unwrap();
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned()
}

/// A migration that adds a column `note` to categories and keeps the rows selected by `which`. On
/// SQLite it creates a new table.
fn rebuild(which: &str) -> Migration {
    const COLUMNS: &str = r#""id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(100) NOT NULL UNIQUE, "slug" varchar(110) NOT NULL UNIQUE, "description" text NOT NULL, "parent_id" bigint NULL REFERENCES "catalog_category" ("id") DEFERRABLE INITIALLY DEFERRED"#;
    let anew = |columns: &str, fields: &str, values: &str, which: &str| {
        format!(
            "CREATE TABLE new__category ({columns}); INSERT INTO new__category ({fields}) SELECT {values} FROM catalog_category {which};
            DROP TABLE catalog_category; ALTER TABLE new__category RENAME TO catalog_category;"
        )
    };
    let old = "id, name, slug, description, parent_id";
    let up = anew(
        &format!("{COLUMNS}, note text NOT NULL"),
        &format!("{old}, note"),
        &format!("{old}, ''"),
        which,
    );
    let down = anew(COLUMNS, old, old, "");
    let leaked = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    Migration {
        app: "demo",
        name: "0001_rebuild",
        folder: "migrations",
        stands_for: &["0001_rebuild"],
        sqlite: Script { up: leaked(up), down: leaked(down) },
        postgres: Script {
            up: leaked(format!(
                "ALTER TABLE catalog_category ADD COLUMN note text NOT NULL DEFAULT ''; DELETE FROM catalog_category WHERE id NOT IN
                (SELECT id FROM catalog_category {which});"
            )),
            down: "ALTER TABLE catalog_category DROP COLUMN note",
        },
        state: None,
        code: None,
    }
}

/// Returns the steps that reverse these migrations.
fn back(migrations: &[Migration]) -> Steps<'_> {
    Steps {
        backwards: migrations.iter().collect(),
        forwards: Vec::new(),
    }
}

fn a_second_run_changes_nothing(kind: Kind) {
    let database = Database::empty(kind);
    let first = database.nuages(&["migrate"]);
    assert!(
        first.status.success() && said(&first).contains("Applying catalog.0001_initial"),
        "{}",
        said(&first)
    );
    let second = database.nuages(&["migrate"]);
    assert!(
        second.status.success() && said(&second).contains("No migrations to apply."),
        "{}",
        said(&second)
    );
    let shown = said(&database.nuages(&["showmigrations"]));
    assert!(
        shown.contains("[X] 0001_initial") && !shown.contains("[ ]"),
        "{shown}"
    );
    assert!(database.nuages(&["migrate", "--check"]).status.success());
    let conn = &mut database.connect();
    assert_eq!(
        count(
            conn,
            "SELECT COUNT(*) FROM django_migrations WHERE app NOT LIKE 'nuages%'"
        ),
        20
    );
    // The content types of Django, and `nuages.task` with the permission `nuages.view_task`.
    assert_eq!(count(conn, "SELECT COUNT(*) FROM django_content_type"), 12);
    assert_eq!(count(conn, "SELECT COUNT(*) FROM auth_permission"), 45);
}

fn parallel_runs_migrate_once(kind: Kind) {
    let database = Database::empty(kind);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| database.nuages(&["migrate"])))
            .collect();
        for run in runs {
            let done = run.join().unwrap();
            assert!(done.status.success(), "{}", said(&done));
        }
    });
    assert_eq!(
        count(
            &mut database.connect(),
            "SELECT COUNT(*) FROM auth_permission"
        ),
        45
    );
}

fn a_failed_migration_leaves_the_database_as_it_was(kind: Kind) {
    let broken = Script {
        up: "CREATE TABLE one (id integer); CREATE TABLE two (id integer); INSERT INTO nowhere VALUES (1);",
        down: "",
    };
    let migration = Migration {
        app: "demo",
        name: "0001_broken",
        folder: "migrations",
        stands_for: &["0001_broken"],
        sqlite: broken,
        postgres: broken,
        state: None,
        code: None,
    };
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let error = locked(conn, |conn| apply(conn, &[&migration]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("demo.0001_broken") && error.contains("INSERT INTO nowhere"),
        "{error}"
    );
    assert!(conn.batch_execute("SELECT * FROM one").is_err());
    assert_eq!(
        count(
            conn,
            "SELECT COUNT(*) FROM django_migrations WHERE app = 'demo'"
        ),
        0
    );
}

fn the_migrations_of_an_app_can_be_reverted(kind: Kind) {
    let database = Database::migrated(kind);
    // Orders refer to products, so the migrations of catalog alone cannot be reversed.
    let done = database.nuages(&["migrate", "catalog", "zero", "--no-input"]);
    assert_eq!(
        done.status.code(),
        Some(1),
        "tables that others refer to must not be dropped: {}",
        said(&done)
    );
    assert!(
        said(&done).contains("catalog.0001_initial"),
        "the failure must name its migration: {}",
        said(&done)
    );
    let done = database.nuages(&["migrate", "orders", "zero", "--no-input"]);
    assert!(
        done.status.success() && said(&done).contains("Unapplying orders.0001_initial"),
        "{}",
        said(&done)
    );
    let done = database.nuages(&["migrate", "orders", "zero", "--no-input"]);
    assert!(
        said(&done).contains("No migrations to take back."),
        "{}",
        said(&done)
    );
    assert_eq!(
        database.nuages(&["migrate", "--check"]).status.code(),
        Some(1)
    );
    assert!(said(&database.nuages(&["migrate", "--plan"])).contains("orders.0001_initial"));
    assert!(said(&database.nuages(&["migrate"])).contains("Applying orders.0001_initial"));
    assert_eq!(
        database
            .nuages(&["migrate", "nonsense", "zero", "--no-input"])
            .status
            .code(),
        Some(1)
    );
}

fn a_plan_and_a_check_change_nothing(kind: Kind) {
    let database = Database::migrated(kind);
    assert!(database.nuages(&["loaddata", "demo"]).status.success());
    let orders = |conn: &mut Conn| count(conn, "SELECT COUNT(*) FROM orders_order");
    let before = orders(&mut database.connect());
    assert!(before > 0, "the demo shop has orders");
    for (words, code, told) in [
        (
            &["migrate", "orders", "zero", "--plan"][..],
            0,
            "DROP TABLE \"orders_order\"",
        ),
        (&["migrate", "orders", "zero", "--check"], 1, "to take back"),
        (
            &[
                "migrate",
                "orders",
                "zero",
                "--plan",
                "--check",
                "--no-input",
            ],
            1,
            "orders.0001_initial",
        ),
        (
            &["migrate", "--plan"],
            0,
            "No planned migration operations.",
        ),
        (&["migrate", "--check"], 0, ""),
    ] {
        let done = database.nuages(words);
        assert_eq!(done.status.code(), Some(code), "{words:?}: {}", said(&done));
        assert!(
            said(&done).contains(told),
            "{words:?} should say {told:?}: {}",
            said(&done)
        );
        assert_eq!(
            orders(&mut database.connect()),
            before,
            "{words:?} must delete no order"
        );
        assert!(
            database.nuages(&["migrate", "--check"]).status.success(),
            "{words:?} must take nothing back"
        );
    }
    let plan = said(&database.nuages(&["migrate", "orders", "zero", "--plan"]));
    assert!(
        plan.contains(&format!("the table orders_order with {before} rows")),
        "{plan}"
    );
}

fn a_plan_on_an_empty_database_lists_all_migrations_and_creates_nothing(kind: Kind) {
    let database = Database::empty(kind);
    let done = database.nuages(&["migrate", "--plan"]);
    assert!(
        done.status.success() && said(&done).contains("CREATE TABLE \"orders_order\""),
        "{}",
        said(&done)
    );
    assert_eq!(
        database.nuages(&["migrate", "--check"]).status.code(),
        Some(1)
    );
    assert!(
        !database.dir.path().join("db.sqlite3").exists(),
        "a plan must not make the database file"
    );
}

fn migrating_backwards_lists_the_tables_to_delete_and_asks(kind: Kind) {
    let database = Database::migrated(kind);
    assert!(database.nuages(&["loaddata", "demo"]).status.success());
    let orders = count(&mut database.connect(), "SELECT COUNT(*) FROM orders_order");
    let listed = format!("the table orders_order with {orders} rows");
    let is_there = || database.nuages(&["migrate", "--check"]).status.success();

    let refused = database.nuages(&["migrate", "orders", "zero"]);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "without a terminal it must refuse: {}",
        said(&refused)
    );
    assert!(
        said(&refused).contains(&listed) && said(&refused).contains("--no-input"),
        "{}",
        said(&refused)
    );
    assert!(is_there(), "a refusal must change nothing");

    let no = on_terminal(&database, "migrate orders zero", "no\n");
    assert!(
        no.contains(&listed)
            && no.contains("Type 'yes' to continue")
            && no.contains("nothing was changed"),
        "{no}"
    );
    assert!(is_there(), "the answer 'no' must change nothing");

    let yes = on_terminal(&database, "migrate orders zero", "yes\n");
    assert!(yes.contains("Unapplying orders.0001_initial"), "{yes}");
    assert!(!is_there(), "the answer 'yes' takes the migration back");
}

fn a_table_that_other_rows_refer_to_can_be_rebuilt(kind: Kind) {
    let database = Database::migrated(kind);
    assert!(database.nuages(&["loaddata", "demo"]).status.success());
    let conn = &mut database.connect();
    let products = count(conn, "SELECT COUNT(*) FROM catalog_product");
    let rebuilt = [rebuild("WHERE 1 = 1")];

    locked(conn, |conn| apply(conn, &[&rebuilt[0]]))
        .expect("the table is rebuilt although products refer to its rows");
    assert_eq!(
        count(
            conn,
            "SELECT COUNT(*) FROM catalog_category WHERE note = ''"
        ),
        10,
        "each row is copied"
    );
    let lost = losses(conn, &back(&rebuilt)).expect("the trial succeeds");
    assert_eq!(
        lost,
        [Loss::Column(
            "catalog_category".to_owned(),
            "note".to_owned(),
            10
        )],
        "going back loses the new column"
    );
    locked(conn, |conn| reverse(conn, &[&rebuilt[0]])).expect("and back again");
    assert!(
        conn.batch_execute("SELECT note FROM catalog_category")
            .is_err(),
        "the column is gone again"
    );
    assert_eq!(
        count(conn, "SELECT COUNT(*) FROM catalog_product"),
        products,
        "no product was deleted on the way"
    );
    assert!(
        conn.batch_execute("INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id) VALUES (1, 1, 999999, 999999)").is_err(),
        "foreign keys are enforced again"
    );
}

fn a_migration_that_breaks_a_foreign_key_is_named_with_its_statement(kind: Kind) {
    let database = Database::migrated(kind);
    assert!(database.nuages(&["loaddata", "demo"]).status.success());
    let conn = &mut database.connect();
    let losing = [rebuild("WHERE id > 3")];
    for _ in 0..2 {
        let error = locked(conn, |conn| apply(conn, &[&losing[0]]))
            .expect_err("products refer to rows that were left out")
            .to_string();
        assert!(
            error.contains("demo.0001_rebuild"),
            "the failure must name its migration: {error}"
        );
        let statement = if kind == Kind::Sqlite {
            "DROP TABLE catalog_category"
        } else {
            "DELETE FROM catalog_category"
        };
        assert!(
            error.contains(statement),
            "the failure must name its statement: {error}"
        );
        let keys = if kind == Kind::Sqlite {
            "catalog_product refers to rows of catalog_category"
        } else {
            "violates foreign key constraint"
        };
        assert!(
            error.contains(keys),
            "the failure must name the foreign key: {error}"
        );
        assert_eq!(
            count(conn, "SELECT COUNT(*) FROM catalog_category"),
            10,
            "the database must be as it was"
        );
    }
}

fn a_foreign_key_that_was_broken_before_does_not_stop_a_migration(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    if kind == Kind::Sqlite {
        conn.batch_execute("PRAGMA foreign_keys = OFF; INSERT INTO catalog_category (id, name, slug, description, parent_id)
            VALUES (1, 'a', 'a', '', 77); PRAGMA foreign_keys = ON").unwrap();
    }
    locked(conn, |conn| apply(conn, &[&rebuild("WHERE 1 = 1")]))
        .expect("the row was broken before");
}

fn a_database_that_django_left_halfway_is_refused(kind: Kind) {
    let database = Database::migrated(kind);
    database
        .connect()
        .batch_execute("DELETE FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%'")
        .unwrap();
    let done = database.nuages(&["migrate"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        said(&done).contains("0012_alter_user_first_name_max_length"),
        "{}",
        said(&done)
    );
}

on_both!(
    a_second_run_changes_nothing,
    parallel_runs_migrate_once,
    a_failed_migration_leaves_the_database_as_it_was,
    the_migrations_of_an_app_can_be_reverted,
    a_plan_and_a_check_change_nothing,
    a_plan_on_an_empty_database_lists_all_migrations_and_creates_nothing,
    migrating_backwards_lists_the_tables_to_delete_and_asks,
    a_table_that_other_rows_refer_to_can_be_rebuilt,
    a_migration_that_breaks_a_foreign_key_is_named_with_its_statement,
    a_foreign_key_that_was_broken_before_does_not_stop_a_migration,
    a_database_that_django_left_halfway_is_refused
);
