//! Tokens, sessions and permissions of the API.

use nuages::auth::api_tokens::NewApiToken;
use serde_json::json;
use ureq::http::Method;

use super::{PRODUCTS, Program, TAGS, USERS, column, json, problem, shop, shop_with};
use crate::support::{ALICE, BOB, CHARLIE, Kind, nuages, product};

const TOKENS: &str = "/accounts/tokens/";
const JSON: (&str, &str) = ("content-type", "application/json");

fn a_token_made_on_the_page_works_until_it_is_revoked(kind: Kind) {
    let site = shop(kind);
    let browser = ALICE.browser(&site);

    let form = browser.form(TOKENS, "name");
    let form = form.set("name", "import").set("password", ALICE.password);
    let page = browser.submit(&form.choose("scope", &["write"]), "");
    assert_eq!(page.status, 200, "the page shows the token");
    let text = page.text();
    let token = text.split("<code>nuages1_").nth(1).unwrap();
    let token = format!("nuages1_{}", token.split('<').next().unwrap());
    let again = browser.get(TOKENS).text();
    assert!(!again.contains(&token), "the token must be shown once only");

    let program = Program {
        client: site.client(),
        token,
    };
    json(&program.get(PRODUCTS), 200);
    json(
        &program.post(TAGS, &json!({"name": "Red", "slug": "red"})),
        201,
    );

    let id = again.split("name=\"revoke\" value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    assert_eq!(browser.post(TOKENS, &[("revoke", id)]).status, 302);
    problem(&program.get(PRODUCTS), 401);
}

fn a_form_that_is_sent_twice_makes_one_token(kind: Kind) {
    let site = shop(kind);
    let browser = ALICE.browser(&site);
    let form = browser.form(TOKENS, "name");
    let form = form.set("name", "twice").set("password", ALICE.password);

    assert_eq!(browser.submit(&form, "").status, 200);
    let second = browser.submit(&form, "");

    assert_eq!(second.status, 302, "{}", second.text());
    let page = browser.get(TOKENS).text();
    assert_eq!(page.matches("name=\"revoke\"").count(), 1, "{page}");
    assert!(page.contains("This form was sent before"), "{page}");
}

fn a_token_needs_the_password_and_belongs_to_its_user(kind: Kind) {
    let site = shop(kind);
    let browser = CHARLIE.browser(&site);
    let form = browser.form(TOKENS, "name").set("name", "mine");
    let page = browser.submit(&form.set("password", "wrong"), "");
    assert!(
        page.shows(&["entered incorrectly"]),
        "the wrong password is refused"
    );
    assert!(page.shows(&["You have no tokens."]), "no token was made");

    Program::of(&site, &ALICE);
    assert_eq!(browser.post(TOKENS, &[("revoke", "1")]).status, 302);
    let alices = ALICE.browser(&site).get(TOKENS);
    assert!(
        alices.shows(&["Revoke"]),
        "another user’s token cannot be revoked"
    );
}

fn wrong_expired_and_inactive_tokens_are_refused(kind: Kind) {
    use diesel::prelude::*;
    use nuages::schema::{auth_user, nuages_api_token};

    let site = shop(kind);
    let program = Program::with(&site, &ALICE, NewApiToken::new("short").days(1));
    json(&program.get(PRODUCTS), 200);

    let refused = |program: &Program, why: &str| {
        let reply = program.get(PRODUCTS);
        assert_eq!(reply.status, 401, "{why}");
        assert_eq!(reply.header("www-authenticate"), "Bearer", "{why}");
    };
    let past = nuages::db::Timestamp::from(chrono::Utc::now() - chrono::TimeDelta::seconds(5));
    diesel::update(nuages_api_token::table)
        .set(nuages_api_token::expires_at.eq(Some(past)))
        .execute(&mut site.connect())
        .unwrap();
    refused(&program, "an expired token");

    let other = Program::of(&site, &BOB);
    diesel::update(auth_user::table.filter(auth_user::username.eq("bob")))
        .set(auth_user::is_active.eq(false))
        .execute(&mut site.connect())
        .unwrap();
    refused(&other, "a token of an inactive user");

    // A session beside a wrong token does not count.
    let browser = ALICE.browser(&site);
    let reply = browser.get_with(PRODUCTS, &[("authorization", "Bearer nonsense")]);
    problem(&reply, 401);
    problem(&site.client().get(PRODUCTS), 401);
}

fn a_read_only_token_cannot_write(kind: Kind) {
    let site = shop(kind);
    let program = Program::with(&site, &ALICE, NewApiToken::new("reader").read_only(true));
    json(&program.get(PRODUCTS), 200);
    problem(
        &program.post(TAGS, &json!({"name": "Red", "slug": "red"})),
        403,
    );
    assert_eq!(
        json(&program.get(TAGS), 200)["count"],
        0,
        "nothing was written"
    );
}

fn a_session_writes_only_with_the_csrf_token(kind: Kind) {
    let site = shop(kind);
    let browser = ALICE.browser(&site);
    let body = json!({"name": "Red", "slug": "red"}).to_string();
    json(&browser.get(TAGS), 200);
    problem(
        &browser.send(Method::POST, TAGS, &[JSON], body.as_bytes()),
        403,
    );

    let token = browser.token(TOKENS);
    let with_token = [JSON, ("x-csrftoken", token.as_str())];
    let elsewhere = [with_token.as_slice(), &[("origin", "https://evil.example")]].concat();
    problem(
        &browser.send(Method::POST, TAGS, &elsewhere, body.as_bytes()),
        403,
    );
    json(
        &browser.send(Method::POST, TAGS, &with_token, body.as_bytes()),
        201,
    );
}

fn permissions_decide_for_each_model_and_method(kind: Kind) {
    let site = shop(kind);
    let id = product("Lamp").save(&mut site.connect()).id;
    let row = format!("{PRODUCTS}{id}/");
    let missing = format!("{PRODUCTS}987654/");
    let program = Program::of(&site, &CHARLIE);
    assert_eq!(
        json(&program.get("/api/"), 200),
        json!({}),
        "no model is visible"
    );
    for path in [PRODUCTS, row.as_str(), missing.as_str()] {
        problem(&program.get(path), 403);
    }

    CHARLIE.may(&site, &["view_product"]);
    let program = Program::of(&site, &CHARLIE);
    let index = json(&program.get("/api/"), 200);
    let names: Vec<&String> = index.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["catalog.product"],
        "only the visible model is listed"
    );
    json(&program.get(&row), 200);
    problem(&program.get(&missing), 404);
    problem(&program.patch(&row, &json!({"stock": 1})), 403);
    problem(&program.delete(&row), 403);
    problem(&program.get(TAGS), 403);

    CHARLIE.may(&site, &["change_product"]);
    let program = Program::of(&site, &CHARLIE);
    json(&program.patch(&row, &json!({"stock": 1})), 200);
    problem(&program.post(PRODUCTS, &json!({})), 403);
}

