//! `/accounts/sessions/`

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::auth::hashers::check_password;
use nuages::auth::{OwnSessions, User};
use nuages::db::Timestamp;
use nuages::schema::{auth_user, django_session, nuages_session};
use nuages::sessions::{SessionRow, Visit, codec};
use nuages::settings::{Env, SecretKey, Settings};

use super::{PROFILE, session, sessions, shop, shop_with};
use crate::support::{
    ALICE, CHARLIE, Client, Kind, LOGIN, Reply, SECRET_KEY, TestSite, session_of,
};

const SESSIONS: &str = "/accounts/sessions/";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Safari/604.1";

fn visits(site: &TestSite) -> Vec<Visit> {
    nuages_session::table
        .select(Visit::as_select())
        .load(&mut site.connect())
        .unwrap()
}

/// Logs Charlie in with this browser.
fn log_in(site: &TestSite, user_agent: &str) -> Client {
    let client = site.client();
    let token = client.token(LOGIN);
    let fields = [
        ("username", "charlie"),
        ("password", CHARLIE.password),
        ("csrfmiddlewaretoken", &token),
    ];
    assert_eq!(
        client
            .post_with(LOGIN, &[("user-agent", user_agent)], &fields)
            .status,
        302
    );
    client
}

/// Creates a session of Charlie's without a page of this site.
fn made_elsewhere(site: &TestSite) -> String {
    session_of(
        &mut site.connect(),
        &CHARLIE.row(site),
        &SecretKey::new(SECRET_KEY),
    )
}

/// Returns the marks of the sessions that can be ended, in order.
fn marks(page: &Reply) -> Vec<String> {
    let text = page.text();
    let parts = text.split("name=\"session\" value=\"").skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

fn is_in(client: &Client) -> bool {
    client.get(PROFILE).status == 200
}

fn settings() -> Settings {
    Settings::read(&Env::from_pairs(&[("SECRET_KEY", SECRET_KEY)])).unwrap()
}

fn a_request_does_not_wait_for_a_writer_to_note_its_session(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    client.keep("sessionid", &made_elsewhere(&site));
    let mut writer = site.connect();
    let lock = if kind == Kind::Sqlite {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN"
    };
    writer
        .batch_execute(&format!(
            "{lock}; UPDATE auth_user SET first_name = 'X' WHERE username = 'charlie'"
        ))
        .unwrap();
    let began = Instant::now();
    assert!(is_in(&client) && began.elapsed() < Duration::from_secs(3));
    assert_eq!(visits(&site).is_empty(), kind == Kind::Sqlite);
    writer.batch_execute("ROLLBACK").unwrap();
    assert!(is_in(&client) && visits(&site).len() == 1);
    // A request that must write waits as before.
    writer.batch_execute(lock).unwrap();
    let ends = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        writer.batch_execute("ROLLBACK").unwrap();
    });
    assert_eq!(
        client.post(PROFILE, &[("first_name", "Waited")]).status,
        302
    );
    ends.join().unwrap();
    assert_eq!(CHARLIE.row(&site).first_name, "Waited");
}

fn each_session_is_shown_with_browser_and_address_and_without_its_key(kind: Kind) {
    let site = shop(kind);
    let here = log_in(&site, FIREFOX);
    let phone = log_in(&site, SAFARI);
    let elsewhere = made_elsewhere(&site);
    let alice = ALICE.browser(&site);
    let page = here.get_with(SESSIONS, &[("user-agent", FIREFOX)]);
    assert!(
        page.shows(&[
            "Firefox on Linux",
            "This session",
            "In use now",
            "Safari on iPhone",
            "127.0.0.1",
            "Last used",
            "Another site with these accounts"
        ]),
        "{}",
        page.text()
    );
    assert_eq!(
        page.text().matches("<li>\n<svg").count(),
        3,
        "{}",
        page.text()
    );
    for key in [
        here.cookie("sessionid"),
        phone.cookie("sessionid"),
        alice.cookie("sessionid"),
        Some(elsewhere),
    ] {
        assert!(
            !page.shows(&[&key.unwrap()]),
            "a page must not give a session away"
        );
    }
    assert_eq!(marks(&page).len(), 2);
    let page = alice.get(SESSIONS);
    assert!(!page.shows(&["Safari on iPhone"]) && marks(&page).is_empty());
}

