//! A second database by name, and the router that chooses between databases.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]

mod site;

use nuages::actix_web::rt::System;
use nuages::auth::User;
use nuages::db::Db;
use nuages::diesel::connection::SimpleConnection as _;
use nuages::diesel::prelude::*;
use nuages::models::Model as _;
use nuages::project::Project;
use nuages_test::{Kind, TestSite, on_both};

use site::{COPIED, Hit, SPLIT, statistics_hit};

fn split(kind: Kind) -> TestSite {
    TestSite::with_databases(kind, &SPLIT, &["statistics"], &[])
}

fn paths(conn: &mut nuages::db::Conn) -> nuages::error::Result<Vec<String>> {
    let paths = statistics_hit::table.select(statistics_hit::path);
    Ok(paths.order(statistics_hit::id).load(conn)?)
}

fn rows_are_written_to_and_read_from_the_database_that_the_router_chooses(kind: Kind) {
    let site = split(kind);
    let client = site.client();
    client
        .post("/hits/", &[("path", "/lamps/")])
        .assert_status(200);
    client.get("/hits/").assert_contains("/lamps/");
    assert_eq!(site.db_on("statistics", paths), ["/lamps/"]);
    assert!(
        site.connect()
            .batch_execute("SELECT 1 FROM statistics_hit")
            .is_err(),
        "the default database has no table of the app"
    );
}

fn a_report_reads_from_the_copy_and_a_visitor_reads_his_own_writes(kind: Kind) {
    let site = TestSite::with_databases(kind, &COPIED, &["reports"], &[]);
    let client = site.client();
    client
        .post("/hits/", &[("path", "/new/")])
        .assert_status(200);
    // The copy does not have the row yet.
    client.get("/hits/").assert_not_contains("/new/");
    client.get("/hits/own/").assert_contains("/new/");

    site.db_on("reports", |conn| {
        let row = statistics_hit::path.eq("/copied/");
        diesel::insert_into(statistics_hit::table)
            .values(row)
            .execute(conn)?;
        Ok(())
    });
    client.get("/hits/").assert_contains("/copied/");
    client.get("/hits/own/").assert_not_contains("/copied/");
}

fn migrations_run_where_the_router_allows_them(kind: Kind) {
    let site = split(kind);
    for table in ["auth_user", "django_session", "nuages_session"] {
        let sql = format!("SELECT 1 FROM {table}");
        let there = site.db_on("statistics", |conn| Ok(conn.batch_execute(&sql).is_ok()));
        assert!(!there, "{table} is not in the database of the statistics");
    }
    let migrate = |database| site.command(["migrate", "--database", database]).success();
    for database in ["default", "statistics"] {
        let text = migrate(database);
        assert!(
            text.contains("No migrations to apply."),
            "{database}: {text}"
        );
    }
    let text = site
        .command(["showmigrations", "statistics", "--database", "statistics"])
        .success();
    assert!(text.contains("[X] 0001_initial"), "{text}");

    // Backwards and forwards again, on this database only.
    let zero = [
        "migrate",
        "statistics",
        "zero",
        "--noinput",
        "--database",
        "statistics",
    ];
    site.command(zero).success();
    assert!(
        site.db_on("statistics", |conn| Ok(paths(conn).is_err())),
        "the table is gone"
    );
    let text = migrate("default");
    assert!(text.contains("No migrations to apply."), "{text}");
    let text = migrate("statistics");
    assert!(text.contains("statistics.0001_initial"), "{text}");
    assert!(site.db_on("statistics", paths).is_empty());
}

fn tables_and_rows_are_checked_and_dumped_by_database(kind: Kind) {
    let site = split(kind);
    site.client()
        .post("/hits/", &[("path", "/lamps/")])
        .assert_status(200);
    let report = |database: &str| site.command(["check", "--database", database]).text;
    let of_hit = "statistics.Hit";
    for database in ["default", "statistics"] {
        let text = report(database);
        assert!(!text.contains(of_hit), "{database}: {text}");
    }
    site.db_on("statistics", |conn| {
        Ok(conn.batch_execute("ALTER TABLE statistics_hit RENAME COLUMN path TO url")?)
    });
    let text = report("default");
    assert!(!text.contains(of_hit), "{text}");
    let text = report("statistics");
    assert!(text.contains(of_hit), "{text}");
    site.db_on("statistics", |conn| {
        Ok(conn.batch_execute("ALTER TABLE statistics_hit RENAME COLUMN url TO path")?)
    });

    let dump = ["dumpdata", "statistics", "--database", "statistics"];
    let text = site.command(dump).success();
    assert!(text.contains("\"/lamps/\""), "{text}");
    let text = site
        .command(["inspectdb", "statistics_hit", "--database", "statistics"])
        .success();
    assert!(text.contains("struct "), "{text}");
    let error = site.command(["migrate", "--database", "nowhere"]).failure();
    assert!(error.contains("define: default, statistics"), "{error}");
}

fn a_database_that_cannot_be_reached_does_not_stop_the_others(kind: Kind) {
    let copies = [("DATABASE_URL_REPORTS", "postgres://nobody@127.0.0.1:1/none")];
    let site = TestSite::with_settings(kind, &COPIED, &copies);
    let client = site.client();
    client.get("/hits/own/").assert_status(200);
    client.get("/hits/").assert_status(503);
}

fn a_name_that_is_not_defined_is_an_error_that_names_the_variable(kind: Kind) {
    let site = TestSite::on(kind, &SPLIT);
    let settings = site.settings().clone();
    let missing = System::new().block_on(async move {
        let db = Db::open_routed(&settings, *SPLIT.database_router()).unwrap();
        assert!(db.using("default").is_ok() && db.for_read::<User>().is_ok());
        db.for_write::<Hit>().err().map(|error| error.to_string())
    });
    let missing = missing.unwrap();
    assert!(missing.contains("DATABASE_URL_STATISTICS"), "{missing}");
    site.client().get("/hits/").assert_status(500);
}

#[test]
fn without_a_router_everything_is_in_the_default_database() {
    static PLAIN: Project = Project::new("Plain", &site::APPS, |_| site::urls(), |site| site);
    let meta = Hit::meta();
    let router = PLAIN.database_router();
    assert_eq!(router.read_name(meta.app, &meta.name), "default");
    let site = TestSite::new(&PLAIN);
    site.client()
        .post("/hits/", &[("path", "/lamps/")])
        .assert_status(200);
    assert_eq!(site.db(paths), ["/lamps/"]);
}

on_both!(
    rows_are_written_to_and_read_from_the_database_that_the_router_chooses,
    a_report_reads_from_the_copy_and_a_visitor_reads_his_own_writes,
    migrations_run_where_the_router_allows_them,
    tables_and_rows_are_checked_and_dumped_by_database,
    a_database_that_cannot_be_reached_does_not_stop_the_others,
    a_name_that_is_not_defined_is_an_error_that_names_the_variable,
);

#[test]
fn the_document_shows_parts_of_these_tests() {
    let code = std::fs::read_to_string("tests/databases/site.rs").unwrap();
    let text = std::fs::read_to_string("docs/databases.md").unwrap();
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert!(
            code.contains(block),
            "tests/databases/site.rs does not contain:\n{block}"
        );
    }
}
