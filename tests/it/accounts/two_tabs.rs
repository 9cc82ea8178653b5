//! Forms that became stale because their user logged in meanwhile in another tab.

use nuages::auth::NewUser;

use crate::support::{ALICE, CHARLIE, Client, Database, Kind, LOGIN, TestSite};

const STALE: &str = "you logged in or out in another tab or window";

fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &CHARLIE] {
        persona.save(&mut database.connect());
    }
    TestSite::with(database, &[], crate::shop::urls)
}

/// Returns a client whose first tab has logged Charlie in, and the token of a page that a second tab opened before.
fn second_tab(site: &TestSite) -> (Client, String) {
    let client = site.client();
    let token = client.token(LOGIN);
    client.log_in(&CHARLIE);
    (client, token)
}

/// Sends `fields` with a token that is no longer valid.
fn send(
    client: &Client,
    token: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> crate::support::Reply {
    client.post_with(
        path,
        &[],
        &[fields, &[("csrfmiddlewaretoken", token)]].concat(),
    )
}

fn a_second_login_page_redirects_to_next_after_the_first_has_logged_in(kind: Kind) {
    let site = site(kind);
    let (client, token) = second_tab(&site);
    let typed = [
        ("username", CHARLIE.username),
        ("password", CHARLIE.password),
    ];
    for (path, next, expected) in [
        (LOGIN, Some("/products/?q=lamp"), "/products/?q=lamp"),
        ("/accounts/login/?next=/categories/", None, "/categories/"),
        (LOGIN, None, "/accounts/profile/"),
        (LOGIN, Some("https://evil.example/"), "/accounts/profile/"),
        (LOGIN, Some("//evil.example/"), "/accounts/profile/"),
    ] {
        let mut fields = typed.to_vec();
        fields.extend(next.map(|next| ("next", next)));
        let reply = send(&client, &token, path, &fields);
        let answer = (reply.status, reply.header("location"));
        assert_eq!(
            answer,
            (302, expected),
            "{path} with next {next:?}: {}",
            reply.words()
        );
    }
    let words = client.get("/accounts/profile/").words();
    assert!(
        words.contains("You are already logged in as charlie."),
        "the next page must say who is logged in: {words}"
    );
}

fn a_stale_login_page_does_not_log_in(kind: Kind) {
    let site = site(kind);
    let alice = [("username", ALICE.username), ("password", ALICE.password)];

    // Nobody is logged in: the form is refused as before.
    let visitor = site.client();
    let token = visitor.token(LOGIN);
    visitor.keep("csrftoken", "abcdefghijklmnopqrstuvwxyzABCDEF");
    for path in [
        LOGIN,
        "/admin/login/",
        "/accounts/signup/",
        "/accounts/login/code/",
    ] {
        let reply = send(&visitor, &token, path, &alice);
        assert_eq!(
            reply.status,
            403,
            "{path}: expected the refusal, got {}",
            reply.words()
        );
        assert!(
            visitor.cookie("sessionid").is_none(),
            "{path} started a session for a refused form"
        );
        assert!(
            reply.links().contains(&path.to_owned()),
            "{path}: the refusal must link to the page itself"
        );
    }

    // Charlie is logged in: the form of the second tab does not change that.
    let (client, token) = second_tab(&site);
    send(&client, &token, LOGIN, &alice);
    let words = client.get("/accounts/profile/").words();
    assert!(
        words.contains("charlie") && !words.contains("as alice"),
        "{words}"
    );

    // A form of another site is refused, logged in or not.
    let fields = [&alice[..], &[("csrfmiddlewaretoken", &*token)]].concat();
    let forged = client.post_with(LOGIN, &[("origin", "https://evil.example")], &fields);
    assert_eq!(
        forged.status, 403,
        "a login form of another site must not lead anywhere"
    );
    // A form without a token is refused as well.
    assert_eq!(
        client.post_with(LOGIN, &[], &alice).status,
        403,
        "a login form without a token"
    );
}

fn a_stale_admin_login_page_redirects_only_staff(kind: Kind) {
    let site = site(kind);
    let typed = [
        ("username", ALICE.username),
        ("password", ALICE.password),
        ("next", "/admin/catalog/"),
    ];

    let (charlie, token) = second_tab(&site);
    let refused = send(&charlie, &token, "/admin/login/", &typed);
    assert_eq!(
        refused.status, 403,
        "a customer must not be redirected into the admin"
    );
    assert!(
        refused.links().contains(&"/admin/login/".to_owned()),
        "the refusal must link to the login page"
    );

    let alice = ALICE.browser(&site);
    let token = alice.token("/accounts/password_reset/");
    alice.keep("csrftoken", "abcdefghijklmnopqrstuvwxyzABCDEF");
    let reply = send(&alice, &token, "/admin/login/", &typed);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/admin/catalog/"),
        "{}",
        reply.words()
    );
    let elsewhere = [("next", "https://evil.example/")];
    let reply = send(&alice, &token, "/admin/login/", &elsewhere);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/admin/"),
        "{}",
        reply.words()
    );
}

