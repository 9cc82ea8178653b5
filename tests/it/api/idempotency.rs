//! `Idempotency-Key`: a request that is sent twice writes once.

use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::{Program, TAGS, json, problem, shop};
use crate::support::{ALICE, BOB, Kind, Reply};

const KEY: (&str, &str) = ("idempotency-key", "k-1");

fn red() -> Json {
    json!({"name": "Red", "slug": "red"})
}

fn post(program: &Program, key: (&str, &str), body: &Json) -> Reply {
    program.json(Method::POST, TAGS, &[key], body)
}

fn a_repeated_request_gets_the_first_answer(kind: Kind) {
    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let first = post(&program, KEY, &red());
    let second = post(&program, KEY, &red());
    assert_eq!(json(&second, 201), json(&first, 201));
    assert_eq!(second.header("location"), first.header("location"));
    assert_eq!(second.header("etag"), first.header("etag"));
    problem(
        &post(&program, KEY, &json!({"name": "Blue", "slug": "blue"})),
        422,
    );
    assert_eq!(
        json(&program.get(TAGS), 200)["count"],
        1,
        "one row was added"
    );

    let path = format!("{TAGS}1/");
    let delete = || program.send(Method::DELETE, &path, &[("idempotency-key", "k-2")], b"");
    assert_eq!(
        (delete().status, delete().status),
        (204, 204),
        "the second deletes nothing"
    );
    problem(&program.delete(&path), 404);
}

fn a_key_belongs_to_its_user_and_is_free_after_a_failed_request(kind: Kind) {
    let site = shop(kind);
    BOB.may(&site, &["add_tag"]);
    let (alice, bob) = (Program::of(&site, &ALICE), Program::of(&site, &BOB));
    problem(&post(&alice, KEY, &json!({"name": "Red"})), 422);
    json(&post(&alice, KEY, &red()), 201);
    json(
        &post(&bob, KEY, &json!({"name": "Blue", "slug": "blue"})),
        201,
    );
    problem(&post(&alice, ("idempotency-key", ""), &red()), 400);
}

fn parallel_requests_with_one_key_add_one_row(kind: Kind) {
    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let answers: Vec<Reply> = std::thread::scope(|scope| {
        let sent = (0..12).map(|_| {
            let (site, token) = (&site, program.token.clone());
            scope.spawn(move || {
                let other = Program {
                    client: site.client(),
                    token,
                };
                post(&other, KEY, &red())
            })
        });
        let sent: Vec<_> = sent.collect();
        sent.into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let first = json(&answers[0], 201);
    for answer in &answers {
        assert_eq!(json(answer, 201), first, "each gets the same answer");
    }
    assert_eq!(
        json(&program.get(TAGS), 200)["count"],
        1,
        "one row was added"
    );
}

on_both!(
    a_repeated_request_gets_the_first_answer,
    a_key_belongs_to_its_user_and_is_free_after_a_failed_request,
    parallel_requests_with_one_key_add_one_row,
);
