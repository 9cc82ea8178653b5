//! Slow queries, waiting visitors, locked and lost databases.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::web;
use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Db, Kind as Column, Sql};
use nuages::error::{Error, Result};
use nuages::http::{Access, Urls, get, path};
use nuages::settings::Settings;

use crate::support::{ALICE, CHARLIE, Client, Database, Kind, LOGIN, Reply, TestSite, product};

/// A statement that takes a very long time.
fn endless(conn: &Conn) -> Sql {
    let sql = match conn {
        Conn::Sqlite(_) => Sql::new(
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT COUNT(*) FROM c",
        ),
        Conn::Postgres(_) => Sql::new("SELECT 1::bigint FROM pg_sleep(600)"),
    };
    sql.returns(&[Column::BigInt])
}

async fn sleeps(db: web::Data<Db>) -> Result<String> {
    db.run(|conn| endless(conn).load(conn)).await?;
    Ok("slept".to_owned())
}

async fn writes(db: web::Data<Db>) -> Result<String> {
    let write = |conn: &mut Conn| {
        conn.batch_execute("UPDATE catalog_tag SET name = name")
            .map_err(Error::from)
    };
    db.atomic(write).await?;
    Ok("written".to_owned())
}

fn with_sleeper(settings: &Settings) -> Urls {
    Urls::new([
        path("/sleep/", "sleep", Access::Public, get(sleeps)),
        path("/write/", "write", Access::Public, get(writes)),
    ])
    .include(crate::shop::urls(settings))
}

fn site(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    TestSite::with(Database::migrated(kind), settings, with_sleeper)
}

fn a_slow_query_does_not_stall_other_requests(kind: Kind) {
    let site = site(
        kind,
        &[
            ("STATEMENT_TIMEOUT", "20"),
            ("CONN_POOL_SIZE", "2"),
            ("NUAGES_WORKERS", "1"),
        ],
    );
    product("Lamp").save(&mut site.connect());
    let port = site.port;
    let began = Instant::now();
    let sleeper = std::thread::spawn(move || Client::new(port).get("/sleep/").status);
    std::thread::sleep(Duration::from_millis(200));
    let client = site.client();
    for _ in 0..100 {
        assert_eq!(client.get("/products/").status, 200);
    }
    // The hundred requests were answered while the slow one was still running, so none of them
    // waited for it.
    assert!(!sleeper.is_finished() || began.elapsed() >= Duration::from_secs(20));
    drop(site);
}

fn a_statement_that_runs_too_long_is_ended(kind: Kind) {
    let site = site(kind, &[("STATEMENT_TIMEOUT", "0.3")]);
    let page = site.client().get("/sleep/");
    assert_eq!(page.status, 503);
    assert!(page.shows(&["took too long"]));
    assert_eq!(page.header("retry-after"), "2");
    // The connection can be used again.
    assert_eq!(site.client().get("/products/").status, 200);
}

fn a_request_without_a_connection_in_time_gets_503(kind: Kind) {
    let site = site(
        kind,
        &[
            ("CONN_POOL_SIZE", "1"),
            ("CONN_WAIT_TIMEOUT", "0.2"),
            ("STATEMENT_TIMEOUT", "5"),
        ],
    );
    let port = site.port;
    let sleeper = std::thread::spawn(move || Client::new(port).get("/sleep/").status);
    let client = site.client();
    let mut page = client.get("/products/");
    // On a busy machine it takes a while until the slow request has the connection.
    while page.status == 200 && !sleeper.is_finished() {
        page = client.get("/products/");
    }
    assert_eq!((page.status, page.header("retry-after")), (503, "2"));
    assert!(page.shows(&["Busy right now"]));
    // Requests without the database are still answered.
    assert_eq!(site.client().get("/static/shop/shop.css").status, 200);
    assert_eq!(sleeper.join().unwrap(), 503);
    assert_eq!(site.client().get("/products/").status, 200);
}

fn a_statement_beyond_its_budget_is_given_up(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let budget = Duration::from_millis(20);
    let is_there = |conn: &mut Conn| {
        let one = Sql::new("SELECT 1").returns(&[Column::Integer]);
        Ok(!one.load(conn)?.is_empty())
    };

    let slow = |conn: &mut Conn| conn.within(budget, |conn| endless(conn).load(conn));
    assert_eq!(slow(conn).unwrap(), None);
    assert_eq!(
        conn.within(Duration::from_secs(30), is_there).unwrap(),
        Some(true)
    );
    assert_eq!(conn.within(Duration::ZERO, is_there).unwrap(), None);

    // The transaction goes on, and its own limit is as before.
    let limit = |conn: &mut Conn| {
        let limit = Sql::new("SELECT ").either(
            "current_setting('statement_timeout')",
            "CAST(nuages_statement_timeout(0) AS TEXT)",
        );
        limit.returns(&[Column::Text]).load(conn)
    };
    let (before, after) = conn
        .atomic(|conn| {
            let before = limit(conn)?;
            assert_eq!(slow(conn)?, None);
            assert_eq!(conn.within(budget, |_| Ok(()))?, Some(()));
            Ok((before, limit(conn)?))
        })
        .unwrap();
    assert_eq!(before, after);
}