fn stale_pages_that_log_in_only_redirect(kind: Kind) {
    let site = site(kind);
    let (client, token) = second_tab(&site);
    let newcomer = [
        ("username", "newcomer"),
        ("password1", "Tr0ub4dor&3x"),
        ("password2", "Tr0ub4dor&3x"),
    ];
    let reply = send(&client, &token, "/accounts/signup/", &newcomer);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/accounts/profile/"),
        "{}",
        reply.words()
    );
    assert!(
        !NewUser::is_taken(&mut site.connect(), "newcomer").unwrap(),
        "a refused form must not add an account"
    );
    let reply = send(
        &client,
        &token,
        "/accounts/login/code/",
        &[("code", "123456")],
    );
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/accounts/profile/"),
        "{}",
        reply.words()
    );
}

fn other_stale_forms_explain_the_reason_and_link_back(kind: Kind) {
    let site = site(kind);
    let (client, token) = second_tab(&site);
    for path in [
        "/accounts/password_reset/",
        "/accounts/password_change/",
        "/accounts/profile/?tab=1",
    ] {
        let reply = send(&client, &token, path, &[("email", CHARLIE.email)]);
        assert_eq!(reply.status, 403, "{path}");
        assert!(
            reply.words().contains(STALE),
            "{path} must say why: {}",
            reply.words()
        );
        assert!(
            reply.links().contains(&path.to_owned()),
            "{path} must be linked: {:?}",
            reply.links()
        );
    }
}

fn a_stale_log_out_button_offers_a_fresh_one(kind: Kind) {
    let site = site(kind);
    let (client, token) = second_tab(&site);
    let reply = send(&client, &token, "/accounts/logout/", &[]);
    assert_eq!(reply.status, 403, "a stale token must not log out");
    assert!(reply.words().contains(STALE), "{}", reply.words());
    assert_eq!(
        client.get("/accounts/profile/").status,
        200,
        "Charlie must still be logged in"
    );
    let fresh = reply.form("/accounts/logout/", "csrfmiddlewaretoken");
    assert_eq!(fresh.action, "/accounts/logout/");
    assert_eq!(
        client.submit(&fresh, "").status,
        200,
        "the fresh button logs out"
    );
    assert_eq!(
        client.get("/accounts/profile/").status,
        302,
        "Charlie must be logged out"
    );

    // Two tabs of one session: the second log-out needs no fresh page.
    let (client, _) = second_tab(&site);
    let token = client.token("/accounts/profile/");
    for tab in ["first", "second"] {
        let reply = send(&client, &token, "/accounts/logout/", &[]);
        assert_eq!(
            reply.status,
            200,
            "log out in the {tab} tab: {}",
            reply.words()
        );
    }
}

on_both!(
    a_second_login_page_redirects_to_next_after_the_first_has_logged_in,
    a_stale_login_page_does_not_log_in,
    a_stale_admin_login_page_redirects_only_staff,
    stale_pages_that_log_in_only_redirect,
    other_stale_forms_explain_the_reason_and_link_back,
    a_stale_log_out_button_offers_a_fresh_one
);
