//! A PostgreSQL server that restarts, ends connections, or stops answering.

use std::process::Command;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::web;
use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Db, Kind as Column, Sql, Value};
use nuages::error::Result;
use nuages::http::{Access, Urls, get, path};
use nuages::settings::Settings;

use crate::support::{Client, Cluster, Database, Kind, LOGIN, Process, Reply, TestSite, product};

/// The backends that are busy with the test's requests.
const CURRENT: &str = "SELECT pid::bigint FROM pg_stat_activity \
                       WHERE datname = 'shop' AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()";

/// Waits for the test inside a transaction that has renamed every product.
async fn renames(db: web::Data<Db>) -> Result<String> {
    db.atomic(|conn| {
        conn.batch_execute("UPDATE catalog_product SET name = 'renamed'")?;
        Sql::new("SELECT 1::bigint FROM pg_advisory_xact_lock(7)")
            .returns(&[Column::BigInt])
            .load(conn)
    })
    .await?;
    Ok("renamed".to_owned())
}

fn with_renaming(settings: &Settings) -> Urls {
    Urls::new([path("/rename/", "rename", Access::Public, get(renames))])
        .include(crate::shop::urls(settings))
}

fn ids(conn: &mut Conn, query: &str) -> Vec<i64> {
    let rows = Sql::new(query.to_owned().leak())
        .returns(&[Column::BigInt])
        .load(conn)
        .unwrap();
    let number = |value: Value| {
        if let Value::BigInt(number) = value {
            number
        } else {
            panic!("{value:?} is no number")
        }
    };
    rows.into_iter().flatten().map(number).collect()
}

