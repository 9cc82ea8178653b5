//! The same requests to either admin (inline rows, editing in the list, actions) have the same
//! results on twin databases.

use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};

use super::project::Django;
use crate::support::{ALICE, BOB, Client, Database, Kind, TestSite, product};

const ORDERS: &str = "/admin/orders/order/";
const PRODUCTS: &str = "/admin/catalog/product/";
const FIRST: &str = "/admin/orders/order/1/change/";

const DATES: &str = "created_at_0=2025-01-01 created_at_1=00:00:00 initial-created_at_0=2025-01-01 initial-created_at_1=00:00:00 paid_at_0= paid_at_1=";

type Fields = Vec<(String, String)>;

/// A form that a user sends.
struct Step {
    who: &'static str,
    path: &'static str,
    fields: Fields,
}

/// Parses `name=value name=value`; `+` is a space.
fn fields(text: &str) -> Fields {
    let pairs = text
        .split_whitespace()
        .map(|pair| pair.split_once('=').unwrap());
    pairs
        .map(|(name, value)| (name.to_owned(), value.replace('+', " ")))
        .collect()
}

fn step(path: &'static str, text: &str) -> Step {
    Step {
        who: "alice",
        path,
        fields: fields(text),
    }
}

fn bobs(path: &'static str, text: &str) -> Step {
    Step {
        who: "bob",
        ..step(path, text)
    }
}

/// The form of an order: its own fields, the total and initial numbers of items, and the items.
fn order(path: &'static str, own: &str, forms: [u8; 2], items: &str) -> Step {
    let [total, initial] = forms;
    let management = format!(
        "items-TOTAL_FORMS={total} items-INITIAL_FORMS={initial} items-MIN_NUM_FORMS=0 items-MAX_NUM_FORMS=1000"
    );
    step(
        path,
        &format!(
            "customer= email=a@example.com status=paid note= total=10 {DATES} {own} {management} {items}"
        ),
    )
}

/// An item of an order; `id` and `order` are empty for a new one.
fn item(at: u8, id: &str, order: &str, [product, quantity, price]: [&str; 3]) -> String {
    let own = format!(
        "items-{at}-product={product} items-{at}-quantity={quantity} items-{at}-unit_price={price}"
    );
    format!("items-{at}-id={id} items-{at}-order={order} {own}")
}

