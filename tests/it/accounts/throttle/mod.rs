//! `/accounts/login/` under attack; docs/adr/0010 explains the numbers.

mod guesses;
mod blocks;

use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use nuages::db::{Conn, Timestamp};
use nuages::schema::{auth_user, nuages_login_throttle};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::accounts::{PROFILE, people};
use crate::support::{Client, Database, Kind, LOGIN, Reply, TestSite};

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
