//! The countries of ISO 3166-1.
//!
//! The list is a file of our own: a crate would bring the names too, but not which countries have no postal codes.

/// One country a line: its code, a `-` if it has no postal codes (or few people use them), and its name.
const COUNTRIES: &str = include_str!("countries.txt");

/// Returns the codes and names of all countries, in the order of the names.
pub(crate) fn choices() -> Vec<(String, String)> {
    COUNTRIES
        .lines()
        .map(|line| (line[..2].to_owned(), line[4..].to_owned()))
        .collect()
}

/// Returns the name of a country, or its code if there is no such country.
pub(crate) fn name(code: &str) -> &str {
    line(code).map_or(code, |line| &line[4..])
}

/// Whether there is a country with this code.
pub(crate) fn is_code(code: &str) -> bool {
    line(code).is_some()
}

/// Whether addresses in this country have a postal code.
pub(crate) fn has_postal_codes(code: &str) -> bool {
    line(code).is_some_and(|line| !line[2..].starts_with('-'))
}

fn line(code: &str) -> Option<&'static str> {
    COUNTRIES.lines().find(|line| line[..2] == *code)
}
