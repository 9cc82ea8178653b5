//! Actions on more rows than should be in memory.

use std::sync::{LazyLock, Mutex};

use crate::shop::INSTALLED;
use crate::shop::catalog::models::Tag;
use crate::shop::orders::status::OrderStatus;
use crate::shop::schema::{catalog_product, catalog_tag};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::admin::AdminSite;
use nuages::admin::options::{ActionRequest, ActionResult};
use nuages::db::{Conn, Value};
use nuages::error::{Error, Result};
use nuages::models::{Assignment, Query, Record};
use nuages::project::Project;
use nuages::records::Workflow as _;
use nuages::schema::django_admin_log;

use crate::support::{ALICE, Client, Database, Kind, Process, Reply, TestSite, product};

/// Above ten thousand rows the log reports progress; this many rows take seconds.
const ROWS: usize = 25_000;
const TAGS: &str = "/admin/catalog/tag/";
const PRODUCTS: &str = "/admin/catalog/product/";

/// Progress messages that were logged in this process.
struct Told;

static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LISTENING: LazyLock<()> = LazyLock::new(|| {
    log::set_logger(&Told).unwrap();
    log::set_max_level(log::LevelFilter::Info);
});

impl log::Log for Told {
    fn enabled(&self, about: &log::Metadata<'_>) -> bool {
        about.target() == "nuages.admin"
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            TOLD.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// A shop with actions that rename tags in bulk in different ways.
static RENAMING: Project =
    Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
        site.register::<Tag>(|it| {
            it.list_display((catalog_tag::name,))
                .search_fields((catalog_tag::name,))
                .action("rename", "Rename", |conn, request| {
                    rename(conn, request, usize::MAX)
                })
                .action("rename_half", "Rename, and fail", |conn, request| {
                    rename(conn, request, ROWS / 2)
                })
        })
    });

/// Reverses names, and fails after `most` of them.
fn rename(conn: &mut Conn, request: &ActionRequest<'_>, most: usize) -> Result<ActionResult> {
    let mut done = 0;
    let renamed = request.each_chunk(conn, |conn, records| {
        for record in records {
            done += 1;
            if done > most {
                return Err(Error::command("the ink is gone"));
            }
            let name = format!("new {}", record.pk());
            one(record).update(conn, &[Assignment::new(catalog_tag::name, name)])?;
        }
        Ok(())
    })?;
    Ok(ActionResult::success(format!("{renamed} tags renamed.")))
}

fn one(record: &Record) -> Query {
    let pk: Value = record.pk().clone();
    Query::new(record.model).with_pks(vec![pk])
}

fn tags(conn: &mut Conn) {
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO catalog_tag (id, name, slug) SELECT i, 'old ' || i, 's' || i FROM n"
    );
    conn.batch_execute(&sql).unwrap();
}

fn products(conn: &mut Conn) {
    // The first product creates the category.
    let first = product("Lamp").save(conn);
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             INSERT INTO catalog_product (id, name, slug, sku, description, price, stock, is_active, image, created_at,
                 updated_at, category_id)
             SELECT i, 'Lamp ' || i, 'l' || i, 'l' || i, '', 1, 1, true, '', created_at, updated_at, category_id
             FROM n, catalog_product WHERE catalog_product.id = {};
         INSERT INTO catalog_tag (id, name, slug) VALUES (1, 'oak', 'oak');
         INSERT INTO catalog_product_tags (product_id, tag_id) SELECT id, 1 FROM catalog_product;
         INSERT INTO orders_order (id, number, email, status, note, total, created_at)
             VALUES (1, 'R1', 'a@example.com', 'paid', '', 10, '2025-01-01 00:00:00');
         INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id) VALUES (1, 1, 1, {ROWS})",
        first.id
    );
    conn.batch_execute(&sql).unwrap();
}

/// Runs an action on all pages of the list at `path`.
fn across(client: &Client, path: &str, action: &str, more: &[(&str, &str)]) -> Reply {
    let all = [
        ("action", action),
        ("select_across", "1"),
        ("index", "0"),
        ("_selected_action", "1"),
    ];
    client.post(path, &[&all[..], more].concat())
}

fn count(conn: &mut Conn) -> (i64, i64) {
    let products = catalog_product::table.count().get_result(conn).unwrap();
    (
        products,
        django_admin_log::table.count().get_result(conn).unwrap(),
    )
}

