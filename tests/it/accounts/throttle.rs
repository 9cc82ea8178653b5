//! `/accounts/login/` under attack; docs/adr/0010 explains the numbers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::db::{Conn, Timestamp};
use nuages::schema::{auth_user, nuages_login_throttle};

use super::{PROFILE, people, shop, shop_with};
use crate::support::{CHARLIE, Client, Database, Kind, LOGIN, Process, Reply, TestSite};

/// A hash of "correct horse" that is computed quickly: the tests only count attempts.
const CHEAP: &str = "argon2$argon2id$v=19$m=64,t=1,p=2$YWJjZGVmZ2hpamtsbW5vcA$0Eq4JPMLiAwqqwcrsfJJJwBUWLk0nsIxs+L/7XrQh90";
const RIGHT: &str = "correct horse";
const GUESSES: usize = 10_000;
const THREADS: usize = 16;

/// Creates a shop behind a proxy, in which every account has the cheap password.
fn cheap_shop(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    let database = people(kind);
    cheapen(&mut database.connect());
    TestSite::with(
        database,
        &[settings, &[("TRUSTED_PROXIES", "127.0.0.1")]].concat(),
        crate::shop::urls,
    )
}

/// Gives every account the cheap hash; a login replaces it by a costly one.
fn cheapen(conn: &mut Conn) {
    diesel::update(auth_user::table)
        .set(auth_user::password.eq(CHEAP))
        .execute(conn)
        .unwrap();
}

/// Returns a browser in which Charlie has logged in.
fn charlies(site: &TestSite) -> Client {
    let client = site.client();
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.1", "charlie", RIGHT).status,
        302
    );
    cheapen(&mut site.connect());
    client
}

/// Makes one attempt from this address.
fn attempt(client: &Client, token: &str, address: &str, username: &str, password: &str) -> Reply {
    let fields = [
        ("username", username),
        ("password", password),
        ("csrfmiddlewaretoken", token),
    ];
    client.post_with(
        LOGIN,
        &[
            ("x-forwarded-for", address),
            ("accept-encoding", "identity"),
        ],
        &fields,
    )
}

/// Makes one attempt in a new browser.
fn stranger(site: &TestSite, address: &str, username: &str, password: &str) -> u16 {
    let client = site.client();
    let token = client.token(LOGIN);
    attempt(&client, &token, address, username, password).status
}

/// Makes guesses from all threads at the same time; returns the number of passwords that were
/// checked.
fn attack(site: &TestSite, guess: impl Fn(&Client, &str, usize) -> Reply + Sync) -> usize {
    let (next, checked) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let client = site.client();
                let token = client.token(LOGIN);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= GUESSES {
                        break;
                    }
                    let reply = guess(&client, &token, number);
                    match reply.status {
                        200 => drop(checked.fetch_add(1, Ordering::Relaxed)),
                        429 => assert!(reply.header("retry-after").parse::<u32>().unwrap() > 0),
                        status => panic!("{status}: {}", reply.text()),
                    }
                }
            });
        }
    });
    checked.into_inner()
}

/// Sends wrong passwords, each of which is checked. Extends the last wait, so that no test depends
/// on its speed.
fn fail(site: &TestSite, client: &Client, address: &str, username: &str, times: usize) {
    let token = client.token(LOGIN);
    for _ in 0..times {
        assert_eq!(
            attempt(client, &token, address, username, "wrong").status,
            200
        );
    }
    blocked_for(&site.database, 600);
}

/// Sets the end of every block to this many seconds from now.
pub(super) fn blocked_for(database: &Database, seconds: i64) {
    let until = |seconds| Timestamp::from(Utc::now() + TimeDelta::seconds(seconds));
    let blocked =
        nuages_login_throttle::table.filter(nuages_login_throttle::blocked_until.gt(until(-3600)));
    let later = nuages_login_throttle::blocked_until.eq(until(seconds));
    assert!(
        diesel::update(blocked)
            .set(later)
            .execute(&mut database.connect())
            .unwrap()
            > 0
    );
}

fn is_in(client: &Client) -> bool {
    client.get(PROFILE).status == 200
}

fn ten_thousand_guesses_from_one_address_get_sixty_tries_and_the_owner_can_log_in(kind: Kind) {
    let site = cheap_shop(kind, &[]);
    let owner = charlies(&site);
    let began = Instant::now();
    let checked = attack(&site, |client, token, number| {
        attempt(client, token, "192.0.2.66", "charlie", &number.to_string())
    });
    assert!((50..=60).contains(&checked), "{checked}");
    assert!(
        began.elapsed() < Duration::from_mins(10),
        "the number is one for ten minutes"
    );

    assert_eq!(
        stranger(&site, "192.0.2.66", "charlie", RIGHT),
        429,
        "from there nobody gets in"
    );
    assert_eq!(
        stranger(&site, "192.0.2.66", "alice", RIGHT),
        302,
        "but to other accounts"
    );
    assert_eq!(
        stranger(&site, "192.0.2.2", "charlie", RIGHT),
        302,
        "the owner elsewhere"
    );
    owner.post("/accounts/logout/", &[]);
    assert_eq!(
        attempt(&owner, &owner.token(LOGIN), "192.0.2.66", "charlie", RIGHT).status,
        302,
        "or in a known browser"
    );
    assert!(is_in(&owner));
}

