//! Compares the filters with Django's answers.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde::Deserialize;

use super::date_format::{ToMoment as _, ordinal_suffix};
use super::{numbers, time_since, with_zone, words};
use crate::db::Timestamp;

/// Written by `tests/python/make_filter_answers.py`.
#[derive(Deserialize)]
struct Answers {
    /// A moment in UTC, the zone, the format and the text.
    dates: Vec<(String, String, String, String)>,
    days: Vec<(String, String, String)>,
    since: Vec<(String, String, String)>,
    intcomma: Vec<(String, String)>,
    floatformat: Vec<(String, i32, String)>,
    ordinal: Vec<(String, String)>,
    truncatechars: Vec<(String, usize, String)>,
    truncatewords: Vec<(String, usize, String)>,
    slugify: Vec<(String, String)>,
    striptags: Vec<(String, String)>,
    urlize: Vec<(String, String)>,
}

fn answers() -> Answers {
    serde_json::from_str(include_str!("../../tests/python/filter_answers.json")).unwrap()
}

fn moment(text: &str) -> Timestamp {
    let moment: NaiveDateTime = text.parse().unwrap();
    moment.and_utc().into()
}

#[test]
fn dates_are_formatted_as_by_django_in_each_zone() {
    for (utc, zone, format, expected) in answers().dates {
        let zone: Tz = zone.parse().unwrap();
        let text = with_zone(zone, || moment(&utc).to_moment().unwrap().format(&format));
        assert_eq!(text, expected, "{utc} in {zone} as {format}");
    }
}

#[test]
fn days_are_formatted_as_by_django() {
    for (day, format, expected) in answers().days {
        let date: NaiveDate = day.parse().unwrap();
        let text = date.to_moment().unwrap().format(&format);
        assert_eq!(text, expected, "{day} as {format}");
    }
}

#[test]
fn the_time_since_a_moment_is_djangos() {
    for (earlier, later, expected) in answers().since {
        let text = time_since::time_between(moment(&earlier).utc(), moment(&later).utc());
        assert_eq!(text, expected, "from {earlier} to {later}");
    }
}

#[test]
fn numbers_are_formatted_as_by_django() {
    let answers = answers();
    for (number, expected) in answers.intcomma {
        assert_eq!(
            numbers::with_commas(&number),
            expected,
            "intcomma of {number}"
        );
    }
    for (number, places, expected) in answers.floatformat {
        let text = numbers::rounded(&number, places);
        assert_eq!(text, expected, "floatformat:{places} of {number}");
    }
    for (number, expected) in answers.ordinal {
        let text = format!("{number}{}", ordinal_suffix(number.parse().unwrap()));
        assert_eq!(text, expected, "ordinal of {number}");
    }
}

#[test]
fn texts_are_cut_as_by_django() {
    let answers = answers();
    for (text, length, expected) in answers.truncatechars {
        let cut = words::first_characters(&text, length);
        assert_eq!(cut, expected, "{length} characters of {text:?}");
    }
    for (text, count, expected) in answers.truncatewords {
        let cut = words::first_words(&text, count);
        assert_eq!(cut, expected, "{count} words of {text:?}");
    }
}

#[test]
fn slugs_tags_and_links_are_djangos() {
    let answers = answers();
    for (text, expected) in answers.slugify {
        assert_eq!(words::slug(&text), expected, "the slug of {text:?}");
    }
    for (text, expected) in answers.striptags {
        assert_eq!(
            words::without_tags(&text),
            expected,
            "{text:?} without tags"
        );
    }
    for (text, expected) in answers.urlize {
        assert_eq!(words::with_links(&text), expected, "{text:?} with links");
    }
}
