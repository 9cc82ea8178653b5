//! The query string of a list, and links that change it.

use crate::http::QueryDict;
use crate::python::{int_within_i64, quote_plus_onto};

/// Parameters that are not lookups (Django's `IGNORED_PARAMS`, the page and the error flag).
const OTHERS: [&str; 14] = [
    COLUMNS,
    "all",
    "o",
    "q",
    "_facets",
    "_popup",
    "_source_model",
    "_to_field",
    "p",
    "e",
    AFTER,
    BEFORE,
    COUNT,
    SEARCH,
];

/// The key of the row behind which the page begins.
pub(super) const AFTER: &str = "_after";
/// The key of the row before which the page ends, or [`END`].
pub(super) const BEFORE: &str = "_before";
/// The value of [`BEFORE`] for the last page.
pub(super) const END: &str = "end";
/// `exact` counts the rows of a large list to the end.
pub(super) const COUNT: &str = "_count";
/// `all` searches all rows of a large list, however long it takes.
pub(super) const SEARCH: &str = "_search";

/// Whether the parameter belongs to one page of the list only, so that other links leave it out.
fn is_of_page(name: &str) -> bool {
    ["p", "e", AFTER, BEFORE].contains(&name) || name.starts_with(FIND)
}

/// The parameter with the names of the columns, separated by commas.
pub(super) const COLUMNS: &str = "columns";

/// Prefix of the parameter with the search text for a filter with many values; the field name
/// follows. Links do not keep it.
pub(super) const FIND: &str = "_find_";

/// The parameters by name, each with its values, in the order in which the names first occur.
#[derive(Debug, Clone, Default)]
pub(super) struct Params(Vec<(String, Vec<String>)>);

impl Params {
    pub(super) fn new(query: &QueryDict) -> Self {
        let mut params: Vec<(String, Vec<String>)> = Vec::with_capacity(query.len());
        for (name, value) in query.iter() {
            match params.iter_mut().find(|(other, _)| other == name) {
                // The boxes of a form send several values.
                Some((_, values)) if name == COLUMNS => {
                    for joined in values.iter_mut() {
                        joined.push(',');
                        joined.push_str(value);
                    }
                }
                Some((_, values)) => values.push(value.to_owned()),
                None => params.push((name.to_owned(), vec![value.to_owned()])),
            }
        }
        Self(params)
    }

    /// Returns the last value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).last().map(String::as_str)
    }

    /// Returns every value of `name`.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map_or(&[], |(_, values)| values)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }

    /// Returns the requested page: Python's `int(p)`, or the first.
    pub(super) fn page(&self) -> i64 {
        self.get("p").and_then(int_within_i64).unwrap_or(1)
    }

    /// Returns all lookups: parameters without another meaning.
    pub(super) fn lookups(&self) -> impl Iterator<Item = (&str, &[String])> {
        let lookups = self
            .0
            .iter()
            .filter(|(name, _)| !OTHERS.contains(&name.as_str()) && !name.starts_with(FIND));
        lookups.map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// Returns the parameters that a form must send to keep the list: each name with its last
    /// value, except these names.
    pub(super) fn kept(&self, without: &[&str]) -> Vec<(&str, &str)> {
        let kept = self
            .0
            .iter()
            .filter(|(name, _)| !is_of_page(name) && name != SEARCH);
        let kept = kept.filter(|(name, _)| !without.contains(&name.as_str()));
        kept.filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
            .collect()
    }

    /// Returns a link to this list without parameters whose names begin like those in `remove`, and
    /// with those in `set`; sorted by name (Django's `get_query_string`).
    pub(super) fn link(&self, set: &[(&str, &str)], remove: &[&str]) -> String {
        let mut kept: Vec<(&str, &str)> = Vec::with_capacity(self.0.len() + set.len());
        for (name, values) in &self.0 {
            let gone = is_of_page(name);
            let replaced = set.iter().any(|(key, _)| key == name)
                || remove.iter().any(|start| name.starts_with(start));
            if !gone && !replaced {
                kept.extend(values.iter().map(|value| (name.as_str(), value.as_str())));
            }
        }
        kept.extend(set);
        kept.sort_by_key(|(name, _)| *name);
        let mut link = String::with_capacity(64);
        link.push('?');
        encode(&mut link, kept);
        link
    }

    /// Returns the two ends of such links that differ only in the value of `name`, with those in
    /// `set`.
    pub(super) fn link_ends(
        &self,
        name: &str,
        set: &[(&str, &str)],
        remove: &[&str],
    ) -> (String, String) {
        // A value that no other parameter has.
        let set: Vec<(&str, &str)> = set.iter().copied().chain([(name, "\u{1}\u{1}")]).collect();
        let link = self.link(&set, remove);
        link.split_once("%01%01").map_or_else(
            || (link.clone(), String::new()),
            |(a, z)| (a.to_owned(), z.to_owned()),
        )
    }

    /// Returns the parameter with which forms return to the same list:
    /// `_changelist_filters=q%3Dlamp`, or "".
    pub(super) fn preserved(&self) -> String {
        let all =
            encoded(self.0.iter().flat_map(|(name, values)| {
                values.iter().map(move |v| (name.as_str(), v.as_str()))
            }));
        if all.is_empty() {
            all
        } else {
            encoded([("_changelist_filters", all.as_str())])
        }
    }
}

/// Returns `a=1&b=2`, like Python's `urlencode`.
pub(super) fn encoded<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    encode(&mut query, pairs);
    query
}

fn encode<'a>(query: &mut String, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            query.push('&');
        }
        push(query, name);
        query.push('=');
        push(query, value);
    }
}

pub(super) fn push(query: &mut String, text: &str) {
    // This is nearly always true, and a page has dozens of links.
    if text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
    {
        return query.push_str(text);
    }
    quote_plus_onto(query, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::new(&QueryDict::parse(query))
    }

    #[test]
    fn links_equal_djangos() {
        let list = params("q=red+lamp&p=3&tag=a&tag=b&is_active__exact=1&e=1&_find_x=y");
        assert_eq!(
            list.link(&[], &[]),
            "?is_active__exact=1&q=red+lamp&tag=a&tag=b"
        );
        assert_eq!(
            list.link(&[("p", "2")], &["is_active"]),
            "?p=2&q=red+lamp&tag=a&tag=b"
        );
        assert_eq!(params("a=~%2F+%C3%A9*").link(&[], &[]), "?a=~%2F+%C3%A9%2A");
        assert_eq!(params("").link(&[], &[]), "?");
    }

    #[test]
    fn forms_return_to_the_list_with_its_filters() {
        assert_eq!(
            params("q=a+b&p=2").preserved(),
            "_changelist_filters=q%3Da%2Bb%26p%3D2"
        );
        assert_eq!(params("").preserved(), "");
    }
}
