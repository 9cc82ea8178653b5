//! Lists of more rows than `LIST_COUNT_LIMIT`: they are counted up to the limit, and pages continue behind the
//! row at which another page ended.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;

use crate::admin::shop_with;
use crate::support::{ALICE, Client, Database, Kind, Reply, TestSite, nuages};

const PRODUCTS: &str = "/admin/catalog/product/";

/// 350 products; every seventh has no date, and each date is that of several products.
const ROWS: &str = "
    INSERT INTO catalog_category (id, name, slug, description) VALUES (1, 'Shelf', 'shelf', '');
    INSERT INTO catalog_product (id, name, slug, sku, description, price, stock, is_active, image, released_on, created_at,
            updated_at, category_id)
        WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 350)
        SELECT i, 'Thing ' || (1000 + i), 'thing-' || i, 'SKU-' || i, 'Made of oak', i % 20, 3, i % 10 <> 0, '',
            CASE WHEN i % 7 = 0 THEN NULL WHEN i % 2 = 0 THEN CAST('2024-03-05' AS date)
                ELSE CAST('2025-11-30' AS date) END,
            '2026-01-01 00:00:00', '2026-01-01 00:00:00', 1 FROM numbers;";

/// Returns the statements; SQLite stores a date as text.
fn rows(kind: Kind) -> String {
    match kind {
        Kind::Postgres => ROWS.to_owned(),
        Kind::Sqlite => ROWS
            .replace("CAST('2024-03-05' AS date)", "'2024-03-05'")
            .replace("CAST('2025-11-30' AS date)", "'2025-11-30'"),
    }
}

fn site(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    let settings: Vec<(&str, &str)> = [("LIST_COUNT_LIMIT", "150"), ("LIST_BUDGET", "30")]
        .into_iter()
        .filter(|(name, _)| settings.iter().all(|(other, _)| other != name))
        .chain(settings.iter().copied())
        .collect();
    let site = shop_with(kind, &settings);
    site.connect().batch_execute(&rows(kind)).unwrap();
    site
}

/// Returns the primary keys of the rows of a page.
fn ids(reply: &Reply) -> Vec<i64> {
    let text = reply.text();
    let boxes = text.split("name=\"_selected_action\" value=\"").skip(1);
    boxes
        .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
        .collect()
}

/// Returns the URL of the link with this `rel`.
fn link(reply: &Reply, rel: &str) -> Option<String> {
    let text = reply.text();
    let end = text.find(&format!("rel=\"{rel}\""))?;
    let start = text[..end].rfind("href=\"")? + 6;
    let url = text[start..].split('"').next()?;
    Some(url.replace("&amp;", "&").replace("&#38;", "&"))
}

/// Returns the pages from `url` on, along the links with this `rel`.
fn walk(client: &Client, url: &str, rel: &str, mut between: impl FnMut(usize)) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut next = Some(url.to_owned());
    while let Some(query) = next {
        let reply = client.get(&format!("{PRODUCTS}{query}"));
        assert_eq!(reply.status, 200, "{query}");
        pages.push(ids(&reply));
        between(pages.len());
        next = link(&reply, rel);
    }
    pages
}

on_both!(
    a_list_says_that_there_are_more_rows_than_it_counts,
    every_row_is_on_one_page_in_every_order,
    paging_backwards_from_the_end_shows_the_same_rows,
    no_row_is_missed_or_repeated_while_others_write,
    a_wrong_key_shows_the_first_page,
    facets_and_dates_of_a_large_list_are_counted_up_to_the_limit,
    a_search_that_takes_too_long_says_what_it_covers,
    check_names_the_options_of_long_lists_without_an_index,
);

fn a_list_says_that_there_are_more_rows_than_it_counts(kind: Kind) {
    let site = site(kind, &[]);
    let alice = ALICE.browser(&site);
    let filtered = alice.get(&format!("{PRODUCTS}?is_active__exact=1")).words();
    assert!(filtered.contains("more than 150 results"), "{filtered}");
    assert!(
        filtered.contains("1–100 of more than 150 products Count all"),
        "{filtered}"
    );

    let exact = alice
        .get(&format!("{PRODUCTS}?is_active__exact=1&_count=exact"))
        .words();
    assert!(exact.contains("1–100 of 315 products"), "{exact}");

    let few = alice.get(&format!("{PRODUCTS}?is_active__exact=0")).words();
    assert!(few.contains("1–35 of 35 products"), "{few}");

    let all = alice.get(PRODUCTS).words();
    let wanted = match kind {
        Kind::Sqlite => "1–100 of about 350 products",
        // The server has no statistics yet.
        Kind::Postgres => "1–100 of more than 150 products",
    };
    assert!(all.contains(wanted), "{all}");

    for number in ["9", "0", "-1", "9223372036854775807"] {
        let gone = alice.get(&format!("{PRODUCTS}?p={number}"));
        assert_eq!(
            (gone.status, gone.header("Location")),
            (302, "/admin/catalog/product/?e=1"),
            "{number}"
        );
    }
    let third = alice.get(&format!("{PRODUCTS}?p=3")).words();
    assert!(third.contains("201–300 of"), "{third}");
}