on_both!(
    a_slow_query_does_not_stall_other_requests,
    a_statement_beyond_its_budget_is_given_up,
    a_statement_that_runs_too_long_is_ended,
    a_request_without_a_connection_in_time_gets_503
);

#[test]
fn a_writer_waits_for_another_writer_on_sqlite() {
    let site = site(Kind::Sqlite, &[]);
    let mut other = site.connect();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let port = site.port;
    let writer = std::thread::spawn(move || Client::new(port).get("/write/").status);
    std::thread::sleep(Duration::from_millis(300));
    // Readers do not wait.
    assert_eq!(site.client().get("/products/").status, 200);
    assert!(!writer.is_finished());
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(writer.join().unwrap(), 200);
}

/// Sends `count` requests to `path` at once; the caller waits for the responses.
fn send(site: &TestSite, count: usize, path: &'static str) -> Vec<JoinHandle<Reply>> {
    let port = site.port;
    (0..count)
        .map(|_| std::thread::spawn(move || Client::new(port).get(path)))
        .collect()
}

#[test]
fn readers_are_answered_while_more_writers_wait_than_there_are_connections_on_sqlite() {
    let settings = [
        ("CONN_POOL_SIZE", "2"),
        ("CONN_WAIT_TIMEOUT", "1"),
        ("NUAGES_WORKERS", "1"),
    ];
    let site = site(Kind::Sqlite, &settings);
    product("Lamp").save(&mut site.connect());
    ALICE.save(&mut site.connect());
    let staff = ALICE.browser(&site);
    let mut other = site.connect();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let writers = send(&site, 6, "/write/");
    // As soon as one writer has waited too long, all of them are in the queue.
    while !writers.iter().any(JoinHandle::is_finished) {
        std::thread::yield_now();
    }
    for page in ["/", "/products/", "/categories/"] {
        assert_eq!(
            site.client().get(page).status,
            200,
            "visitors must be able to read {page} while writers wait"
        );
    }
    for page in [
        "/admin/",
        "/admin/catalog/product/",
        "/admin/catalog/product/add/",
    ] {
        assert_eq!(
            staff.get(page).status,
            200,
            "staff must be able to read {page} while writers wait"
        );
    }
    for writer in writers {
        let page = writer.join().unwrap();
        assert_eq!(
            (page.status, page.header("retry-after")),
            (503, "2"),
            "a writer that waited too long gets 503"
        );
        assert!(page.shows(&["Busy right now"]), "the 503 is a page");
    }
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(
        site.client().get("/write/").status,
        200,
        "writing works again after the other program has finished"
    );
}

#[test]
fn login_attempts_do_not_wait_one_after_the_other_while_another_program_writes_on_sqlite() {
    let site = site(Kind::Sqlite, &[]);
    CHARLIE.save(&mut site.connect());
    let mut other = site.connect();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let log_in = |client: &Client| {
        client.post(
            LOGIN,
            &[
                ("username", CHARLIE.username),
                ("password", CHARLIE.password),
            ],
        )
    };
    let clients = (0..nuages::auth::hash_pool::places() * 4).map(|_| site.client());
    let attempts: Vec<_> = clients
        .map(|client| std::thread::spawn(move || log_in(&client)))
        .collect();

    while !attempts.iter().any(JoinHandle::is_finished) {
        std::thread::yield_now();
    }
    // A further writer waits for the file as long as an attempt may.
    assert_eq!(
        site.client().get("/write/").status,
        503,
        "the file must be locked"
    );
    let late = attempts
        .iter()
        .filter(|attempt| !attempt.is_finished())
        .count();
    assert_eq!(
        late, 0,
        "each login attempt must be answered after its own wait, and {late} of them waited longer"
    );
    for attempt in attempts {
        let page = attempt.join().unwrap();
        assert_eq!(
            (page.status, page.header("retry-after")),
            (503, "2"),
            "an attempt that waited too long gets 503"
        );
    }

    other.batch_execute("COMMIT").unwrap();
    assert_eq!(
        log_in(&site.client()).status,
        302,
        "logins work again afterwards"
    );
}
