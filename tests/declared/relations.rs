//! Relations of declared models: links with a model, one-to-one keys, keys to another column, and
//! what happens to rows that refer to a deleted one.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Kind as Column, Sql, Value};
use nuages::models::{Collector, ColumnPath, Condition, Lookup, Meta, Model as _, Query, check};

use crate::club::{APP, Badge, Membership, Parcel, Person, RoomKey, Team, club};
use crate::support::{ALICE, Kind, TestSite};

const PEOPLE: &str = "INSERT INTO club_person (id, name, code, is_member) VALUES
    (1, 'Ann', 'A1', true), (2, 'Ben', 'B2', true), (3, 'Cid', 'C3', false);";

fn run(site: &TestSite, sql: &str) {
    site.connect()
        .batch_execute(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn texts(site: &TestSite, sql: &'static str) -> Vec<String> {
    let rows = Sql::new(sql)
        .returns(&[Column::Text])
        .load(&mut site.connect())
        .unwrap();
    rows.iter().flatten().map(ToString::to_string).collect()
}

fn find(conn: &mut Conn, model: &'static Meta, lookup: &str, value: &str) -> Vec<i64> {
    let parameter = model.parameter(lookup).unwrap();
    let condition = parameter.condition(&[value], chrono_tz::Tz::UTC).unwrap();
    let pks = Query::new(model).filter(condition).pks(conn).unwrap();
    pks.iter().filter_map(Value::as_i64).collect()
}

fn delete(conn: &mut Conn, model: &'static Meta, pk: i64) {
    let rows = Query::new(model).with_pks(vec![pk.into()]);
    conn.atomic(|conn| Collector::new(rows).delete(conn, |_, _| Ok(())))
        .unwrap();
}

fn links_with_a_model_are_found_in_lookups_and_edited_as_inline_rows(kind: Kind) {
    let site = club(kind);
    run(&site, PEOPLE);
    run(
        &site,
        "INSERT INTO club_team (id, name) VALUES (1, 'Chess'), (2, 'Choir');
         INSERT INTO club_membership (team_id, person_id, role) VALUES (1, 1, 'captain'), (2, 2, 'alto');",
    );
    let members = &Team::meta().many[0];
    assert_eq!(
        (members.through(), members.from_column, members.to_column),
        ("club_membership", "team_id", "person_id")
    );
    let conn = &mut site.connect();
    assert_eq!(find(conn, Team::meta(), "members__name", "Ben"), [2]);
    assert_eq!(find(conn, Person::meta(), "teams__name", "Chess"), [1]);

    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/club/team/1/change/", "name");
    assert!(
        !form.has("members"),
        "Django's admin has no field for such links"
    );
    let reply = alice.submit(
        &form
            .set("membership_set-1-person", "2")
            .set("membership_set-1-role", "rook"),
        "_save",
    );
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        texts(
            &site,
            "SELECT role FROM club_membership WHERE team_id = 1 ORDER BY id"
        ),
        ["captain", "rook"]
    );

    delete(conn, Person::meta(), 1);
    assert_eq!(
        texts(&site, "SELECT role FROM club_membership ORDER BY id"),
        ["alto", "rook"],
        "the deletion reaches the links along their foreign keys"
    );
}

fn a_one_to_one_key_is_unique_and_named_after_its_model(kind: Kind) {
    let site = club(kind);
    run(&site, PEOPLE);
    run(
        &site,
        "INSERT INTO club_badge (text, person_id) VALUES ('gold', 1)",
    );
    let conn = &mut site.connect();
    assert_eq!(find(conn, Person::meta(), "badge__text", "gold"), [1]);

    let alice = ALICE.browser(&site);
    let form = alice
        .form("/admin/club/badge/add/", "text")
        .set("text", "tin")
        .set("person", "1");
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.errors("person"),
        "Badge with this Person already exists.",
        "a second badge is refused"
    );

    let form = alice.form("/admin/club/person/2/change/", "name");
    assert!(
        form.has("badge-0-text"),
        "the prefix is the name of the model"
    );
    assert!(
        !form.has("badge-1-text"),
        "there is one row, whatever `extra` is"
    );
}