fn a_user_can_end_one_session_and_only_an_own_one(kind: Kind) {
    let site = shop(kind);
    let (here, phone, alice) = (
        log_in(&site, FIREFOX),
        log_in(&site, SAFARI),
        ALICE.browser(&site),
    );
    let mark = marks(&here.get(SESSIONS)).remove(0);
    // Other users cannot end it, not even the superuser; and a session key is not a mark.
    for (client, mark) in [
        (&alice, mark.as_str()),
        (&here, &phone.cookie("sessionid").unwrap()),
        (&here, ""),
        (&here, "é"),
    ] {
        let page = client.post(SESSIONS, &[("session", mark)]);
        assert_eq!((page.status, page.header("location")), (302, SESSIONS));
        assert!(
            client
                .get(SESSIONS)
                .shows(&["That session has ended already."])
        );
    }
    assert!(is_in(&phone));
    here.post(SESSIONS, &[("session", &mark)]);
    assert!(here.get(SESSIONS).shows(&["You are logged out there."]));
    assert!(!is_in(&phone) && is_in(&here) && is_in(&alice));
    // Charlie can also end a session that this site did not create.
    let other = made_elsewhere(&site);
    let mark = marks(&here.get(SESSIONS)).remove(0);
    here.post(SESSIONS, &[("session", &mark)]);
    assert!(session(&site, &other).is_none() && marks(&here.get(SESSIONS)).is_empty());
}

fn logging_out_everywhere_else_needs_the_password_and_keeps_this_session(kind: Kind) {
    let site = shop(kind);
    let (here, phone, alice) = (
        log_in(&site, FIREFOX),
        log_in(&site, SAFARI),
        ALICE.browser(&site),
    );
    let elsewhere = site.client();
    elsewhere.keep("sessionid", &made_elsewhere(&site));
    let before = CHARLIE.row(&site).password;
    for (password, complaint) in [
        ("", "This field is required."),
        (
            ALICE.password,
            "Your password was entered incorrectly. Please enter it again.",
        ),
    ] {
        let page = here.post(SESSIONS, &[("password", password)]);
        assert_eq!(
            (page.status, page.errors("password").as_str()),
            (200, complaint)
        );
    }
    assert!(CHARLIE.row(&site).password == before && is_in(&phone));

    let page = here.post(SESSIONS, &[("password", CHARLIE.password)]);
    assert_eq!(
        (page.status, page.header("location")),
        (302, SESSIONS),
        "{}",
        page.text()
    );
    let page = here.get(SESSIONS);
    assert!(page.shows(&["You are logged out everywhere but here."]) && marks(&page).is_empty());
    assert!(is_in(&here) && is_in(&alice) && !is_in(&phone) && !is_in(&elsewhere));
    // The password is the same but its hash has changed, which ended the other sessions.
    let after = CHARLIE.row(&site).password;
    assert!(after != before && check_password(CHARLIE.password, &after).correct);
    let left = sessions(&site);
    assert_eq!(left.len(), 2, "no rows of what is over");
    assert!(is_in(&log_in(&site, SAFARI)));
}

fn sessions_are_noted_at_login_and_when_their_address_or_browser_changes(kind: Kind) {
    let site = shop(kind);
    let here = log_in(&site, FIREFOX);
    let [noted] = &visits(&site)[..] else {
        panic!()
    };
    assert_eq!(noted.session_key, here.cookie("sessionid").unwrap());
    assert_eq!(
        (noted.address.as_str(), noted.user_agent.as_str()),
        ("127.0.0.1", FIREFOX)
    );
    assert!(noted.created_at.is_some());
    // The visit is not saved again on every page.
    here.get_with("/", &[("user-agent", FIREFOX)]);
    assert_eq!(visits(&site), std::slice::from_ref(noted));
    let earlier = Timestamp::from(Utc::now() - TimeDelta::hours(1));
    diesel::update(nuages_session::table)
        .set(nuages_session::last_seen.eq(earlier))
        .execute(&mut site.connect())
        .unwrap();
    here.get_with("/", &[("user-agent", &"é".repeat(400))]);
    let moved = visits(&site).remove(0);
    assert!(moved.last_seen > Some(earlier) && moved.created_at == noted.created_at);
    assert_eq!(moved.user_agent.chars().count(), 300);

    let other = site.client();
    other.keep("sessionid", &made_elsewhere(&site));
    other.get("/");
    assert_eq!(visits(&site).len(), 2);
    assert!(visits(&site).iter().any(|visit| visit.created_at.is_none()));
    // The session gets a new key, and the visit is kept.
    let fields = [
        ("old_password", CHARLIE.password),
        ("new_password1", "nine-violet-teapots"),
        ("new_password2", "nine-violet-teapots"),
    ];
    here.post("/accounts/password_change/", &fields);
    let key = here.cookie("sessionid").unwrap();
    let found = visits(&site)
        .into_iter()
        .find(|visit| visit.session_key == key)
        .unwrap();
    assert_eq!(found.created_at, noted.created_at);
    assert!(
        visits(&site)
            .iter()
            .all(|visit| visit.session_key != noted.session_key)
    );
    here.post("/accounts/logout/", &[]);
    assert!(visits(&site).iter().all(|visit| visit.session_key != key));
}

