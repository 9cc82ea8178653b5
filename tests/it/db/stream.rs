//! `Db::stream`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::shop::schema::catalog_product;
use diesel::prelude::*;
use nuages::db::Db;
use nuages::each_row;
use nuages::error::Error;
use nuages::settings::{Env, Settings};

use crate::support::{Database, Kind, product};

fn open(database: &Database) -> Db {
    Db::open(
        &Settings::read(&Env::from_pairs(&[
            ("SECRET_KEY", "x"),
            ("DATABASE_URL", &database.url),
        ]))
        .unwrap(),
    )
    .unwrap()
}

fn run<F: Future>(work: F) -> F::Output {
    actix_web::rt::System::new().block_on(work)
}

fn rows_arrive_in_order_and_in_chunks(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for number in 0..25 {
        product(&format!("P{number:02}")).save(conn);
    }
    let db = open(&database);
    let chunks = run(async move {
        let mut rows = db
            .stream(10, |conn, sink| {
                let names = catalog_product::table
                    .order(catalog_product::name)
                    .select(catalog_product::name);
                each_row!(conn, names => String, |name| sink.send(name));
                Ok(())
            })
            .await
            .unwrap();
        let mut chunks = Vec::new();
        while let Some(chunk) = rows.next().await {
            chunks.push(chunk.unwrap());
        }
        chunks
    });
    assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(
        chunks.concat(),
        (0..25).map(|n| format!("P{n:02}")).collect::<Vec<_>>()
    );
}

fn a_slow_reader_slows_the_query_down(kind: Kind) {
    let database = Database::migrated(kind);
    let db = open(&database);
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let (before, after) = run(async move {
        let mut rows = db
            .stream(10, move |_, sink| {
                for number in 0..10_000 {
                    sink.send(number)?;
                    counter.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            })
            .await
            .unwrap();
        rows.next().await.unwrap().unwrap();
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
        let before = sent.load(Ordering::SeqCst);
        drop(rows);
        actix_web::rt::time::sleep(Duration::from_millis(200)).await;
        (before, sent.load(Ordering::SeqCst))
    });
    // One chunk was read, two wait, one is full; the job ended when the reader left.
    assert!(before <= 40, "{before}");
    assert!(after <= before + 10, "{after}");
}

fn a_reader_that_reads_nothing_returns_its_connection(kind: Kind) {
    let database = Database::migrated(kind);
    let pairs = [
        ("SECRET_KEY", "x"),
        ("DATABASE_URL", &database.url),
        ("CONN_POOL_SIZE", "1"),
        ("STREAM_TIMEOUT", "0.2"),
    ];
    let db = Db::open(&Settings::read(&Env::from_pairs(&pairs)).unwrap()).unwrap();
    run(async move {
        let rows = db
            .stream(1, |_, sink| {
                (0..1000).try_for_each(|number| sink.send(number))
            })
            .await
            .unwrap();
        // A stream without a reader held the only connection.
        db.run(|_| Ok(())).await.unwrap();
        drop(rows);
    });
}

fn a_failure_is_the_last_item(kind: Kind) {
    let database = Database::migrated(kind);
    let db = open(&database);
    let (first, last, end) = run(async move {
        let mut rows = db
            .stream(1, |_, sink| {
                sink.send(1)?;
                Err(Error::command("broken"))
            })
            .await
            .unwrap();
        (
            rows.next().await.unwrap().unwrap(),
            rows.next().await.unwrap(),
            rows.next().await.is_none(),
        )
    });
    assert_eq!(first, [1]);
    assert!(last.is_err() && end);
}

on_both!(
    rows_arrive_in_order_and_in_chunks,
    a_slow_reader_slows_the_query_down,
    a_reader_that_reads_nothing_returns_its_connection,
    a_failure_is_the_last_item
);
