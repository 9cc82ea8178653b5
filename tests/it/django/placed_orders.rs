//! A Django on the same database goes on working with orders that were placed in the shop.

use serde_json::{Value, json};

use super::project::Django;
use crate::support::{ALICE, BOB, Client, Database, Kind, TestSite, product};

const ORDERS: &str = "/admin/orders/order/";

/// Lets Bob buy two tables, and returns the URL of his order.
fn buy(bob: &Client) -> String {
    let added = bob.post("/cart/add/", &[("product", "1"), ("quantity", "2")]);
    assert_eq!(added.status, 302, "{}", added.words());
    let address = [
        ("name", "Bob Buyer"),
        ("street", "12 Long Street"),
        ("postal_code", "10115"),
        ("city", "Berlin"),
        ("country", "DE"),
        ("payment", "invoice"),
        ("email", "bob@example.com"),
    ];
    let checkout = bob.form("/checkout/", "postal_code");
    let checkout = address
        .iter()
        .fold(checkout, |form, (name, value)| form.set(name, value));
    let reply = bob.submit(&checkout, "");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let placed = bob.submit(&bob.form("/checkout/review/", "order_key"), "");
    assert_eq!(placed.status, 302, "{}", placed.words());
    placed.header("location").to_owned()
}

/// Lets Django do `act`, and returns the orders and the stock that it finds then.
fn ask(django: &Django, database: &Database, act: &str) -> Value {
    let script = format!("ACT = {act:?}\n{}", include_str!("placed_orders.py"));
    serde_json::from_str(&django.shell(database, &script)).unwrap()
}

fn django_goes_on_with_a_placed_order(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &BOB] {
        persona.save(&mut database.connect());
    }
    let site = TestSite::with(database, &[], crate::shop::urls);
    product("Oak table").save(&mut site.connect());
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));

    let url = buy(&bob);
    let order = |status: &str, note: &str| {
        json!([
            "bob",
            "bob@example.com",
            status,
            note,
            "22.00",
            [["Oak table", 2, "11.00"]]
        ])
    };
    let database = &site.database;
    assert_eq!(
        ask(django, database, "read"),
        json!([order("pending", ""), 1]),
        "Django reads the order and the stock"
    );

    let paid = order("paid", "Paid in cash");
    assert_eq!(ask(django, database, "pay"), json!([paid, 1]));
    let page = bob.get(&url).words();
    assert!(
        page.contains("Paid"),
        "the customer sees the change: {page}"
    );
    assert_eq!(ask(django, database, "copy"), json!([paid, paid, 1]));

    let list = alice.form(ORDERS, "action").set("action", "mark_shipped");
    let list = list.choose("_selected_action", &["1"]);
    let told = alice.follow(&alice.submit(&list, "index")).words();
    assert!(
        told.contains("BY-DJANGO"),
        "the list has the order of Django: {told}"
    );
    let shipped = order("shipped", "Paid in cash");
    assert_eq!(ask(django, database, "read"), json!([shipped, paid, 1]));

    assert_eq!(
        ask(django, database, "delete"),
        json!([paid, 1]),
        "Django deletes the order, whose rows in Nuages' own tables are deleted by the database"
    );
    assert_eq!(bob.get(&url).status, 404, "the page of the deleted order");
}

with_django!(django_goes_on_with_a_placed_order);