fn an_action_of_the_site_changes_every_row_or_none(kind: Kind) {
    LazyLock::force(&LISTENING);
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    let site = TestSite::for_project(database, &[], &RENAMING);
    let conn = &mut site.connect();
    tags(conn);
    let alice = ALICE.browser(&site);
    let old = catalog_tag::table
        .filter(catalog_tag::name.like("old %"))
        .count();

    // The rows that were changed no longer match the search.
    assert_eq!(
        across(&alice, &format!("{TAGS}?q=old"), "rename_half", &[]).status,
        500
    );
    assert_eq!(old.get_result::<i64>(conn), Ok(25_000));
    let reply = across(&alice, &format!("{TAGS}?q=old"), "rename", &[]);
    assert!(alice.follow(&reply).words().contains("25000 tags renamed."));
    assert_eq!(old.get_result::<i64>(conn), Ok(0));
    let told = TOLD.lock().unwrap().join("\n");
    for line in [
        "rename_half: 10000 of 25000 of catalog.tag",
        "alice ran rename_half on 25000 of catalog.tag, which failed and changed nothing: the ink is gone",
        "rename: 20000 of 25000 of catalog.tag",
        "alice ran rename on 25000 of catalog.tag: 25000 tags renamed.",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

fn deleting_all_pages_deletes_every_row_or_none(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    products(conn);
    let site = Process::start(&database, &[("RUST_LOG", "info")]);
    let alice = site.client();
    alice.log_in(&ALICE);

    assert_eq!(across(&alice, PRODUCTS, "make_inactive", &[]).status, 302);
    assert!(
        site.log()
            .contains("make_inactive: 20000 of 25000 of catalog.product"),
        "{}",
        site.log()
    );
    let inactive = catalog_product::table
        .filter(catalog_product::is_active.eq(false))
        .count();
    assert_eq!(inactive.get_result::<i64>(conn), Ok(25_000));

    // The last product was ordered.
    let refused = across(&alice, PRODUCTS, "delete_selected", &[("post", "yes")]);
    assert_eq!(
        (refused.status, count(conn)),
        (200, (25_000, 0)),
        "{}",
        refused.words()
    );
    assert!(
        refused.words().contains("Cannot delete products"),
        "{}",
        refused.words()
    );
    conn.batch_execute("DELETE FROM orders_orderitem").unwrap();
    let asked = across(&alice, PRODUCTS, "delete_selected", &[]);
    assert!(
        asked.words().contains("and 24900 more") && asked.bytes.len() < 100_000,
        "{}",
        asked.words()
    );
    let before = site.peak_memory();
    // The database refuses only after all other rows were deleted; then nothing must have changed.
    let unknown = "CREATE TABLE elsewhere (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES \
                   catalog_product (id) DEFERRABLE INITIALLY DEFERRED)";
    conn.batch_execute(&format!(
        "{unknown}; INSERT INTO elsewhere VALUES (1, {ROWS})"
    ))
    .unwrap();
    let refused = across(&alice, PRODUCTS, "delete_selected", &[("post", "yes")]);
    assert_eq!(
        (refused.status, count(conn)),
        (200, (25_000, 0)),
        "{}",
        refused.words()
    );
    conn.batch_execute("DROP TABLE elsewhere").unwrap();
    let reply = across(&alice, PRODUCTS, "delete_selected", &[("post", "yes")]);
    assert_eq!((reply.status, count(conn)), (302, (0, 25_000)));
    let log = site.log();
    assert!(
        log.contains("deleted 20000 of catalog.product, 40000 rows in all"),
        "{log}"
    );

    // All rows, with their links and log entries, were processed twice.
    let grown = site
        .peak_memory()
        .zip(before)
        .map(|(after, before)| after.saturating_sub(before));
    assert!(
        grown.is_none_or(|kilobytes| kilobytes < 40_000),
        "{grown:?} kB more"
    );
}

fn the_workflow_of_orders_takes_more_rows_than_a_statement_has_parameters(kind: Kind) {
    let database = Database::migrated(kind);
    let ids = (1..=70_000).collect();
    let ruled = OrderStatus::ruled(&mut database.connect(), ids);
    assert_eq!(ruled.unwrap(), Vec::<i64>::new(), "no order was placed");
}

on_both!(
    the_workflow_of_orders_takes_more_rows_than_a_statement_has_parameters,
    an_action_of_the_site_changes_every_row_or_none,
    deleting_all_pages_deletes_every_row_or_none
);
