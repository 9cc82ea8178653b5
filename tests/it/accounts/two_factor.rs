//! `/accounts/two-factor/`, and the second step of a login

use std::thread;

use chrono::Utc;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::auth::totp::Secret;
use nuages::http::{Access, Urls, get, path};
use nuages::schema::{auth_user, django_session, nuages_recovery_code, nuages_two_factor};
use nuages::sessions::codec;
use nuages::settings::{SecretKey, Settings};

use super::{PROFILE, people, session, shop, shop_with};
use crate::support::{ALICE, CHARLIE, Client, Kind, LOGIN, Persona, Reply, SECRET_KEY, TestSite};

const STATUS: &str = "/accounts/two-factor/";
const SET_UP: &str = "/accounts/two-factor/set-up/";
const CODES: &str = "/accounts/two-factor/recovery-codes/";
const OFF: &str = "/accounts/two-factor/off/";
const CODE: &str = "/accounts/login/code/";
const WRONG: &str = "This code is wrong, or was used before. Enter another one.";

/// Returns the secret that the page shows.
fn shown_secret(page: &Reply) -> Secret {
    let text = page.text();
    let (_, rest) = text.split_once("<p class=\"secret\"><code>").unwrap();
    Secret::from_base32(&rest.split('<').next().unwrap().replace(' ', "")).unwrap()
}

fn shown_codes(page: &Reply) -> Vec<String> {
    let text = page.text();
    text.split("<li><code>")
        .skip(1)
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect()
}

fn now(secret: &Secret) -> String {
    secret.code(Utc::now().timestamp()).unwrap()
}

/// Returns a code that differs from the authenticator's codes at about this time.
fn wrong(secret: &Secret) -> String {
    let around: Vec<String> = (-2..=2)
        .map(|step| secret.code(Utc::now().timestamp() + 30 * step).unwrap())
        .collect();
    (0..9)
        .map(|number| format!("{number:06}"))
        .find(|code| !around.contains(code))
        .unwrap()
}

/// Turns the second factor on for the logged-in user; returns the secret and the recovery codes.
fn turn_on(client: &Client, persona: &Persona) -> (Secret, Vec<String>) {
    let secret = shown_secret(&client.get(SET_UP));
    let page = client.post(
        SET_UP,
        &[("code", &now(&secret)), ("password", persona.password)],
    );
    let codes = shown_codes(&page);
    assert_eq!((page.status, codes.len()), (200, 10), "{}", page.text());
    (secret, codes)
}

/// Lets time pass: the current code counts as unused.
fn later(site: &TestSite) {
    let none = nuages_two_factor::last_step.eq(None::<i64>);
    diesel::update(nuages_two_factor::table)
        .set(none)
        .execute(&mut site.connect())
        .unwrap();
}

/// Returns the code that was used last.
fn used(site: &TestSite, secret: &Secret) -> String {
    let step: Option<i64> = nuages_two_factor::table
        .select(nuages_two_factor::last_step)
        .first(&mut site.connect())
        .unwrap();
    secret.code(step.unwrap() * 30).unwrap()
}

/// Makes the first step of a login, as a new visitor.
fn half_way(site: &TestSite, persona: &Persona, next: &str) -> Client {
    let client = site.client();
    let reply = client.post(
        LOGIN,
        &[
            ("username", persona.username),
            ("password", persona.password),
            ("next", next),
        ],
    );
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, CODE),
        "{}",
        reply.text()
    );
    client
}

fn send(client: &Client, code: &str) -> Reply {
    client.post(CODE, &[("code", code)])
}

fn failures(site: &TestSite) -> i32 {
    nuages_two_factor::table
        .select(nuages_two_factor::failures)
        .first(&mut site.connect())
        .unwrap()
}

async fn staff_room() -> &'static str {
    "come in"
}

fn with_staff_room(settings: &Settings) -> Urls {
    let room = path("/staff/", "staff", Access::Staff, get(staff_room));
    Urls::new([room]).include(crate::shop::urls(settings))
}

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

fn a_code_works_once_and_a_recovery_code_too(kind: Kind) {
    let site = shop(kind);
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    let client = half_way(&site, &CHARLIE, "");
    assert_eq!(
        send(&client, &used(&site, &secret)).errors("code"),
        WRONG,
        "used to turn it on"
    );
    later(&site);
    let code = now(&secret);
    assert_eq!(send(&client, &code).header("location"), PROFILE);
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &code).errors("code"),
        WRONG
    );

    let client = half_way(&site, &CHARLIE, "");
    assert!(
        client
            .get("/accounts/login/code/?recovery=1")
            .shows(&["Recovery code"])
    );
    assert_eq!(
        send(&client, &codes[3].to_uppercase().replace('-', " ")).header("location"),
        PROFILE
    );
    assert!(
        client
            .get(PROFILE)
            .shows(&["You have 9 recovery codes left."])
    );
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &codes[3]).errors("code"),
        WRONG
    );
    assert!(client.get(STATUS).shows(&["9 left"]));
    // New codes replace them.
    let page = client.post(CODES, &[("password", ALICE.password)]);
    assert!(
        page.errors("password")
            .starts_with("Your password was entered incorrectly.")
    );
    let fresh = shown_codes(&client.post(CODES, &[("password", CHARLIE.password)]));
    assert_eq!(fresh.len(), 10);
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &codes[4]).errors("code"),
        WRONG
    );
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &fresh[4]).header("location"),
        PROFILE
    );
}

