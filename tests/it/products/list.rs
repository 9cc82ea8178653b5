//! `/products/`

use crate::support::{Client, Kind, TestSite, product};

/// Returns the names in the table, in order.
fn listed(client: &Client, path: &str) -> Vec<String> {
    let page = client.get(path);
    assert_eq!(page.status, 200, "{path}");
    let html = page.text();
    let rows = html.split("<tr").skip(2);
    rows.map(|row| {
        row.split("</a>")
            .next()
            .unwrap()
            .rsplit('>')
            .next()
            .unwrap()
            .to_owned()
    })
    .collect()
}

fn published_products_are_listed_by_name_twenty_a_page(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    for number in (1..=45).rev() {
        product(&format!("Lamp {number:02}")).save(conn);
    }
    product("Draft").draft().save(conn);
    let client = site.client();
    let names = |range: std::ops::RangeInclusive<i32>| {
        range.map(|n| format!("Lamp {n:02}")).collect::<Vec<_>>()
    };
    assert_eq!(listed(&client, "/products/"), names(1..=20));
    assert_eq!(listed(&client, "/products/?page=2"), names(21..=40));
    for last in ["3", "9999", "0", "-1", "99999999999999999999999999"] {
        assert_eq!(
            listed(&client, &format!("/products/?page={last}")),
            names(41..=45),
            "{last}"
        );
    }
    for first in ["abc", "%ff", "%00", "1.5", ""] {
        assert_eq!(
            listed(&client, &format!("/products/?page={first}")),
            names(1..=20),
            "{first}"
        );
    }
    assert!(client.get("/products/?page=2").shows(&[
        "Page 2 of 3",
        "href=\"?page=3\"",
        "45 products"
    ]));
}

fn prices_include_ten_percent_tax_with_halves_to_even(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    for (name, price) in [
        ("a", "0.05"),
        ("b", "0.15"),
        ("c", "0.25"),
        ("d", "1234567.89"),
        ("e", "10"),
    ] {
        product(name).price(price).save(conn);
    }
    let page = site.client().get("/products/");
    assert!(
        page.shows(&[
            ">0.06</td>",
            ">0.16</td>",
            ">0.28</td>",
            ">1358024.68</td>",
            ">11.00</td>"
        ]),
        "{}",
        page.text()
    );
}

fn the_list_is_searched_filtered_and_sorted(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    product("Red lamp")
        .price("30")
        .category("Lighting")
        .tag("Brass")
        .save(conn);
    product("Blue LAMP")
        .price("9")
        .category("Lighting")
        .save(conn);
    product("Kettle")
        .price("20")
        .description("Goes with a red lamp.")
        .tag("Brass")
        .save(conn);
    product("100% wool").price("5").save(conn);
    let client = site.client();
    let list = |query: &str| listed(&client, &format!("/products/?{query}"));
    assert_eq!(list("q=lamp"), ["Blue LAMP", "Kettle", "Red lamp"]);
    assert_eq!(list("q=red+lamp"), ["Kettle", "Red lamp"]);
    assert_eq!(list("q=%25"), ["100% wool"]);
    assert_eq!(list("q=_"), [""; 0]);
    assert_eq!(
        list("q=%00lamp%00&sort=price"),
        ["Blue LAMP", "Kettle", "Red lamp"]
    );
    assert_eq!(list("category=lighting"), ["Blue LAMP", "Red lamp"]);
    assert_eq!(list("tag=brass&sort=-price"), ["Red lamp", "Kettle"]);
    assert_eq!(
        list("sort=price"),
        ["100% wool", "Blue LAMP", "Kettle", "Red lamp"]
    );
    assert_eq!(
        list("sort=newest"),
        ["100% wool", "Kettle", "Blue LAMP", "Red lamp"]
    );
    assert_eq!(
        list("sort=nonsense"),
        ["100% wool", "Blue LAMP", "Kettle", "Red lamp"]
    );
    assert_eq!(list("category=nope"), [""; 0]);
    assert_eq!(list("tag=nope"), [""; 0]);
    let page = client.get("/products/?q=lamp&category=lighting&page=1");
    assert!(
        page.shows(&[
            "Results for “lamp”",
            "href=\"?category=lighting\"",
            "href=\"?q=lamp\""
        ]),
        "{}",
        page.text()
    );
}

fn odd_query_strings_are_answered_with_a_page(kind: Kind) {
    let site = TestSite::new(kind);
    product("Lamp").save(&mut site.connect());
    let long = "y".repeat(8000);
    for query in [
        "page=%ff",
        "&&&==&page=&=&;",
        "q=%00",
        "q=%ff%fe",
        "category=%00&tag=%27",
        "q='%22;--",
        &format!("x={long}"),
        &format!("q={long}"),
    ] {
        let page = site.client().get(&format!("/products/?{query}"));
        assert_eq!(page.status, 200, "{query}");
    }
}

on_both!(
    published_products_are_listed_by_name_twenty_a_page,
    prices_include_ten_percent_tax_with_halves_to_even,
    the_list_is_searched_filtered_and_sorted,
    odd_query_strings_are_answered_with_a_page
);
