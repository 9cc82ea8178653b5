//! Rows of accounts and sessions with cells that do not fit their columns.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::schema::{django_session, nuages_session};

use super::{PROFILE, shop};
use crate::support::{ALICE, CHARLIE, Client, Kind, LOGIN, TestSite};

const SESSIONS: &str = "/accounts/sessions/";

/// Returns times that cannot be read, as SQL.
fn times(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Sqlite => &[
            "'never'",
            "''",
            "'2099-02-30 00:00:00'",
            "20990101",
            "X'FF'",
            "CAST(X'FF' AS TEXT)",
        ],
        Kind::Postgres => &[
            "'infinity'",
            "'-infinity'",
            "'294276-12-31'",
            "'0044-03-15 BC'",
        ],
    }
}

fn run(site: &TestSite, sql: &str) {
    site.connect().batch_execute(sql).unwrap();
}

fn is_in(client: &Client) -> bool {
    client.get(PROFILE).status == 200
}

fn an_account_with_unreadable_times_works_and_is_shown(kind: Kind) {
    let site = shop(kind);
    let (alice, charlie) = (ALICE.browser(&site), CHARLIE.browser(&site));
    let id = CHARLIE.row(&site).id;
    for column in ["last_login", "date_joined"] {
        for time in times(kind) {
            run(
                &site,
                &format!("UPDATE auth_user SET {column} = {time} WHERE id = {id}"),
            );
            assert!(
                is_in(&charlie),
                "the user whose {column} is {time} sees their profile"
            );
            for page in [
                "/admin/",
                "/admin/auth/user/",
                &format!("/admin/auth/user/{id}/change/"),
                &format!("/admin/auth/user/{id}/history/"),
            ] {
                assert_eq!(
                    alice.get(page).status,
                    200,
                    "{page} when a {column} is {time}"
                );
            }
        }
    }
    run(
        &site,
        &format!(
            "UPDATE auth_user SET last_login = {} WHERE id = {id}",
            times(kind)[0]
        ),
    );
    let visitor = site.client();
    let reply = visitor.post("/accounts/password_reset/", &[("email", CHARLIE.email)]);
    assert_eq!(reply.status, 302, "a link for a new password can be had");
    site.client().log_in(&CHARLIE);
    assert!(
        CHARLIE.row(&site).last_login.is_some(),
        "a login writes the last login anew"
    );
}

fn a_session_with_an_unreadable_end_has_expired(kind: Kind) {
    let site = shop(kind);
    let (alice, charlie) = (ALICE.browser(&site), CHARLIE.browser(&site));
    // SQLite sorts a blob and a three-digit year after every date, though they look like times.
    let odd: &[&str] = match kind {
        Kind::Sqlite => &[
            "X'323039392D30312D30312030303A30303A3030'",
            "'999-01-01 00:00:00'",
            "'+12000-01-01 00:00:00'",
        ],
        Kind::Postgres => &["'10000-01-01 00:00:00+00'"],
    };
    for end in times(kind).iter().chain(odd) {
        let damaged = CHARLIE.browser(&site);
        let key = damaged.cookie("sessionid").unwrap();
        assert!(is_in(&damaged), "the session works");
        run(
            &site,
            &format!("UPDATE django_session SET expire_date = {end} WHERE session_key = '{key}'"),
        );
        assert!(!is_in(&damaged), "a session that ends {end} has expired");
        let page = charlie.get(SESSIONS);
        assert_eq!(page.status, 200, "the page of sessions when one ends {end}");
        assert_eq!(
            page.text().matches("<li>").count(),
            1,
            "the session that ends {end} is not in the list: {}",
            page.words()
        );
        run(&site, "DELETE FROM nuages_session");
        assert_eq!(
            charlie.get(SESSIONS).status,
            200,
            "the page when Nuages has not seen the session that ends {end}"
        );

        let done = site.database.nuages(&["clearsessions"]);
        assert!(
            String::from_utf8_lossy(&done.stdout).contains("1 expired session deleted"),
            "the one that ends {end}: {done:?}"
        );
        let rows: i64 = django_session::table
            .filter(django_session::session_key.eq(&key))
            .count()
            .get_result(&mut site.connect())
            .unwrap();
        assert_eq!(rows, 0, "clearsessions deletes the session that ends {end}");
        assert!(is_in(&alice) && is_in(&charlie), "the other sessions go on");
    }
}

