//! `/accounts/signup/`

use diesel::prelude::*;
use nuages::auth::hashers::check_password;
use nuages::auth::{NewUser, User};
use nuages::schema::auth_user;

use super::{PROFILE, sessions, shop};
use crate::support::{Kind, LOGIN, Reply, TestSite};

const SIGNUP: &str = "/accounts/signup/";
const GOOD: &str = "nine-violet-teapots";

fn sign_up(site: &TestSite, username: &str, email: &str, first: &str, second: &str) -> Reply {
    let fields = [
        ("username", username),
        ("email", email),
        ("password1", first),
        ("password2", second),
    ];
    let page = site.client().post(SIGNUP, &fields);
    assert_eq!(
        (page.status, page.set_cookie("sessionid")),
        (200, ""),
        "{username}"
    );
    // The form keeps the entered values, except for the passwords.
    for (name, value) in [("username", username), ("email", email)] {
        let value = value.trim().replace('<', "&#60;").replace('>', "&#62;");
        let shown = format!("name=\"{name}\" id=\"id_{name}\" value=\"{value}\"");
        assert!(page.shows(&[&shown]), "{shown} is not on {}", page.text());
    }
    for password in [first, second]
        .into_iter()
        .filter(|password| password.len() > 5)
    {
        assert!(
            !page.text().contains(&format!("\"{password}\"")),
            "{password}"
        );
    }
    page
}

fn users(site: &TestSite) -> i64 {
    auth_user::table
        .count()
        .get_result(&mut site.connect())
        .unwrap()
}

fn a_new_customer_is_welcomed_and_logged_in(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    client.get(SIGNUP);
    let secret = client.cookie("csrftoken");
    let reply = client.post(
        SIGNUP,
        &[
            ("username", " Ｚｏë "),
            ("email", "Zoe@EXAMPLE.com"),
            ("password1", GOOD),
            ("password2", GOOD),
            ("is_superuser", "on"),
            ("is_staff", "on"),
            ("id", "1"),
        ],
    );
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, PROFILE),
        "{}",
        reply.text()
    );
    assert!(client.cookie("csrftoken") != secret);
    assert!(
        client
            .get(PROFILE)
            .shows(&["Welcome. Your account is ready.", "Hello, <bdi>Zoë</bdi>"])
    );
    assert!(
        !client
            .get(PROFILE)
            .shows(&["Welcome. Your account is ready."])
    );
    let zoe = User::find_by_username(&mut site.connect(), "Zoë")
        .unwrap()
        .unwrap();
    assert!(zoe.is_active && !zoe.is_staff && !zoe.is_superuser && zoe.last_login.is_some());
    assert_eq!(zoe.email, "Zoe@example.com");
    assert!(check_password(GOOD, &zoe.password).correct);
}

fn next_is_followed_to_this_site_only_and_login_and_signup_keep_it(kind: Kind) {
    let site = shop(kind);
    let lands = |name: &str, next: &str| {
        let fields = [
            ("username", name),
            ("email", "z@example.com"),
            ("password1", GOOD),
            ("password2", GOOD),
            ("next", next),
        ];
        site.client()
            .post(SIGNUP, &fields)
            .header("location")
            .to_owned()
    };
    assert_eq!(lands("zoe", "/products/?page=2"), "/products/?page=2");
    assert_eq!(lands("yan", "//evil.example/"), PROFILE);
    let client = site.client();
    let quoted = "?next=/products/%3Fpage%3D2%26q%3D%22";
    let page = client.get(&format!("{LOGIN}{quoted}"));
    assert!(
        page.shows(&[&format!("href=\"{SIGNUP}{quoted}\"")]),
        "{}",
        page.text()
    );
    let page = client.get(&format!("{SIGNUP}{quoted}"));
    assert!(
        page.shows(&[
            &format!("href=\"{LOGIN}{quoted}\""),
            "name=\"next\" value=\"/products/?page=2&#38;q=&#34;\""
        ]),
        "{}",
        page.text()
    );
    // The same after an error.
    let page = client.post(&format!("{SIGNUP}{quoted}"), &[("username", "xia")]);
    assert!(page.shows(&[&format!("href=\"{LOGIN}{quoted}\"")]));
    assert!(client.get(LOGIN).shows(&[&format!("href=\"{SIGNUP}\"")]));
}

