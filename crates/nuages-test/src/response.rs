//! [`Response`]: a response of the site, with assertions.

use ureq::http::{HeaderMap, StatusCode};

use crate::client::Client;
use crate::form::PageForm;
use crate::html::{self, Element};

/// The number of characters of a page that a failed assertion shows.
const SHOWN: usize = 1_500;

/// A response to a [`Client`].
#[derive(Debug)]
pub struct Response {
    pub(crate) client: Client,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// The causes of a 5xx response, as the site logged them.
    pub(crate) errors: Vec<String>,
}

impl Response {
    /// Returns the status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the path and the query of the request.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns a header, or "" if the response does not have that header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns all headers of this name.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).collect()
    }

    /// Returns the body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the body as text, with the tags of HTML.
    pub fn source(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns the body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", self.summary()))
    }

    /// Returns the text that a visitor reads, with single spaces.
    pub fn text(&self) -> String {
        if self.is_html() {
            self.html().words()
        } else {
            self.source()
        }
    }

    /// Returns the text of each element that a selector such as `#tickets li` selects.
    ///
    /// A selector consists of names, `#id`, `.class`, `[name=value]` and spaces.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let elements = self.html().select(selector);
        elements.iter().map(Element::words).collect()
    }

    /// Returns an attribute of each element that a selector selects and that has the attribute.
    pub fn attributes(&self, selector: &str, attribute: &str) -> Vec<String> {
        let elements = self.html().select(selector).into_iter();
        elements
            .filter_map(|element| element.attribute(attribute))
            .collect()
    }

    /// Returns the form that `selector` selects, or the form that belongs to the selected element:
    /// `page.form("#ticket-form")`, `page.form("[name=title]")`.
    #[track_caller]
    pub fn form(&self, selector: &str) -> PageForm {
        assert!(
            self.is_html(),
            "expected a page with the form {selector:?}: {}",
            self.summary()
        );
        let html = self.html();
        let forms: Vec<PageForm> = PageForm::all(&html, selector, self);
        match <[PageForm; 1]>::try_from(forms) {
            Ok([form]) => form,
            Err(forms) => panic!(
                "expected one form {selector:?}, but the page has {}. Its forms: {}\n{}",
                forms.len(),
                PageForm::names(&html),
                self.summary()
            ),
        }
    }

    /// Opens the URL that the response redirects to.
    #[track_caller]
    pub fn follow(&self) -> Self {
        let Some(target) = self.redirect_target() else {
            panic!("expected a redirect: {}", self.summary());
        };
        self.client.get(&target)
    }

    /// Opens the link with this text: `page.click("Next")`.
    #[track_caller]
    pub fn click(&self, text: &str) -> Self {
        let links = self.html().select("a[href]");
        let link = links.iter().find(|link| link.words() == text);
        let Some(href) = link.and_then(|link| link.attribute("href")) else {
            panic!("expected a link {text:?}: {}", self.summary());
        };
        self.client.get(&self.resolved(&href))
    }

    /// Fails the test if the status differs.
    #[track_caller]
    pub fn assert_status(&self, expected: u16) -> &Self {
        assert!(
            self.status == expected,
            "expected the status {expected}: {}",
            self.summary()
        );
        self
    }

    /// Fails the test if neither the text nor the source of the page contains `text`.
    #[track_caller]
    pub fn assert_contains(&self, text: &str) -> &Self {
        assert!(self.contains(text), "expected {text:?}: {}", self.summary());
        self
    }

    /// Fails the test if the text or the source of the page contains `text`.
    #[track_caller]
    pub fn assert_not_contains(&self, text: &str) -> &Self {
        assert!(
            !self.contains(text),
            "did not expect {text:?}: {}",
            self.summary()
        );
        self
    }

    /// Fails the test if the response does not redirect to `url`. The URL is not opened; see
    /// [`follow`](Self::follow).
    #[track_caller]
    pub fn assert_redirects(&self, url: &str) -> &Self {
        assert!(
            self.redirect_target().as_deref() == Some(url),
            "expected a redirect to {url}: {}",
            self.summary()
        );
        self
    }

    /// Fails the test if the field `name` does not show the error `text`: in an element that the
    /// control's `aria-describedby` names, or in the `.errorlist` beside it.
    #[track_caller]
    pub fn assert_field_error(&self, name: &str, text: &str) -> &Self {
        let errors = self.field_errors(name);
        assert!(
            errors.iter().any(|error| error.contains(text)),
            "expected the error {text:?} beside the field {name}, which has {errors:?}: {}",
            self.summary()
        );
        self
    }

    fn field_errors(&self, name: &str) -> Vec<String> {
        let html = self.html();
        let mut errors = Vec::new();
        for control in html.select(&format!("[name={name}]")) {
            let described = control.attribute("aria-describedby").unwrap_or_default();
            let named = described
                .split_whitespace()
                .flat_map(|id| html.select(&format!("[id={id}]")));
            errors.extend(named.map(|element| element.words()));
            let beside = control.parent().into_iter();
            let beside = beside.flat_map(|parent| parent.select(".errorlist"));
            errors.extend(beside.map(|element| element.words()));
        }
        errors
    }

    /// Whether the text or the source of the page contains `text`.
    pub fn contains(&self, text: &str) -> bool {
        self.source().contains(text) || (self.is_html() && self.text().contains(text))
    }

    /// Returns the path of a redirect within the site.
    pub(crate) fn redirect_target(&self) -> Option<String> {
        let location = self.header("location");
        ((300..400).contains(&self.status) && !location.is_empty()).then(|| self.resolved(location))
    }

    /// Returns a link of this page as a path, or as a URL if it leads to another site.
    pub(crate) fn resolved(&self, link: &str) -> String {
        let here = format!("http://site.invalid{}", self.path);
        let Ok(url) = url::Url::parse(&here).and_then(|here| here.join(link)) else {
            return link.to_owned();
        };
        match url.host_str() {
            Some("site.invalid" | "127.0.0.1" | "localhost") => {
                url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
            }
            _ => url.into(),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    fn is_html(&self) -> bool {
        self.header("content-type").starts_with("text/html")
    }

    fn html(&self) -> Element {
        html::parse(&self.source())
    }

    /// Returns what a failed assertion shows: the request, the status, the cause and the page.
    pub(crate) fn summary(&self) -> String {
        let reason = StatusCode::from_u16(self.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        let mut summary = format!(
            "{} {} gave {} {reason}",
            self.method, self.path, self.status
        );
        if let Some(target) = self.redirect_target() {
            summary += &format!(", a redirect to {target}");
        }
        for error in &self.errors {
            summary += &format!("\n  the site logged: {error}");
        }
        let text = self.text();
        let shown: String = text.chars().take(SHOWN).collect();
        if !shown.is_empty() {
            let dots = if shown.len() < text.len() { "…" } else { "" };
            summary += &format!("\n  page: {shown}{dots}");
        }
        summary
    }
}
