//! Compares this module with Python's answers.

use std::collections::HashMap;

use serde::Deserialize;

use super::{
    MONTHS, ascii_digits, int, int_within_i64, iri_to_uri, is_space, month_abbreviation, quote,
    quote_all, quote_plus_onto, strip,
};

/// Written by `tests/python/make_answers.py`.
#[derive(Deserialize)]
struct Answers {
    /// The number of a text, or `None` if Python raises `ValueError`.
    int: HashMap<String, Option<String>>,
    spaces: Vec<char>,
    strip: HashMap<String, String>,
    /// The zeros of all scripts.
    zeros: Vec<char>,
    /// `quote`, `quote(safe="")`, `quote_plus` and `iri_to_uri` of a text.
    quote: HashMap<String, [String; 4]>,
    /// The name and the abbreviation of each month.
    months: Vec<(String, String)>,
}

fn answers() -> Answers {
    serde_json::from_str(include_str!("../../tests/python/answers.json")).unwrap()
}

#[test]
fn int_parses_what_python_parses() {
    for (text, expected) in answers().int {
        let ours = int(&text).map(|number| number.to_string());
        assert_eq!(ours, expected, "int({text:?})");
    }
}

#[test]
fn int_within_i64_returns_the_nearest_number_that_fits() {
    for (text, expected) in [
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", Some(i64::MAX)),
        ("-99999999999999999999", Some(i64::MIN)),
        ("-1", Some(-1)),
        ("1.5", None),
    ] {
        assert_eq!(int_within_i64(text), expected, "{text}");
    }
}

#[test]
fn spaces_equal_those_of_isspace_and_strip_removes_them() {
    let answers = answers();
    let spaces: Vec<char> = ('\0'..=char::MAX).filter(|c| is_space(*c)).collect();
    assert_eq!(spaces, answers.spaces);

    for (text, expected) in answers.strip {
        assert_eq!(strip(&text), expected, "{text:?}.strip()");
    }
}

#[test]
fn digits_of_every_script_become_ascii_digits() {
    for zero in answers().zeros {
        let digits: String = (0..10)
            .map(|value| char::from_u32(u32::from(zero) + value).unwrap())
            .collect();
        assert_eq!(ascii_digits(&digits), "0123456789", "digits after {zero:?}");
    }
    assert_eq!(ascii_digits("a\u{665}²Ⅷ½"), "a5²Ⅷ½");
}

#[test]
fn quoted_texts_equal_those_of_python_and_django() {
    for (text, [quoted, all, plus, uri]) in answers().quote {
        assert_eq!(quote(&text).to_string(), quoted, "quote({text:?})");
        assert_eq!(
            quote_all(&text).to_string(),
            all,
            "quote({text:?}, safe='')"
        );
        let mut query = String::new();
        quote_plus_onto(&mut query, &text);
        assert_eq!(query, plus, "quote_plus({text:?})");
        assert_eq!(iri_to_uri(&text).to_string(), uri, "iri_to_uri({text:?})");
    }
}

#[test]
fn months_are_called_as_in_python_and_django() {
    let ours: Vec<(String, String)> = MONTHS
        .iter()
        .zip(0..)
        .map(|(name, month0)| ((*name).to_owned(), month_abbreviation(month0).to_owned()))
        .collect();
    assert_eq!(ours, answers().months);
}
