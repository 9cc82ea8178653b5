//! Changes of many rows that take long: their progress is shown, and others learn why they have to wait.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::schema::nuages_task;
use nuages::tasks::Workers;

use super::bulk_edit::{MANY, SHOP, World, confirm, preview, undo_of};
use crate::support::{ALICE, Client, Kind, Reply};

/// Makes each change of a product take about ten milliseconds.
fn slow_down(world: &World, kind: Kind) {
    let trigger = match kind {
        Kind::Sqlite => {
            "CREATE TRIGGER slow AFTER UPDATE ON catalog_product BEGIN
                 SELECT (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                         SELECT COUNT(*) FROM n);
             END;"
        }
        Kind::Postgres => {
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END $$;
             CREATE TRIGGER slow AFTER UPDATE ON catalog_product FOR EACH ROW EXECUTE FUNCTION slow();"
        }
    };
    world.site.connect().batch_execute(trigger).unwrap();
}

/// Waits until a page shows that some rows are written, and not all.
fn wait_for_progress(alice: &Client, url: &str) {
    let shown = |page: &Reply| {
        let words = page.words();
        let (_, rest) = words.split_once("Writing rows: ")?;
        rest.split(' ').next()?.parse::<i64>().ok()
    };
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_mins(1) {
        let page = alice.get(url);
        if let Some(count) = shown(&page).filter(|count| *count > 0) {
            assert!(count < MANY, "{count} rows are written before the end");
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("no progress: {}", alice.get(url).words());
}

fn a_long_change_shows_its_progress_and_others_learn_why_they_wait(kind: Kind) {
    let world = World::new(kind, MANY);
    slow_down(&world, kind);
    let alice = ALICE.browser(&world.site);
    let list = confirm(&alice, &preview(&alice, "7"));
    let form = alice.form("/admin/catalog/category/1/change/", "_save");
    let form = form.set("name", "Chairs");
    let mut settings = world.settings.clone();
    settings.tasks.lease = Duration::from_secs(1);
    let workers = Workers::start(SHOP.task_registry(), &settings, 2, None).unwrap();
    wait_for_progress(&alice, &undo_of(&list));

    let saved = alice.submit(&form, "_save");
    match kind {
        Kind::Postgres => assert_eq!(saved.status, 302, "others can save"),
        Kind::Sqlite => {
            assert_eq!(saved.status, 503);
            let words = saved.words();
            let text = "Somebody is changing many rows at once: a bulk edit of products,";
            assert!(words.contains(text), "{words}");
            assert!(words.contains("Nothing you sent was stored"), "{words}");
        }
    }

    let attempts = || -> (String, i32) {
        nuages_task::table
            .select((nuages_task::status, nuages_task::attempts))
            .first(&mut world.site.connect())
            .unwrap()
    };
    let begun = Instant::now();
    while attempts().0 == "RUNNING" && begun.elapsed() < Duration::from_mins(4) {
        sleep(Duration::from_millis(100));
    }
    assert_eq!(attempts(), ("SUCCESSFUL".to_owned(), 1), "one attempt");
    assert_eq!(world.with_stock(7), MANY);
    drop(workers);
    let again = alice.submit(&form, "_save");
    if kind == Kind::Sqlite {
        assert_eq!(again.status, 302, "the form can be sent again");
    }
}

on_both!(a_long_change_shows_its_progress_and_others_learn_why_they_wait);
