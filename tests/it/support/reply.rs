//! The reply to a request.

use ureq::http::HeaderMap;

use super::form::Form;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// Returns the body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns a header's value, or "".
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns all values of a header, joined and in lower case.
    pub(crate) fn all(&self, name: &str) -> String {
        let values = self
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap().to_lowercase());
        values.collect::<Vec<_>>().join(", ")
    }

    /// Whether the page contains all these texts.
    pub(crate) fn shows(&self, texts: &[&str]) -> bool {
        let body = self.text();
        texts.iter().all(|text| body.contains(text))
    }

    /// Returns the token in the page's form.
    pub(crate) fn token(&self) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once("name=\"csrfmiddlewaretoken\" value=\"")?;
        rest.split_once('"').map(|(token, _)| token.to_owned())
    }

    /// Returns the errors of the field `name`, without markup.
    pub(crate) fn errors(&self, name: &str) -> String {
        let text = self.text();
        let list = text
            .split_once(&format!("id=\"id_{name}_error\">"))
            .and_then(|(_, rest)| rest.split_once("</ul>"));
        let mut plain = String::new();
        for part in list.map_or("", |(list, _)| list).split('<') {
            plain.push_str(part.split_once('>').map_or("", |(_, text)| text));
        }
        plain
    }

    /// Returns the note that the column of the field `name` holds an unreadable value, without
    /// markup.
    pub(crate) fn note(&self, name: &str) -> String {
        let text = self.text();
        let note = text
            .split_once(&format!("id=\"id_{name}_note\">"))
            .and_then(|(_, rest)| rest.split_once("</p>"));
        note.map_or_else(String::new, |(note, _)| super::html::words(note))
    }

    /// Returns the form with the field `name`; `path` is the path of the page.
    pub(crate) fn form(&self, path: &str, name: &str) -> Form {
        let forms = Form::all(&self.text(), path);
        let found = forms.into_iter().find(|form| form.has(name));
        found.unwrap_or_else(|| panic!("{path}: no form with the field {name}: {}", self.text()))
    }

    /// Returns the number of database statements for the request; only in `DEBUG`.
    pub(crate) fn queries(&self) -> usize {
        let words = self
            .header("server-timing")
            .split_once("desc=\"")
            .unwrap()
            .1;
        words.split_once(' ').unwrap().0.parse().unwrap()
    }

    /// Returns the text that a visitor reads: the page without tags, with single spaces.
    pub(crate) fn words(&self) -> String {
        super::html::words(&self.text())
    }

    /// Returns the targets of the page's links.
    pub(crate) fn links(&self) -> Vec<String> {
        super::html::tags(&self.text())
            .iter()
            .filter(|tag| tag.name == "a")
            .filter_map(|tag| tag.get("href"))
            .collect()
    }

    /// Returns the line that sets or deletes the cookie `name`, or "".
    pub(crate) fn set_cookie(&self, name: &str) -> &str {
        let mut lines = self
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|line| line.to_str().unwrap());
        lines
            .rfind(|line| line.split('=').next() == Some(name))
            .unwrap_or_default()
    }

    /// Returns name and value of each cookie, and whether it is deleted.
    pub(super) fn cookies(&self) -> Vec<(String, String, bool)> {
        let lines = self
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|line| line.to_str().unwrap());
        lines
            .map(|line| {
                let (name, rest) = line.split_once('=').unwrap();
                (
                    name.to_owned(),
                    rest.split(';').next().unwrap().to_owned(),
                    line.contains("Max-Age=0"),
                )
            })
            .collect()
    }
}