/// Rows that are edited in the list.
fn edited(path: &'static str, rows: &[[&str; 3]]) -> Step {
    let counts = format!(
        "form-TOTAL_FORMS={0} form-INITIAL_FORMS={0} form-MIN_NUM_FORMS=0 form-MAX_NUM_FORMS=1000 _save=Save",
        rows.len()
    );
    let rows = rows.iter().enumerate().map(|(at, [id, price, stock])| {
        format!("form-{at}-id={id} form-{at}-price={price} form-{at}-stock={stock}")
    });
    step(
        path,
        &[counts]
            .into_iter()
            .chain(rows)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// An action on ticked rows.
fn act(path: &'static str, action: &str, pks: &[&str], more: &str) -> Step {
    let ticked: Vec<String> = pks
        .iter()
        .map(|pk| format!("_selected_action={pk}"))
        .collect();
    step(
        path,
        &format!(
            "action={action} index=0 select_across=0 {} {more}",
            ticked.join(" ")
        ),
    )
}

fn steps() -> Vec<Step> {
    [form_steps(), list_steps(), action_steps(), clerk_steps()]
        .into_iter()
        .flatten()
        .collect()
}

/// Saves the form of an order with its items.
fn form_steps() -> Vec<Step> {
    let three = [
        item(0, "1", "1", ["1", "1", "2.50"]),
        item(1, "2", "1", ["2", "2", "2.50"]),
        item(2, "3", "1", ["3", "3", "2.50"]),
    ];
    let same = three.join(" ");
    let all = [
        three[0].clone(),
        "items-0-DELETE=on".to_owned(),
        item(1, "2", "1", ["2", "20", "2.50"]),
        three[2].clone(),
        item(3, "", "1", ["5", "7", "1.5"]),
        item(4, "", "1", ["", "1", ""]),
    ];
    let add = [
        item(0, "", "", ["1", "1", "9.99"]),
        item(1, "", "", ["4", "2", "0.5"]),
    ]
    .join(" ");
    let wrong = item(0, "2", "1", ["2", "0", "x"]);
    let two = [
        item(0, "2", "1", ["6", "21", "3.00"]),
        item(1, "3", "1", ["3", "3", "2.50"]),
    ]
    .join(" ");
    vec![
        // Add, change and delete in one save; then save without changes; then delete the order with
        // its items.
        order(FIRST, "number=R1 _continue=1", [5, 3], &all.join(" ")),
        order(
            FIRST,
            "number=R1 _save=1",
            [2, 2],
            &[
                item(0, "2", "1", ["2", "20", "2.50"]),
                item(1, "3", "1", ["3", "3", "2.50"]),
            ]
            .join(" "),
        ),
        order(
            FIRST,
            "number=R1b note=two+words status=pending _addanother=1",
            [2, 2],
            &two,
        ),
        order(
            "/admin/orders/order/add/",
            "number=R9 customer=1 _save=1",
            [2, 0],
            &add,
        ),
        // Refused: an invalid item, no management form, a number that is taken.
        order(FIRST, "number=R1c _save=1", [1, 1], &wrong),
        step(
            FIRST,
            &format!("number=R1c email=a@example.com status=paid total=10 {DATES} _save=1"),
        ),
        order("/admin/orders/order/add/", "number=R2 _save=1", [0, 0], ""),
        // An invalid item that is deleted does not cause an error.
        order(
            FIRST,
            "number=R1 _save=1",
            [1, 1],
            &format!("{} items-0-DELETE=on", item(0, "2", "1", ["6", "21", "x"])),
        ),
        order(
            "/admin/orders/order/2/change/",
            "number=R2 _save=1",
            [3, 3],
            &same,
        ),
    ]
}

/// Saves fields in the list of products.
fn list_steps() -> Vec<Step> {
    vec![
        edited(
            PRODUCTS,
            &[
                ["1", "11.00", "3"],
                ["2", "10.00", "22"],
                ["3", "10.00", "3"],
            ],
        ),
        edited(
            "/admin/catalog/product/?is_active__exact=1&o=4.-1",
            &[["5", "12.50", "5"], ["4", "10.00", "3"]],
        ),
        edited(PRODUCTS, &[["1", "11.00", "3"], ["2", "10.00", "22"]]),
        edited(PRODUCTS, &[["1", "x", "3"], ["2", "99", "99"]]),
        edited(PRODUCTS, &[["1", "12", "-1"]]),
    ]
}

/// Runs actions on selected products.
fn action_steps() -> Vec<Step> {
    vec![
        act(PRODUCTS, "make_inactive", &["1", "2"], ""),
        act(
            "/admin/catalog/product/?is_active__exact=0",
            "make_active",
            &["1"],
            "",
        ),
        act(PRODUCTS, "make_inactive", &[], ""),
        act(PRODUCTS, "make_inactive", &["1", "999"], ""),
        act(PRODUCTS, "nonsense", &["1"], ""),
        act(PRODUCTS, "", &["1"], ""),
        step(
            PRODUCTS,
            "action= action=make_active index=1 select_across=0 _selected_action=1",
        ),
        step(
            "/admin/catalog/product/?q=i",
            "action=make_inactive index=0 select_across=1 _selected_action=2",
        ),
        // Deletion: the confirmation, a deletion that an order forbids, and a successful one.
        act(PRODUCTS, "delete_selected", &["4"], ""),
        act(PRODUCTS, "delete_selected", &["3", "6"], "post=yes"),
        act("/admin/catalog/tag/", "delete_selected", &["1"], "post=yes"),
        act(PRODUCTS, "delete_selected", &["7", "8"], "post=yes"),
        act(ORDERS, "delete_selected", &["2"], "post=yes"),
        step(
            "/admin/catalog/product/?q=spare",
            "action=delete_selected index=0 select_across=1 _selected_action=9 post=yes",
        ),
        act(PRODUCTS, "delete_selected", &["999"], "post=yes"),
    ]
}

/// Sends forms as a clerk who may change products and orders, and only view items.
fn clerk_steps() -> Vec<Step> {
    vec![
        bobs(
            PRODUCTS,
            "action=delete_selected index=0 select_across=0 _selected_action=1 post=yes",
        ),
        bobs(
            PRODUCTS,
            "action=make_active index=0 select_across=0 _selected_action=1",
        ),
        Step {
            who: "bob",
            ..edited(PRODUCTS, &[["1", "1.00", "1"]])
        },
        Step {
            who: "bob",
            ..order(
                FIRST,
                "number=R1 note=bob _save=1",
                [1, 1],
                &item(0, "3", "1", ["3", "33", "2.50"]),
            )
        },
        Step {
            who: "bob",
            ..order("/admin/orders/order/add/", "number=R10 _save=1", [0, 0], "")
        },
        bobs(
            "/admin/catalog/tag/",
            "action=delete_selected index=0 select_across=0 _selected_action=2 post=yes",
        ),
    ]
}

fn shop(kind: Kind) -> Database {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for persona in [&ALICE, &BOB] {
        persona.save(conn);
    }
    for name in [
        "Ash", "Birch", "Cedar", "Dogwood", "Elm <b>", "Fir", "Gum", "Hazel", "Spare 1", "Spare 2",
    ] {
        product(name).tag("oak").tag("new").save(conn);
    }
    let orders = "INSERT INTO orders_order (number, email, status, note, total, created_at)
                      VALUES ('R1', 'a@example.com', 'paid', '', 10, '2025-01-01 00:00:00'),
                             ('R2', 'a@example.com', 'paid', '', 10, '2025-01-02 00:00:00');
                  INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id)
                      VALUES (1, 2.50, 1, 1), (2, 2.50, 1, 2), (3, 2.50, 1, 3), (1, 2.50, 2, 1), (1, 2.50, 2, 6)";
    conn.batch_execute(orders).unwrap();
    let may = [
        "view_product",
        "change_product",
        "view_order",
        "change_order",
        "view_orderitem",
        "view_tag",
    ];
    let names = may.map(|name| format!("'{name}'")).join(", ");
    let given = format!(
        "INSERT INTO auth_user_user_permissions (user_id, permission_id) SELECT auth_user.id, auth_permission.id
             FROM auth_user, auth_permission WHERE username = 'bob' AND codename IN ({names})"
    );
    conn.batch_execute(&given).unwrap();
    drop(database.connect());
    database
}

fn said(django: &Django, database: &Database, act: &str) -> Value {
    let steps = steps();
    let steps = steps
        .iter()
        .map(|step| json!({ "who": step.who, "path": step.path, "fields": step.fields }));
    let steps = json!(steps.collect::<Vec<_>>());
    let script = format!(
        "ACT, STEPS = {act:?}, {steps}\n{}",
        include_str!("working.py")
    );
    serde_json::from_str(&django.shell(database, &script)).unwrap()
}

/// Sends the form, and reads the next page.
fn send(client: &Client, step: &Step, told: &Value) -> Value {
    let token = client.token("/admin/");
    let fields = step
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<_> = fields
        .chain([("csrfmiddlewaretoken", token.as_str())])
        .collect();
    let reply = client.post_with(step.path, &[], &fields);
    let location = reply.header("location").to_owned();
    let words = if location.is_empty() {
        String::new()
    } else {
        client.get(&location).words()
    };
    // Words are separated at the beginning of a link.
    let joined = |text: &str| text.replace(' ', "");
    let told = told
        .as_array()
        .unwrap()
        .iter()
        .filter(|told| joined(&words).contains(&joined(told.as_str().unwrap())));
    json!({ "status": reply.status, "location": location, "told": told.collect::<Vec<_>>() })
}

fn the_same_requests_do_the_same(kind: Kind, django: &Django) {
    let theirs = shop(kind);
    let expected = said(django, &theirs, "write");
    let ours = TestSite::with(shop(kind), &[], crate::shop::urls);
    let clients = [("alice", ALICE.browser(&ours)), ("bob", BOB.browser(&ours))];
    let mut wrong = Vec::new();
    for (step, expected) in steps().iter().zip(expected["answers"].as_array().unwrap()) {
        let (_, client) = clients.iter().find(|(name, _)| *name == step.who).unwrap();
        let answer = send(client, step, &expected["told"]);
        if answer != *expected {
            wrong.push(format!(
                "{} {} {:?}\n  ours   {answer}\n  theirs {expected}",
                step.who, step.path, step.fields
            ));
        }
    }
    let found = said(django, &ours.database, "read");
    for part in ["rows", "log"] {
        if found[part] != expected[part] {
            wrong.push(format!(
                "{part}\n  ours   {:#}\n  theirs {:#}",
                found[part], expected[part]
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );

    // Nuages can read the log entries that Django wrote.
    let site = TestSite::with(theirs, &[], crate::shop::urls);
    let alice = ALICE.browser(&site);
    for entry in expected["log"].as_array().unwrap() {
        let part = |at: usize| entry[at].as_str().unwrap();
        let app = if part(1) == "order" {
            "orders"
        } else {
            "catalog"
        };
        let history = alice.get(&format!("/admin/{app}/{}/{}/history/", part(1), part(2)));
        // A deleted row has no page, in Django either.
        if entry[4] != 3 && history.status == 200 {
            assert!(
                history.words().contains(part(6)),
                "{entry}: {}",
                history.words()
            );
        }
    }
}

with_django!(the_same_requests_do_the_same);
