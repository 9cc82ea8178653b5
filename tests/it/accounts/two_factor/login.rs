//! The second step of a login.

use chrono::Utc;
use diesel::prelude::*;
use nuages::schema::{auth_user, django_session};
use nuages::sessions::codec;
use nuages::settings::SecretKey;

use super::{CODE, CODES, OFF, SET_UP, STATUS, half_way, later, now, send, turn_on};
use crate::accounts::{PROFILE, session, shop};
use crate::support::{ALICE, CHARLIE, Kind, LOGIN, SECRET_KEY};

fn a_form_that_was_sent_without_a_session_comes_back_after_the_second_factor(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let (secret, _) = turn_on(&client, &CHARLIE);
    let form = client
        .form(PROFILE, "first_name")
        .set("first_name", "Typed");
    site.end_sessions();
    later(&site);

    let half = client.submit_and_log_in(&form, "", &CHARLIE);
    assert_eq!(half.header("location"), CODE, "a code is asked for");
    let page = client.get(PROFILE);
    assert_eq!(
        page.status,
        302,
        "nobody is logged in yet, and nothing is shown: {}",
        page.text()
    );
    let page = client.follow(&send(&client, &now(&secret)));

    assert!(
        page.words().contains("Nothing has been saved yet"),
        "{}",
        page.words()
    );
    assert_eq!(
        page.form(PROFILE, "first_name").value("first_name"),
        "Typed"
    );
    assert_eq!(CHARLIE.row(&site).first_name, "");
}

fn a_login_needs_the_password_and_then_a_code(kind: Kind) {
    let site = shop(kind);
    let (secret, _) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    let client = half_way(&site, &CHARLIE, "/categories/?a=b");
    // Nobody is logged in yet, here or in Django.
    let half = client.cookie("sessionid").unwrap();
    assert!(
        session(&site, &half)
            .unwrap()
            .get("_auth_user_id")
            .is_none()
    );
    assert!(client.get(PROFILE).status == 302 && CHARLIE.row(&site).last_login.is_none());
    let page = client.get(CODE);
    assert!(
        page.shows(&[
            "Your password is right, charlie",
            "inputmode=\"numeric\"",
            "autocomplete=\"one-time-code\""
        ]) && !page.shows(&["Hello"])
    );
    assert!(page.all("cache-control").contains("no-store"));
    let secret_before = client.cookie("csrftoken");
    let code = now(&secret);
    let reply = send(&client, &format!(" {} {} ", &code[..3], &code[3..]));
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/categories/?a=b"),
        "{}",
        reply.text()
    );
    assert!(
        client.get("/").shows(&["Hello, <bdi>charlie</bdi>"])
            && CHARLIE.row(&site).last_login.is_some()
    );
    let key = client.cookie("sessionid").unwrap();
    assert!(
        key != half
            && session(&site, &half).is_none()
            && client.cookie("csrftoken") != secret_before
    );
    assert!(
        session(&site, &key)
            .unwrap()
            .keys()
            .all(|name| !name.contains("pending"))
    );
    // Other users log in as before.
    site.client().log_in(&ALICE);
}

fn a_password_alone_does_not_log_in(kind: Kind) {
    let site = shop(kind);
    turn_on(&CHARLIE.browser(&site), &CHARLIE);
    assert_eq!(site.client().get(CODE).header("location"), LOGIN);
    assert_eq!(
        site.client()
            .post(CODE, &[("code", "123456")])
            .header("location"),
        LOGIN
    );
    // The pending login has a new session key, because somebody else may know the old one.
    let client = site.client();
    client.keep("sessionid", "abcdefghijklmnopqrstuvwxyz012345");
    client.post(
        LOGIN,
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    assert!(client.cookie("sessionid").unwrap() != "abcdefghijklmnopqrstuvwxyz012345");
    for path in [
        STATUS,
        SET_UP,
        CODES,
        OFF,
        "/accounts/sessions/",
        "/accounts/password_change/",
    ] {
        assert!(
            client
                .get(path)
                .header("location")
                .starts_with("/accounts/login/?next="),
            "{path}"
        );
    }
    // The logged-in user stays the same until the code is correct.
    let alice = ALICE.browser(&site);
    alice.post(
        LOGIN,
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    assert!(
        alice.get("/").shows(&["Hello, <bdi>alice</bdi>"]) && alice.get(CODE).shows(&["charlie"])
    );
}

fn a_login_waits_ten_minutes_for_its_code_and_ends_if_the_password_changes(kind: Kind) {
    let site = shop(kind);
    let (secret, _) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    let client = half_way(&site, &CHARLIE, "");
    let key = client.cookie("sessionid").unwrap();
    let mut data = session(&site, &key).unwrap();
    data["_nuages_pending_login"]["at"] = (Utc::now().timestamp() - 601).into();
    let text = codec::encode(&data, &SecretKey::new(SECRET_KEY), Utc::now().timestamp());
    diesel::update(django_session::table.find(&key))
        .set(django_session::session_data.eq(text))
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(send(&client, &now(&secret)).header("location"), LOGIN);
    assert!(
        client
            .get(LOGIN)
            .shows(&["That took too long. Please log in again."])
    );

    let clients = [half_way(&site, &CHARLIE, ""), half_way(&site, &CHARLIE, "")];
    let charlie = auth_user::table.find(CHARLIE.row(&site).id);
    let conn = &mut site.connect();
    diesel::update(charlie)
        .set(auth_user::is_active.eq(false))
        .execute(conn)
        .unwrap();
    assert_eq!(
        send(&clients[0], &now(&secret)).header("location"),
        LOGIN,
        "deactivated"
    );
    diesel::update(charlie)
        .set((auth_user::is_active.eq(true), auth_user::password.eq("!")))
        .execute(conn)
        .unwrap();
    assert_eq!(
        send(&clients[1], &now(&secret)).header("location"),
        LOGIN,
        "another password"
    );
}

on_both!(
    a_form_that_was_sent_without_a_session_comes_back_after_the_second_factor,
    a_login_needs_the_password_and_then_a_code,
    a_password_alone_does_not_log_in,
    a_login_waits_ten_minutes_for_its_code_and_ends_if_the_password_changes,
);
