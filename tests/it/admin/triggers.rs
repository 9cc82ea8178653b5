//! Triggers of the database that refuse a change with a text of their own.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Kind as Column, Sql};

use crate::admin::shop;
use crate::support::{ALICE, Client, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";
const LAMP: &str = "/admin/catalog/product/1/change/";
const TAGS: &str = "/admin/catalog/tag/";
const REFUSAL: &str = "The accountant has closed this year.";

/// Creates a trigger that refuses each `event` on `table` if `condition` holds for the row.
fn refuse(site: &TestSite, kind: Kind, event: &str, table: &str, condition: &str) {
    let sql = match kind {
        Kind::Sqlite => format!(
            "CREATE TRIGGER refuses_{table} BEFORE {event} ON {table} WHEN {condition} \
             BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        ),
        Kind::Postgres => format!(
            "CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
               IF {condition} THEN RAISE EXCEPTION '{REFUSAL}'; END IF; \
               RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$; \
             CREATE TRIGGER refuses BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{table}()"
        ),
    };
    site.connect().batch_execute(&sql).unwrap();
}

/// Creates a shop with two products, of which "Lamp" has the primary key 1.
fn two_products(kind: Kind) -> (TestSite, Client) {
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    product("Vase").save(conn);
    let alice = ALICE.browser(&site);
    (site, alice)
}

/// Returns the texts that `sql` selects.
fn texts(site: &TestSite, sql: &'static str) -> Vec<String> {
    let sql = Sql::new(sql).returns(&[Column::Text]);
    let rows = sql.load(&mut site.connect()).unwrap();
    rows.iter().flatten().map(ToString::to_string).collect()
}

fn stock(site: &TestSite) -> Vec<String> {
    texts(
        site,
        "SELECT CAST(stock AS text) FROM catalog_product ORDER BY id",
    )
}

fn a_change_form_shows_the_text_of_a_trigger_and_saves_nothing(kind: Kind) {
    let (site, alice) = two_products(kind);
    let before = stock(&site);
    refuse(&site, kind, "UPDATE", "catalog_product", "NEW.stock = 41");

    let reply = alice.submit(&alice.form(LAMP, "name").set("stock", "41"), "_save");

    assert_eq!(reply.status, 200, "{}", reply.words());
    assert!(
        reply.words().contains(REFUSAL),
        "the form must show the text of the trigger: {}",
        reply.words()
    );
    assert_eq!(
        reply.form(LAMP, "stock").value("stock"),
        "41",
        "the form must keep what was typed"
    );
    assert_eq!(stock(&site), before, "nothing may be saved");
    let reply = alice.submit(&reply.form(LAMP, "stock").set("stock", "40"), "_save");
    assert_eq!(
        reply.status,
        302,
        "another value can be saved: {}",
        reply.words()
    );
}

fn an_add_form_shows_a_text_that_the_trigger_computes(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    conn.batch_execute(match kind {
        Kind::Sqlite => {
            "CREATE TRIGGER refuses BEFORE INSERT ON catalog_tag \
             BEGIN SELECT RAISE(ABORT, 'A tag must not be called ' || NEW.name || '.'); END"
        }
        Kind::Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
               RAISE EXCEPTION 'A tag must not be called %.', NEW.name; END $$; \
             CREATE TRIGGER refuses BEFORE INSERT ON catalog_tag FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    })
    .unwrap();
    let alice = ALICE.browser(&site);

    let form = alice.form(&format!("{TAGS}add/"), "name");
    let reply = alice.submit(&form.set("name", "Red").set("slug", "red"), "_save");

    assert_eq!(reply.status, 200, "{}", reply.words());
    assert!(
        reply.words().contains("A tag must not be called Red."),
        "the form must show the text of the trigger: {}",
        reply.words()
    );
    assert!(
        texts(&site, "SELECT name FROM catalog_tag").is_empty(),
        "no tag may be added"
    );
}

fn an_inline_row_shows_the_text_of_a_trigger(kind: Kind) {
    let (site, alice) = two_products(kind);
    site.connect()
        .batch_execute(
            "INSERT INTO orders_order (id, number, email, status, note, total, created_at)
                 VALUES (1, 'R1', 'a@example.com', 'paid', '', 10, '2025-01-01 00:00:00');
             INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id) VALUES (1, 1, 1, 1)",
        )
        .unwrap();
    refuse(
        &site,
        kind,
        "UPDATE",
        "orders_orderitem",
        "NEW.quantity = 41",
    );

    let form = alice.form("/admin/orders/order/1/change/", "number");
    let reply = alice.submit(
        &form.set("items-0-quantity", "41").set("number", "R2"),
        "_save",
    );

    assert_eq!(reply.status, 200, "{}", reply.words());
    assert!(reply.words().contains(REFUSAL), "{}", reply.words());
    assert_eq!(
        texts(&site, "SELECT number FROM orders_order"),
        ["R1"],
        "nothing may be saved"
    );
}

fn a_list_shows_the_text_of_a_trigger_and_saves_no_row(kind: Kind) {
    let (site, alice) = two_products(kind);
    let before = stock(&site);
    refuse(&site, kind, "UPDATE", "catalog_product", "NEW.stock = 41");

    let form = alice.form(PRODUCTS, "form-0-stock");
    let reply = alice.submit(
        &form.set("form-0-stock", "40").set("form-1-stock", "41"),
        "_save",
    );

    assert_eq!(reply.status, 200, "{}", reply.words());
    assert!(reply.words().contains(REFUSAL), "{}", reply.words());
    assert_eq!(stock(&site), before, "no row may be saved");
}

fn an_action_shows_the_text_of_a_trigger(kind: Kind) {
    let (site, alice) = two_products(kind);
    refuse(
        &site,
        kind,
        "UPDATE",
        "catalog_product",
        "NOT NEW.is_active",
    );
    let token = alice.token(PRODUCTS);
    let fields = [
        ("action", "make_inactive"),
        ("_selected_action", "1"),
        ("index", "0"),
        ("csrfmiddlewaretoken", &token),
    ];

    let page = alice.follow(&alice.post(PRODUCTS, &fields));

    assert!(
        page.words()
            .contains(&format!("Nothing was changed. {REFUSAL}")),
        "{}",
        page.words()
    );
}

fn a_deletion_shows_the_text_of_a_trigger_and_deletes_nothing(kind: Kind) {
    let site = shop(kind);
    site.connect()
        .batch_execute(
            "INSERT INTO catalog_tag (name, slug) VALUES ('Red', 'red'), ('Blue', 'blue')",
        )
        .unwrap();
    let alice = ALICE.browser(&site);
    refuse(&site, kind, "DELETE", "catalog_tag", "OLD.name = 'Red'");
    let ids = texts(
        &site,
        "SELECT CAST(id AS text) FROM catalog_tag ORDER BY id",
    );
    let text = format!("Nothing was deleted. {REFUSAL}");

    let url = format!("{TAGS}{}/delete/", ids[0]);
    let reply = alice.submit(&alice.form(&url, "post"), "");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let page = alice.follow(&reply);
    assert!(page.words().contains(&text), "{}", page.words());

    let form = alice
        .form(TAGS, "action")
        .set("action", "delete_selected")
        .choose("_selected_action", &[&ids[0], &ids[1]]);
    let confirmation = alice.submit(&form, "index").form(TAGS, "post");
    let reply = alice.submit(&confirmation, "");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let page = alice.follow(&reply);
    assert!(page.words().contains(&text), "{}", page.words());
    assert_eq!(
        texts(&site, "SELECT name FROM catalog_tag ORDER BY id"),
        ["Red", "Blue"],
        "nothing may be deleted"
    );
}

fn a_refusal_with_the_code_of_a_constraint_keeps_its_text_on_postgresql(site: &TestSite) {
    site.connect()
        .batch_execute(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
               RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation'; END $$; \
             CREATE TRIGGER refuses BEFORE UPDATE ON catalog_product FOR EACH ROW EXECUTE FUNCTION refuse()"
        ))
        .unwrap();
    let alice = ALICE.browser(site);
    let reply = alice.submit(&alice.form(LAMP, "name").set("stock", "41"), "_save");
    assert_eq!(reply.status, 200, "{}", reply.words());
    assert!(reply.words().contains(REFUSAL), "{}", reply.words());
}

