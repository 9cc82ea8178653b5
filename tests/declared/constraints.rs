//! Constraints and database defaults of a declared model.

use nuages::db::Kind as Column;
use nuages::db::Sql;
use nuages::models::{Model as _, Record};

use crate::club::{Room, club, club_room};
use crate::support::{ALICE, Client, Kind, Reply, TestSite};

const ADD: &str = "/admin/club/room/add/";

fn add(alice: &Client, values: &[(&str, &str)]) -> Reply {
    let mut form = alice.form(ADD, "number").set("state", "open");
    for (name, value) in values {
        form = form.set(name, value);
    }
    alice.submit(&form, "_save")
}

fn texts(site: &TestSite, sql: &'static str) -> Vec<String> {
    let rows = Sql::new(sql)
        .returns(&[Column::Text])
        .load(&mut site.connect())
        .unwrap();
    rows.iter().flatten().map(ToString::to_string).collect()
}

fn a_conditional_unique_constraint_is_tested_under_its_condition(kind: Kind) {
    let site = club(kind);
    let alice = ALICE.browser(&site);
    assert_eq!(add(&alice, &[("number", "1")]).status, 302);

    let reply = add(&alice, &[("number", "1")]);
    assert_eq!(reply.status, 200, "a second open room 1 is refused");
    assert!(
        reply
            .words()
            .contains("Constraint “open_number” is violated."),
        "{}",
        reply.words()
    );
    assert_eq!(
        reply.errors("number"),
        "",
        "Django's error is not beside the field"
    );

    let reply = add(&alice, &[("number", "1"), ("state", "shut")]);
    assert_eq!(
        reply.status,
        302,
        "a shut room 1 is no duplicate: {}",
        reply.words()
    );
    let form = alice.form("/admin/club/room/2/change/", "number");
    let reply = alice.submit(&form.set("state", "open"), "_save");
    assert!(
        reply
            .words()
            .contains("Constraint “open_number” is violated."),
        "opening the shut room violates the constraint: {}",
        reply.words()
    );
}

fn unique_constraints_without_condition_have_the_text_of_unique_together(kind: Kind) {
    let site = club(kind);
    let alice = ALICE.browser(&site);
    let place = [("floor", "1"), ("door", "2")];
    let first = [&[("number", "1")], &place[..]].concat();
    assert_eq!(add(&alice, &first).status, 302);

    let second = [&[("number", "2"), ("state", "shut")], &place[..]].concat();
    let reply = add(&alice, &second);
    assert!(
        reply
            .words()
            .contains("Room with this Floor and Door already exists."),
        "{}",
        reply.words()
    );

    let reply = add(&alice, &[("number", "2"), ("door", "2"), ("floor", "9")]);
    assert!(
        reply.words().contains("This door is taken."),
        "{}",
        reply.words()
    );
}

fn a_check_constraint_is_an_error_of_the_form(kind: Kind) {
    let site = club(kind);
    let alice = ALICE.browser(&site);

    let reply = add(&alice, &[("number", "1"), ("price", "-9.50")]);
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .words()
            .contains("Constraint “price_positive” is violated."),
        "{}",
        reply.words()
    );
    let reply = add(&alice, &[("number", "1"), ("price", "100.5")]);
    assert!(
        reply.words().contains("The price is above the limit."),
        "{}",
        reply.words()
    );
    let reply = add(&alice, &[("number", "1"), ("price", "99.5")]);
    assert_eq!(reply.status, 302, "{}", reply.words());
}

fn the_database_writes_its_defaults_and_computes_generated_columns(kind: Kind) {
    let site = club(kind);
    let alice = ALICE.browser(&site);
    assert_eq!(add(&alice, &[("number", "4")]).status, 302);
    assert_eq!(
        texts(
            &site,
            "SELECT CAST(weight AS text) || ' ' || note || ' ' || CAST(double AS text) FROM club_room"
        ),
        ["7 new 8"]
    );

    let mut record = Record::new(Room::meta());
    record.set(club_room::number, 5);
    record.set(club_room::state, "open");
    record.insert(&mut site.connect()).unwrap();
    assert_eq!(
        record.get(club_room::weight).unwrap().as_i64(),
        Some(7),
        "the record has the database's defaults"
    );
    assert_eq!(record.get(club_room::note).unwrap().as_str(), Some("new"));
}

fn a_model_has_the_permissions_that_it_declares(kind: Kind) {
    let site = club(kind);
    let conn = &mut site.connect();
    let apps = [crate::club::APP];
    nuages::models::content_types::create(conn, &apps[0]).unwrap();
    nuages::auth::permissions::create(conn, &apps[0]).unwrap();
    assert_eq!(
        texts(
            &site,
            "SELECT codename || ': ' || auth_permission.name FROM auth_permission INNER JOIN django_content_type AS t \
             ON t.id = content_type_id WHERE t.model = 'room' ORDER BY auth_permission.id"
        ),
        [
            "add_room: Can add room",
            "change_room: Can change room",
            "view_room: Can view room",
            "lock_room: Can lock room"
        ]
    );
}

on_both!(
    a_conditional_unique_constraint_is_tested_under_its_condition,
    unique_constraints_without_condition_have_the_text_of_unique_together,
    a_check_constraint_is_an_error_of_the_form,
    the_database_writes_its_defaults_and_computes_generated_columns,
    a_model_has_the_permissions_that_it_declares,
);
