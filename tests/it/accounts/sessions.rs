//! Sessions, from the first visit to the last.

use actix_web::{HttpRequest, web};
use chrono::{TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::auth::visitor;
use nuages::db::{Db, Timestamp};
use nuages::error::{Error, Result};
use nuages::http::{Access, QueryDict, Urls, get, path};
use nuages::schema::{auth_user, django_session};
use nuages::sessions::Session;
use nuages::settings::{SecretKey, Settings};

use super::{PROFILE, people, session, sessions, shop, shop_with};
use crate::support::{ALICE, CHARLIE, Kind, LOGIN, TestSite, session_of};

/// Stores its arguments in the session; with `fail` it then fails, with `gone` its session is
/// deleted meanwhile.
async fn remember(request: HttpRequest, query: QueryDict, db: web::Data<Db>) -> Result<String> {
    visitor::user(&request).await?;
    let session = Session::from_request(&request);
    if let Some(word) = query.get("word") {
        session.insert("word", word);
    }
    if query.get("fail").is_some() {
        return Err(Error::Panicked("as asked".to_owned()));
    }
    if query.get("gone").is_some() {
        db.write(|conn| {
            diesel::delete(django_session::table)
                .execute(conn)
                .map_err(Error::from)
        })
        .await?;
    }
    Ok(session.get_str("word").unwrap_or_default())
}

fn with_memory(settings: &Settings) -> Urls {
    Urls::new([path(
        "/remember/",
        "remember",
        Access::Public,
        get(remember),
    )])
    .include(crate::shop::urls(settings))
}

fn remembering(kind: Kind) -> TestSite {
    TestSite::with(people(kind), &[], with_memory)
}

fn an_anonymous_visitor_has_no_row_and_no_cookie_and_costs_no_query(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    for path in [
        "/",
        "/products/",
        LOGIN,
        "/accounts/signup/",
        "/accounts/profile/",
        "/nope/",
    ] {
        assert_eq!(client.get(path).set_cookie("sessionid"), "", "{path}");
    }
    client.post(LOGIN, &[("username", "charlie"), ("password", "")]);
    assert!(sessions(&site).is_empty() && client.cookie("sessionid").is_none());
    // Without these tables any query would fail.
    let rename =
        "ALTER TABLE django_session RENAME TO away; ALTER TABLE auth_user RENAME TO away_too";
    site.connect().batch_execute(rename).unwrap();
    for path in ["/", "/products/", LOGIN] {
        assert_eq!(client.get(path).status, 200, "{path}");
    }
    client.keep("sessionid", "abcdefghijklmnopqrstuvwxyz012345");
    assert_eq!(client.get("/").status, 500, "with a cookie there is one");
}

fn the_key_changes_at_login_and_the_data_stays(kind: Kind) {
    let site = remembering(kind);
    let client = site.client();
    client.get("/remember/?word=kettle");
    let before = client.cookie("sessionid").unwrap();
    client.log_in(&CHARLIE);
    let after = client.cookie("sessionid").unwrap();
    assert!(before != after && session(&site, &before).is_none());
    assert_eq!(client.get("/remember/").text(), "kettle");
    // The data of one user do not pass to the next.
    client.log_in(&ALICE);
    assert_eq!(client.get("/remember/").text(), "");
    assert!(session(&site, &after).is_none() && sessions(&site).len() == 1);
}

fn a_session_that_is_only_read_is_not_written(kind: Kind) {
    let site = remembering(kind);
    let client = site.client();
    client.get("/remember/?word=kettle");
    let before = sessions(&site);
    assert_eq!(client.get("/remember/").set_cookie("sessionid"), "");
    assert_eq!(sessions(&site), before);
    assert!(
        !client
            .get("/remember/?word=teapot")
            .set_cookie("sessionid")
            .is_empty()
    );
    assert!(sessions(&site)[0].expire_date > before[0].expire_date);
    let lives = sessions(&site)[0].expire_date.utc() - Utc::now();
    assert!(
        lives < TimeDelta::seconds(1_209_601) && lives > TimeDelta::seconds(1_209_500),
        "{lives}"
    );
}

fn a_failed_request_stores_nothing_in_the_session(kind: Kind) {
    let site = remembering(kind);
    let client = site.client();
    let page = client.get("/remember/?word=kettle&fail=1");
    assert_eq!(
        (
            page.status,
            page.set_cookie("sessionid"),
            sessions(&site).len()
        ),
        (500, "", 0)
    );
    client.get("/remember/?word=kettle");
    client.get("/remember/?word=teapot&fail=1");
    assert_eq!(client.get("/remember/").text(), "kettle");
}

fn a_session_that_is_deleted_meanwhile_is_not_stored_again(kind: Kind) {
    let site = remembering(kind);
    let client = CHARLIE.browser(&site);
    assert_eq!(client.get("/remember/?word=teapot&gone=1").status, 400);
    assert!(sessions(&site).is_empty());
    assert_eq!(client.get(PROFILE).status, 302);
}

fn a_session_ends_when_the_password_changes(kind: Kind) {
    let site = shop(kind);
    let (client, alice) = (CHARLIE.browser(&site), ALICE.browser(&site));
    assert!(client.get("/").shows(&["Hello, <bdi>charlie</bdi>"]));
    let charlie = auth_user::table.find(CHARLIE.row(&site).id);
    diesel::update(charlie)
        .set(auth_user::password.eq("!"))
        .execute(&mut site.connect())
        .unwrap();
    let page = client.get("/");
    assert!(page.status == 200 && !page.shows(&["Hello"]));
    assert!(page.set_cookie("sessionid").contains("Max-Age=0"));
    assert!(sessions(&site).len() == 1 && alice.get("/").shows(&["Hello, <bdi>alice</bdi>"]));
}

fn cookies_without_a_session_are_deleted(kind: Kind) {
    let site = shop(kind);
    let expired = CHARLIE.browser(&site).cookie("sessionid").unwrap();
    let past = django_session::expire_date.eq(Timestamp::from(Utc::now() - TimeDelta::seconds(1)));
    diesel::update(django_session::table)
        .set(past)
        .execute(&mut site.connect())
        .unwrap();
    let client = site.client();
    for key in [
        &expired,
        "abcdefghijklmnopqrstuvwxyz012345",
        "x",
        "' OR 1=1 --",
        &"k".repeat(4000),
        "\"\\303\\251abcdefgh\"",
    ] {
        let page = client.get_with("/", &[("cookie", &format!("sessionid={key}"))]);
        assert_eq!(page.status, 200, "{key}");
        assert!(
            !page.shows(&["Hello"]) && page.set_cookie("sessionid").contains("Max-Age=0"),
            "{key}"
        );
    }
    // The same for a page that does not exist, and for a page that refuses the request.
    for (path, status) in [("/nope/", 404), ("/accounts/login/", 403)] {
        let sent = [("cookie", "sessionid=x; csrftoken=bad!")];
        let page = if status == 403 {
            client.post_with(path, &sent, &[])
        } else {
            client.get_with(path, &sent)
        };
        assert_eq!(page.status, status);
        assert!(
            page.set_cookie("csrftoken").contains("Max-Age=31449600"),
            "{path}"
        );
    }
    assert_eq!(sessions(&site).len(), 1);
}

fn a_null_character_in_the_cookie_causes_no_failure(kind: Kind) {
    let site = shop(kind);
    // The cookie is quoted like in Python's `http.cookies`.
    let page = site
        .client()
        .get_with("/", &[("cookie", "sessionid=\"abcdefghijklmno\\000\"")]);
    assert_eq!(page.status, 200);
}

fn unreadable_session_data_is_not_a_login(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    for data in [
        "",
        "nonsense",
        "e30:1r31eq:FWb_LBvQbyjLa-zCvUElAtEU8vV4bT2AuW1WfZ5Kpu0",
    ] {
        let all = diesel::update(django_session::table).set(django_session::session_data.eq(data));
        all.execute(&mut site.connect()).unwrap();
        let page = client.get("/");
        assert!(page.status == 200 && !page.shows(&["Hello"]), "{data}");
    }
}

fn sessions_signed_with_a_former_key_stay_valid(kind: Kind) {
    let site = shop_with(kind, &[("SECRET_KEY_FALLBACKS", "a-former-key")]);
    let row = CHARLIE.row(&site);
    let former = session_of(&mut site.connect(), &row, &SecretKey::new("a-former-key"));
    let stranger = session_of(
        &mut site.connect(),
        &row,
        &SecretKey::new("a-stranger's-key"),
    );
    let client = site.client();
    client.keep("sessionid", &stranger);
    assert_eq!(client.get(PROFILE).status, 302);
    client.keep("sessionid", &former);
    assert!(client.get("/").shows(&["Hello, <bdi>charlie</bdi>"]));
    let key = client.cookie("sessionid").unwrap();
    assert!(
        key != former && session(&site, &key).is_some(),
        "signed with the present key"
    );
    assert!(
        client.get("/").shows(&["Hello, <bdi>charlie</bdi>"])
            && sessions(&site).iter().all(|row| row.session_key != former)
    );
}

on_both!(
    an_anonymous_visitor_has_no_row_and_no_cookie_and_costs_no_query,
    the_key_changes_at_login_and_the_data_stays,
    a_session_that_is_only_read_is_not_written,
    a_failed_request_stores_nothing_in_the_session,
    a_session_that_is_deleted_meanwhile_is_not_stored_again,
    a_session_ends_when_the_password_changes,
    cookies_without_a_session_are_deleted,
    a_null_character_in_the_cookie_causes_no_failure,
    unreadable_session_data_is_not_a_login,
    sessions_signed_with_a_former_key_stay_valid
);
