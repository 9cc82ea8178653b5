//! Bodies that are too large or never arrive are answered at once, and the connection is closed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::{Kind, TestSite};

/// Long enough for a busy machine, and much shorter than the time that a body may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends `request`, and then nothing, on a connection that stays open. Returns the response up to
/// the end of the connection.
fn send_and_wait(site: &TestSite, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", site.port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        ended.is_ok(),
        "the connection must be closed after the answer ({ended:?}): {answer}"
    );
    answer
}

fn patient_site() -> TestSite {
    TestSite::with_settings(Kind::Sqlite, &[("BODY_TIMEOUT", "600")])
}

#[test]
fn absurd_declared_length_is_refused_at_once() {
    let site = patient_site();
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let multipart = "Content-Type: multipart/form-data; boundary=b\r\n";
    let json = "Content-Type: application/json\r\n";
    let most = "9223372036854775807";
    // actix-web keeps each connection open for a second after its response, so send all of them at
    // the same time.
    std::thread::scope(|scope| {
        for (method, path, kind, length) in [
            ("POST", "/accounts/login/", form, most),
            ("POST", "/accounts/login/", form, "18446744073709551615"),
            ("POST", "/accounts/login/", form, "2621441"),
            ("POST", "/accounts/login/", multipart, most),
            ("POST", "/accounts/login/", json, most),
            ("POST", "/accounts/login/", "", most),
            ("POST", "/admin/catalog/product/add/", multipart, most),
            ("POST", "/admin/catalog/product/add/", multipart, "40000000"),
            ("POST", "/products/", form, most),
            ("POST", "/nope/", form, most),
            ("PUT", "/accounts/login/", multipart, most),
            ("DELETE", "/products/", "", most),
            ("GET", "/", "", most),
            ("GET", "/static/shop/shop.css", "", most),
            ("HEAD", "/products/", form, most),
        ] {
            let site = &site;
            scope.spawn(move || {
                let head =
                    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{kind}\r\n");
                let answer = send_and_wait(site, &head);
                assert!(answer.starts_with("HTTP/1.1 413 "), "{head}must be answered with 413, not with: {answer}");
                assert!(answer.contains("x-frame-options"), "the refusal must have the usual headers: {answer}");
            });
        }
    });
}

#[test]
fn refused_body_that_was_announced_with_expect_is_not_read() {
    let head = "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9223372036854775807\r\n\r\n";
    let answer = send_and_wait(&patient_site(), head);
    assert!(
        answer.contains("HTTP/1.1 413 "),
        "the final answer must be 413: {answer}"
    );
}

#[test]
fn chunk_of_an_absurd_size_is_refused_before_it_arrives() {
    let site = patient_site();
    let form = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=b";
    let json = "application/json";
    std::thread::scope(|scope| {
        for kind in [form, multipart, json] {
            for (path, chunks) in [
                ("/accounts/login/", "8000000000000000\r\na=b"),
                ("/accounts/login/", "7fffffffffffffff\r\n"),
                ("/accounts/login/", "FFFFFFFFFFFFFFFF;name=value\r\n"),
                ("/accounts/login/", "3\r\na=b\r\n8000000000000000\r\n"),
                ("/accounts/login/", "10000000000000000\r\n"),
                ("/accounts/login/", "4000000\r\n"),
                ("/admin/catalog/product/add/", "8000000000000000\r\n"),
                ("/api/catalog/product/", "8000000000000000\r\n"),
                ("/products/", "8000000000000000\r\n"),
                ("/nope/", "8000000000000000\r\n"),
            ] {
                let site = &site;
                scope.spawn(move || {
                    let request = chunked(path, kind, chunks);
                    let answer = send_and_wait(site, &request);
                    assert!(
                        answer.starts_with("HTTP/1.1 413 "),
                        "{request}must be answered with 413, not with: {answer}"
                    );
                    assert!(
                        answer.contains("x-frame-options"),
                        "the refusal must have the usual headers: {answer}"
                    );
                });
            }
        }
    });
}

/// Returns a request with the chunks of its body.
fn chunked(path: &str, kind: &str, chunks: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
    )
}

/// The size of the chunk arrives after a view has begun to read the body.
#[test]
fn late_chunk_of_an_absurd_size_is_refused_before_it_arrives() {
    let site = patient_site();
    let mut stream = TcpStream::connect(("127.0.0.1", site.port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    for part in [
        &chunked(
            "/accounts/login/",
            "application/x-www-form-urlencoded",
            "3\r\na=b\r\n",
        )[..],
        "80000000",
        "00000000\r\n",
    ] {
        stream.write_all(part.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn chunk_that_never_arrives_is_408() {
    let site = TestSite::with_settings(Kind::Sqlite, &[("BODY_TIMEOUT", "1")]);
    for chunks in ["", "5", "5\r\na=b"] {
        let request = chunked(
            "/accounts/login/",
            "application/x-www-form-urlencoded",
            chunks,
        );
        let answer = send_and_wait(&site, &request);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{chunks:?}: {answer}");
    }
}

/// actix-web answers these itself; see docs/differences.md.
#[test]
fn framing_that_is_contradictory_or_has_an_endless_length_is_refused_with_400() {
    let site = patient_site();
    for framing in [
        "Content-Length: 18446744073709551616",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
    ] {
        let answer = send_and_wait(
            &site,
            &format!(
                "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ),
        );
        assert!(
            answer.starts_with("HTTP/1.1 400 "),
            "{framing:?} must be refused, not answered with: {answer}"
        );
        assert!(
            answer.contains("connection: close"),
            "nothing behind {framing:?} may be read as a request: {answer}"
        );
    }
}

#[test]
fn body_within_the_limit_is_read_in_chunks_as_well() {
    let request = "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: csrftoken=\
                   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                   Transfer-Encoding: chunked\r\n\r\n14\r\ncsrfmiddlewaretoken=\r\n20\r\n\
                   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n0\r\n\r\n";
    let answer = send_and_wait(&patient_site(), request);
    assert!(
        answer.starts_with("HTTP/1.1 200 "),
        "a chunked form must reach the login page: {answer}"
    );
    assert!(
        answer.contains("This field is required."),
        "the form must have been read: {answer}"
    );
}

#[test]
fn body_that_never_comes_is_given_up() {
    let site = TestSite::with_settings(Kind::Sqlite, &[("BODY_TIMEOUT", "0.2")]);
    for (kind, start) in [
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "username=a"),
        ("multipart/form-data; boundary=b", ""),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
        ),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\nx",
        ),
    ] {
        let request = format!(
            "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n{start}"
        );
        let answer = send_and_wait(&site, &request);
        assert!(
            answer.starts_with("HTTP/1.1 408 "),
            "{request:?} must be answered with 408, not with: {answer}"
        );
        assert!(
            answer.contains("Too slow"),
            "the refusal must be a page: {answer}"
        );
    }
}

#[test]
fn multipart_body_in_chunks_has_a_limit_even_if_it_is_not_kept() {
    let site = TestSite::with_settings(
        Kind::Sqlite,
        &[
            ("DATA_UPLOAD_MAX_MEMORY_SIZE", "1000"),
            ("FILE_UPLOAD_MAX_SIZE", "1000"),
        ],
    );
    let part = "--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n";
    let filler = "x".repeat(2 << 20);
    let request = format!(
        "POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{part}\r\n{:x}\r\n{filler}\r\n",
        part.len(),
        filler.len()
    );
    let answer = send_and_wait(&site, &request);
    assert!(
        answer.starts_with("HTTP/1.1 413 "),
        "a part without a file name must not be read for ever: {answer}"
    );
}