fn sessions_that_are_expired_or_of_another_key_or_password_are_not_shown(kind: Kind) {
    let site = shop_with(kind, &[]);
    let here = log_in(&site, FIREFOX);
    let (expired, stale) = (made_elsewhere(&site), made_elsewhere(&site));
    let stranger = session_of(
        &mut site.connect(),
        &CHARLIE.row(&site),
        &SecretKey::new("a-stranger's-key"),
    );
    let changed = User {
        password: "!".to_owned(),
        ..CHARLIE.row(&site)
    };
    let before_the_change = session_of(&mut site.connect(), &changed, &SecretKey::new(SECRET_KEY));
    let past = Timestamp::from(Utc::now() - TimeDelta::seconds(1));
    let conn = &mut site.connect();
    diesel::update(django_session::table.find(&expired))
        .set(django_session::expire_date.eq(past))
        .execute(conn)
        .unwrap();
    let page = here.get(SESSIONS);
    assert_eq!(
        marks(&page).len(),
        1,
        "only {stale}, not {expired}, {stranger}, {before_the_change}"
    );
}

fn a_database_full_of_other_sessions_is_searched_up_to_a_limit(kind: Kind) {
    let site = shop(kind);
    let mine = made_elsewhere(&site);
    let (key, end) = (SecretKey::new(SECRET_KEY), Utc::now() + TimeDelta::days(1));
    let data = codec::encode(
        serde_json::json!({"cart": [1, 2, 3]}).as_object().unwrap(),
        &key,
        0,
    );
    let row = |number: i32| SessionRow {
        session_key: format!("{number:032}"),
        session_data: data.clone(),
        // Many sessions expire in the same moment.
        expire_date: (end + TimeDelta::seconds(i64::from(number / 700))).into(),
    };
    let fill = |from: i32, to: i32| {
        for start in (from..to).step_by(250) {
            let rows: Vec<SessionRow> = (start..(start + 250).min(to)).map(row).collect();
            let conn = &mut site.connect();
            nuages::on_conn!(conn, |conn| diesel::insert_into(django_session::table)
                .values(&rows)
                .execute(conn))
            .unwrap();
        }
    };
    fill(0, 3000);
    let conn = &mut site.connect();
    // This session expires last.
    diesel::update(django_session::table.find(&mine))
        .set(django_session::expire_date.eq(Timestamp::from(Utc::now() + TimeDelta::hours(1))))
        .execute(conn)
        .unwrap();
    let found = OwnSessions::load(conn, &CHARLIE.row(&site), &settings()).unwrap();
    assert!(found.is_complete && found.list.len() == 1);
    fill(3000, 10_000);
    let began = Instant::now();
    let found = OwnSessions::load(conn, &CHARLIE.row(&site), &settings()).unwrap();
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    assert!(!found.is_complete && found.list.is_empty());
    let here = log_in(&site, FIREFOX);
    assert!(
        here.get(SESSIONS)
            .shows(&["There are more sessions than could be looked through"])
    );
    // The sessions beyond the limit are ended as well.
    here.post(SESSIONS, &[("password", CHARLIE.password)]);
    let client = site.client();
    client.keep("sessionid", &mine);
    assert!(!is_in(&client));
}

fn notes_are_deleted_with_their_user_and_after_their_session(kind: Kind) {
    let site = shop(kind);
    let (_here, alice) = (log_in(&site, FIREFOX), ALICE.browser(&site));
    alice.get("/");
    assert_eq!(visits(&site).len(), 2);
    diesel::delete(auth_user::table.find(CHARLIE.row(&site).id))
        .execute(&mut site.connect())
        .unwrap();
    let left: HashSet<i32> = visits(&site).iter().map(|visit| visit.user_id).collect();
    assert_eq!(left, HashSet::from([ALICE.row(&site).id]));
    diesel::delete(django_session::table)
        .execute(&mut site.connect())
        .unwrap();
    assert!(site.database.nuages(&["clearsessions"]).status.success());
    assert!(visits(&site).is_empty());
}

on_both!(
    a_request_does_not_wait_for_a_writer_to_note_its_session,
    each_session_is_shown_with_browser_and_address_and_without_its_key,
    a_user_can_end_one_session_and_only_an_own_one,
    logging_out_everywhere_else_needs_the_password_and_keeps_this_session,
    sessions_are_noted_at_login_and_when_their_address_or_browser_changes,
    sessions_that_are_expired_or_of_another_key_or_password_are_not_shown,
    a_database_full_of_other_sessions_is_searched_up_to_a_limit,
    notes_are_deleted_with_their_user_and_after_their_session
);
