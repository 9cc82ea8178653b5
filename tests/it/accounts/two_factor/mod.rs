//! `/accounts/two-factor/`, and the second step of a login

mod set_up;
mod login;
mod codes;

use chrono::Utc;
use diesel::prelude::*;
use nuages::auth::totp::Secret;
use nuages::http::{Access, Urls, get, path};
use nuages::schema::nuages_two_factor;
use nuages::settings::Settings;

use crate::support::{Client, LOGIN, Persona, Reply, TestSite};

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
pub(crate) fn turn_on(client: &Client, persona: &Persona) -> (Secret, Vec<String>) {
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
