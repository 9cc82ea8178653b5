//! Turning two-factor login on and off, and requiring it.

use diesel::prelude::*;
use nuages::schema::{auth_user, nuages_recovery_code, nuages_two_factor};

use super::{
    CODES, OFF, SET_UP, STATUS, half_way, later, now, send, shown_secret, turn_on, with_staff_room,
    wrong,
};
use crate::accounts::{PROFILE, people, shop, shop_with};
use crate::support::{ALICE, CHARLIE, Kind, LOGIN, TestSite};

fn two_factor_is_on_after_a_code_of_the_new_secret_and_the_password(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    assert!(client.get(STATUS).shows(&["Off", "Set up"]));
    let page = client.get(SET_UP);
    let secret = shown_secret(&page);
    assert!(
        page.shows(&["<svg class=\"qr\"", "otpauth://totp/127%2E0%2E0%2E1"])
            && !page.shows(&["style="]),
        "{}",
        page.text()
    );
    assert_eq!(page.header("content-encoding"), "identity");
    assert_eq!(
        shown_secret(&client.get(SET_UP)),
        secret,
        "a page that is loaded again shows the same"
    );
    assert!(shown_secret(&ALICE.browser(&site).get(SET_UP)) != secret);

    for (code, password, field, complaint) in [
        (
            wrong(&secret),
            CHARLIE.password,
            "code",
            "This code is wrong.",
        ),
        (
            String::new(),
            CHARLIE.password,
            "code",
            "This field is required.",
        ),
        (
            now(&secret),
            ALICE.password,
            "password",
            "Your password was entered incorrectly.",
        ),
    ] {
        let page = client.post(SET_UP, &[("code", &code), ("password", password)]);
        assert!(
            page.status == 200 && page.errors(field).starts_with(complaint),
            "{}",
            page.text()
        );
        assert_eq!(shown_secret(&page), secret);
    }
    assert!(client.get(STATUS).shows(&["Off"]));
    let (_, codes) = turn_on(&client, &CHARLIE);
    assert!(
        client
            .get(STATUS)
            .shows(&["On since", "10 left", "Turn off"])
    );
    // The codes are shown once; the stored values reveal neither the secret nor the codes.
    for path in [STATUS, SET_UP, CODES] {
        assert!(!client.get(path).shows(&[&codes[0]]));
    }
    assert_eq!(client.get(SET_UP).header("location"), STATUS);
    assert_eq!(
        client.post(SET_UP, &[("code", "1")]).header("location"),
        STATUS
    );
    let stored: String = nuages_two_factor::table
        .select(nuages_two_factor::secret)
        .first(&mut site.connect())
        .unwrap();
    assert!(!stored.contains(&secret.to_base32()));
    let hashes: Vec<String> = nuages_recovery_code::table
        .select(nuages_recovery_code::hash)
        .load(&mut site.connect())
        .unwrap();
    assert!(
        hashes.len() == 10
            && hashes
                .iter()
                .all(|hash| hash.len() == 64 && !codes.contains(hash))
    );
    assert_eq!(client.get(PROFILE).status, 200, "who turned it on stays in");
}

fn turning_two_factor_off_needs_the_password(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    turn_on(&client, &CHARLIE);
    let page = client.post(OFF, &[("password", ALICE.password)]);
    assert!(
        page.errors("password")
            .starts_with("Your password was entered incorrectly.")
    );
    assert!(client.get(STATUS).shows(&["On since"]));
    assert_eq!(
        client
            .post(OFF, &[("password", CHARLIE.password)])
            .header("location"),
        STATUS
    );
    assert!(
        client
            .get(STATUS)
            .shows(&["Your login no longer needs a code.", "Set up"])
    );
    site.client().log_in(&CHARLIE);
    assert_eq!(client.get(CODES).header("location"), STATUS);
    let left: i64 = nuages_recovery_code::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!(left, 0);
    // Turn it on again, with another secret.
    turn_on(&client, &CHARLIE);
    let removed = || site.database.nuages(&["removetwofactor", "charlie"]);
    assert!(removed().status.success() && removed().status.code() == Some(1));
    site.client().log_in(&CHARLIE);
}

