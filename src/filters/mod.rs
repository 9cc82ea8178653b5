//! Filters for templates that Askama does not have, by Django's names: `{{ post.published_on|date("j F Y") }}`.
//!
//! The prelude brings them into scope. Askama itself has `linebreaks`, `linebreaksbr`, `pluralize`, `truncate`, `title`,
//! `upper`, `lower`, `capitalize`, `filesizeformat`, `join`, `wordcount`, `urlencode` and others.
//!
//! | filter | example |
//! |---|---|
//! | `date`, `time` | `{{ order.created_at\|date("DATETIME_FORMAT") }}`: Nov. 7, 2026, 10 a.m., in the zone `TIME_ZONE` |
//! | `timesince`, `timeuntil` | `{{ comment.made_at\|timesince }} ago`: 2 hours, 5 minutes ago |
//! | `intcomma` | `{{ count\|intcomma }}`: 12,345 |
//! | `floatformat` | `{{ average\|floatformat(2) }}`: 3.50 |
//! | `yesno` | `{{ is_open\|yesno("open,closed") }}` |
//! | `truncatechars`, `truncatewords` | `{{ body\|truncatewords(20) }}` |
//! | `default_if_none` | `{{ note\|default_if_none("none") }}` |
//! | `urlize` | links the addresses in a text |
//! | `slugify` | `{{ title\|slugify }}`: a-long-title |
//! | `ordinal` | `{{ place\|ordinal }}`: 1st |
//! | `striptags` | removes the tags of HTML |

// Askama calls filters with references to their arguments.
#![expect(
    missing_docs,
    clippy::inline_always,
    reason = "the shape of Askama's filters, and items that its macro makes"
)]

mod date_format;
mod numbers;
mod time_since;
mod words;
mod zone;
#[cfg(test)]
mod answers;

pub use date_format::{Moment, ToMoment};
pub(crate) use numbers::with_commas;
pub use zone::{current_zone, with_zone};

use std::fmt::Display;

use askama::filters::Safe;
use askama::{Result, Values};

use crate::db::Timestamp;

/// Formats a date, or a date and time in the zone of the page, with Django's format characters or a named format;
/// `DATE_FORMAT` by default.
#[askama::filter_fn]
pub fn date(
    value: impl ToMoment,
    _: &dyn Values,
    #[optional("DATE_FORMAT")] format: &str,
) -> Result<String> {
    let moment = value.to_moment();
    Ok(moment
        .map(|moment| moment.format(format))
        .unwrap_or_default())
}

/// Formats a time with Django's format characters or a named format; `TIME_FORMAT` by default.
#[askama::filter_fn]
pub fn time(
    value: impl ToMoment,
    _: &dyn Values,
    #[optional("TIME_FORMAT")] format: &str,
) -> Result<String> {
    let moment = value.to_moment();
    Ok(moment
        .map(|moment| moment.format(format))
        .unwrap_or_default())
}

/// Returns the time since a moment: "2 days, 3 hours".
#[askama::filter_fn]
pub fn timesince(value: &Timestamp, _: &dyn Values) -> Result<String> {
    Ok(time_since::time_between(
        value.utc(),
        Timestamp::now().utc(),
    ))
}

/// Returns the time until a moment: "2 days, 3 hours".
#[askama::filter_fn]
pub fn timeuntil(value: &Timestamp, _: &dyn Values) -> Result<String> {
    Ok(time_since::time_between(
        Timestamp::now().utc(),
        value.utc(),
    ))
}

/// Puts a comma after each three digits of a number: 12,345.6.
#[askama::filter_fn]
pub fn intcomma(value: impl Display, _: &dyn Values) -> Result<String> {
    Ok(with_commas(&value.to_string()))
}

/// Rounds a number half up to `places` decimal places; a negative number drops the places of a whole number.
#[askama::filter_fn]
pub fn floatformat(
    value: impl Display,
    _: &dyn Values,
    #[optional(-1)] places: i32,
) -> Result<String> {
    Ok(numbers::rounded(&value.to_string(), places))
}

/// Returns `1st`, `2nd`, `3rd` and so on; another text stays as it is.
#[askama::filter_fn]
pub fn ordinal(value: impl Display, _: &dyn Values) -> Result<String> {
    let text = value.to_string();
    Ok(match text.parse::<u32>() {
        Ok(number) => format!("{number}{}", date_format::ordinal_suffix(number)),
        Err(_) => text,
    })
}

/// Returns the first of the words in `choices` for true, the second for false: `yesno("open,closed")`.
#[askama::filter_fn]
pub fn yesno(value: &bool, _: &dyn Values, #[optional("yes,no")] choices: &str) -> Result<String> {
    let mut words = choices.split(',');
    let (yes, no) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    Ok(if *value { yes } else { no }.to_owned())
}

/// Returns the value, or `text` for `None`.
#[askama::filter_fn]
pub fn default_if_none<T: Display>(
    value: &Option<T>,
    _: &dyn Values,
    text: &str,
) -> Result<String> {
    Ok(value
        .as_ref()
        .map_or_else(|| text.to_owned(), ToString::to_string))
}

/// Cuts a text to `length` characters, the last of which is then an ellipsis.
#[askama::filter_fn]
pub fn truncatechars(value: impl Display, _: &dyn Values, length: usize) -> Result<String> {
    Ok(words::first_characters(&value.to_string(), length))
}

/// Cuts a text to this number of words, followed by an ellipsis.
#[askama::filter_fn]
pub fn truncatewords(value: impl Display, _: &dyn Values, count: usize) -> Result<String> {
    Ok(words::first_words(&value.to_string(), count))
}

/// Returns the text in small letters with dashes between the words, as a part of a URL.
#[askama::filter_fn]
pub fn slugify(value: impl Display, _: &dyn Values) -> Result<String> {
    Ok(words::slug(&value.to_string()))
}

/// Removes everything that looks like a tag of HTML. The result is escaped as any text is.
#[askama::filter_fn]
pub fn striptags(value: impl Display, _: &dyn Values) -> Result<String> {
    Ok(words::without_tags(&value.to_string()))
}

/// Escapes a text and makes links of the web and mail addresses in it.
#[askama::filter_fn]
pub fn urlize(value: impl Display, _: &dyn Values) -> Result<Safe<String>> {
    Ok(Safe(words::with_links(&value.to_string())))
}
