//! The page of a block, its end, and its rows.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::db::{Conn, Timestamp};
use nuages::schema::nuages_login_throttle;
use std::time::Duration;

use super::{RIGHT, attempt, blocked_for, cheap_shop, cheapen, fail, stranger};
use crate::accounts::shop;
use crate::support::{CHARLIE, Kind, LOGIN, Process, Reply};

fn a_password_reset_by_mail_allows_a_login_while_others_are_blocked(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES_PER_ACCOUNT", "1")]);
    fail(&site, &site.client(), "192.0.2.66", "charlie", 1);
    assert_eq!(stranger(&site, "192.0.2.66", "charlie", RIGHT), 429);
    let owner = site.client();
    let user = CHARLIE.row(&site);
    let secret = nuages::settings::SecretKey::new(crate::support::SECRET_KEY);
    let token = nuages::auth::tokens::make_token(
        &user.token_subject(),
        &secret,
        Utc::now(),
        chrono_tz::UTC,
    );
    let link = format!(
        "/accounts/reset/{}/{token}/",
        nuages::auth::tokens::encode_uid(user.id)
    );
    let form = owner.get(&link).header("location").to_owned();
    let new = "nine-violet-teapots";
    assert_eq!(
        owner
            .post(&form, &[("new_password1", new), ("new_password2", new)])
            .status,
        302
    );
    assert_eq!(stranger(&site, "192.0.2.66", "charlie", new), 429);
    assert_eq!(
        attempt(&owner, &owner.token(LOGIN), "192.0.2.66", "charlie", new).status,
        302
    );
}

fn a_block_ends_at_the_time_on_its_page(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "1")]);
    let client = site.client();
    fail(&site, &client, "192.0.2.1", "charlie", 1);
    let token = client.token(LOGIN);
    let again = || attempt(&client, &token, "192.0.2.1", "charlie", RIGHT);
    assert!((595..=601).contains(&again().header("retry-after").parse::<u64>().unwrap()));
    blocked_for(&site.database, 4);
    let page = again();
    assert_eq!(page.status, 429);
    std::thread::sleep(Duration::from_secs(
        page.header("retry-after").parse().unwrap(),
    ));
    assert_eq!(again().status, 302);
}

fn the_page_of_a_block_shows_the_form_and_does_not_reveal_the_account(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "1")]);
    let page = |name: &str| {
        let client = site.client();
        fail(&site, &client, "192.0.2.1", name, 1);
        let fields = [
            ("username", name),
            ("password", RIGHT),
            ("next", "/products/"),
        ];
        let token = client.token(LOGIN);
        let all = [&fields[..], &[("csrfmiddlewaretoken", &token)]].concat();
        client.post_with(LOGIN, &[("x-forwarded-for", "192.0.2.1")], &all)
    };
    let known = page("charlie");
    assert!(
        known.shows(&[
            "too many failed attempts",
            "value=\"charlie\"",
            "value=\"/products/\"",
            "role=\"alert\""
        ]),
        "{}",
        known.text()
    );
    assert!(!known.shows(&[RIGHT]));
    assert!(known.all("cache-control").contains("no-store"));
    assert_eq!(
        (
            known.set_cookie("sessionid"),
            known.set_cookie("nuages_device")
        ),
        ("", "")
    );
    let plain = |page: &Reply, name: &str| {
        page.text()
            .replace(&page.token().unwrap(), "")
            .replace(name, "")
    };
    let unknown = page("nobody");
    assert_eq!(
        plain(&known, "charlie"),
        plain(&unknown, "nobody"),
        "ten minutes each"
    );
    assert_eq!((known.status, unknown.status), (429, 429));
}

fn processes_share_their_counts_and_typed_values_are_not_stored(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "2")]);
    assert_eq!(stranger(&site, "192.0.2.1", "charlie", "secret-typed"), 200);
    let keys: Vec<String> = nuages_login_throttle::table
        .select(nuages_login_throttle::key)
        .load(&mut site.connect())
        .unwrap();
    assert_eq!(keys.len(), 3);
    assert!(
        keys.iter()
            .all(|key| key.len() == 43 && !key.contains("charlie")),
        "{keys:?}"
    );
    let other = Process::start(
        &site.database,
        &[
            ("TRUSTED_PROXIES", "127.0.0.1"),
            ("LOGIN_FREE_FAILURES", "2"),
        ],
    );
    fail(&site, &other.client(), "192.0.2.1", "charlie", 1);
    assert_eq!(stranger(&site, "192.0.2.1", "charlie", RIGHT), 429);
}

