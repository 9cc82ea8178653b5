//! Cells that do not fit their columns: shown unchanged with a mark, and repaired in their form.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Kind as Column, Sql, Value};

use crate::admin::shop;
use crate::support::{ALICE, Client, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

/// A column, its content (as SQL), and the text that people see.
type Damage = (&'static str, &'static str, &'static str);

/// Returns the damages; the product with the same number gets each.
fn damages(kind: Kind) -> Vec<Damage> {
    match kind {
        Kind::Sqlite => vec![
            ("released_on", "''", ""),
            ("released_on", "'2026-02-30'", "2026-02-30"),
            ("released_on", "'soon'", "soon"),
            ("released_on", "20260101", "20260101"),
            ("price", "'cheap'", "cheap"),
            ("price", "CAST(printf('%.400c', '1') AS TEXT)", "inf"),
            ("stock", "'many'", "many"),
            ("stock", "9.5", "9.5"),
            ("stock", "99999999999", "99999999999"),
            ("sku", "X'FF00'", "\\xff00"),
            ("description", "CAST(X'61FF' AS TEXT)", "\\x61ff"),
            ("is_active", "'yes'", "yes"),
            ("created_at", "'yesterday'", "yesterday"),
        ],
        Kind::Postgres => vec![
            ("released_on", "'infinity'", "infinity"),
            ("released_on", "'-infinity'", "-infinity"),
            ("released_on", "'0044-03-15 BC'", "0044-03-15 BC"),
            ("released_on", "'294276-12-31'", "294276-12-31"),
            ("price", "'NaN'", "NaN"),
            ("created_at", "'infinity'", "infinity"),
            ("created_at", "'0044-03-15 BC'", "0044-03-15 00:00:00 BC"),
        ],
    }
}

/// Creates a shop whose products 1, 2, … are damaged, and an undamaged product called "Whole".
fn damaged(kind: Kind) -> (TestSite, Client, Vec<Damage>) {
    let site = shop(kind);
    let conn = &mut site.connect();
    let damages = damages(kind);
    for number in 1..=damages.len() {
        product(&format!("Damaged {number}")).stock(3).save(conn);
    }
    product("Whole").stock(3).save(conn);
    for ((column, sql, _), number) in damages.iter().zip(1..) {
        conn.batch_execute(&format!(
            "UPDATE catalog_product SET {column} = {sql} WHERE id = {number}"
        ))
        .unwrap();
    }
    let alice = ALICE.browser(&site);
    (site, alice, damages)
}

/// Returns the value of a product's column, as the database writes it.
fn held(conn: &mut Conn, column: &'static str, id: i64) -> String {
    let cast = Sql::new("SELECT ")
        .either("CAST(", "typeof(")
        .ident(column)
        .either(" AS TEXT)", ") || ' ' || quote(")
        .ident(column);
    let sql = cast
        .either("", ")")
        .raw(" FROM catalog_product WHERE id = ")
        .bind(id)
        .returns(&[Column::Text]);
    sql.load(conn).unwrap()[0][0].to_string()
}

fn every_page_shows_unreadable_values_marked_and_all_others(kind: Kind) {
    let (_site, alice, damages) = damaged(kind);
    for query in [
        "",
        "?o=1",
        "?o=-4.1",
        "?o=7",
        "?o=-7",
        "?q=Damaged",
        "?q=Whole",
        "?all=",
        "?_facets=True",
        "?is_active__exact=1",
        "?released_on__gte=2024-01-01",
        "?released_on__isnull=False",
    ] {
        let reply = alice.get(&format!("{PRODUCTS}{query}"));
        assert_eq!(reply.status, 200, "the list with {query:?}");
    }
    let list = alice.get(PRODUCTS);
    for number in 1..=damages.len() {
        assert!(
            list.shows(&[&format!("/{number}/change/")]),
            "the list shows product {number}"
        );
    }
    assert!(
        list.shows(&["Whole"]),
        "the list shows the product that is not damaged"
    );
    let marked = list.text().matches("Unreadable value:").count();
    let shown = damages
        .iter()
        .filter(|(column, ..)| ["released_on", "is_active", "sku"].contains(column))
        .count();
    assert_eq!(
        marked, shown,
        "each unreadable cell that is not edited in the list is marked for screen readers"
    );

    for ((column, _, text), number) in damages.iter().zip(1..) {
        for page in ["change/", "history/", "delete/"] {
            let reply = alice.get(&format!("{PRODUCTS}{number}/{page}"));
            assert_eq!(
                reply.status, 200,
                "{page} of product {number}, whose {column} holds {text:?}"
            );
        }
        let form = alice.get(&format!("{PRODUCTS}{number}/change/"));
        if *column == "created_at" {
            assert!(
                form.words().contains(&format!("Unreadable value: {text}")),
                "{}",
                form.words()
            );
        } else {
            assert!(
                !form.words().contains("Please correct"),
                "the form of product {number} was not sent yet: {}",
                form.words()
            );
            assert!(
                form.errors(column).is_empty(),
                "nothing was typed into the field {column} of product {number}"
            );
            assert!(
                form.note(column).contains("cannot be read"),
                "the field {column} of product {number} says so: {}",
                form.words()
            );
        }
    }
    let url = "/admin/autocomplete/?app_label=orders&model_name=orderitem&field_name=product&term=Damaged";
    assert_eq!(
        alice.get(url).status,
        200,
        "the autocomplete field lists damaged products"
    );
}

fn a_form_keeps_an_unreadable_value_until_another_is_typed(kind: Kind) {
    let (site, alice, damages) = damaged(kind);
    let conn = &mut site.connect();
    for ((column, _, text), number) in damages.iter().zip(1..) {
        let url = format!("{PRODUCTS}{number}/change/");
        let before = held(conn, column, number);
        let other = if *column == "description" {
            "stock"
        } else {
            "description"
        };
        let reply = alice.submit(&alice.form(&url, "name").set(other, "77"), "_save");
        assert_eq!(
            reply.status,
            302,
            "product {number} with {column} {text:?} is saved: {}",
            reply.words()
        );
        assert_eq!(
            held(conn, column, number),
            before,
            "the {column} that nobody touched is as it was"
        );
        assert!(
            held(conn, other, number).contains("77"),
            "the other field of product {number} was saved"
        );
        let (value, wanted) = match *column {
            "released_on" => ("2026-03-01", "2026-03-01"),
            "price" => ("4.50", "4.5"),
            "stock" => ("8", "8"),
            "sku" | "description" => ("good", "good"),
            _ => continue,
        };
        let reply = alice.submit(&alice.form(&url, "name").set(column, value), "_save");
        assert_eq!(
            reply.status,
            302,
            "the {column} {text:?} of product {number} is repaired: {}",
            reply.words()
        );
        assert!(
            held(conn, column, number).contains(wanted),
            "{column} holds {wanted} now: {}",
            held(conn, column, number)
        );
        assert!(
            alice.get(&url).note(column).is_empty(),
            "nothing is said of the {column} any more"
        );
        if ["released_on", "price", "stock"].contains(column) {
            let reply = alice.submit(&alice.form(&url, "name").set(column, "nonsense"), "_save");
            assert_eq!(reply.status, 200, "nonsense in {column} is refused as ever");
            assert!(
                reply.words().contains("Please correct the error below")
                    && reply.note(column).is_empty()
            );
        }
    }
}

fn a_list_keeps_an_unreadable_value_until_another_is_typed(kind: Kind) {
    let (site, alice, damages) = damaged(kind);
    let conn = &mut site.connect();
    let at = damages
        .iter()
        .position(|(column, ..)| *column == "price")
        .unwrap();
    let number = i64::try_from(at).unwrap() + 1;
    let page = alice.get(PRODUCTS);
    let row = (0..=damages.len())
        .find(|row| {
            alice
                .form(PRODUCTS, "form-0-price")
                .value(&format!("form-{row}-id"))
                == number.to_string()
        })
        .unwrap();
    let control = format!("form-{row}-price");
    assert!(
        page.note(&control).contains("cannot be read"),
        "the control says what the database holds: {}",
        page.words()
    );
    let before = held(conn, "price", number);
    let other = format!("form-{}-stock", if row == 0 { 1 } else { row - 1 });
    let reply = alice.submit(&alice.form(PRODUCTS, &control).set(&other, "5"), "_save");
    assert_eq!(reply.status, 302, "another row is saved: {}", reply.words());
    let reply = alice.submit(&alice.form(PRODUCTS, &control).set(&other, "x"), "_save");
    assert!(
        reply.status == 200 && reply.note(&control).contains("cannot be read"),
        "the note stays while another row is refused: {}",
        reply.words()
    );
    let reply = alice.submit(
        &alice.form(PRODUCTS, &control).set(&control, "nonsense"),
        "_save",
    );
    assert!(
        reply.errors(&control).contains("Enter a number")
            && reply.note(&control).contains("cannot be read"),
        "nonsense is refused, and the note stays: {}",
        reply.words()
    );
    assert_eq!(
        held(conn, "price", number),
        before,
        "the price that nobody touched is as it was"
    );
    let reply = alice.submit(
        &alice.form(PRODUCTS, &control).set(&control, "6.50"),
        "_save",
    );
    assert_eq!(
        reply.status,
        302,
        "the price is repaired: {}",
        reply.words()
    );
    assert!(
        held(conn, "price", number).contains("6.5"),
        "the price that was typed is held now"
    );
}

fn the_shop_shows_a_product_without_a_readable_price_as_not_for_sale(kind: Kind) {
    let (site, alice, damages) = damaged(kind);
    let visitor = site.client();
    for url in [
        "/",
        "/products/",
        "/products/?sort=price",
        "/products/?sort=-price",
        "/products/?q=Damaged",
        "/products/?page=last",
        "/categories/",
        "/sitemap.xml",
    ] {
        let reply = visitor.get(url);
        assert_eq!(reply.status, 200, "{url}");
    }
    let page = visitor.get("/products/");
    let hidden = damages
        .iter()
        .filter(|(column, ..)| *column == "is_active")
        .count();
    for ((column, ..), number) in damages.iter().zip(1..) {
        let is_there = page.shows(&[&format!("Damaged {number}<")]);
        assert_eq!(
            is_there,
            *column != "is_active",
            "whether the shop shows product {number} with a broken {column}"
        );
    }
    assert!(
        page.shows(&["Whole"]),
        "the product that is not damaged is shown"
    );
    assert_eq!(
        page.text().matches("Not for sale").count(),
        damages
            .iter()
            .filter(|(column, ..)| *column == "price")
            .count()
    );
    assert!(hidden <= 1);
    let slug = |number: usize| {
        alice
            .form(&format!("{PRODUCTS}{number}/change/"), "slug")
            .value("slug")
    };
    for ((column, ..), number) in damages
        .iter()
        .zip(1..)
        .filter(|((column, ..), _)| *column != "is_active")
    {
        let reply = visitor.get(&format!("/products/{}/", slug(number)));
        assert_eq!(
            reply.status, 200,
            "the page of product {number} with a broken {column}"
        );
        assert_eq!(
            reply.shows(&["Not for sale right now"]),
            *column == "price",
            "product {number} with a broken {column}"
        );
    }
}

fn dates_that_can_be_read_are_offered_above_a_list_with_others(kind: Kind) {
    let (site, alice, damages) = damaged(kind);
    let conn = &mut site.connect();
    let first = damages.len() + 1;
    for number in 0..120 {
        product(&format!("More {number}")).save(conn);
    }
    conn.batch_execute(&format!(
        "UPDATE catalog_product SET released_on = '2024-05-06' WHERE id >= {first}; \
         UPDATE catalog_product SET released_on = '2025-07-08' WHERE id > {first} + 50;"
    ))
    .unwrap();
    let list = alice.get(PRODUCTS);
    assert!(
        list.shows(&["released_on__year=2024", "released_on__year=2025"]),
        "{}",
        list.words()
    );
}

on_both!(
    every_page_shows_unreadable_values_marked_and_all_others,
    a_form_keeps_an_unreadable_value_until_another_is_typed,
    a_list_keeps_an_unreadable_value_until_another_is_typed,
    the_shop_shows_a_product_without_a_readable_price_as_not_for_sale,
    dates_that_can_be_read_are_offered_above_a_list_with_others
);

#[test]
fn a_date_with_a_time_is_its_day_on_sqlite() {
    let site = shop(Kind::Sqlite);
    let conn = &mut site.connect();
    product("Timed").save(conn);
    conn.batch_execute(
        "UPDATE catalog_product SET released_on = '2026-01-02 00:00:00', slug = 'timed'",
    )
    .unwrap();
    let alice = ALICE.browser(&site);
    assert!(
        alice.get(PRODUCTS).words().contains("Jan. 2, 2026"),
        "the list shows the day"
    );
    let form = alice.form(&format!("{PRODUCTS}1/change/"), "name");
    assert_eq!(
        form.value("released_on"),
        "2026-01-02",
        "the form shows the day"
    );
    assert!(
        site.client()
            .get("/products/timed/")
            .words()
            .contains("2 January 2026"),
        "the shop shows the day"
    );
    let rows = Sql::new("SELECT released_on FROM catalog_product")
        .returns(&[Column::Date])
        .load(conn)
        .unwrap();
    assert_eq!(rows[0][0].to_string(), "2026-01-02", "the value is a date");
    assert!(
        !matches!(rows[0][0], Value::Unreadable(_)),
        "the value can be read"
    );
}

/// Tests every kind of column on both databases with contents that do not fit, as SQL.
#[test]
fn a_cell_of_any_kind_is_kept_and_equals_its_column() {
    let site = shop(Kind::Sqlite);
    let conn = &mut site.connect();
    conn.batch_execute("CREATE TABLE odd (id integer PRIMARY KEY, cell)")
        .unwrap();
    let kinds = [
        Column::SmallInt,
        Column::Integer,
        Column::BigInt,
        Column::Double,
        Column::Bool,
        Column::Text,
        Column::Decimal,
        Column::Date,
        Column::Time,
        Column::Timestamp,
        Column::Uuid,
        Column::Json,
    ];
    for cell in [
        "'x y'",
        "''",
        "'{'",
        "X'00FF'",
        "9.5",
        "9e999",
        "77",
        "'2026-02-30'",
        "'1e99999999'",
    ] {
        conn.batch_execute(&format!(
            "DELETE FROM odd; INSERT INTO odd VALUES (1, {cell})"
        ))
        .unwrap();
        for kind in kinds {
            let read = Sql::new("SELECT cell FROM odd")
                .returns(&[kind])
                .load(conn)
                .unwrap();
            let value = read[0][0].clone();
            assert!(!value.is_null(), "{cell} as {kind:?} is not NULL");
            let Some(kept) = value.unreadable() else {
                continue;
            };
            assert!(kept.text.len() < 200, "{cell} as {kind:?} has a short text");
            let same = Sql::new("SELECT COUNT(*) FROM odd WHERE cell = ")
                .bind(value.clone())
                .returns(&[Column::BigInt]);
            assert_eq!(
                same.load(conn).unwrap()[0][0],
                Value::BigInt(1),
                "{cell} as {kind:?} equals its cell"
            );
        }
    }
}
