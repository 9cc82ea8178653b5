//! `Conn::atomic` commits all changes of a transaction or none, also when it is nested.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::db::{Conn, Db};
use nuages::error::Error;
use nuages::schema::auth_group;
use nuages::settings::{Env, Settings};

use crate::support::{Database, Kind};

fn add(conn: &mut Conn, name: &str) {
    diesel::insert_into(auth_group::table)
        .values(auth_group::name.eq(name))
        .execute(conn)
        .unwrap();
}

fn names(conn: &mut Conn) -> Vec<String> {
    auth_group::table
        .select(auth_group::name)
        .order(auth_group::name)
        .load(conn)
        .unwrap()
}

#[test]
fn a_job_that_writes_outside_atomic_is_refused_with_a_remedy_on_sqlite() {
    let database = Database::migrated(Kind::Sqlite);
    let settings = [("SECRET_KEY", "x"), ("DATABASE_URL", &database.url)];
    let db = Db::open(&Settings::read(&Env::from_pairs(&settings)).unwrap()).unwrap();
    let write = |conn: &mut Conn| {
        conn.batch_execute("UPDATE catalog_tag SET name = name")
            .map_err(Error::from)
    };
    actix_web::rt::System::new().block_on(async move {
        let refused = [
            db.run(write).await,
            db.run(move |conn| conn.atomic(write)).await,
        ];
        for outcome in refused {
            let error = outcome.expect_err("a connection for reading must refuse to write");
            assert!(
                error.to_string().contains("write inside Db::atomic"),
                "the error must name the remedy: {error}"
            );
        }
        db.write(write).await.expect("Db::write may write");
        db.atomic(write).await.expect("Db::atomic may write");
        db.run(|conn| conn.batch_execute("SELECT 1").map_err(Error::from))
            .await
            .expect("reading works as before");
    });
}

fn an_error_rolls_the_transaction_back(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let failed = conn.atomic(|conn| {
        add(conn, "a");
        Err::<(), _>(Error::NotFound)
    });
    assert!(failed.is_err(), "atomic must return the error");
    assert_eq!(
        names(conn),
        Vec::<String>::new(),
        "the change before the error must be rolled back"
    );
}

fn an_inner_failure_keeps_the_outer_changes(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    conn.atomic(|conn| {
        add(conn, "outer");
        let inner = conn.atomic(|conn| {
            add(conn, "inner");
            Err::<(), _>(Error::NotFound)
        });
        assert!(inner.is_err(), "the inner atomic must return the error");
        add(conn, "after");
        Ok(())
    })
    .unwrap();
    assert_eq!(
        names(conn),
        ["after", "outer"],
        "only the change of the inner transaction must be rolled back"
    );
}

fn writers_that_read_first_neither_fail_nor_lose_updates(kind: Kind) {
    let database = Database::migrated(kind);
    add(&mut database.connect(), "0");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let conn = &mut database.connect();
                for _ in 0..25 {
                    conn.atomic(|conn| {
                        let group = auth_group::table.select((auth_group::id, auth_group::name));
                        let (id, name): (i32, String) = match conn {
                            Conn::Postgres(inner) => group.for_update().first(inner)?,
                            Conn::Sqlite(inner) => group.first(inner)?,
                        };
                        let next = name.parse::<i32>().unwrap() + 1;
                        diesel::update(auth_group::table.find(id))
                            .set(auth_group::name.eq(next.to_string()))
                            .execute(conn)?;
                        Ok(())
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(
        names(&mut database.connect()),
        ["100"],
        "four threads added one 25 times each"
    );
}

on_both!(
    an_error_rolls_the_transaction_back,
    an_inner_failure_keeps_the_outer_changes,
    writers_that_read_first_neither_fail_nor_lose_updates
);