fn every_row_is_on_one_page_in_every_order(kind: Kind) {
    let site = site(kind, &[]);
    let alice = ALICE.browser(&site);
    // By name, by SKU, by the category's name (no key), by price (no index), by date with empty ones, and by two.
    for order in ["1", "-1", "2", "-2", "3", "4", "7", "-7", "-7.1", "7.-2"] {
        let pages = walk(&alice, &format!("?o={order}"), "next", |_| ());
        let by_number: Vec<Vec<i64>> = (1..=4)
            .map(|page| ids(&alice.get(&format!("{PRODUCTS}?o={order}&p={page}"))))
            .collect();
        assert_eq!(pages, by_number, "o={order}");
        let all: BTreeSet<i64> = pages.concat().into_iter().collect();
        assert_eq!(all.len(), 350, "o={order}");
    }
}

fn paging_backwards_from_the_end_shows_the_same_rows(kind: Kind) {
    let site = site(kind, &[]);
    let alice = ALICE.browser(&site);
    for order in ["1", "-1", "7", "-7", "-2"] {
        let forwards: Vec<i64> = walk(&alice, &format!("?o={order}"), "next", |_| ()).concat();
        let pages = walk(&alice, &format!("?o={order}&_before=end"), "prev", |_| ());
        let backwards: Vec<i64> = pages.into_iter().rev().flatten().collect();
        assert_eq!(backwards, forwards, "o={order}");
    }
}

fn no_row_is_missed_or_repeated_while_others_write(kind: Kind) {
    let site = site(kind, &[]);
    let alice = ALICE.browser(&site);
    let mut conn = site.connect();
    let write = |page: usize| {
        // Rows before and behind the reader come, change and go; the row at the end of the page too.
        let sql = format!(
            "DELETE FROM catalog_product WHERE id IN ({page}00, 3{page}); \
             UPDATE catalog_product SET name = 'Aaa ' || id WHERE id = 20{page}; \
             INSERT INTO catalog_product (id, name, slug, sku, description, price, stock, is_active, image, created_at,
                 updated_at, category_id)
             SELECT 9000 + {page}, 'Thing 100{page}x', 'new-{page}', 'NEW-{page}', '', 1, 1, TRUE, '', created_at, updated_at, 1
             FROM catalog_product WHERE id = 1;"
        );
        conn.batch_execute(&sql).unwrap();
    };
    let seen: Vec<i64> = walk(&alice, "?o=1", "next", write).concat();

    let once: BTreeSet<i64> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "a row was shown twice");
    let touched = |id: i64| (1..=4).any(|page| [page * 100, 30 + page, 200 + page].contains(&id));
    let missed: Vec<i64> = (1..=350)
        .filter(|id| !touched(*id) && !once.contains(id))
        .collect();
    assert_eq!(missed, Vec::<i64>::new());
}

fn a_wrong_key_shows_the_first_page(kind: Kind) {
    let site = site(kind, &[]);
    let alice = ALICE.browser(&site);
    let first = ids(&alice.get(PRODUCTS));
    for key in [
        "",
        "x",
        "%5B%5D",
        "%5B%22a%22%5D",
        "%5B1%2C2%5D",
        "%5Bnull%2C%22x%22%5D",
        "%7B%7D",
    ] {
        let reply = alice.get(&format!("{PRODUCTS}?_after={key}"));
        assert_eq!((reply.status, ids(&reply)), (200, first.clone()), "{key}");
    }
}

fn facets_and_dates_of_a_large_list_are_counted_up_to_the_limit(kind: Kind) {
    let site = site(kind, &[]);
    let alice = ALICE.browser(&site);
    let words = alice.get(&format!("{PRODUCTS}?_facets=True")).words();
    assert!(words.contains("Yes ( more than 150 ) No ( 35 )"), "{words}");
    assert!(words.contains("2024 2025"), "{words}");

    let year = alice
        .get(&format!("{PRODUCTS}?released_on__year=2024"))
        .words();
    assert!(year.contains("All dates 2024 March 2024"), "{year}");
    let all = alice
        .get(&format!(
            "{PRODUCTS}?o=1&_facets=True&released_on__year=2024"
        ))
        .words();
    assert!(all.contains("of 150 products"), "{all}");
}

fn a_search_that_takes_too_long_says_what_it_covers(kind: Kind) {
    let site = site(kind, &[("LIST_BUDGET", "0")]);
    let alice = ALICE.browser(&site);
    let exact = alice.get(&format!("{PRODUCTS}?q=SKU-17"));
    assert_eq!(ids(&exact), [17]);
    assert!(
        exact.words().contains("Only whole values were searched"),
        "{}",
        exact.words()
    );

    let everything = alice.get(&format!("{PRODUCTS}?q=SKU-17&_search=all"));
    assert_eq!(
        ids(&everything),
        [17, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179]
    );
}

fn check_names_the_options_of_long_lists_without_an_index(kind: Kind) {
    let database = Database::migrated(kind);
    database.connect().batch_execute(&rows(kind)).unwrap();
    let check = |limit: &str| {
        let mut command = nuages(database.dir.path(), &database.url);
        let output = command
            .args(["check", "--database"])
            .env("LIST_COUNT_LIMIT", limit)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let long = check("150");
    let wanted = "catalog.product: the list is slow by stock (list_display), because no index begins with this column. \
                  CREATE INDEX \"nuages_catalog_pro_stock_9cafea_idx\" ON \"catalog_product\" (\"stock\", \"id\");";
    assert!(long.contains(wanted), "{long}");
    assert!(!long.contains("released_on"), "{long}");

    let short = check("1000");
    assert!(!short.contains("the list is slow"), "{short}");
}
