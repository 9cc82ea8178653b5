//! `Conn::after_commit` runs work after the commit, as Django's `transaction.on_commit(…, robust=True)` does.

use std::sync::{Arc, Mutex};

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::prelude::*;
use nuages::db::Conn;
use nuages::error::{Error, Result};
use nuages::schema::auth_group;

use crate::support::{Database, Kind};

on_both!(
    work_runs_after_the_commit_of_the_outermost_transaction,
    work_is_dropped_if_its_transaction_or_savepoint_is_rolled_back,
    work_is_dropped_if_the_commit_fails,
    work_outside_a_transaction_runs_at_once,
    a_failure_or_panic_stops_neither_other_work_nor_the_request,
    work_may_write_and_queue_more_work,
    work_of_one_connection_does_not_wait_for_another,
    a_transaction_of_diesel_is_refused,
);

/// Events in their order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }

    /// Notes `text` after the commit, with the number of groups that another connection sees.
    fn note_after(&self, conn: &mut Conn, text: &'static str) {
        let log = self.clone();
        conn.after_commit(move |_| {
            log.note(text);
            Ok(())
        })
        .unwrap();
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn add(conn: &mut Conn, name: &str) {
    diesel::insert_into(auth_group::table)
        .values(auth_group::name.eq(name))
        .execute(conn)
        .unwrap();
}

fn count(conn: &mut Conn) -> i64 {
    auth_group::table.count().get_result(conn).unwrap()
}

fn work_runs_after_the_commit_of_the_outermost_transaction(kind: Kind) {
    let database = Database::migrated(kind);
    let (conn, log) = (&mut database.connect(), Log::default());
    let mut other = database.connect();

    let done: Result<i32> = conn.atomic(|conn| {
        add(conn, "a");
        log.note_after(conn, "outer");
        conn.atomic(|conn| {
            add(conn, "b");
            let log = log.clone();
            conn.after_commit(move |_| {
                log.note(&format!("inner, others see {}", count(&mut other)));
                Ok(())
            })
        })?;
        log.note_after(conn, "last");
        log.note("end of the transaction");
        Ok(5)
    });

    assert_eq!(done.unwrap(), 5, "atomic must return the value of its work");
    assert_eq!(
        log.lines(),
        [
            "end of the transaction",
            "outer",
            "inner, others see 2",
            "last"
        ]
    );
}

fn work_is_dropped_if_its_transaction_or_savepoint_is_rolled_back(kind: Kind) {
    let database = Database::migrated(kind);
    let (conn, log) = (&mut database.connect(), Log::default());

    let failed = conn.atomic(|conn| {
        log.note_after(conn, "rolled back");
        conn.atomic(|conn| {
            log.note_after(conn, "savepoint of a transaction that is rolled back");
            Ok(())
        })?;
        Err::<(), _>(Error::NotFound)
    });
    assert!(failed.is_err(), "atomic must return the error");
    assert_eq!(log.lines(), Vec::<String>::new());

    let done = conn.atomic(|conn| {
        log.note_after(conn, "before");
        let failed = conn.atomic(|conn| {
            log.note_after(conn, "savepoint that is rolled back");
            conn.atomic(|conn| {
                log.note_after(conn, "inside a savepoint that is rolled back");
                Ok(())
            })?;
            Err::<(), _>(Error::NotFound)
        });
        assert!(failed.is_err(), "the savepoint must fail");
        log.note_after(conn, "after");
        Ok(())
    });
    done.unwrap();
    assert_eq!(log.lines(), ["before", "after"]);
}

fn work_is_dropped_if_the_commit_fails(kind: Kind) {
    let database = Database::migrated(kind);
    let (conn, log) = (&mut database.connect(), Log::default());
    let foreign_key = "INSERT INTO auth_user_groups (user_id, group_id) VALUES (999, 999)";

    let failed = conn.atomic(|conn| {
        log.note_after(conn, "lost");
        if kind == Kind::Sqlite {
            conn.batch_execute("PRAGMA defer_foreign_keys = ON")?;
        }
        conn.batch_execute(foreign_key)?;
        log.note("inserted");
        Ok(())
    });
    assert!(failed.is_err(), "the foreign key must be refused");
    assert_eq!(log.lines(), ["inserted"]);

    conn.atomic(|_| Ok(())).unwrap();
    assert_eq!(log.lines(), ["inserted"], "a later commit must not run it");
}

fn work_outside_a_transaction_runs_at_once(kind: Kind) {
    let database = Database::migrated(kind);
    let (conn, log) = (&mut database.connect(), Log::default());
    log.note_after(conn, "at once");
    assert_eq!(log.lines(), ["at once"]);
}

fn a_failure_or_panic_stops_neither_other_work_nor_the_request(kind: Kind) {
    let database = Database::migrated(kind);
    let (conn, log) = (&mut database.connect(), Log::default());

    let done = conn.atomic(|conn| {
        conn.after_commit(|_| Err(Error::NotFound))?;
        conn.after_commit(|conn| {
            conn.atomic(|conn| {
                add(conn, "of the panic");
                panic!("for the test")
            })
        })?;
        log.note_after(conn, "third");
        add(conn, "kept");
        Ok(())
    });

    done.unwrap();
    assert_eq!(log.lines(), ["third"]);
    assert_eq!(count(conn), 1, "the panic must leave no open transaction");
    conn.atomic(|_| Ok(())).unwrap();
    assert_eq!(count(&mut database.connect()), 1);
}

fn work_may_write_and_queue_more_work(kind: Kind) {
    let database = Database::migrated(kind);
    let (conn, log) = (&mut database.connect(), Log::default());
    let inner = log.clone();

    conn.atomic(|conn| {
        conn.after_commit(move |conn| {
            conn.atomic(|conn| {
                add(conn, "later");
                inner.note_after(conn, "second commit");
                inner.note("second transaction");
                Ok(())
            })
        })
    })
    .unwrap();

    assert_eq!(log.lines(), ["second transaction", "second commit"]);
    assert_eq!(count(&mut database.connect()), 1);
}

fn work_of_one_connection_does_not_wait_for_another(kind: Kind) {
    let database = Database::migrated(kind);
    let log = Log::default();
    let (first, second) = (&mut database.connect(), &mut database.connect());

    first
        .atomic(|first| {
            log.note_after(second, "second has no transaction");
            log.note_after(first, "first");
            if kind == Kind::Postgres {
                second.atomic(|second| {
                    log.note_after(second, "second");
                    log.note_after(first, "first again");
                    Ok(())
                })?;
            }
            log.note("end");
            Ok(())
        })
        .unwrap();

    let expected: &[&str] = match kind {
        Kind::Sqlite => &["second has no transaction", "end", "first"],
        Kind::Postgres => &[
            "second has no transaction",
            "second",
            "end",
            "first",
            "first again",
        ],
    };
    assert_eq!(log.lines(), expected);
}

fn a_transaction_of_diesel_is_refused(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let refused = conn.transaction(|conn| conn.after_commit(|_| Ok(())));
    let text = refused
        .expect_err("the commit cannot be observed")
        .to_string();
    assert!(text.contains("Conn::atomic"), "{text}");

    let refused = conn.atomic(|conn| conn.transaction(|conn| conn.after_commit(|_| Ok(()))));
    assert!(refused.is_err(), "a savepoint of Diesel must be refused");
}