fn staff_can_be_required_to_set_up_two_factor_before_staff_pages(kind: Kind) {
    let site = TestSite::with(
        people(kind),
        &[("REQUIRE_STAFF_TWO_FACTOR", "1")],
        with_staff_room,
    );
    // Customers are not affected.
    site.client().log_in(&CHARLIE);
    let client = site.client();
    let reply = client.post(
        LOGIN,
        &[
            ("username", "alice"),
            ("password", ALICE.password),
            ("next", "/staff/"),
        ],
    );
    let set_up = "/accounts/two-factor/set-up/?next=%2Fstaff%2F";
    assert_eq!(reply.header("location"), set_up);
    assert_eq!(
        client.get("/staff/").header("location"),
        "/accounts/login/code/?next=/staff/"
    );
    assert_eq!(
        client
            .get("/accounts/login/code/?next=/staff/")
            .header("location"),
        set_up
    );
    let page = client.get(set_up);
    let secret = shown_secret(&page);
    assert!(page.shows(&["This site requires two-factor login for its staff."]));
    let page = client.post(
        set_up,
        &[
            ("code", &now(&secret)),
            ("password", ALICE.password),
            ("next", "/staff/"),
        ],
    );
    assert!(page.shows(&["href=\"/staff/\""]), "{}", page.text());
    assert_eq!(client.get("/staff/").text(), "come in");
    assert_eq!(
        client
            .get("/accounts/login/code/?next=/staff/")
            .header("location"),
        "/staff/"
    );
    assert_eq!(
        (
            client.get(OFF).status,
            client.post(OFF, &[("password", ALICE.password)]).status
        ),
        (403, 403)
    );
    later(&site);
    // A session that Django made must show a code here before it can continue.
    let elsewhere = ALICE.browser(&site);
    assert_eq!(elsewhere.get(PROFILE).status, 200);
    let reply = elsewhere.get("/staff/?a=b");
    assert_eq!(
        reply.header("location"),
        "/accounts/login/code/?next=/staff/%3Fa%3Db"
    );
    assert!(
        elsewhere
            .get(reply.header("location"))
            .shows(&["Enter your code"])
    );
    assert_eq!(elsewhere.get("/staff/").status, 302);
    assert_eq!(
        send(&elsewhere, &now(&secret)).header("location"),
        "/staff/?a=b"
    );
    assert_eq!(elsewhere.get("/staff/").text(), "come in");
    // The same applies to a login.
    later(&site);
    let client = half_way(&site, &ALICE, "/staff/");
    assert_eq!(send(&client, &now(&secret)).header("location"), "/staff/");
    assert_eq!(client.get("/staff/").text(), "come in");
    // The second factor of one user does not count for another.
    client.log_in(&CHARLIE);
    assert_eq!(
        client.get("/staff/").header("location"),
        "/admin/login/?next=/staff/"
    );
    let open = TestSite::with(people(kind), &[], with_staff_room);
    assert_eq!(ALICE.browser(&open).get("/staff/").text(), "come in");
}

fn a_second_factor_is_deleted_with_its_user(kind: Kind) {
    let site = shop_with(kind, &[]);
    turn_on(&CHARLIE.browser(&site), &CHARLIE);
    diesel::delete(auth_user::table.find(CHARLIE.row(&site).id))
        .execute(&mut site.connect())
        .unwrap();
    let rows: i64 = nuages_two_factor::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    let codes: i64 = nuages_recovery_code::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!((rows, codes), (0, 0));
}

on_both!(
    two_factor_is_on_after_a_code_of_the_new_secret_and_the_password,
    turning_two_factor_off_needs_the_password,
    staff_can_be_required_to_set_up_two_factor_before_staff_pages,
    a_second_factor_is_deleted_with_its_user,
);