fn send(site: &TestSite, count: usize, path: &'static str) -> Vec<JoinHandle<Reply>> {
    let port = site.port;
    (0..count)
        .map(|_| std::thread::spawn(move || Client::new(port).get(path)))
        .collect()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "waited a minute until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Opens all four connections of a site.
fn warm_up(site: &TestSite) {
    for reply in send(site, 24, "/products/") {
        assert_eq!(reply.join().unwrap().status, 200);
    }
}

fn cluster(test: &str) -> Option<Cluster> {
    Kind::postgres_is_there(test)
        .then(Cluster::of_its_own)
        .flatten()
}

#[test]
fn no_visitor_notices_that_postgresql_has_ended_all_idle_connections() {
    if !Kind::postgres_is_there("no_visitor_notices_that_postgresql_has_ended_all_idle_connections")
    {
        return;
    }
    let site = TestSite::with_settings(Kind::Postgres, &[("CONN_POOL_SIZE", "4")]);
    for _ in 0..3 {
        warm_up(&site);
        site.connect()
            .batch_execute(
                "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .unwrap();
        let statuses: Vec<u16> = send(&site, 12, "/products/")
            .into_iter()
            .map(|r| r.join().unwrap().status)
            .collect();
        assert_eq!(
            statuses, [200; 12],
            "every request gets a new connection in place of the one that was ended"
        );
    }
}

#[test]
fn no_visitor_notices_that_postgresql_was_restarted() {
    let Some(cluster) = cluster("no_visitor_notices_that_postgresql_was_restarted") else {
        return;
    };
    let site = TestSite::with(
        Database::migrated_in(&cluster),
        &[("CONN_POOL_SIZE", "4")],
        crate::shop::urls,
    );
    warm_up(&site);
    cluster.restart();
    let statuses: Vec<u16> = send(&site, 12, "/products/")
        .into_iter()
        .map(|r| r.join().unwrap().status)
        .collect();
    assert_eq!(
        statuses, [200; 12],
        "every request gets a connection to the new server"
    );
}

#[test]
fn a_backend_that_stops_answering_costs_one_request_and_no_connection() {
    let Some(cluster) =
        cluster("a_backend_that_stops_answering_costs_one_request_and_no_connection")
    else {
        return;
    };
    let settings = [
        ("CONN_POOL_SIZE", "2"),
        ("STATEMENT_TIMEOUT", "4"),
        ("CONN_WAIT_TIMEOUT", "20"),
    ];
    let site = TestSite::with(Database::migrated_in(&cluster), &settings, with_renaming);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    conn.batch_execute("SELECT pg_advisory_lock(7)").unwrap();

    // As many requests as there are connections wait for the lock; then their backends are stopped.
    let held = send(&site, 2, "/rename/");
    until("two backends wait for a lock", || {
        ids(conn, CURRENT).len() == 2
    });
    let backends = ids(conn, CURRENT);
    let signal = |name: &str| {
        for pid in &backends {
            assert!(
                Command::new("kill")
                    .args([name, &pid.to_string()])
                    .status()
                    .unwrap()
                    .success()
            );
        }
    };
    signal("-STOP");
    conn.batch_execute("SELECT pg_advisory_unlock(7)").unwrap();

    for reply in held {
        let page = reply.join().unwrap();
        assert_eq!(
            page.status, 503,
            "a request whose backend is stopped is answered"
        );
        assert_eq!(
            page.header("retry-after"),
            "2",
            "the answer says when to come back"
        );
    }
    for reply in send(&site, 4, "/products/") {
        assert_eq!(
            reply.join().unwrap().status,
            200,
            "other requests get new connections"
        );
    }
    signal("-CONT");
    // Once the backends continue, their transactions end. None of them may commit, because its
    // visitor got an error.
    until("both backends have ended their transactions", || {
        ids(conn, CURRENT).is_empty()
    });
    assert!(
        site.client().get("/products/").shows(&["Lamp"]),
        "what was answered with 503 was not done"
    );
}

#[test]
fn backends_that_are_stopped_while_idle_are_replaced_after_one_503_each() {
    let Some(cluster) =
        cluster("backends_that_are_stopped_while_idle_are_replaced_after_one_503_each")
    else {
        return;
    };
    let settings = [
        ("CONN_POOL_SIZE", "2"),
        ("STATEMENT_TIMEOUT", "4"),
        ("CONN_WAIT_TIMEOUT", "20"),
    ];
    let site = TestSite::with(Database::migrated_in(&cluster), &settings, with_renaming);
    let conn = &mut site.connect();
    conn.batch_execute("SELECT pg_advisory_lock(7)").unwrap();
    let held = send(&site, 2, "/rename/");
    until("two backends wait for a lock", || {
        ids(conn, CURRENT).len() == 2
    });
    let backends = ids(conn, CURRENT);
    conn.batch_execute("SELECT pg_advisory_unlock(7)").unwrap();
    for reply in held {
        assert_eq!(
            reply.join().unwrap().status,
            200,
            "both requests end once the lock is free"
        );
    }

    // The site pings a connection that was idle for more than a second, and these pings get no
    // answer.
    let idle = "SELECT COUNT(*)::bigint FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid() \
                AND state = 'idle' AND clock_timestamp() - state_change > interval '1.1 seconds'";
    until("both backends were idle for a second", || {
        ids(conn, idle) == [2]
    });
    let signal = |name: &str| {
        for pid in &backends {
            assert!(
                Command::new("kill")
                    .args([name, &pid.to_string()])
                    .status()
                    .unwrap()
                    .success()
            );
        }
    };
    signal("-STOP");
    let statuses: Vec<u16> = send(&site, 2, "/products/")
        .into_iter()
        .map(|r| r.join().unwrap().status)
        .collect();
    assert_eq!(
        statuses, [503; 2],
        "a request whose backend is stopped is answered"
    );
    let statuses: Vec<u16> = send(&site, 4, "/products/")
        .into_iter()
        .map(|r| r.join().unwrap().status)
        .collect();
    signal("-CONT");
    assert_eq!(statuses, [200; 4], "other requests get new connections");
}

#[test]
fn a_burst_of_requests_opens_no_more_connections_than_conn_pool_size() {
    if !Kind::postgres_is_there("a_burst_of_requests_opens_no_more_connections_than_conn_pool_size")
    {
        return;
    }
    let site = TestSite::with_settings(Kind::Postgres, &[("CONN_POOL_SIZE", "4")]);
    for reply in send(&site, 48, "/products/") {
        assert_eq!(
            reply.join().unwrap().status,
            200,
            "every request of the burst is answered"
        );
    }
    let backends = "SELECT pid::bigint FROM pg_stat_activity WHERE datname = current_database() \
                    AND pid <> pg_backend_pid()";
    let count = ids(&mut site.connect(), backends).len();
    assert!(
        (1..=4).contains(&count),
        "a pool of 4 connections has {count}"
    );
}

#[test]
fn an_outage_of_postgresql_is_logged_with_its_reason_and_pages_come_back_afterwards() {
    let Some(cluster) =
        cluster("an_outage_of_postgresql_is_logged_with_its_reason_and_pages_come_back_afterwards")
    else {
        return;
    };
    let settings = [
        ("CONN_POOL_SIZE", "2"),
        ("CONN_WAIT_TIMEOUT", "1"),
        ("RUST_LOG", "info"),
    ];
    let database = Database::migrated_in(&cluster);
    let site = Process::start(&database, &settings);
    assert_eq!(
        site.client().get("/products/").status,
        200,
        "the database is there at first"
    );

    cluster.stop();
    for _ in 0..3 {
        let page = site.client().get("/products/");
        assert_eq!(
            (page.status, page.header("retry-after")),
            (503, "2"),
            "there is no database to read"
        );
    }
    let log = site.log();
    let answers = log
        .lines()
        .filter(|line| line.contains("the database cannot be reached") && line.contains("refused"));
    assert!(
        answers.count() >= 3,
        "each 503 has its reason in the log: {log}"
    );
    let attempts = log.matches("no connection yet").count();
    assert!(
        (1..=3).contains(&attempts),
        "the same reason is not logged for every attempt: {log}"
    );

    cluster.start_again();
    until("pages are shown again", || {
        site.client().get("/products/").status == 200
    });
    assert!(
        site.log().contains("the database can be reached again"),
        "the end of the outage is logged: {}",
        site.log()
    );
}

#[test]
fn a_connection_that_ends_inside_a_transaction_is_logged_in_one_line_that_says_so() {
    if !Kind::postgres_is_there(module_path!()) {
        return;
    }
    let database = Database::migrated(Kind::Postgres);
    let site = Process::start(&database, &[("RUST_LOG", "info")]);
    let holder = &mut database.connect();
    // A login reads this table, and then waits with a transaction that writes to it.
    holder
        .batch_execute("BEGIN; LOCK TABLE nuages_login_throttle IN EXCLUSIVE MODE")
        .unwrap();
    let visitor = site.client();
    let attempt = std::thread::spawn(move || {
        visitor.post(LOGIN, &[("username", "alice"), ("password", "wrong")])
    });
    // Within its transaction a connection sees one snapshot of the activity.
    let conn = &mut database.connect();
    let waiting = "SELECT pid::bigint FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()";
    until("the login attempt waits for the lock", || {
        !ids(conn, waiting).is_empty()
    });
    let pid = ids(conn, waiting)[0];
    conn.batch_execute(&format!("SELECT pg_terminate_backend({pid})"))
        .unwrap();

    assert_eq!(
        attempt.join().unwrap().status,
        503,
        "a request whose connection ended can be sent again"
    );
    let log = site.log();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("rollback") || line.contains("rolled back"))
        .collect();
    assert!(
        lines.len() == 1
            && lines[0]
                .contains("the connection was lost during a transaction, which is rolled back"),
        "expected one line about the end of the transaction, and there are {lines:#?} in {log}"
    );
}