#[test]
fn a_refusal_with_the_code_of_a_constraint_keeps_its_text() {
    if Kind::postgres_is_there(module_path!()) {
        let (site, _) = two_products(Kind::Postgres);
        a_refusal_with_the_code_of_a_constraint_keeps_its_text_on_postgresql(&site);
    }
}

fn another_error_of_the_database_is_not_shown(kind: Kind) {
    // Without DEBUG, whose error page shows everything.
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    ALICE.save(conn);
    product("Lamp").save(conn);
    let alice = ALICE.browser(&site);
    conn.batch_execute(match kind {
        Kind::Sqlite => {
            "CREATE TRIGGER torn BEFORE UPDATE ON catalog_product BEGIN SELECT secret FROM gone; END"
        }
        Kind::Postgres => {
            "CREATE FUNCTION torn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
               PERFORM secret FROM gone; RAISE EXCEPTION 'not reached'; END $$; \
             CREATE TRIGGER torn BEFORE UPDATE ON catalog_product FOR EACH ROW EXECUTE FUNCTION torn()"
        }
    })
    .unwrap();

    let reply = alice.submit(&alice.form(LAMP, "name").set("stock", "41"), "_save");

    assert_eq!(
        reply.status, 500,
        "a mistake in a trigger is a fault of the site"
    );
    assert!(
        !reply.words().contains("gone"),
        "the page must not show the database's message: {}",
        reply.words()
    );
}

on_both!(
    a_change_form_shows_the_text_of_a_trigger_and_saves_nothing,
    an_add_form_shows_a_text_that_the_trigger_computes,
    an_inline_row_shows_the_text_of_a_trigger,
    a_list_shows_the_text_of_a_trigger_and_saves_no_row,
    an_action_shows_the_text_of_a_trigger,
    a_deletion_shows_the_text_of_a_trigger_and_deletes_nothing,
    another_error_of_the_database_is_not_shown,
);
