//! Lists: pages, cursors, order, search, lookups.

use nuages::db::Sql;
use serde_json::{Value as Json, json};

use super::{PRODUCTS, Program, column, json, problem, shop};
use crate::support::{ALICE, Kind, TestSite, product};

/// Returns the names of the products on all pages, page after page by `next`.
fn walk(program: &Program, first: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut url = first.to_owned();
    loop {
        let page = json(&program.get(&url), 200);
        names.extend(
            column(&page, "name")
                .iter()
                .map(|name| name.as_str().unwrap().to_owned()),
        );
        assert!(names.len() < 1000, "the list must end");
        match page["next"].as_str() {
            Some(next) => url = path_of(next),
            None => return names,
        }
    }
}

fn path_of(url: &str) -> String {
    let at = url.find("/api/").unwrap();
    url[at..].to_owned()
}

fn names(program: &Program, query: &str) -> Vec<String> {
    let list = json(&program.get(&format!("{PRODUCTS}?{query}")), 200);
    assert_eq!(
        list["count"],
        list["results"].as_array().unwrap().len(),
        "the count of {query}"
    );
    let names = column(&list, "name");
    names
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

fn furniture(site: &TestSite) -> Program {
    let conn = &mut site.connect();
    product("Ash chair")
        .price("9.99")
        .stock(0)
        .tag("Wood")
        .save(conn);
    product("Birch table")
        .price("120.00")
        .stock(7)
        .category("Tables")
        .save(conn);
    product("Cedar chest")
        .price("80.50")
        .stock(2)
        .draft()
        .tag("Wood")
        .tag("Big")
        .save(conn);
    Program::of(site, &ALICE)
}

fn lookups_filter_as_in_django(kind: Kind) {
    let site = shop(kind);
    let program = furniture(&site);
    for (query, found) in [
        ("is_active=true", vec!["Ash chair", "Birch table"]),
        ("is_active=false", vec!["Cedar chest"]),
        ("price__gte=80.5", vec!["Birch table", "Cedar chest"]),
        ("price__range=10,100", vec!["Cedar chest"]),
        ("stock__in=0,7", vec!["Ash chair", "Birch table"]),
        ("category__name=Tables", vec!["Birch table"]),
        ("name__icontains=CHA", vec!["Ash chair"]),
        ("name__istartswith=b", vec!["Birch table"]),
        ("tags__name=Wood", vec!["Ash chair", "Cedar chest"]),
        ("tags__isnull=true", vec!["Birch table"]),
        ("released_on__isnull=false", vec![]),
        ("search=chest", vec!["Cedar chest"]),
        ("search=chest&is_active=true", vec![]),
        (
            "name=Ash+chair&name=Cedar+chest",
            vec!["Ash chair", "Cedar chest"],
        ),
    ] {
        assert_eq!(names(&program, query), found, "{query}");
    }
}

fn wrong_parameters_are_refused_and_named(kind: Kind) {
    let site = shop(kind);
    let program = furniture(&site);
    for (query, name) in [
        ("nonsense=1", "nonsense"),
        ("price__nonsense=1", "price__nonsense"),
        ("price__gte=abc", "price__gte"),
        ("is_active=maybe", "is_active"),
        ("released_on__isnull=maybe", "released_on__isnull"),
        ("category__parent__name=x", "category__parent__name"),
        ("page=0", "page"),
        ("page=1&page=2", "page"),
        ("page=%2B1", "page"),
        ("page_size=501", "page_size"),
        ("cursor=garbage", "cursor"),
        ("ordering=nonsense", "ordering"),
        ("ordering=", "ordering"),
        ("fields=id,nonsense", "fields"),
        ("count=all", "count"),
        ("price__range=1", "price__range"),
        ("search=%00", "search"),
        ("search=a%00b", "search"),
        ("name__icontains=a%00b", "name__icontains"),
    ] {
        let reply = problem(&program.get(&format!("{PRODUCTS}?{query}")), 400);
        let errors = reply["errors"].as_object().unwrap();
        assert!(
            errors.contains_key(name),
            "{query} must name {name}: {errors:?}"
        );
    }
    problem(&program.get(&format!("{PRODUCTS}?page=99")), 404);
    problem(
        &program.get(&format!("{PRODUCTS}?page=9223372036854775807")),
        404,
    );
}

fn pages_follow_the_order_and_keep_the_parameters(kind: Kind) {
    let site = shop(kind);
    let program = furniture(&site);
    let by_price = ["Birch table", "Cedar chest", "Ash chair"];
    for query in [
        "page_size=1&ordering=-price",
        "page_size=2&ordering=-price&page=1",
    ] {
        assert_eq!(
            walk(&program, &format!("{PRODUCTS}?{query}")),
            by_price,
            "{query}"
        );
    }

    let first = json(
        &program.get(&format!(
            "{PRODUCTS}?page_size=1&ordering=-price&fields=name"
        )),
        200,
    );
    assert_eq!(
        first["results"],
        json!([{"name": "Birch table"}]),
        "only the field"
    );
    assert_eq!(first["previous"], Json::Null);
    let second = json(&program.get(&path_of(first["next"].as_str().unwrap())), 200);
    assert_eq!(second["results"], json!([{"name": "Cedar chest"}]));
    let back = json(
        &program.get(&path_of(second["previous"].as_str().unwrap())),
        200,
    );
    assert_eq!(back["results"], first["results"], "the page before");
    assert_eq!(back["previous"], Json::Null);
}

fn a_cursor_stays_right_while_rows_come_and_go(kind: Kind) {
    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let conn = &mut site.connect();
    for n in 0..12 {
        product(&format!("Item {n:02}"))
            .price(&format!("{}.00", n % 3 + 1))
            .save(conn);
    }
    Sql::new("UPDATE catalog_product SET released_on = '2024-01-01' WHERE id > 6")
        .execute(conn)
        .unwrap();

    for ordering in ["-price,name", "released_on,-name", "-released_on", "name"] {
        let mut url = format!("{PRODUCTS}?page_size=3&ordering={ordering}");
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            let page = json(&program.get(&url), 200);
            let names = column(&page, "name");
            let names = names.iter().map(ToString::to_string);
            seen.extend(names.filter(|name| name.starts_with("\"Item")));
            pages += 1;
            assert!(pages < 50, "the list by {ordering} must end");

            // Other rows come, first in most orders, and go.
            if pages % 3 == 0 {
                Sql::new("DELETE FROM catalog_product WHERE name LIKE 'Early%'")
                    .execute(conn)
                    .unwrap();
            }
            product(&format!("Early {ordering} {pages}"))
                .price("99.00")
                .save(conn);
            match page["next"].as_str() {
                Some(next) => url = path_of(next),
                None => break,
            }
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(
            (once.len(), seen.len()),
            (12, 12),
            "each row once by {ordering}: {seen:?}"
        );
    }
}

fn many_rows_are_counted_on_demand_only(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    let sql =
        "INSERT INTO catalog_tag (id, name, slug) SELECT n, 'tag ' || n, 'tag-' || n FROM numbers";
    let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001) ";
    let insert: &'static str = Box::leak(format!("{numbers}{sql}").into_boxed_str());
    Sql::new(insert).execute(conn).unwrap();

    let program = Program::of(&site, &ALICE);
    let list = json(&program.get("/api/catalog/tag/?page_size=1"), 200);
    assert_eq!(
        (&list["count"], &list["count_at_least"]),
        (&Json::Null, &json!(10_000))
    );
    let list = json(
        &program.get("/api/catalog/tag/?page_size=1&count=exact"),
        200,
    );
    assert_eq!(list["count"], 10_001);
    let list = json(&program.get("/api/catalog/tag/?page_size=1&id__gt=1"), 200);
    assert_eq!(list["count"], 10_000);
}

on_both!(
    lookups_filter_as_in_django,
    wrong_parameters_are_refused_and_named,
    pages_follow_the_order_and_keep_the_parameters,
    a_cursor_stays_right_while_rows_come_and_go,
    many_rows_are_counted_on_demand_only,
);