fn a_code_that_is_sent_several_times_at_once_is_accepted_once(kind: Kind) {
    let site = shop(kind);
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    for code in [&now(&secret), &codes[0]] {
        let clients: Vec<Client> = (0..4).map(|_| half_way(&site, &CHARLIE, "")).collect();
        let tokens: Vec<String> = clients.iter().map(|client| client.token(CODE)).collect();
        let statuses: Vec<u16> = thread::scope(|scope| {
            let send = |(client, token): (&Client, &String)| {
                client
                    .post_with(CODE, &[], &[("code", code), ("csrfmiddlewaretoken", token)])
                    .status
            };
            let threads: Vec<_> = clients
                .iter()
                .zip(&tokens)
                .map(|one| scope.spawn(move || send(one)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(
            statuses.iter().filter(|status| **status == 302).count(),
            1,
            "{statuses:?}"
        );
    }
}

fn five_wrong_codes_end_the_login_and_ten_slow_it_down(kind: Kind) {
    let site = shop(kind);
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    let wrong = wrong(&secret);
    for round in [5, 10] {
        let client = half_way(&site, &CHARLIE, "/categories/");
        for _ in 0..4 {
            assert_eq!(send(&client, &wrong).errors("code"), WRONG);
        }
        let reply = send(&client, &wrong);
        assert_eq!(
            reply.header("location"),
            "/accounts/login/?next=%2Fcategories%2F"
        );
        assert!(client.get(LOGIN).shows(&["Too many wrong codes."]));
        assert_eq!(
            send(&client, &now(&secret)).header("location"),
            LOGIN,
            "it begins anew"
        );
        assert_eq!(failures(&site), round);
    }
    // Even the correct code must wait; a recovery code need not.
    let client = half_way(&site, &CHARLIE, "");
    assert!(
        send(&client, &now(&secret))
            .errors("code")
            .starts_with("Too many codes were wrong. Try again in 1 minute, or")
    );
    assert_eq!(failures(&site), 10);
    let a_minute_ago = nuages_two_factor::failed_at.eq(Some(nuages::db::Timestamp::from(
        Utc::now() - chrono::TimeDelta::seconds(61),
    )));
    diesel::update(nuages_two_factor::table)
        .set(a_minute_ago)
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(send(&client, &wrong).errors("code"), WRONG);
    assert!(
        send(&client, &now(&secret))
            .errors("code")
            .starts_with("Too many codes were wrong. Try again in 2 minutes, or")
    );
    assert_eq!(send(&client, &codes[0]).header("location"), PROFILE);
    assert_eq!(failures(&site), 0);
    assert_eq!(
        send(&half_way(&site, &CHARLIE, ""), &now(&secret)).header("location"),
        PROFILE
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

fn a_secret_sealed_with_a_former_key_can_be_read_and_with_another_key_not(kind: Kind) {
    let site = shop_with(
        kind,
        &[
            ("SECRET_KEY", "a-former-key"),
            ("SECRET_KEY_FALLBACKS", SECRET_KEY),
        ],
    );
    let (secret, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    later(&site);
    let stored = |site: &TestSite| -> String {
        nuages_two_factor::table
            .select(nuages_two_factor::secret)
            .first(&mut site.connect())
            .unwrap()
    };
    let before = stored(&site);
    let rotated = TestSite::beside(
        &site,
        &[
            ("SECRET_KEY", "a-new-key"),
            ("SECRET_KEY_FALLBACKS", "a-former-key"),
        ],
    );
    let client = half_way(&rotated, &CHARLIE, "");
    assert_eq!(send(&client, &now(&secret)).header("location"), PROFILE);
    assert!(stored(&site) != before, "sealed anew");
    assert_eq!(
        send(&half_way(&rotated, &CHARLIE, ""), &codes[0]).header("location"),
        PROFILE
    );
    later(&site);
    let alone = TestSite::beside(&site, &[("SECRET_KEY", "a-new-key")]);
    assert_eq!(
        send(&half_way(&alone, &CHARLIE, ""), &now(&secret)).header("location"),
        PROFILE
    );
    later(&site);
    let stranger = TestSite::beside(&site, &[("SECRET_KEY", "a-stranger's-key")]);
    let client = half_way(&stranger, &CHARLIE, "");
    assert_eq!(send(&client, &now(&secret)).errors("code"), WRONG);
    assert_eq!(send(&client, &codes[1]).errors("code"), WRONG);
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

fn unreadable_cells_neither_turn_two_factor_off_nor_lock_the_user_out(kind: Kind) {
    let site = shop(kind);
    let charlie = CHARLIE.browser(&site);
    let (secret, codes) = turn_on(&charlie, &CHARLIE);
    let run = |sql: &str| {
        site.connect()
            .batch_execute(&format!("UPDATE nuages_two_factor SET {sql}"))
            .unwrap();
    };
    let times: &[&str] = match kind {
        Kind::Sqlite => &["'x'", "''", "X'FF'", "20260101"],
        Kind::Postgres => &["'infinity'", "'-infinity'", "'294276-12-31'"],
    };
    for time in times {
        later(&site);
        run(&format!("created_at = {time}"));
        assert!(
            charlie.get(STATUS).shows(&["On", "10 left"]),
            "it is on since {time}"
        );
        assert_eq!(
            send(&half_way(&site, &CHARLIE, ""), &now(&secret)).header("location"),
            PROFILE,
            "on since {time}"
        );

        later(&site);
        run(&format!("failures = 12, failed_at = {time}"));
        let client = half_way(&site, &CHARLIE, "");
        for _ in 0..2 {
            let reply = send(&client, &now(&secret));
            assert!(
                reply.status == 200 && reply.errors("code").contains("Too many codes were wrong"),
                "the last failure was at {time}: {}",
                reply.words()
            );
        }
        run(
            "failed_at = '2020-01-01 00:00:00' WHERE failed_at > '2020-01-01 00:00:00' AND failed_at < '3000-01-01 00:00:00'",
        );
        assert_eq!(
            send(&client, &now(&secret)).header("location"),
            PROFILE,
            "the wait for a failure at {time} ends"
        );
    }
    if kind == Kind::Postgres {
        return;
    }

    for cell in ["'many'", "9.5", "-5", "99999999999"] {
        later(&site);
        run(&format!("failures = {cell}, failed_at = NULL"));
        let client = half_way(&site, &CHARLIE, "");
        let reply = send(&client, &now(&secret));
        assert!(
            reply.errors("code").contains("Too many codes were wrong"),
            "after {cell} failures: {}",
            reply.words()
        );
        run("failed_at = '2020-01-01 00:00:00'");
        assert_eq!(
            send(&client, &now(&secret)).header("location"),
            PROFILE,
            "the wait after {cell} failures ends"
        );
    }
    run("last_step = 'x'");
    let client = half_way(&site, &CHARLIE, "");
    assert_eq!(send(&client, &wrong(&secret)).errors("code"), WRONG);
    let step = nuages_two_factor::table
        .select(nuages_two_factor::last_step)
        .first::<Option<i64>>(&mut site.connect());
    assert!(
        step.unwrap()
            .is_some_and(|step| step >= Utc::now().timestamp() / 30 - 1),
        "codes of before are used up"
    );
    later(&site);
    assert_eq!(
        send(&client, &now(&secret)).header("location"),
        PROFILE,
        "a later code is taken"
    );

    run("secret = CAST(X'FF' AS TEXT)");
    later(&site);
    site.connect().batch_execute("INSERT INTO nuages_recovery_code SELECT user_id, CAST(X'FF' AS TEXT) FROM nuages_two_factor").unwrap();
    let client = half_way(&site, &CHARLIE, "");
    assert_eq!(
        send(&client, &now(&secret)).errors("code"),
        WRONG,
        "no code fits an unreadable secret"
    );
    assert_eq!(
        send(&client, &codes[2]).header("location"),
        PROFILE,
        "a recovery code does"
    );
}

on_both!(
    a_form_that_was_sent_without_a_session_comes_back_after_the_second_factor,
    two_factor_is_on_after_a_code_of_the_new_secret_and_the_password,
    a_login_needs_the_password_and_then_a_code,
    a_password_alone_does_not_log_in,
    a_code_works_once_and_a_recovery_code_too,
    a_code_that_is_sent_several_times_at_once_is_accepted_once,
    five_wrong_codes_end_the_login_and_ten_slow_it_down,
    a_login_waits_ten_minutes_for_its_code_and_ends_if_the_password_changes,
    turning_two_factor_off_needs_the_password,
    a_secret_sealed_with_a_former_key_can_be_read_and_with_another_key_not,
    staff_can_be_required_to_set_up_two_factor_before_staff_pages,
    a_second_factor_is_deleted_with_its_user,
    unreadable_cells_neither_turn_two_factor_off_nor_lock_the_user_out
);
