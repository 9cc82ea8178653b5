//! Bodies that no page of this site would send.

use ureq::http::Method;

use super::{PROFILE, shop, shop_with};
use crate::support::{CHARLIE, Client, Kind, Reply};

const URLENCODED: &str = "application/x-www-form-urlencoded";

/// Sends a body to Charlie's profile, with a valid token in the header.
fn send(client: &Client, kind: &str, body: &[u8]) -> Reply {
    let token = client.token(PROFILE);
    client.send(
        Method::POST,
        PROFILE,
        &[("content-type", kind), ("x-csrftoken", &token)],
        body,
    )
}

/// A field of `multipart/form-data` with the boundary `XX`.
fn part(name: &str, value: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

fn a_body_over_the_limit_is_too_large(kind: Kind) {
    let site = shop_with(kind, &[("DATA_UPLOAD_MAX_MEMORY_SIZE", "1000")]);
    let client = CHARLIE.browser(&site);
    let body = |length: usize| format!("first_name=a&x={}", "y".repeat(length - 15)).into_bytes();
    assert_eq!(send(&client, URLENCODED, &body(1000)).status, 302);
    let page = send(&client, URLENCODED, &body(1001));
    assert_eq!(page.status, 413);
    assert!(page.shows(&["<h1>"]), "{}", page.text());
    let text = part("x", &"y".repeat(1001)) + "--XX--\r\n";
    assert_eq!(
        send(&client, "multipart/form-data; boundary=XX", text.as_bytes()).status,
        413
    );
    // Files are not counted, because they are written to disk.
    let file =
        part("x\"; filename=\"y", &"y".repeat(5000)) + &part("first_name", "File") + "--XX--\r\n";
    assert_eq!(
        send(&client, "multipart/form-data; boundary=XX", file.as_bytes()).status,
        302
    );
    assert_eq!(CHARLIE.row(&site).first_name, "File");
    assert_eq!(client.get(PROFILE).status, 200);
}

fn the_default_limit_is_djangos(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let body = |length: usize| format!("x={}", "y".repeat(length - 2)).into_bytes();
    assert_eq!(send(&client, URLENCODED, &body(2_621_440)).status, 302);
    assert_eq!(send(&client, URLENCODED, &body(2_621_441)).status, 413);
}

fn more_than_a_thousand_fields_are_refused(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let fields = |count: usize| "a=b&".repeat(count - 1) + "first_name=Many";
    assert_eq!(
        send(&client, URLENCODED, fields(1001).as_bytes()).status,
        400
    );
    assert_eq!(CHARLIE.row(&site).first_name, "");
    assert_eq!(
        send(&client, URLENCODED, fields(1000).as_bytes()).status,
        302
    );
    let parts = |count: usize| part("a", "b").repeat(count) + "--XX--\r\n";
    assert_eq!(
        send(
            &client,
            "multipart/form-data; boundary=XX",
            parts(1001).as_bytes()
        )
        .status,
        400
    );
    assert_eq!(
        send(
            &client,
            "multipart/form-data; boundary=XX",
            parts(1000).as_bytes()
        )
        .status,
        302
    );
    let files = part("f\"; filename=\"x", "").repeat(101) + "--XX--\r\n";
    assert_eq!(
        send(
            &client,
            "multipart/form-data; boundary=XX",
            files.as_bytes()
        )
        .status,
        400
    );
}

fn malformed_multipart_is_a_bad_request(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let good = part("first_name", "Parts") + "--XX--\r\n";
    assert_eq!(
        send(&client, "multipart/form-data; boundary=XX", good.as_bytes()).status,
        302
    );
    assert_eq!(CHARLIE.row(&site).first_name, "Parts");
    for kind in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"",
    ] {
        assert_eq!(send(&client, kind, good.as_bytes()).status, 400, "{kind}");
    }
    let page = send(&client, "multipart/form-data; boundary=XX", b"nonsense");
    assert!(page.status == 400 || page.status == 302, "{}", page.status);
    assert_eq!(client.get(PROFILE).status, 200);
}

fn a_token_is_accepted_in_multipart(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let token = client.token(PROFILE);
    let send = |token: &str| {
        let body = part("csrfmiddlewaretoken", token) + &part("first_name", "Parts") + "--XX--\r\n";
        let kind = [("content-type", "multipart/form-data; boundary=XX")];
        client
            .send(Method::POST, PROFILE, &kind, body.as_bytes())
            .status
    };
    assert_eq!(
        (send("x"), CHARLIE.row(&site).first_name.as_str()),
        (403, "")
    );
    assert_eq!(
        (send(&token), CHARLIE.row(&site).first_name.as_str()),
        (302, "Parts")
    );
}

fn bytes_that_are_not_utf8_cause_no_failure(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    for (kind, body) in [
        (URLENCODED, &b"first_name=a\xff\xfeb&\xff=\xff"[..]),
        (URLENCODED, b"first_name=a%ff%feb&%ff=%zz&%"),
        ("multipart/form-data; boundary=XX", b"--XX\r\nContent-Disposition: form-data; name=\"first_name\"\r\n\r\na\xff\xfeb\r\n--XX--\r\n"),
    ] {
        assert_eq!(send(&client, kind, body).status, 302, "{kind}");
        assert_eq!(CHARLIE.row(&site).first_name, "a\u{fffd}\u{fffd}b", "{kind}");
    }
    assert_eq!(
        send(&client, URLENCODED, b"first_name=a%00b").status,
        200,
        "refused beside the field"
    );
}

fn bodies_of_another_content_type_are_empty_forms(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    for kind in ["application/json", "text/plain", "nonsense", ""] {
        assert_eq!(
            send(&client, kind, br#"{"first_name": "JSON"}"#).status,
            302,
            "{kind}"
        );
        assert_eq!(CHARLIE.row(&site).first_name, "", "{kind}");
    }
    assert_eq!(client.get(PROFILE).status, 200);
}

on_both!(
    a_body_over_the_limit_is_too_large,
    the_default_limit_is_djangos,
    more_than_a_thousand_fields_are_refused,
    malformed_multipart_is_a_bad_request,
    a_token_is_accepted_in_multipart,
    bytes_that_are_not_utf8_cause_no_failure,
    bodies_of_another_content_type_are_empty_forms
);
