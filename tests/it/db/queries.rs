//! Queries that are written in an unusual way because it is faster.

use crate::shop::catalog::models::{Category, Listing, Product, ProductRow};
use crate::shop::schema::{catalog_category as category, catalog_product as product};
use chrono::NaiveDate;
use diesel::prelude::*;
use nuages::db::{Conn, Decimal, Kind as Column, PageNumber, Sql, Timestamp, Value};
use nuages::models::{ColumnPath, Condition, IntoPath, Lookup, Model as _, Query, desc, via_self};

use crate::support::{Database, Kind, product as draft};

fn contains(path: impl IntoPath<category::table>, what: &str) -> Condition {
    Condition::Is {
        path: path.into_path(),
        lookup: Lookup::IContains,
        values: vec![Value::Text(what.to_owned())],
    }
}

fn a_text_is_found_in_any_of_several_columns_and_null_is_unknown(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let insert = |id: i64, name: &str, slug: &str, parent: Option<i64>| Category {
        id,
        name: name.to_owned(),
        slug: slug.to_owned(),
        description: String::new(),
        parent_id: parent,
    };
    let rows = [
        insert(1, "Light", "a", None),
        insert(2, "Lamps", "b", Some(1)),
        insert(3, "50 %", "lamp", Some(1)),
        insert(4, "Desks", "c", None),
    ];
    for row in rows {
        diesel::insert_into(category::table)
            .values(row)
            .execute(conn)
            .unwrap();
    }
    let mut found = |condition: Condition| -> Vec<i64> {
        let pks = Query::new(Category::meta())
            .filter(condition)
            .pks(conn)
            .unwrap();
        let mut pks: Vec<i64> = pks.iter().filter_map(Value::as_i64).collect();
        pks.sort_unstable();
        pks
    };
    let any = |what: &str| {
        let parent = via_self(category::parent_id, category::name);
        Condition::Any(vec![
            contains(category::name, what),
            contains(category::slug, what),
            contains(parent, what),
        ])
    };
    assert_eq!(found(any("LAMP")), [2, 3]);
    assert_eq!(found(any("light")), [1, 2, 3]);
    assert_eq!(found(any("%")), [3]);
    assert_eq!(found(any("nothing")), [0; 0]);
    // For a row without a parent the condition is unknown, and so is its negation.
    assert_eq!(found(Condition::Not(Box::new(any("lamp")))), [0; 0]);
    assert_eq!(found(Condition::Not(Box::new(any("light")))), [0; 0]);
    assert_eq!(found(Condition::Not(Box::new(any("desk")))), [2, 3]);
}
fn a_page_merged_from_both_halves_of_an_index_is_the_page_of_the_list(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for (at, name) in ["b", "a", "c", "b", "d", "a", "e", "C", "é", "b"]
        .into_iter()
        .enumerate()
    {
        let row = draft(&format!("Product {at}")).save(conn);
        diesel::update(product::table.find(row.id))
            .set(product::name.eq(name))
            .execute(conn)
            .unwrap();
    }
    diesel::update(product::table.filter(product::id.eq_any([2, 3, 4, 8])))
        .set(product::is_active.eq(false))
        .execute(conn)
        .unwrap();
    let up = Query::new(Product::meta());
    let down = up
        .clone()
        .order_by(nuages::models::Ordering::into_ordering((
            desc(product::name),
            desc(product::id),
        )));
    let mixed = up
        .clone()
        .order_by(nuages::models::Ordering::into_ordering((
            desc(product::name),
            product::id,
        )));
    let hidden = up.clone().filter(Condition::new(product::is_active, false));
    for list in [up, down, mixed, hidden] {
        let pk = [ColumnPath::own("id"), ColumnPath::own("name")];
        let all = list.rows(conn, &pk, None, 0).unwrap();
        for (limit, offset) in [(3, 0), (3, 2), (4, 5), (20, 0), (20, 9), (3, 10), (3, 100)] {
            let page = list.rows(conn, &pk, Some(limit), offset).unwrap();
            let (limit, offset) = (
                usize::try_from(limit).unwrap(),
                usize::try_from(offset).unwrap(),
            );
            let wanted: Vec<_> = all.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(page, wanted, "{limit} from {offset}");
        }
    }
}
fn spans_that_contain_values_are_found(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    for (at, date) in [
        day(2024, 2, 29),
        day(2024, 3, 1),
        day(2024, 3, 31),
        day(9999, 12, 31),
    ]
    .into_iter()
    .enumerate()
    {
        let row = draft(&format!("Product {at}")).save(conn);
        let values = (
            product::released_on.eq(date),
            product::created_at.eq(Timestamp::start_of(date, chrono_tz::UTC)),
        );
        diesel::update(product::table.find(row.id))
            .set(values)
            .execute(conn)
            .unwrap();
    }
    let all = Query::new(Product::meta());
    let ends = [
        day(2024, 1, 1),
        day(2024, 2, 1),
        day(2024, 3, 1),
        day(2024, 4, 1),
        day(9999, 1, 1),
        day(10_000, 1, 1),
        day(10_001, 1, 1),
    ];
    let mut occurring = |count: usize, path: ColumnPath, value: &dyn Fn(NaiveDate) -> Value| {
        let spans: Vec<_> = ends[..=count]
            .windows(2)
            .map(|ends| (value(ends[0]), value(ends[1])))
            .collect();
        all.occurring(conn, &path, &spans, true).unwrap()
    };
    let wanted = [false, true, true, false, true, false];
    // SQLite does not compare texts with years after 9999.
    for count in if kind == Kind::Postgres {
        [4, 6]
    } else {
        [4, 4]
    } {
        assert_eq!(
            occurring(count, ColumnPath::own("released_on"), &|day| Value::Date(
                day
            )),
            wanted[..count]
        );
        let moment = |day| Value::Timestamp(Timestamp::start_of(day, chrono_tz::UTC));
        assert_eq!(
            occurring(count, ColumnPath::own("created_at"), &moment),
            wanted[..count]
        );
    }
    assert_eq!(
        occurring(0, ColumnPath::own("released_on"), &|day| Value::Date(day)),
        [true; 0]
    );
    // The same as part of a list's query, if that saves a round trip.
    let spans: Vec<_> = ends[..5]
        .windows(2)
        .map(|ends| (Value::Date(ends[0]), Value::Date(ends[1])))
        .collect();
    let (own, released) = ([ColumnPath::own("id")], ColumnPath::own("released_on"));
    let (rows, summary) = all
        .rows_and_summary(conn, &own, (2, 2), Some(&released), &spans)
        .unwrap()
        .unwrap();
    assert_eq!((rows.len(), summary.count), (2, 4));
    assert_eq!(
        summary.ends,
        Some((
            Value::Date(day(2024, 2, 29)),
            Value::Date(day(9999, 12, 31))
        ))
    );
    assert_eq!(
        summary.occurring,
        (kind == Kind::Postgres).then(|| wanted[..4].to_vec())
    );
}
fn postgresql_knows_the_length_of_a_page_when_it_plans_the_query(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let Conn::Postgres(_) = conn else { return };
    draft("Product").save(conn);
    let list = Query::new(Product::meta());
    let own = [ColumnPath::own("id"), ColumnPath::own("name")];
    for offset in [0, 100] {
        list.rows(conn, &own, Some(100), offset).unwrap();
        list.rows_and_summary(conn, &own, (100, offset), None, &[])
            .unwrap();
    }
    list.few(conn, None, 300).unwrap();
    Listing::default()
        .page::<20>(conn, PageNumber::First)
        .unwrap();
    let known = Sql::new("SELECT statement FROM pg_prepared_statements WHERE statement LIKE ")
        .bind("% OFFSET %");
    let known = known.returns(&[Column::Text]).load(conn).unwrap();
    // The first page of a list in the order of an index needs no OFFSET.
    assert_eq!(known.len(), 3, "{known:?}");
    for statement in known.iter().flatten().filter_map(Value::as_str) {
        // The last LIMIT is that of the page; earlier ones may belong to halves of an index.
        let (_, limit) = statement.rsplit_once(" LIMIT ").unwrap();
        assert!(
            limit.starts_with(|first: char| first.is_ascii_digit()),
            "{statement}"
        );
    }
}
fn pages_near_the_end_are_counted_from_the_end_and_are_the_same(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let names = ["f", "b", "é", "b", "d", "a", "e", "C", "z", "b", "g"];
    for (at, name) in names.into_iter().enumerate() {
        let row = draft(&format!("Product {at}")).save(conn);
        let values = (
            product::name.eq(name),
            product::price.eq(Decimal::new(at.try_into().unwrap(), 2)),
        );
        diesel::update(product::table.find(row.id))
            .set(values)
            .execute(conn)
            .unwrap();
    }
    diesel::update(product::table.filter(product::id.eq(4)))
        .set(product::is_active.eq(false))
        .execute(conn)
        .unwrap();
    let all = Listing::default()
        .page::<20>(conn, PageNumber::First)
        .unwrap();
    assert_eq!((all.rows.len(), all.paginator.count), (10, 10));
    for number in [1, 2, 3, 4, 3, 2, 1, 4] {
        // The first page is counted from the start, and records the likely number.
        Listing::default()
            .page::<3>(conn, PageNumber::First)
            .unwrap();
        let page = Listing::default()
            .page::<3>(conn, PageNumber::Number(number))
            .unwrap();
        let from = usize::try_from(number - 1).unwrap() * 3;
        let slugs = |rows: &[ProductRow]| {
            rows.iter()
                .map(|row| (row.slug.clone(), row.price.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            slugs(&page.rows),
            slugs(&all.rows[from..(from + 3).min(10)]),
            "page {number}"
        );
        assert_eq!(
            (
                page.number,
                page.paginator.count,
                page.paginator.num_pages()
            ),
            (number, 10, 4)
        );
    }
    assert_eq!(
        Listing::default()
            .page::<3>(conn, PageNumber::Number(5))
            .unwrap()
            .number,
        4
    );
}

on_both!(
    a_text_is_found_in_any_of_several_columns_and_null_is_unknown,
    a_page_merged_from_both_halves_of_an_index_is_the_page_of_the_list,
    spans_that_contain_values_are_found,
    postgresql_knows_the_length_of_a_page_when_it_plans_the_query,
    pages_near_the_end_are_counted_from_the_end_and_are_the_same
);
