//! Parses query strings like Django's `QueryDict`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::error::{Error, Result};
use crate::settings::Settings;

/// The parameters of a query string, in order. Any query string can be parsed: invalid UTF-8
/// becomes U+FFFD.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryDict(Vec<(String, String)>);

impl QueryDict {
    /// Parses `a=1&b=2`.
    pub fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Returns the parameters of `request`; fails if there are more than
    /// `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
    pub fn from_request(request: &HttpRequest) -> Result<Self> {
        let query = request.query_string();
        match request.app_data::<web::Data<Settings>>() {
            Some(settings)
                if query.matches('&').count() >= settings.data_upload_max_number_fields =>
            {
                Err(Error::BadRequest(
                    "there are too many parameters in the address".to_owned(),
                ))
            }
            _ => Ok(Self::parse(query)),
        }
    }

    /// Parses a body in the same format; invalid UTF-8 becomes U+FFFD.
    pub fn parse_bytes(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// Returns the number of pairs.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each pair, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns every value of `name`, in order, like `request.GET.getlist(name)`.
    pub fn get_list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// Returns the pairs without those of `name`.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(key, _)| key != name);
        self
    }

    /// Adds a pair.
    pub fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    /// Returns the last value of `name`, like `request.GET.get(name)`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns each name once, at its first position, with its last value (Python's
    /// `dict(parse_qsl(…))`).
    pub fn last_of_each(&self) -> impl Iterator<Item = (&str, &str)> {
        let first =
            |at: usize, name: &str| self.0.iter().position(|(key, _)| key == name) == Some(at);
        let names = self
            .0
            .iter()
            .enumerate()
            .filter(move |(at, (name, _))| first(*at, name));
        names.map(|(_, (name, value))| (name.as_str(), self.get(name).unwrap_or(value)))
    }

    /// Returns the last value of `name` without surrounding white space; `None` if it is empty.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.get(name)
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// Returns the query string with this value for `name`, and all other parameters as they are (Django's
    /// `{% querystring %}`): `?q=lamp&page=2`.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.iter().filter(|(key, _)| *key != name) {
            query.append_pair(key, value);
        }
        query.append_pair(name, value);
        format!("?{}", query.finish())
    }

    /// Returns a link to the same page with `changes` to its parameters; `None` removes a
    /// parameter.
    ///
    /// Keeps only the parameters in `known`, so that a link contains only parameters that the page
    /// uses.
    pub fn link(&self, known: &[&str], changes: &[(&str, Option<&str>)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for name in known {
            let given = changes
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| *value);
            if let Some(value) = given.unwrap_or_else(|| self.word(name)) {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() {
            ".".to_owned()
        } else {
            format!("?{query}")
        }
    }
}

impl FromRequest for QueryDict {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::from_request(request))
    }
}

#[cfg(test)]
mod tests {
    use super::QueryDict;

    #[test]
    fn the_last_of_several_values_is_read() {
        assert_eq!(QueryDict::parse("page=1&page=2").get("page"), Some("2"));
    }

    #[test]
    fn any_query_string_can_be_read() {
        for odd in ["%ff", "&&&==&page=&=&;", "a=%zz", "%00=%00", "=", "a=b=c"] {
            QueryDict::parse(odd);
        }
        assert_eq!(QueryDict::parse("page=%ff").get("page"), Some("\u{fffd}"));
    }

    #[test]
    fn links_keep_the_other_parameters() {
        let query = QueryDict::parse("q=red+lamp&page=3&utm=x&sort=price");
        assert_eq!(
            query.link(&["q", "sort", "page"], &[("page", Some("4"))]),
            "?q=red+lamp&sort=price&page=4"
        );
        assert_eq!(query.link(&["q"], &[("q", None)]), ".");
    }
}