fn clearsessions_deletes_expired_counts(kind: Kind) {
    let site = shop(kind);
    let address = |username| stranger(&site, "192.0.2.1", username, "x");
    assert_eq!((address("nobody"), address("noone")), (200, 200));
    let conn = &mut site.connect();
    let count = |conn: &mut Conn| {
        nuages_login_throttle::table
            .count()
            .get_result::<i64>(conn)
            .unwrap()
    };
    assert_eq!(count(conn), 5);
    let clear = || String::from_utf8(site.database.nuages(&["clearsessions"]).stdout).unwrap();
    assert!(clear().contains("0 counts of failed logins deleted"));
    let long_ago = Timestamp::from(Utc::now() - TimeDelta::days(1));
    let old = (
        nuages_login_throttle::empty_at.eq(long_ago),
        nuages_login_throttle::blocked_until.eq(long_ago),
    );
    diesel::update(nuages_login_throttle::table)
        .set(old)
        .execute(conn)
        .unwrap();
    assert!(clear().contains("5 counts of failed logins deleted"));
    assert_eq!(count(conn), 0);
}

fn unreadable_times_neither_allow_guesses_nor_block_for_ever(kind: Kind) {
    let site = cheap_shop(kind, &[]);
    let count = |condition: &str| {
        let rows = nuages_login_throttle::table
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(condition));
        rows.count().get_result::<i64>(&mut site.connect()).unwrap()
    };
    let run = |sql: &str| {
        site.connect()
            .batch_execute(&format!("UPDATE nuages_login_throttle SET {sql}"))
            .unwrap();
    };
    let times: &[&str] = match kind {
        Kind::Sqlite => &["'never'", "''", "X'FF'", "20990101"],
        Kind::Postgres => &["'infinity'", "'-infinity'", "'294276-12-31'"],
    };
    let plain = |time: DateTime<Utc>| time.format("'%Y-%m-%d %H:%M:%S'").to_string();
    for time in times {
        assert_eq!(stranger(&site, "192.0.2.1", "charlie", "wrong"), 200);
        run(&format!("blocked_until = {time}"));
        let done = site.database.nuages(&["clearsessions"]);
        assert!(
            String::from_utf8_lossy(&done.stdout).contains("0 counts of failed logins deleted"),
            "{time}: {done:?}"
        );
        for _ in 0..2 {
            assert_eq!(
                stranger(&site, "192.0.2.1", "charlie", RIGHT),
                429,
                "a try after a block until {time}"
            );
        }
        let soon = plain(Utc::now() + TimeDelta::hours(1));
        assert_eq!(
            count(&format!(
                "blocked_until > '2000-01-01 00:00:00' AND blocked_until < {soon}"
            )),
            3,
            "the block until {time} ends in an hour at most"
        );
        blocked_for(&site.database, -10);
        assert_eq!(
            stranger(&site, "192.0.2.1", "charlie", RIGHT),
            302,
            "the block until {time} is over"
        );
        cheapen(&mut site.connect());

        run(&format!(
            "empty_at = {time}, blocked_until = '1970-01-01 00:00:00'"
        ));
        let done = site.database.nuages(&["clearsessions"]);
        assert!(
            String::from_utf8_lossy(&done.stdout).contains("0 counts of failed logins deleted"),
            "{time}: {done:?}"
        );
        assert_eq!(
            stranger(&site, "192.0.2.1", "charlie", "wrong"),
            200,
            "a try at buckets that are empty at {time}"
        );
        assert_eq!(
            count("blocked_until > '2000-01-01 00:00:00'"),
            3,
            "the next try waits, after buckets that are empty at {time}"
        );
        assert_eq!(
            stranger(&site, "192.0.2.2", "alice", RIGHT),
            302,
            "another account at another address"
        );
        cheapen(&mut site.connect());
        site.connect()
            .batch_execute("DELETE FROM nuages_login_throttle")
            .unwrap();
    }
}

on_both!(
    a_password_reset_by_mail_allows_a_login_while_others_are_blocked,
    a_block_ends_at_the_time_on_its_page,
    the_page_of_a_block_shows_the_form_and_does_not_reveal_the_account,
    processes_share_their_counts_and_typed_values_are_not_stored,
    clearsessions_deletes_expired_counts,
    unreadable_times_neither_allow_guesses_nor_block_for_ever,
);
