//! `/accounts/login/`

use diesel::prelude::*;
use nuages::auth::hashers::{pbkdf2_sha256, unusable_password};
use nuages::auth::{NewUser, User};
use nuages::schema::auth_user;

use super::{PROFILE, sessions, shop, shop_with};
use crate::support::{CHARLIE, DANA, Kind, LOGIN, TestSite};

/// Returns the page that refuses a login, without the parts that differ each time.
fn refusal(site: &TestSite, username: &str, password: &str) -> String {
    let client = site.client();
    let page = client.post(LOGIN, &[("username", username), ("password", password)]);
    assert_eq!(page.status, 200, "{username}");
    assert_eq!(page.set_cookie("sessionid"), "", "{username}");
    page.text()
        .replace(&page.token().unwrap(), "TOKEN")
        .replace(&format!("\"{username}\""), "\"NAME\"")
}

fn stored_hash(site: &TestSite, username: &str, hash: &str) {
    let eve = auth_user::table.filter(auth_user::username.eq(username));
    diesel::update(eve)
        .set(auth_user::password.eq(hash))
        .execute(&mut site.connect())
        .unwrap();
}

fn a_login_greets_and_gives_a_session_and_a_new_csrf_secret(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    client.get(LOGIN);
    let secret = client.cookie("csrftoken");
    assert!(CHARLIE.row(&site).last_login.is_none());
    let reply = client.post(
        LOGIN,
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    assert_eq!((reply.status, reply.header("location")), (302, PROFILE));

    let cookie = reply.set_cookie("sessionid");
    for attribute in [
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
        "; Max-Age=1209600",
        "; Expires=",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    let key = client.cookie("sessionid").unwrap();
    assert!(
        key.len() == 32
            && key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
        "{key}"
    );
    assert_eq!(sessions(&site)[0].session_key, key);

    let cookie = reply.set_cookie("csrftoken");
    for attribute in [
        "; SameSite=Lax",
        "; Path=/",
        "; Max-Age=31449600",
        "; Expires=",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(
        !cookie.contains("HttpOnly") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(
        client.cookie("csrftoken") != secret && client.cookie("csrftoken").unwrap().len() == 32
    );

    assert!(
        client
            .get("/")
            .shows(&["Hello, <bdi>charlie</bdi>", "Log out"])
    );
    assert!(CHARLIE.row(&site).last_login.is_some());
}

fn a_refused_login_shows_the_same_page_for_every_reason(kind: Kind) {
    let site = shop(kind);
    let wrong = refusal(&site, "charlie", "charlie-counts-9-kettlez");
    assert!(
        wrong.contains("Please enter a correct username and password."),
        "{wrong}"
    );
    assert_eq!(refusal(&site, "nobody", CHARLIE.password), wrong, "unknown");
    assert_eq!(refusal(&site, "dana", DANA.password), wrong, "deactivated");
    // User names are case-sensitive.
    assert_eq!(
        refusal(&site, "Charlie", CHARLIE.password),
        wrong,
        "another case"
    );
    let unusable = unusable_password();
    NewUser::customer("eve", "eve@example.com", unusable.clone())
        .save(&mut site.connect())
        .unwrap();
    for hash in [
        unusable.as_str(),
        "",
        "plain",
        "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
        "argon2$nonsense",
    ] {
        stored_hash(&site, "eve", hash);
        let password = if hash.is_empty() { "x" } else { hash };
        assert_eq!(refusal(&site, "eve", password), wrong, "{hash}");
    }
    assert!(sessions(&site).is_empty());
    assert!(CHARLIE.row(&site).last_login.is_none() && DANA.row(&site).last_login.is_none());
}

fn a_missing_or_odd_value_has_an_error_beside_its_field(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    let page = client.post(LOGIN, &[("username", " "), ("password", "")]);
    assert_eq!(
        (
            page.errors("username").as_str(),
            page.errors("password").as_str()
        ),
        ("This field is required.", "This field is required.")
    );
    let page = client.post(LOGIN, &[("username", "char\0lie"), ("password", "\0")]);
    assert_eq!(page.errors("username"), "Null characters are not allowed.");
    let page = client.post(
        LOGIN,
        &[
            ("username", &"<b>\"".repeat(38)),
            ("password", "secret-9-secret"),
        ],
    );
    assert_eq!(
        page.errors("username"),
        "Ensure this value has at most 150 characters (it has 152)."
    );
    assert!(!page.shows(&["<b>"]) && !page.shows(&["secret-9-secret"]));
    assert!(sessions(&site).is_empty());
}

fn next_is_followed_to_this_site_only(kind: Kind) {
    let site = shop(kind);
    let lands = |next: &str, path: &str| {
        let fields = [
            ("username", "charlie"),
            ("password", CHARLIE.password),
            ("next", next),
        ];
        let fields = if next.is_empty() {
            &fields[..2]
        } else {
            &fields
        };
        site.client()
            .post(path, fields)
            .header("location")
            .to_owned()
    };
    assert_eq!(lands("/products/?page=2", LOGIN), "/products/?page=2");
    assert_eq!(lands("//evil.example/", LOGIN), PROFILE);
    assert_eq!(
        lands("", "/accounts/login/?next=/categories/"),
        "/categories/"
    );
    // The page contains the next URL as escaped text.
    let page = site
        .client()
        .get("/accounts/login/?next=/categories/%22%3E%3Cb%3E");
    assert!(
        page.shows(&["name=\"next\" value=\"/categories/&"]) && !page.shows(&["<b>"]),
        "{}",
        page.text()
    );
}

fn names_are_normalised_before_they_are_looked_up(kind: Kind) {
    let site = shop(kind);
    // White space is what Python strips.
    for name in [" ｃｈａｒｌｉｅ ", "\u{1c}charlie\u{a0}\n"] {
        let reply = site
            .client()
            .post(LOGIN, &[("username", name), ("password", CHARLIE.password)]);
        assert_eq!(reply.status, 302, "{}", reply.text());
    }
}

fn a_weaker_hash_is_renewed_at_login(kind: Kind) {
    let site = shop(kind);
    let weak = pbkdf2_sha256("teapots-in-spring", "abcdefghijklmnopqrstuv", 1000);
    stored_hash(&site, "charlie", &weak);
    let client = site.client();
    client.post(
        LOGIN,
        &[("username", "charlie"), ("password", "teapots-in-spring")],
    );
    let renewed = CHARLIE.row(&site).password;
    assert!(
        renewed.starts_with("pbkdf2_sha256$1000000$")
            && !renewed.contains("abcdefghijklmnopqrstuv"),
        "{renewed}"
    );
    // The new session belongs to Charlie.
    assert!(client.get("/").shows(&["Hello, <bdi>charlie</bdi>"]));
}

fn the_hasher_of_the_settings_makes_every_new_hash(kind: Kind) {
    let site = shop_with(kind, &[("PASSWORD_HASHER", "argon2")]);
    assert!(CHARLIE.row(&site).password.starts_with("pbkdf2_sha256$"));
    let client = site.client();
    client.log_in(&CHARLIE);
    let renewed = CHARLIE.row(&site).password;
    assert!(
        renewed.starts_with("argon2$argon2id$v=19$m=102400,t=2,p=8$"),
        "{renewed}"
    );
    assert_eq!(client.get(PROFILE).status, 200);
    let new = "nine-violet-teapots";
    let fields = [
        ("old_password", CHARLIE.password),
        ("new_password1", new),
        ("new_password2", new),
    ];
    assert_eq!(
        client.post("/accounts/password_change/", &fields).status,
        302
    );
    let changed = CHARLIE.row(&site).password;
    assert!(
        changed.starts_with("argon2$") && changed != renewed,
        "{changed}"
    );
    let fields = [
        ("username", "zoe"),
        ("email", "zoe@example.com"),
        ("password1", new),
        ("password2", new),
    ];
    assert_eq!(site.client().post("/accounts/signup/", &fields).status, 302);
    let zoe = User::find_by_username(&mut site.connect(), "zoe")
        .unwrap()
        .unwrap();
    assert!(zoe.password.starts_with("argon2$"));
    // A later login renews nothing.
    assert_eq!(
        site.client()
            .post(LOGIN, &[("username", "charlie"), ("password", new)])
            .status,
        302
    );
    assert_eq!(CHARLIE.row(&site).password, changed);
}

fn a_user_who_is_deactivated_is_logged_out(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    assert_eq!(client.get(PROFILE).status, 200);
    let everybody = diesel::update(auth_user::table).set(auth_user::is_active.eq(false));
    everybody.execute(&mut site.connect()).unwrap();
    assert_eq!(client.get(PROFILE).status, 302);
    let row: User = CHARLIE.row(&site);
    diesel::delete(auth_user::table.find(row.id))
        .execute(&mut site.connect())
        .unwrap();
    assert_eq!(client.get(PROFILE).status, 302, "deleted");
}

on_both!(
    a_login_greets_and_gives_a_session_and_a_new_csrf_secret,
    a_refused_login_shows_the_same_page_for_every_reason,
    a_missing_or_odd_value_has_an_error_beside_its_field,
    next_is_followed_to_this_site_only,
    names_are_normalised_before_they_are_looked_up,
    a_weaker_hash_is_renewed_at_login,
    the_hasher_of_the_settings_makes_every_new_hash,
    a_user_who_is_deactivated_is_logged_out
);