fn ten_thousand_guesses_from_many_addresses_get_two_hundred_and_ten_tries(kind: Kind) {
    let site = cheap_shop(kind, &[]);
    let owner = charlies(&site);
    let began = Instant::now();
    let checked = attack(&site, |client, token, number| {
        let address = format!("10.{}.{}.1", number % 100, number / 100);
        attempt(client, token, &address, "charlie", &number.to_string())
    });
    assert!((200..=210).contains(&checked), "{checked}");
    assert!(began.elapsed() < Duration::from_mins(10));
    assert_eq!(stranger(&site, "192.0.2.2", "charlie", RIGHT), 429);
    owner.post("/accounts/logout/", &[]);
    assert_eq!(
        attempt(&owner, &owner.token(LOGIN), "10.1.1.1", "charlie", RIGHT).status,
        302
    );
}

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

fn right_passwords_never_count(kind: Kind) {
    // An attempt counts while its password is checked: at most as many as there are turns.
    let turns = nuages::auth::hash_pool::places();
    let site = cheap_shop(
        kind,
        &["", "_PER_ACCOUNT", "_PER_ADDRESS"]
            .map(|ending| {
                (
                    format!("LOGIN_FREE_FAILURES{ending}"),
                    (turns + 2).to_string(),
                )
            })
            .each_ref()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    std::thread::scope(|scope| {
        for _ in 0..turns + 2 {
            scope.spawn(|| {
                (0..4)
                    .for_each(|_| assert_eq!(stranger(&site, "192.0.2.1", "charlie", RIGHT), 302));
            });
        }
    });
    // The same number of failures is free as before.
    for _ in 0..=turns {
        assert_eq!(stranger(&site, "192.0.2.1", "alice", "wrong"), 200);
    }
    assert_eq!(stranger(&site, "192.0.2.1", "alice", RIGHT), 302);
    fail(&site, &site.client(), "192.0.2.1", "alice", 1);
    assert_eq!(stranger(&site, "192.0.2.1", "alice", RIGHT), 429);
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

fn a_browser_knows_only_the_accounts_that_logged_in_there(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "1")]);
    let client = site.client();
    let reply = attempt(&client, &client.token(LOGIN), "192.0.2.1", "alice", RIGHT);
    let cookie = reply.set_cookie("nuages_device");
    for attribute in [
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
        "; Max-Age=15552000",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("alice"), "{cookie}");
    fail(&site, &site.client(), "192.0.2.1", "charlie", 1);
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.1", "charlie", RIGHT).status,
        429
    );
    // A forged cookie has no effect.
    client.keep(
        "nuages_device",
        &format!("x{}", client.cookie("nuages_device").unwrap()),
    );
    fail(&site, &site.client(), "192.0.2.1", "alice", 1);
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.1", "alice", RIGHT).status,
        429
    );
}

fn a_known_browser_has_its_own_failures(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES", "2")]);
    let client = site.client();
    attempt(&client, &client.token(LOGIN), "192.0.2.1", "alice", RIGHT);
    fail(&site, &client, "192.0.2.1", "alice", 2);
    assert_eq!(stranger(&site, "192.0.2.1", "alice", RIGHT), 302);
    // The block applies to any address.
    assert_eq!(
        attempt(&client, &client.token(LOGIN), "192.0.2.9", "alice", RIGHT).status,
        429
    );
}

fn an_address_is_slowed_down_for_all_accounts(kind: Kind) {
    let site = cheap_shop(kind, &[("LOGIN_FREE_FAILURES_PER_ADDRESS", "3")]);
    for name in ["ann", "bob", "eve"] {
        assert_eq!(stranger(&site, "192.0.2.1", name, "wrong"), 200);
    }
    blocked_for(&site.database, 600);
    assert_eq!(stranger(&site, "192.0.2.1", "charlie", RIGHT), 429);
    assert_eq!(stranger(&site, "192.0.2.2", "charlie", RIGHT), 302);
}

fn a_forged_forwarded_address_is_ignored(kind: Kind) {
    let site = shop_with(kind, &[("LOGIN_FREE_FAILURES", "1")]);
    fail(&site, &site.client(), "192.0.2.1", "nobody", 1);
    assert_eq!(stranger(&site, "192.0.2.2", "nobody", "wrong"), 429);
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
    ten_thousand_guesses_from_one_address_get_sixty_tries_and_the_owner_can_log_in,
    ten_thousand_guesses_from_many_addresses_get_two_hundred_and_ten_tries,
    a_password_reset_by_mail_allows_a_login_while_others_are_blocked,
    right_passwords_never_count,
    a_block_ends_at_the_time_on_its_page,
    the_page_of_a_block_shows_the_form_and_does_not_reveal_the_account,
    a_browser_knows_only_the_accounts_that_logged_in_there,
    a_known_browser_has_its_own_failures,
    an_address_is_slowed_down_for_all_accounts,
    a_forged_forwarded_address_is_ignored,
    processes_share_their_counts_and_typed_values_are_not_stored,
    clearsessions_deletes_expired_counts,
    unreadable_times_neither_allow_guesses_nor_block_for_ever
);
