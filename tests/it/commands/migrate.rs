//! `migrate`

use std::process::Output;

use diesel::connection::SimpleConnection as _;
use nuages::db::migrations::{Migration, Script, apply, locked};
use nuages::db::{Conn, Kind as Column, Sql, Value};

use crate::support::Database;

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn count(conn: &mut Conn, sql: &'static str) -> i64 {
    match Sql::new(sql).returns(&[Column::BigInt]).load(conn).unwrap()[0][0] {
        Value::BigInt(count) => count,
        _ => unreachable!(),
    }
}

on_both! {
    fn the_second_time_there_is_nothing_to_do(kind: Kind) {
        let database = Database::empty(kind);
        let first = database.nuages(&["migrate"]);
        assert!(first.status.success() && said(&first).contains("Applying catalog.0001_initial"), "{}", said(&first));
        let second = database.nuages(&["migrate"]);
        assert!(second.status.success() && said(&second).contains("No migrations to apply."), "{}", said(&second));
        let shown = said(&database.nuages(&["showmigrations"]));
        assert!(shown.contains("[X] 0001_initial") && !shown.contains("[ ]"), "{shown}");
        assert!(database.nuages(&["migrate", "--check"]).status.success());
        let conn = &mut database.connect();
        assert_eq!(count(conn, "SELECT COUNT(*) FROM django_migrations WHERE app <> 'nuages'"), 20);
        assert_eq!(count(conn, "SELECT COUNT(*) FROM django_content_type"), 11);
        assert_eq!(count(conn, "SELECT COUNT(*) FROM auth_permission"), 44);
    }

    fn parallel_runs_do_not_collide(kind: Kind) {
        let database = Database::empty(kind);
        std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| database.nuages(&["migrate"]))).collect();
            for run in runs {
                let done = run.join().unwrap();
                assert!(done.status.success(), "{}", said(&done));
            }
        });
        assert_eq!(count(&mut database.connect(), "SELECT COUNT(*) FROM auth_permission"), 44);
    }

    fn a_failed_migration_leaves_the_database_as_it_was(kind: Kind) {
        let broken = Script { up: "CREATE TABLE one (id integer); CREATE TABLE two (id integer); INSERT INTO nowhere VALUES (1);", down: "" };
        let migration = Migration { app: "demo", name: "0001_broken", stands_for: &["0001_broken"], sqlite: broken, postgres: broken };
        let database = Database::migrated(kind);
        let conn = &mut database.connect();
        let error = locked(conn, |conn| apply(conn, &[migration])).unwrap_err().to_string();
        assert!(error.contains("demo.0001_broken") && error.contains("INSERT INTO nowhere"), "{error}");
        assert!(conn.batch_execute("SELECT * FROM one").is_err());
        assert_eq!(count(conn, "SELECT COUNT(*) FROM django_migrations WHERE app = 'demo'"), 0);
    }

    fn an_app_can_be_taken_back(kind: Kind) {
        let database = Database::migrated(kind);
        // Orders refer to products: catalog alone cannot go on PostgreSQL, and must not.
        let done = database.nuages(&["migrate", "orders", "zero"]);
        assert!(done.status.success() && said(&done).contains("Unapplying orders.0001_initial"), "{}", said(&done));
        assert_eq!(database.nuages(&["migrate", "--check"]).status.code(), Some(1));
        assert!(said(&database.nuages(&["migrate", "--plan"])).contains("orders.0001_initial"));
        assert!(said(&database.nuages(&["migrate"])).contains("Applying orders.0001_initial"));
        assert_eq!(database.nuages(&["migrate", "nonsense", "zero"]).status.code(), Some(1));
    }

    fn a_database_that_django_left_halfway_is_refused(kind: Kind) {
        let database = Database::migrated(kind);
        database.connect().batch_execute("DELETE FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%'").unwrap();
        let done = database.nuages(&["migrate"]);
        assert_eq!(done.status.code(), Some(1));
        assert!(said(&done).contains("0012_alter_user_first_name_max_length"), "{}", said(&done));
    }
}