fn a_key_can_refer_to_another_unique_column(kind: Kind) {
    let site = club(kind);
    run(&site, PEOPLE);
    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/club/parcel/add/", "content");
    let reply = alice.submit(&form.clone().set("content", "tea").set("to", "B2"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(texts(&site, "SELECT to_id FROM club_parcel"), ["B2"]);
    let reply = alice.post(
        "/admin/club/parcel/add/",
        &[
            ("content", "tea"),
            ("to", "2"),
            (
                "csrfmiddlewaretoken",
                &alice.token("/admin/club/parcel/add/"),
            ),
        ],
    );
    assert_eq!(
        reply.errors("to"),
        "Select a valid choice. That choice is not one of the available choices.",
        "a primary key is no value of the column"
    );

    let list = alice.get("/admin/club/parcel/");
    assert!(
        list.words().contains("Ben"),
        "the list joins the person: {}",
        list.words()
    );
    let filtered = alice.get("/admin/club/parcel/?to__code__exact=B2").words();
    assert!(
        filtered.contains("1 parcel"),
        "the filter finds the parcel: {filtered}"
    );
    let others = alice.get("/admin/club/parcel/?to__code__exact=A1").words();
    assert!(
        others.contains("0 parcels"),
        "the filter excludes it: {others}"
    );
    assert!(
        list.text().contains("to__code__exact=B2"),
        "the filter offers the values of the column"
    );
    let form = alice.form("/admin/club/parcel/1/change/", "content");
    assert_eq!(form.value("to"), "B2");

    let conn = &mut site.connect();
    assert_eq!(find(conn, Parcel::meta(), "to__name", "Ben"), [1]);
    assert_eq!(find(conn, Parcel::meta(), "to__id", "2"), [1]);
    assert_eq!(find(conn, Parcel::meta(), "to", "B2"), [1]);
    assert_eq!(find(conn, Person::meta(), "parcel__content", "tea"), [2]);
    let ordered = Query::new(Parcel::meta()).filter(Condition::Is {
        path: ColumnPath::own("name").behind(nuages::models::Step::Forward("to_id")),
        lookup: Lookup::Exact,
        values: vec!["Ben".into()],
    });
    assert_eq!(ordered.count(conn).unwrap(), 1);

    let page = alice.get("/admin/club/person/2/delete/");
    assert!(
        page.words().contains("Parcel"),
        "the deletion names it: {}",
        page.words()
    );
    delete(conn, Person::meta(), 2);
    assert_eq!(Query::new(Parcel::meta()).count(conn).unwrap(), 0);
}

fn forms_offer_the_rows_that_limit_choices_to_allows(kind: Kind) {
    let site = club(kind);
    run(&site, PEOPLE);
    run(
        &site,
        "INSERT INTO club_team (id, name) VALUES (1, 'Chess')",
    );
    let alice = ALICE.browser(&site);
    let page = alice.get("/admin/club/membership/add/");
    assert!(
        page.text().contains("Ann") && !page.text().contains("Cid"),
        "Cid is not a member"
    );
    let token = page.token().unwrap();
    let fields = [
        ("team", "1"),
        ("person", "3"),
        ("role", "x"),
        ("csrfmiddlewaretoken", &token),
    ];
    let reply = alice.post("/admin/club/membership/add/", &fields);
    assert_eq!(
        reply.errors("person"),
        "Select a valid choice. That choice is not one of the available choices."
    );
    assert_eq!(
        Query::new(Membership::meta())
            .count(&mut site.connect())
            .unwrap(),
        0
    );
}

fn keys_get_their_default_or_stay_when_their_row_is_deleted(kind: Kind) {
    let site = club(kind);
    run(
        &site,
        "INSERT INTO club_room (id, number, state, price, limit_price) VALUES (1, 1, 'open', 1, 9), (2, 2, 'open', 1, 9);
         INSERT INTO club_roomkey (id, room_id, spare_id) VALUES (1, 2, 2);",
    );
    let alice = ALICE.browser(&site);
    let page = alice.get("/admin/club/room/2/delete/").words();
    assert!(
        page.contains("1 room key will get the default room"),
        "the page names the change: {page}"
    );
    delete(&mut site.connect(), crate::club::Room::meta(), 2);
    assert_eq!(
        texts(
            &site,
            "SELECT CAST(room_id AS text) || ' ' || CAST(spare_id AS text) FROM club_roomkey"
        ),
        ["1 2"],
        "SET_DEFAULT writes the default, DO_NOTHING leaves the key"
    );
    assert_eq!(
        Query::new(RoomKey::meta())
            .count(&mut site.connect())
            .unwrap(),
        1
    );
}

fn the_declarations_have_no_mistakes(kind: Kind) {
    let _site = club(kind);
    assert!(Badge::meta().field("person").unwrap().unique);
    assert_eq!(check(&[APP]), []);
}

on_both!(
    links_with_a_model_are_found_in_lookups_and_edited_as_inline_rows,
    a_one_to_one_key_is_unique_and_named_after_its_model,
    a_key_can_refer_to_another_unique_column,
    forms_offer_the_rows_that_limit_choices_to_allows,
    keys_get_their_default_or_stay_when_their_row_is_deleted,
    the_declarations_have_no_mistakes,
);