fn lookups_of_models_that_the_caller_may_not_see_are_refused(kind: Kind) {
    let site = shop(kind);
    product("Lamp").category("Secret").save(&mut site.connect());
    CHARLIE.may(&site, &["view_product"]);
    let program = Program::of(&site, &CHARLIE);
    for lookup in [
        "category__name=Secret",
        "category__name__startswith=S",
        "tags__name=x",
    ] {
        let reply = problem(&program.get(&format!("{PRODUCTS}?{lookup}")), 400);
        assert!(reply["errors"].is_object(), "{lookup} is named");
    }
    json(&program.get(&format!("{PRODUCTS}?category=1")), 200);

    CHARLIE.may(&site, &["view_category"]);
    let program = Program::of(&site, &CHARLIE);
    let found = json(
        &program.get(&format!("{PRODUCTS}?category__name=Secret")),
        200,
    );
    assert_eq!(found["count"], 1, "the category is visible now");
}

fn passwords_are_not_in_rows_and_not_in_lookups(kind: Kind) {
    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let list = json(&program.get(USERS), 200);
    assert_eq!(column(&list, "password"), vec![json!(null); 3]);
    assert!(!list.to_string().contains("pbkdf2"), "no hash is shown");
    for query in [
        "password=x",
        "password__startswith=p",
        "ordering=password",
        "fields=id,password",
    ] {
        problem(&program.get(&format!("{USERS}?{query}")), 400);
    }
    let orders = "/api/orders/order/?customer__password__startswith=p";
    problem(&program.get(orders), 400);
}