fn unreadable_times_of_a_visit_are_unknown_until_the_next_visit(kind: Kind) {
    let site = shop(kind);
    let (here, there) = (CHARLIE.browser(&site), CHARLIE.browser(&site));
    assert!(is_in(&here) && is_in(&there));
    for time in times(kind) {
        run(
            &site,
            &format!("UPDATE nuages_session SET last_seen = {time}, created_at = {time}"),
        );
        let page = here.get(SESSIONS);
        assert_eq!(page.status, 200, "the page when a visit was at {time}");
        assert!(
            page.words().contains("Last used at an unknown time"),
            "{}",
            page.words()
        );
        assert!(is_in(&there), "the session with a visit at {time} works");
        let key = there.cookie("sessionid").unwrap();
        let visit = nuages_session::table
            .find(key)
            .select(nuages::sessions::Visit::as_select());
        assert!(
            visit.first(&mut site.connect()).is_ok(),
            "the visit was noted anew"
        );
        assert!(
            !here.get(SESSIONS).words().contains("unknown time"),
            "the time is known again"
        );
    }
}

on_both!(
    an_account_with_unreadable_times_works_and_is_shown,
    a_session_with_an_unreadable_end_has_expired,
    unreadable_times_of_a_visit_are_unknown_until_the_next_visit
);

#[test]
fn texts_that_are_not_utf8_break_no_page_and_no_login_on_sqlite() {
    let site = shop(Kind::Sqlite);
    let (alice, charlie) = (ALICE.browser(&site), CHARLIE.browser(&site));
    let id = CHARLIE.row(&site).id;
    run(
        &site,
        &format!(
            "UPDATE auth_user SET first_name = CAST(X'61FF' AS TEXT), last_name = X'FF', email = CAST(X'6140FF2E6578616D706C65' AS TEXT) \
             WHERE id = {id}"
        ),
    );
    run(
        &site,
        "UPDATE nuages_session SET address = X'FF', user_agent = CAST(X'61FF' AS TEXT)",
    );
    run(
        &site,
        "INSERT INTO django_session VALUES ('damaged', CAST(X'FF' AS TEXT), '2099-01-01 00:00:00'), \
         (CAST(X'FF' AS TEXT), 'x', '2099-01-01 00:00:00')",
    );
    for page in [PROFILE, SESSIONS, "/"] {
        assert_eq!(
            charlie.get(page).status,
            200,
            "{page} of the user whose texts are damaged"
        );
    }
    for page in [
        SESSIONS,
        "/admin/",
        "/admin/auth/user/",
        &format!("/admin/auth/user/{id}/change/"),
    ] {
        assert_eq!(alice.get(page).status, 200, "{page} of somebody else");
    }
    let damaged = site.client();
    damaged.keep("sessionid", "damaged");
    assert_eq!(
        damaged.get("/").status,
        200,
        "a session without readable data is empty"
    );
    for email in ["alice@example.com", "a@ä.example"] {
        let reply = site
            .client()
            .post("/accounts/password_reset/", &[("email", email)]);
        assert_eq!(
            reply.status, 302,
            "somebody asks for a new password: {email}"
        );
    }
    site.client().log_in(&CHARLIE);

    run(
        &site,
        &format!("UPDATE auth_user SET password = CAST(X'FF' AS TEXT) WHERE id = {id}"),
    );
    assert!(
        !is_in(&charlie),
        "the sessions of a password that is gone have ended"
    );
    let reply = site.client().post(
        LOGIN,
        &[
            ("username", CHARLIE.username),
            ("password", CHARLIE.password),
        ],
    );
    assert_eq!(
        reply.status, 200,
        "a password that cannot be read fits nothing"
    );
    site.client().log_in(&ALICE);
    run(
        &site,
        "UPDATE auth_permission SET codename = X'FF' WHERE id = 1",
    );
    assert_eq!(
        alice.get("/admin/auth/user/1/change/").status,
        200,
        "a permission with an unreadable name is shown"
    );
}

#[test]
fn a_flag_that_is_neither_true_nor_false_is_not_set_on_sqlite() {
    let site = shop(Kind::Sqlite);
    for flag in ["'yes'", "2", "X'31'", "''"] {
        run(
            &site,
            &format!("UPDATE auth_user SET is_superuser = {flag} WHERE username = 'alice'"),
        );
        assert!(!ALICE.row(&site).is_superuser, "is_superuser is {flag}");
        let status = ALICE.browser(&site).get("/admin/catalog/product/").status;
        assert_eq!(
            status, 403,
            "staff whose is_superuser is {flag} may do nothing"
        );
        run(
            &site,
            &format!(
                "UPDATE auth_user SET is_superuser = 1, is_staff = {flag} WHERE username = 'alice'"
            ),
        );
        assert_eq!(
            ALICE.browser(&site).get("/admin/").status,
            302,
            "a user whose is_staff is {flag} is no staff"
        );
        run(
            &site,
            "UPDATE auth_user SET is_staff = 1 WHERE username = 'alice'",
        );
        let charlie = CHARLIE.browser(&site);
        run(
            &site,
            &format!("UPDATE auth_user SET is_active = {flag} WHERE username = 'charlie'"),
        );
        assert!(
            !is_in(&charlie),
            "a user whose is_active is {flag} is not active"
        );
        run(
            &site,
            "UPDATE auth_user SET is_active = 1 WHERE username = 'charlie'",
        );
    }
}
