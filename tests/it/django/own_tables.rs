//! Nuages' own tables do not disturb a Django on the same database.

use chrono::Utc;
use diesel::prelude::*;
use nuages::auth::totp::Secret;
use nuages::schema::{auth_user, nuages_recovery_code, nuages_session, nuages_two_factor};
use serde_json::{Value, json};

use super::nuages;
use crate::django::project::Django;
use crate::support::{ALICE, CHARLIE, Client, Database, Kind, LOGIN, TestSite};

const PROFILE: &str = "/accounts/profile/";
const SET_UP: &str = "/accounts/two-factor/set-up/";

const FLUSH: &str = "
from django.core.management import CommandError, call_command
try:
    call_command('flush', interactive=False, verbosity=0)
except CommandError:
    print('refused')
";

fn turn_on(client: &Client) {
    let text = client.get(SET_UP).text();
    let (_, rest) = text.split_once("<p class=\"secret\"><code>").unwrap();
    let secret = Secret::from_base32(&rest.split('<').next().unwrap().replace(' ', "")).unwrap();
    let code = secret.code(Utc::now().timestamp()).unwrap();
    assert_eq!(
        client
            .post(SET_UP, &[("code", &code), ("password", CHARLIE.password)])
            .status,
        200
    );
}

fn rows(database: &Database) -> [i64; 3] {
    let conn = &mut database.connect();
    [
        nuages_session::table.count().get_result(conn).unwrap(),
        nuages_two_factor::table.count().get_result(conn).unwrap(),
        nuages_recovery_code::table
            .count()
            .get_result(conn)
            .unwrap(),
    ]
}

fn a_user_with_a_second_factor_is_like_any_other_to_django(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    CHARLIE.save(&mut database.connect());
    let version = django.version.to_string();
    let site = TestSite::with(database, &[("DJANGO_VERSION", &version)], crate::shop::urls);
    // Renew the hash for this Django. If Django renewed it itself, the sessions below would end.
    site.client().log_in(&CHARLIE);
    let shell = |ours: &Value| -> Value {
        let script = format!(
            "OURS = {}\n{}",
            json!(ours.to_string()),
            include_str!("own_tables.py")
        );
        serde_json::from_str(&django.shell(&site.database, &script)).unwrap()
    };
    let (here, half) = (CHARLIE.browser(&site), site.client());
    turn_on(&here);
    half.post(
        LOGIN,
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    let made = shell(&json!({
        "act": "log in", "password": CHARLIE.password, "half": half.cookie("sessionid"), "session": here.cookie("sessionid"),
    }));
    let theirs = site.client();
    theirs.keep("sessionid", made.as_str().unwrap());
    assert_eq!(theirs.get(PROFILE).status, 200);
    assert_eq!(
        here.post("/accounts/sessions/", &[("password", CHARLIE.password)])
            .status,
        302
    );
    assert_eq!(theirs.get(PROFILE).status, 302);
    assert_eq!(
        rows(&site.database)[1..],
        [1, 10],
        "a second factor and its recovery codes"
    );
    let deleted =
        shell(&json!({ "act": "delete", "ended": made, "session": here.cookie("sessionid") }));
    assert_eq!(deleted, json!({ "auth.User": 1 }));
    assert_eq!(
        (rows(&site.database), here.get(PROFILE).status),
        ([0, 0, 0], 302)
    );
    django.is_content(&site.database);
}

fn a_flush_needs_our_tables_gone_on_postgresql(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    if kind == Kind::Postgres {
        // See ADR 11.
        assert_eq!(django.shell(&database, FLUSH), "refused\n");
        nuages(&database, &["migrate", "nuages_shop", "zero", "--no-input"]);
        nuages(&database, &["migrate", "nuages", "zero", "--no-input"]);
    }
    django.manage(&database, &["flush", "--no-input", "--verbosity=0"]);
    nuages(&database, &["migrate"]);
    let users: i64 = auth_user::table
        .count()
        .get_result(&mut database.connect())
        .unwrap();
    assert_eq!((users, rows(&database)), (0, [0, 0, 0]));
}

with_django!(
    a_user_with_a_second_factor_is_like_any_other_to_django,
    a_flush_needs_our_tables_gone_on_postgresql
);