fn superusers_cannot_be_changed_by_other_users(kind: Kind) {
    let site = shop(kind);
    CHARLIE.may(&site, &["view_user", "change_user", "delete_user"]);
    let program = Program::of(&site, &CHARLIE);
    let boss = format!("{USERS}{}/", ALICE.row(&site).id);
    json(&program.get(&boss), 200);
    problem(&program.patch(&boss, &json!({"first_name": "X"})), 403);
    problem(&program.delete(&boss), 403);
    let own = format!("{USERS}{}/", CHARLIE.row(&site).id);
    let reply = program.patch(&own, &json!({"is_superuser": true}));
    assert_eq!(
        super::wrong_fields(&reply),
        ["is_superuser"],
        "nobody becomes a superuser"
    );
}

fn wrong_tokens_are_slowed_down(kind: Kind) {
    let site = shop_with(kind, &[("LOGIN_FREE_FAILURES_PER_ADDRESS", "3")]);
    let client = site.client();
    let statuses: Vec<u16> = (0..8)
        .map(|n| {
            let header = format!("Bearer wrong-{n}");
            client
                .get_with(PRODUCTS, &[("authorization", &header)])
                .status
        })
        .collect();
    assert_eq!(statuses[0], 401, "the first wrong token");
    assert!(
        statuses.contains(&429),
        "later ones must wait: {statuses:?}"
    );
    json(&Program::of(&site, &ALICE).get(PRODUCTS), 200);
}

fn a_rate_limits_the_requests_of_a_token(kind: Kind) {
    let site = shop_with(kind, &[("API_RATE", "3/hour")]);
    let program = Program::of(&site, &ALICE);
    for _ in 0..3 {
        json(&program.get(PRODUCTS), 200);
    }
    let reply = program.get(PRODUCTS);
    problem(&reply, 429);
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!(
        (3000..=3601).contains(&wait),
        "the rest of the hour, not {wait}"
    );
    json(&Program::of(&site, &ALICE).get(PRODUCTS), 200);
}

fn staff_without_their_second_factor_cannot_use_the_api(kind: Kind) {
    let site = shop_with(kind, &[("REQUIRE_STAFF_TWO_FACTOR", "true")]);
    let browser = ALICE.browser(&site);
    problem(&browser.get(PRODUCTS), 403);
    assert_eq!(browser.get(TOKENS).status, 302, "nor make a token");
}

fn createtoken_prints_a_token_of_a_user(kind: Kind) {
    let site = shop(kind);
    let url = site.database.url.clone();
    let dir = site.database.dir.path();
    let made = nuages(dir, &url)
        .args(["createtoken", "alice", "--name", "shell", "--days", "3"])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let text = String::from_utf8(made.stdout).unwrap();
    let program = Program {
        client: site.client(),
        token: text.split_whitespace().last().unwrap().to_owned(),
    };
    json(&program.get(PRODUCTS), 200);
    assert!(ALICE.browser(&site).get(TOKENS).shows(&["shell"]));

    let failed = nuages(dir, &url)
        .args(["createtoken", "nobody"])
        .output()
        .unwrap();
    assert!(!failed.status.success(), "there is no such user");
}

on_both!(
    a_form_that_is_sent_twice_makes_one_token,
    a_token_made_on_the_page_works_until_it_is_revoked,
    a_token_needs_the_password_and_belongs_to_its_user,
    wrong_expired_and_inactive_tokens_are_refused,
    a_read_only_token_cannot_write,
    a_session_writes_only_with_the_csrf_token,
    permissions_decide_for_each_model_and_method,
    lookups_of_models_that_the_caller_may_not_see_are_refused,
    passwords_are_not_in_rows_and_not_in_lookups,
    superusers_cannot_be_changed_by_other_users,
    wrong_tokens_are_slowed_down,
    a_rate_limits_the_requests_of_a_token,
    staff_without_their_second_factor_cannot_use_the_api,
    createtoken_prints_a_token_of_a_user,
);
