//! Connections that PostgreSQL ends after the check before a job, and before the job's first
//! statement.

use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::db::{Conn, Db, Kind as Column, Sql};
use nuages::each_row;
use nuages::error::{Error, Result};
use nuages::schema::auth_group;
use nuages::settings::{Env, Settings};

use crate::support::{Database, Kind};

/// A database and a pool with a single connection to it.
struct Pool {
    database: Database,
    db: Db,
}

/// Ends the backend of the pool's connection from another connection.
#[derive(Clone)]
struct Terminator(Arc<std::sync::Mutex<Conn>>);

impl Terminator {
    /// Ends the backend `pid`, and waits until it has ended.
    fn end(&self, pid: i64) {
        let sql = format!("SELECT pg_terminate_backend({pid}, 20000)");
        self.0.lock().unwrap().batch_execute(&sql).unwrap();
    }
}

/// Returns a pool, or `None` if the tests run without PostgreSQL.
fn pool(test: &str) -> Option<Pool> {
    if !Kind::postgres_is_there(test) {
        return None;
    }
    let database = Database::migrated(Kind::Postgres);
    let settings = Settings::read(&Env::from_pairs(&[
        ("SECRET_KEY", "x"),
        ("DATABASE_URL", &database.url),
        ("CONN_POOL_SIZE", "1"),
    ]))
    .unwrap();
    let db = Db::open(&settings).unwrap();
    Some(Pool { database, db })
}

impl Pool {
    fn terminator(&self) -> Terminator {
        Terminator(Arc::new(std::sync::Mutex::new(self.database.connect())))
    }

    /// Returns the number of the backend that the next job will use.
    fn pid(&self) -> i64 {
        let sql = Sql::new("SELECT pg_backend_pid()::bigint").returns(&[Column::BigInt]);
        let rows = run(self.db.run(move |conn| sql.load(conn))).unwrap();
        rows[0][0].as_i64().unwrap()
    }

    /// Runs `job` with a connection whose backend ends before the job's first statement.
    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (terminator, pid) = (self.terminator(), self.pid());
        run(self.db.write(move |conn| {
            terminator.end(pid);
            job(conn)
        }))
    }

    fn groups(&self) -> i64 {
        count(&mut self.database.connect()).unwrap()
    }
}

fn run<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}

fn count(conn: &mut Conn) -> Result<i64> {
    Ok(auth_group::table.count().get_result(conn)?)
}

fn add(conn: &mut Conn) -> Result<usize> {
    let group = auth_group::name.eq("Sales");
    Ok(diesel::insert_into(auth_group::table)
        .values(group)
        .execute(conn)?)
}

fn is_503(done: &Result<impl std::fmt::Debug>) -> bool {
    done.as_ref().is_err_and(Error::is_temporary)
}

#[test]
fn a_read_is_repeated_on_a_new_connection() {
    let Some(pool) = pool(module_path!()) else {
        return;
    };
    let counted = pool.write(count);
    assert!(
        matches!(counted, Ok(0)),
        "a SELECT as the first statement must be repeated: {counted:?}"
    );
    let sql = || Sql::new("SELECT 7::bigint").returns(&[Column::BigInt]);
    let rows = pool.write(move |conn| sql().load(conn));
    assert!(
        rows.is_ok(),
        "a SELECT of `Sql` as the first statement must be repeated: {rows:?}"
    );
    let sent = pool.write(move |conn| sql().execute(conn));
    assert!(
        sent.is_ok(),
        "a SELECT without its rows must be repeated: {sent:?}"
    );
}

#[test]
fn a_stream_of_rows_begins_on_a_new_connection() {
    let Some(pool) = pool(module_path!()) else {
        return;
    };
    add(&mut pool.database.connect()).unwrap();
    let names = pool.write(|conn| {
        let mut names: Vec<String> = Vec::new();
        let keep = |name: String, names: &mut Vec<String>| -> Result<()> {
            names.push(name);
            Ok(())
        };
        each_row!(conn, auth_group::table.select(auth_group::name) => String, |name| keep(name, &mut names));
        Ok(names)
    });
    assert_eq!(
        names.ok(),
        Some(vec!["Sales".to_owned()]),
        "the rows must be read on a new connection"
    );
}

#[test]
fn a_transaction_begins_on_a_new_connection() {
    let Some(pool) = pool(module_path!()) else {
        return;
    };
    let added = pool.write(|conn| conn.atomic(add));
    assert!(
        matches!(added, Ok(1)),
        "BEGIN as the first statement must be repeated: {added:?}"
    );
    assert_eq!(pool.groups(), 1, "the transaction must be committed");
    assert!(
        matches!(run(pool.db.run(count)), Ok(1)),
        "the new connection must serve the next job"
    );
}

#[test]
fn a_write_outside_a_transaction_fails_with_503_and_is_not_repeated() {
    let Some(pool) = pool(module_path!()) else {
        return;
    };
    let added = pool.write(add);
    assert!(is_503(&added), "expected a 503, and it is {added:?}");
    let returned = pool.write(|conn| {
        let sql = Sql::new("INSERT INTO auth_group (name) VALUES ('Sales') RETURNING id::bigint");
        sql.returns(&[Column::BigInt]).load(conn)
    });
    assert!(is_503(&returned), "expected a 503, and it is {returned:?}");
    let changed = pool.write(|conn| {
        conn.batch_execute("UPDATE auth_group SET name = 'Support'")?;
        Ok(())
    });
    assert!(is_503(&changed), "expected a 503, and it is {changed:?}");
    assert_eq!(pool.groups(), 0, "no INSERT may be applied");
}

#[test]
fn only_the_first_statement_of_a_job_is_repeated() {
    let Some(pool) = pool(module_path!()) else {
        return;
    };
    let (terminator, pid) = (pool.terminator(), pool.pid());
    let counted = run(pool.db.run(move |conn| {
        count(conn)?;
        terminator.end(pid);
        count(conn)
    }));
    assert!(
        is_503(&counted),
        "a job that has read something must not continue on another connection: {counted:?}"
    );

    let (terminator, pid) = (pool.terminator(), pool.pid());
    let added = run(pool.db.atomic(move |conn| {
        terminator.end(pid);
        add(conn)
    }));
    assert!(
        is_503(&added),
        "a transaction that has begun must not continue on another connection: {added:?}"
    );
    assert_eq!(pool.groups(), 0, "the transaction must be rolled back");
}
