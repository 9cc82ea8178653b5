//! Sorting by columns that may be empty: both databases put empty values last, in either direction.

use crate::shop::catalog::models::{Category, Product};
use crate::shop::schema::{catalog_category as category, catalog_product as product};
use chrono::NaiveDate;
use diesel::prelude::*;
use nuages::db::{Conn, Value};
use nuages::models::{ColumnPath, Condition, Model as _, Ordering, Query, desc, via_self};

use crate::support::{ALICE, Database, Kind, TestSite, product as draft};

/// Creates five products with the ids 1 to 5; the second and the fourth have no release date.
fn products(conn: &mut Conn) {
    for (name, day) in [
        ("Ash", Some(3)),
        ("Birch", None),
        ("Cedar", Some(1)),
        ("Elm", None),
        ("Fir", Some(2)),
    ] {
        let row = draft(name).save(conn);
        let date = day.and_then(|day| NaiveDate::from_ymd_opt(2024, 5, day));
        diesel::update(product::table.find(row.id))
            .set(product::released_on.eq(date))
            .execute(conn)
            .unwrap();
    }
}

/// Creates eight categories, whose ids begin after `base`. The first two have no parent; one of
/// these is the parent of each other category.
fn categories(conn: &mut Conn, base: i64) {
    let parents = [
        None,
        None,
        Some(1),
        Some(2),
        Some(1),
        Some(2),
        Some(1),
        Some(2),
    ];
    for (number, parent) in (1..).zip(parents) {
        let (name, slug) = (format!("Category {}", 9 - number), format!("c{number}"));
        let (id, parent_id) = (base + number, parent.map(|parent| base + parent));
        let row = Category {
            id,
            name,
            slug,
            description: String::new(),
            parent_id,
        };
        diesel::insert_into(category::table)
            .values(row)
            .execute(conn)
            .unwrap();
    }
}

/// Returns the primary keys in the order of `rows`: all at once, and joined from pages of three.
fn keys(conn: &mut Conn, rows: &Query) -> (Vec<i64>, Vec<i64>) {
    let pk = [ColumnPath::own("id")];
    let numbers = |rows: Vec<Vec<Value>>| {
        rows.into_iter()
            .flatten()
            .filter_map(|key| key.as_i64())
            .collect::<Vec<_>>()
    };
    let all = numbers(rows.rows(conn, &pk, None, 0).unwrap());
    let pages = (0..4)
        .flat_map(|page| numbers(rows.rows(conn, &pk, Some(3), 3 * page).unwrap()))
        .collect();
    (all, pages)
}

fn rows_without_a_value_come_last_in_both_directions(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    products(conn);
    let rows = Query::new(Product::meta());
    let up = rows
        .clone()
        .order_by((product::released_on, product::id).into_ordering());
    let down = rows.order_by((desc(product::released_on), product::id).into_ordering());
    for (order, wanted) in [(up, vec![3, 5, 1, 2, 4]), (down, vec![1, 5, 3, 2, 4])] {
        assert_eq!(
            keys(conn, &order),
            (wanted.clone(), wanted),
            "all rows, and the same rows in pages of three"
        );
    }
}

fn rows_without_a_foreign_key_come_last_in_both_directions(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    categories(conn, 0);
    let rows = Query::new(Category::meta());
    let by_key = |descending: bool| {
        if descending {
            (desc(category::parent_id), desc(category::id)).into_ordering()
        } else {
            (category::parent_id, category::id).into_ordering()
        }
    };
    let by_name = |descending: bool| {
        let name = via_self(category::parent_id, category::name);
        if descending {
            (desc(name), category::id).into_ordering()
        } else {
            (name, category::id).into_ordering()
        }
    };
    for (order, wanted) in [
        (by_key(false), vec![3, 5, 7, 4, 6, 8, 1, 2]),
        (by_key(true), vec![8, 6, 4, 7, 5, 3, 2, 1]),
        (by_name(false), vec![4, 6, 8, 3, 5, 7, 1, 2]),
        (by_name(true), vec![3, 5, 7, 4, 6, 8, 1, 2]),
    ] {
        let order = rows.clone().order_by(order);
        assert_eq!(
            keys(conn, &order),
            (wanted.clone(), wanted),
            "all rows, and the same rows in pages of three"
        );
    }
    // Filters and searches select rows in other ways.
    let filtered = rows.filter(Condition::Not(Box::new(Condition::new(
        category::slug,
        "c8".to_owned(),
    ))));
    let order = filtered.clone().order_by(by_key(true));
    let wanted = vec![6, 4, 7, 5, 3, 2, 1];
    assert_eq!(
        keys(conn, &order),
        (wanted.clone(), wanted.clone()),
        "the rows that a filter leaves"
    );
    let few = order.few(conn, None, 100).unwrap().unwrap();
    let few: Vec<i64> = few.iter().filter_map(|row| row[0].as_i64()).collect();
    assert_eq!(
        few, wanted,
        "the rows that a search collects first and sorts afterwards"
    );
}

fn the_admin_lists_rows_without_a_value_last(kind: Kind) {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    let site = TestSite::with(database, &[], crate::shop::urls);
    let conn = &mut site.connect();
    products(conn);
    categories(conn, 10);
    let alice = ALICE.browser(&site);
    let order = |url: &str, names: &[&str]| -> Vec<String> {
        let page = alice.get(url).text();
        let mut found: Vec<(usize, String)> = names
            .iter()
            .map(|name| {
                (
                    page.find(&format!(">{name}</a>"))
                        .unwrap_or_else(|| panic!("{name} is not in {url}")),
                    (*name).to_owned(),
                )
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).collect()
    };
    let trees = ["Ash", "Birch", "Cedar", "Elm", "Fir"];
    for (query, wanted) in [
        ("o=7.1", ["Cedar", "Fir", "Ash", "Birch", "Elm"]),
        ("o=-7.1", ["Ash", "Fir", "Cedar", "Birch", "Elm"]),
    ] {
        let url = format!("/admin/catalog/product/?{query}");
        assert_eq!(
            order(&url, &trees),
            wanted,
            "products by release date: {query}"
        );
    }
    let names: Vec<String> = (1..=8).map(|number| format!("Category {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for query in ["o=3.1", "o=-3.1"] {
        let found = order(&format!("/admin/catalog/category/?{query}"), &names);
        assert_eq!(
            found[6..],
            ["Category 7", "Category 8"],
            "categories without a parent come last: {query}"
        );
    }
}

on_both!(
    rows_without_a_value_come_last_in_both_directions,
    rows_without_a_foreign_key_come_last_in_both_directions,
    the_admin_lists_rows_without_a_value_last
);
