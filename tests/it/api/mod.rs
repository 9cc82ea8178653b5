//! The JSON API below `/api/`.

mod auth;
mod guide;
mod idempotency;
mod interleavings;
mod lists;
mod openapi;
mod own;
mod problems;
mod rows;
mod writing;

use nuages::auth::api_tokens::NewApiToken;
use serde_json::Value as Json;
use ureq::http::Method;

use crate::support::{ALICE, BOB, CHARLIE, Client, Kind, Persona, Reply, TestSite};

const PRODUCTS: &str = "/api/catalog/product/";
const CATEGORIES: &str = "/api/catalog/category/";
const TAGS: &str = "/api/catalog/tag/";
const USERS: &str = "/api/auth/user/";

/// Starts a shop in which Alice is a superuser, and Bob and Charlie have no permissions.
fn shop(kind: Kind) -> TestSite {
    shop_with(kind, &[])
}

fn shop_with(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    let site = TestSite::with_settings(kind, settings);
    let conn = &mut site.connect();
    for persona in [&ALICE, &BOB, &CHARLIE] {
        persona.save(conn);
    }
    site
}

/// A program that sends a token.
pub(crate) struct Program {
    client: Client,
    token: String,
}

impl Program {
    /// Returns a program with a new token of `persona`.
    pub(crate) fn of(site: &TestSite, persona: &Persona) -> Self {
        Self::with(site, persona, NewApiToken::new("test"))
    }

    fn with(site: &TestSite, persona: &Persona, token: NewApiToken) -> Self {
        let user = persona.row(site);
        Self {
            client: site.client(),
            token: token.create(&mut site.connect(), &user).unwrap(),
        }
    }

    fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Json) -> Reply {
        self.json(Method::POST, path, &[], body)
    }

    pub(crate) fn patch(&self, path: &str, body: &Json) -> Reply {
        self.json(Method::PATCH, path, &[], body)
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], b"")
    }

    fn json(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Json) -> Reply {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send(method, path, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let authorization = format!("Bearer {}", self.token);
        let headers = [headers, &[("authorization", &authorization)]].concat();
        self.client.send(method, path, &headers, body)
    }
}

/// Returns the JSON of an answer with this status.
fn json(reply: &Reply, status: u16) -> Json {
    assert_eq!(
        reply.status,
        status,
        "the status; the body: {}",
        reply.text()
    );
    assert_eq!(reply.header("content-type"), "application/json");
    serde_json::from_slice(&reply.bytes).unwrap()
}

/// Returns the problem of an answer with this status.
fn problem(reply: &Reply, status: u16) -> Json {
    assert_eq!(
        reply.status,
        status,
        "the status; the body: {}",
        reply.text()
    );
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let problem: Json = serde_json::from_slice(&reply.bytes).unwrap();
    assert_eq!(problem["status"], status, "the status in the body");
    problem
}

/// Returns the fields with errors of a 422.
fn wrong_fields(reply: &Reply) -> Vec<String> {
    let problem = problem(reply, 422);
    let errors = problem["errors"].as_object().cloned().unwrap_or_default();
    errors.into_iter().map(|(field, _)| field).collect()
}

/// Returns the values of a field in a list.
fn column(list: &Json, name: &str) -> Vec<Json> {
    let rows = list["results"].as_array().unwrap().iter();
    rows.map(|row| row[name].clone()).collect()
}
