//! A browser without a display: keeps cookies and replies, does not follow redirects.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use ureq::http::{Method, Request};

use super::form::Form;
use super::personas::Persona;
use super::reply::Reply;

pub(crate) const LOGIN: &str = "/accounts/login/";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub(crate) struct Client {
    agent: ureq::Agent,
    base: String,
    jar: Mutex<Vec<(String, String)>>,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        Self {
            agent: config.new_agent(),
            base: format!("http://127.0.0.1:{port}"),
            jar: Mutex::default(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path, &[])
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.request(Method::GET, path, headers)
    }

    pub(crate) fn request(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(method, path, headers, b"")
    }

    /// Sends `fields` from the form at `path`, with the token of that page. If the page has no form
    /// (such as the URL to log out), uses the token of the login page.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.token(path);
        self.post_with(
            path,
            &[],
            &[fields, &[("csrfmiddlewaretoken", &token)]].concat(),
        )
    }

    /// Sends these fields and headers, and no others.
    pub(crate) fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Reply {
        let body = form_urlencoded(fields);
        self.send(
            Method::POST,
            path,
            &[headers, &[FORM]].concat(),
            body.as_bytes(),
        )
    }

    /// Sends these bytes, with the cookies unless `headers` has others.
    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.try_send(method, path, headers, body).unwrap()
    }

    /// Like [`get`](Self::get); `None` if the server has closed the connection meanwhile.
    pub(crate) fn try_get(&self, path: &str) -> Option<Reply> {
        self.try_send(Method::GET, path, &[], b"").ok()
    }

    fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, ureq::Error> {
        let has_body = method != Method::HEAD;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies = self.cookies();
        if !cookies.is_empty() && headers.iter().all(|(name, _)| *name != "cookie") {
            request = request.header("cookie", cookies);
        }
        // Only a request with a body has a declared length.
        let mut response = if body.is_empty() {
            self.agent.run(request.body(()).unwrap())?
        } else {
            self.agent.run(request.body(body).unwrap())?
        };
        // A missing body cannot be decompressed, whatever the header says.
        let bytes = if has_body {
            response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_to_vec()?
        } else {
            Vec::new()
        };
        let reply = Reply {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes,
        };
        for (name, value, is_gone) in reply.cookies() {
            self.forget(&name);
            if !is_gone {
                self.keep(&name, &value);
            }
        }
        Ok(reply)
    }

    /// Returns the form with the field `name` on the page at `path`, as a browser would send it
    /// back.
    pub(crate) fn form(&self, path: &str, name: &str) -> Form {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.form(path, name)
    }

    /// Presses the button `name` (or `name=value`) of `form`; "" sends the form without a button.
    pub(crate) fn submit(&self, form: &Form, name: &str) -> Reply {
        let fields = form.sent(name);
        if form.is_get {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (&**name, &**value))
                .collect();
            return self.get(&format!("{}?{}", form.action, form_urlencoded(&fields)));
        }
        if form.is_multipart {
            let (kind, body) = form.multipart(&fields);
            return self.send(
                Method::POST,
                &form.action,
                &[("content-type", &kind)],
                &body,
            );
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        self.post_with(&form.action, &[], &fields)
    }

    /// Opens the page that a reply redirects to.
    pub(crate) fn follow(&self, reply: &Reply) -> Reply {
        assert_eq!(reply.status, 302, "{}", reply.text());
        self.get(reply.header("location"))
    }

    /// Logs in at the login page.
    pub(crate) fn log_in(&self, persona: &Persona) {
        let reply = self.post(
            LOGIN,
            &[
                ("username", persona.username),
                ("password", persona.password),
            ],
        );
        assert_eq!(
            (reply.status, reply.header("location")),
            (302, "/accounts/profile/"),
            "{}",
            reply.text()
        );
    }

    /// Returns a token for a form: that of the page `path`, or else of the login page.
    pub(crate) fn token(&self, path: &str) -> String {
        self.get(path)
            .token()
            .unwrap_or_else(|| self.get(LOGIN).token().unwrap())
    }

    /// Returns the cookie of this name.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.jar
            .lock()
            .unwrap()
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    /// Adds a cookie.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        self.forget(name);
        self.jar
            .lock()
            .unwrap()
            .push((name.to_owned(), value.to_owned()));
    }

    /// Removes a cookie.
    pub(crate) fn forget(&self, name: &str) {
        self.jar.lock().unwrap().retain(|(known, _)| known != name);
    }

    fn cookies(&self) -> String {
        let jar = self.jar.lock().unwrap();
        jar.iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Sends raw bytes and returns the response up to the end of the connection: for requests that
    /// no library would send.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.base.strip_prefix("http://").unwrap()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn form_urlencoded(fields: &[(&str, &str)]) -> String {
    let word = |text: &str| {
        let byte = |b: u8| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        };
        text.bytes().map(byte).collect::<String>()
    };
    fields
        .iter()
        .map(|(name, value)| format!("{}={}", word(name), word(value)))
        .collect::<Vec<_>>()
        .join("&")
}