fn a_name_that_differs_only_by_case_is_refused(kind: Kind) {
    let site = shop(kind);
    for name in ["charlie", "CHARLIE", "ｃharlie"] {
        let page = sign_up(&site, name, "new@example.com", GOOD, GOOD);
        assert_eq!(
            page.errors("username"),
            "A user with that username already exists.",
            "{name}"
        );
        assert!(page.shows(&[
            "aria-invalid=\"true\"",
            "aria-describedby=\"id_username_helptext id_username_error\""
        ]));
    }
    assert_eq!(users(&site), 3);
    assert!(sessions(&site).is_empty());
}

fn two_simultaneous_signups_with_one_name_create_one_account(kind: Kind) {
    let site = shop(kind);
    let zoe = || NewUser::customer("zoe", "", "!".to_owned());
    let mut first = site.connect();
    let second = first
        .atomic(|conn| {
            assert!(zoe().save_if_free(conn).unwrap().is_some());
            let mut conn = site.connect();
            let second = std::thread::spawn(move || conn.atomic(|conn| zoe().save_if_free(conn)));
            // Give the second request time to proceed before the first is done.
            std::thread::sleep(std::time::Duration::from_millis(300));
            Ok(second)
        })
        .unwrap();
    assert!(second.join().unwrap().unwrap().is_none());
    assert_eq!(users(&site), 4);
}

fn bad_names_and_addresses_are_refused_beside_the_field(kind: Kind) {
    let site = shop(kind);
    let bad = "Enter a valid username: letters, numbers, and @/./+/-/_ characters.";
    for name in [
        "two words",
        "semi;colon",
        "<b>bold</b>",
        "snow☃man",
        "line\nbreak",
    ] {
        let page = sign_up(&site, name, "new@example.com", GOOD, GOOD);
        assert_eq!(
            (
                page.errors("username").as_str(),
                page.errors("email").as_str()
            ),
            (bad, ""),
            "{name}"
        );
    }
    let page = sign_up(&site, &"x".repeat(151), "nonsense", GOOD, GOOD);
    assert_eq!(
        page.errors("username"),
        "Ensure this value has at most 150 characters (it has 151)."
    );
    assert_eq!(page.errors("email"), "Enter a valid email address.");
    // The normalized name is longer than its column.
    assert_eq!(
        sign_up(&site, &"ﷺ".repeat(150), "new@example.com", GOOD, GOOD).errors("username"),
        bad
    );
    let page = sign_up(&site, "", "", "", "");
    for name in ["username", "email", "password1", "password2"] {
        assert_eq!(page.errors(name), "This field is required.", "{name}");
    }
    assert_eq!(users(&site), 3);
}

fn weak_and_mismatched_passwords_are_refused_beside_the_second(kind: Kind) {
    let site = shop(kind);
    let why = |password: &str, again: &str| {
        let page = sign_up(&site, "teapotlover", "zoe@example.com", password, again);
        assert_eq!(page.errors("password1"), "");
        page.errors("password2")
    };
    assert_eq!(
        why(GOOD, "nine-violet-teapotz"),
        "The two password fields didn’t match."
    );
    assert_eq!(
        why(GOOD, &format!("{GOOD} ")),
        "The two password fields didn’t match."
    );
    assert_eq!(
        why("kw!xq9z", "kw!xq9z"),
        "This password is too short. It must contain at least 8 characters."
    );
    assert_eq!(
        why("password123", "password123"),
        "This password is too common."
    );
    assert_eq!(
        why("9417038265", "9417038265"),
        "This password is entirely numeric."
    );
    assert_eq!(
        why("teapotlover7", "teapotlover7"),
        "The password is too similar to the username."
    );
    let long = "x".repeat(4097);
    let page = sign_up(&site, "teapotlover", "zoe@example.com", &long, &long);
    assert_eq!(
        page.errors("password1"),
        "Ensure this value has at most 4096 characters (it has 4097)."
    );
    assert_eq!(users(&site), 3);
}

on_both!(
    a_new_customer_is_welcomed_and_logged_in,
    next_is_followed_to_this_site_only_and_login_and_signup_keep_it,
    a_name_that_differs_only_by_case_is_refused,
    two_simultaneous_signups_with_one_name_create_one_account,
    bad_names_and_addresses_are_refused_beside_the_field,
    weak_and_mismatched_passwords_are_refused_beside_the_second
);
