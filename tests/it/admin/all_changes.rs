//! `/admin/history/`

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;

use super::shop;
use crate::support::{ALICE, Kind};

/// More than two pages.
const BATCHES: usize = 120;

fn batches_of_the_same_instant_are_each_listed_once(kind: Kind) {
    let site = shop(kind);
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {BATCHES})
         INSERT INTO nuages_batch (key, made_at, user_id, model, title, row_count)
         SELECT 'batch-' || i, '2026-01-02 03:04:05.678901', NULL, 'catalog.product', 'Bulk edit', 3 FROM n;"
    );
    site.connect().batch_execute(&sql).unwrap();

    let alice = ALICE.browser(&site);
    let mut url = "/admin/history/".to_owned();
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..10 {
        let page = alice.get(&url).text();
        for part in page.split("/admin/undo/").skip(1) {
            let key = part.split('/').next().unwrap();
            *listed.entry(key.to_owned()).or_default() += 1;
        }
        let Some(at) = page.find("batches=") else {
            break;
        };
        let start = page[..at].rfind('"').unwrap() + 1;
        let end = at + page[at..].find('"').unwrap();
        url = page[start..end].replace("&amp;", "&").replace("&#38;", "&");
        if url.starts_with('?') {
            url = format!("/admin/history/{url}");
        }
    }
    let counts: Vec<usize> = listed.values().copied().collect();
    assert_eq!(counts, [1; BATCHES], "how often each batch is listed");
}

on_both!(batches_of_the_same_instant_are_each_listed_once);
