//! [`Client`]: a visitor of a site, with cookies.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nuages::actix_web::cookie::Cookie;
use nuages::auth::{User, hashers};
use nuages::settings::Settings;
use ureq::http::{Method, Request};

use crate::database::{connect, locked};
use crate::response::Response;
use crate::site::Inner;
use crate::users;

/// The number of redirects that a client follows in a row.
const MAX_REDIRECTS: usize = 20;

/// A visitor of a site, who keeps cookies: Django's test client.
///
/// A clone has the same cookies. [`TestSite::client`](crate::TestSite::client) makes another
/// visitor.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    settings: Settings,
    database_url: String,
    agent: ureq::Agent,
    jar: Arc<Mutex<Vec<(String, String)>>>,
    headers: Vec<(String, String)>,
    follows: bool,
}

impl Client {
    pub(crate) fn new(inner: Arc<Inner>, settings: Settings, database_url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        Self {
            inner,
            settings,
            database_url: database_url.to_owned(),
            agent: config.new_agent(),
            jar: Arc::default(),
            headers: Vec::new(),
            follows: false,
        }
    }

    /// Returns the same client, which follows redirects within the site: Django's `follow=True`.
    #[must_use]
    pub fn following(&self) -> Self {
        Self {
            follows: true,
            ..self.clone()
        }
    }

    /// Returns the same client, which sends this header with each request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// Opens a page: `client.get("/tickets/?page=2")`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Response {
        self.request("GET", path, "", &[])
    }

    /// Sends fields without a form, as a program would. The CSRF token is added.
    ///
    /// To test a form, submit it: [`Response::form`] refuses fields that the page does not have.
    #[track_caller]
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let token = self.csrf_token();
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrfmiddlewaretoken", &token)
            .extend_pairs(fields);
        let kind = "application/x-www-form-urlencoded";
        self.request("POST", path, kind, body.finish().as_bytes())
    }

    /// Sends a request with any method and body; `content_type` is "" for a request without a body.
    #[track_caller]
    pub fn request(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Response {
        let mut response = self.send(method, path, content_type, body);
        if !self.follows {
            return response;
        }
        for _ in 0..MAX_REDIRECTS {
            let Some(target) = response.redirect_target() else {
                return response;
            };
            response = self.send("GET", &target, "", b"");
        }
        panic!("{method} {path} redirects more than {MAX_REDIRECTS} times");
    }

    #[track_caller]
    fn send(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Response {
        assert!(
            path.starts_with('/'),
            "a path of the site begins with a slash: {path:?}"
        );
        let known = Method::from_bytes(method.as_bytes())
            .unwrap_or_else(|_| panic!("{method:?} is not a method"));
        let mut request = Request::builder()
            .method(known)
            .uri(format!("{}{path}", self.inner.base()));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let cookies = self.cookie_header();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies);
        }

        // Only a request with a body has a declared length.
        let sent = if body.is_empty() && content_type.is_empty() {
            request.body(()).map(|request| self.agent.run(request))
        } else {
            request.body(body).map(|request| self.agent.run(request))
        };
        let mut answer = match sent {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => panic!("{method} {path}: {error}"),
            Err(error) => panic!("{method} {path} is not a request: {error}"),
        };
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(256 << 20)
            .read_to_vec()
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        self.keep_cookies(answer.headers());
        Response {
            client: self.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            bytes,
            errors: self.inner.hooks.take_errors(),
        }
    }

    fn keep_cookies(&self, headers: &ureq::http::HeaderMap) {
        let lines = headers.get_all("set-cookie").iter();
        let cookies = lines.filter_map(|line| Cookie::parse(line.to_str().ok()?).ok());
        for cookie in cookies {
            let is_deleted = cookie
                .max_age()
                .is_some_and(|age| age.is_zero() || age.is_negative());
            if is_deleted {
                self.delete_cookie(cookie.name());
            } else {
                self.set_cookie(cookie.name(), cookie.value());
            }
        }
    }

    /// Logs in without the password and without a request: Django's `force_login`.
    #[track_caller]
    pub fn force_login(&self, user: &User) {
        let mut conn = connect(&self.database_url);
        let key = self
            .inner
            .enter(|| users::session_of(&mut conn, user, &self.settings));
        self.set_cookie(&self.settings.session.cookie.name, &key);
    }

    /// Checks the password, and logs in if it is correct; returns whether it was. This takes the
    /// time of a password hash: [`force_login`](Self::force_login) does not.
    #[track_caller]
    pub fn login(&self, username: &str, password: &str) -> bool {
        let mut conn = connect(&self.database_url);
        let user = User::find_by_username(&mut conn, username)
            .unwrap_or_else(|error| panic!("the user {username}: {error}"));
        let Some(user) = user.filter(|user| user.is_active) else {
            return false;
        };
        let is_correct = hashers::check_password(password, &user.password).correct;
        if is_correct {
            self.force_login(&user);
        }
        is_correct
    }

    /// Logs out by deleting the session cookie.
    pub fn logout(&self) {
        self.delete_cookie(&self.settings.session.cookie.name);
    }

    /// Returns the cookie `name`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let jar = locked(&self.jar);
        let mut cookies = jar.iter();
        cookies
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    /// Adds or replaces a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.delete_cookie(name);
        locked(&self.jar).push((name.to_owned(), value.to_owned()));
    }

    /// Deletes a cookie.
    pub fn delete_cookie(&self, name: &str) {
        locked(&self.jar).retain(|(known, _)| known != name);
    }

    fn cookie_header(&self) -> String {
        let jar = locked(&self.jar);
        let pairs: Vec<String> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Returns a CSRF token that fits the cookie; without a cookie, adds one.
    fn csrf_token(&self) -> String {
        let name = &self.settings.csrf.cookie.name;
        self.cookie(name).unwrap_or_else(|| {
            let alphabet = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
            let secret = nuages::signing::random_string_of(alphabet, 32);
            self.set_cookie(name, &secret);
            secret
        })
    }
}
