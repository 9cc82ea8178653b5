//! `Project::authentication_backends`.

use std::collections::HashSet;

use nuages::auth::{AuthenticationBackend, BackendFuture, Credentials, ModelBackend};
use nuages::models::AppConfig;
use nuages::prelude::*;
use nuages::sessions::Session;

use crate::accounts::two_factor::turn_on;
use crate::support::{BOB, CHARLIE, Client, DANA, Database, Kind, LOGIN, Reply, TestSite};

const PASSWORD: &str = "the password of the directory";

static APPS: [AppConfig; 4] = nuages::apps![];
static SITE: Project = Project::new("Backends", &APPS, urls, super::register)
    .authentication_backends(&[&Directory, &ModelBackend]);
static WITHOUT: Project = Project::new("Without", &APPS, urls, super::register);

/// Accepts every user with one password. Staff may view users. Bob is refused by name, and for one name
/// the directory cannot be reached.
#[derive(Debug)]
struct Directory;

impl AuthenticationBackend for Directory {
    fn path(&self) -> &'static str {
        "tests.Directory"
    }

    fn authenticate<'a>(&'a self, login: &'a Credentials<'a>) -> BackendFuture<'a, Option<User>> {
        Box::pin(async move {
            match login.username {
                "bob" => return Err(Error::PermissionDenied),
                "unreachable" => return Err(Error::Unreachable("no directory".to_owned())),
                _ if login.password != PASSWORD => return Ok(None),
                _ => {}
            }
            let username = login.username.to_owned();
            login
                .db
                .run(move |conn| User::find_by_username(conn, &username))
                .await
        })
    }

    fn permissions(&self, _: &mut Conn, user: &User) -> Result<HashSet<String>> {
        let granted = user.is_staff.then(|| "auth.view_user".to_owned());
        Ok(granted.into_iter().collect())
    }
}

fn urls(_: &Settings) -> Urls {
    Urls::new([path("/backend/", "backend", Access::Login, get(backend))]).include(batteries())
}

/// Returns the backend of the session.
async fn backend(request: actix_web::HttpRequest) -> String {
    Session::from_request(&request)
        .get_str("_auth_user_backend")
        .unwrap_or_default()
}

fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&BOB, &CHARLIE, &DANA] {
        persona.save(&mut database.connect());
    }
    TestSite::for_project(database, &[], &SITE)
}

fn send(client: &Client, username: &str, password: &str) -> Reply {
    client.post(LOGIN, &[("username", username), ("password", password)])
}

fn assert_is_refused(reply: &Reply, what: &str) {
    assert!(
        reply.status == 200 && reply.shows(&["Please enter a correct username and password"]),
        "{what}: {} {}",
        reply.status,
        reply.text()
    );
}

fn the_first_backend_that_knows_the_credentials_logs_in_and_is_stored(kind: Kind) {
    let site = site(kind);
    let client = site.client();
    assert_eq!(send(&client, "charlie", PASSWORD).status, 302);
    assert_eq!(client.get("/backend/").text(), "tests.Directory");
    assert!(
        client.get("/accounts/sessions/").status == 200,
        "the session is one of the user's"
    );

    let client = site.client();
    client.log_in(&CHARLIE);
    assert_eq!(
        client.get("/backend/").text(),
        "django.contrib.auth.backends.ModelBackend",
        "the second backend is asked if the first does not know the credentials"
    );
    assert_is_refused(
        &send(&site.client(), "charlie", "wrong"),
        "a wrong password",
    );
    assert_is_refused(
        &send(&site.client(), "dana", PASSWORD),
        "an inactive user, whom the backend accepts",
    );
}

fn a_backend_that_refuses_or_fails_ends_the_attempt(kind: Kind) {
    let site = site(kind);
    assert_is_refused(
        &send(&site.client(), "bob", BOB.password),
        "the password is that of the second backend, which is not asked",
    );
    let failed = send(&site.client(), "unreachable", "any");
    assert_eq!(failed.status, 503, "a failure is not a wrong password");
}

fn permissions_of_all_backends_count(kind: Kind) {
    let site = site(kind);
    let users = "/admin/auth/user/";
    assert_eq!(
        BOB.browser(&site).get(users).status,
        200,
        "of the directory"
    );
    assert_eq!(BOB.browser(&site).get("/admin/auth/group/").status, 403);
    BOB.may(&site, &["view_group"]);
    assert_eq!(
        BOB.browser(&site).get("/admin/auth/group/").status,
        200,
        "of the model"
    );

    let without = TestSite::for_project(Database::migrated(kind), &[], &WITHOUT);
    BOB.save(&mut without.connect());
    assert_eq!(
        BOB.browser(&without).get(users).status,
        403,
        "without the directory"
    );
}

fn a_session_of_a_backend_that_is_not_listed_is_anonymous(kind: Kind) {
    let site = site(kind);
    let client = site.client();
    assert_eq!(send(&client, "charlie", PASSWORD).status, 302);
    let key = client.cookie("sessionid").unwrap();
    let without = TestSite::on_database_of(&site, &WITHOUT);
    let other = without.client();
    other.keep("sessionid", &key);
    assert_eq!(other.get("/backend/").status, 302, "the login page");
    assert_eq!(client.get("/backend/").status, 200, "the session is kept");
}

fn a_login_with_a_second_factor_keeps_its_backend(kind: Kind) {
    let site = site(kind);
    let (_, codes) = turn_on(&CHARLIE.browser(&site), &CHARLIE);
    let client = site.client();
    let half_way = send(&client, "charlie", PASSWORD);
    assert_eq!(half_way.header("location"), "/accounts/login/code/");
    let done = client.post("/accounts/login/code/", &[("code", &codes[0])]);
    assert_eq!(done.status, 302, "{}", done.text());
    assert_eq!(client.get("/backend/").text(), "tests.Directory");
}

fn the_password_page_asks_for_the_password_of_the_user(kind: Kind) {
    let site = site(kind);
    let client = site.client();
    assert_eq!(send(&client, "charlie", PASSWORD).status, 302);
    let changed = client.post(
        "/accounts/password_change/",
        &[
            ("old_password", CHARLIE.password),
            ("new_password1", "a new one 1"),
            ("new_password2", "a new one 1"),
        ],
    );
    assert_eq!(changed.status, 302, "{}", changed.text());
    assert_eq!(
        client.get("/backend/").text(),
        "tests.Directory",
        "the session goes on with its backend"
    );
}

on_both!(
    the_first_backend_that_knows_the_credentials_logs_in_and_is_stored,
    a_backend_that_refuses_or_fails_ends_the_attempt,
    permissions_of_all_backends_count,
    a_session_of_a_backend_that_is_not_listed_is_anonymous,
    a_login_with_a_second_factor_keeps_its_backend,
    the_password_page_asks_for_the_password_of_the_user
);
