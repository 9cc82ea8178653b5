//! Writes the cells of a list.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::columns::{Column, Source};
use super::markup::Markup;
use crate::admin::options::{Cell, is_safe};
use crate::db::{Moment, Timestamp, Value};
use crate::models::{
    DisplayLink, DisplayNumber, DisplayValue, Row, bidi, file_url, push_date, push_time,
};

/// Texts with more characters than this are cut; the style sheet shortens others if there is no
/// room.
const LONG: usize = 200;
/// Texts with more characters than this may be shortened, and so are repeated in `title`.
const WIDE: usize = 30;

/// The context of all cells.
#[derive(Clone, Copy)]
pub(super) struct CellFormat {
    pub(super) zone: Tz,
    /// The text for empty values.
    pub(super) empty: &'static str,
}

/// Writes the value of `column` in `row`. Inside a link there can be no other link.
pub(super) fn write(out: &mut Markup, format: CellFormat, column: &Column, row: &Row) {
    let values = column.values(row);
    match column.source {
        Source::Field(field) => match values {
            [value] => display(out, format, &field.display(value), column.is_link),
            _ => drop(out.text(format.empty)),
        },
        Source::Text(of_row) => text(out, format, &of_row.say(values)),
        Source::Related(of_row) => match values {
            [Value::Unreadable(cell), ..] => unreadable(out, format, &cell.text),
            [key, name @ ..] if !key.is_null() => text(out, format, &of_row.say(name)),
            _ => drop(out.text(format.empty)),
        },
        Source::Computed(compute) => match compute.make(values) {
            Cell::Value(Value::Bool(yes)) => text(out, format, if yes { "True" } else { "False" }),
            Cell::Value(value) => display(out, format, &DisplayValue::new(&value), false),
            Cell::Boolean(answer) => boolean(out, answer),
            Cell::Link { text: shown, url } if !column.is_link && is_safe(&url) => {
                link(out, &url, &shown);
            }
            Cell::Text(shown)
            | Cell::Link { text: shown, .. }
            | Cell::TextAndLink { text: shown, .. } => {
                text(out, format, &shown);
            }
        },
    }
}

/// Writes `value`. It is not a link inside of another link.
fn display(out: &mut Markup, format: CellFormat, value: &DisplayValue<'_>, is_link: bool) {
    match value {
        DisplayValue::Nothing => drop(out.text(format.empty)),
        DisplayValue::Unreadable(cell) => unreadable(out, format, &cell.text),
        DisplayValue::Label(label) => typed(out, label),
        DisplayValue::Text(shown) => text(out, format, shown),
        DisplayValue::Number(DisplayNumber::Whole(number)) => drop(out.number(*number)),
        DisplayValue::Number(DisplayNumber::Float(number)) => {
            out.plain(format_args!("{number:?}"));
        }
        DisplayValue::Number(DisplayNumber::Fixed(number)) => number.push_to(&mut out.0),
        DisplayValue::YesNo(answer) => boolean(out, *answer),
        DisplayValue::Day(day) => {
            out.raw("<time datetime=\"").plain(day).raw("\">");
            push_date(&mut out.0, *day);
            out.raw("</time>");
        }
        DisplayValue::Time(time) => push_time(&mut out.0, *time),
        DisplayValue::Moment(time) => timestamp(out, format, *time),
        DisplayValue::Document(document) => text(out, format, &document.0.to_string()),
        DisplayValue::Link(DisplayLink::Url(url)) if is_link || !is_safe(url) => {
            text(out, format, url);
        }
        DisplayValue::Link(DisplayLink::File(path)) if is_link => text(out, format, path),
        DisplayValue::Link(target) => link(out, &target.url(), target.text()),
        DisplayValue::Picture(path) => picture(out, path, is_link),
    }
}

fn picture(out: &mut Markup, path: &str, is_link: bool) {
    let url = file_url(path);
    if !is_link {
        out.raw("<a href=\"").text(&url).raw("\">");
    }
    out.raw("<img src=\"")
        .text(&url)
        .raw("\" alt=\"")
        .text(path)
        .raw("\" title=\"")
        .text(path)
        .raw("\" width=\"40\" height=\"30\" loading=\"lazy\">");
    if !is_link {
        out.raw("</a>");
    }
}

fn timestamp(out: &mut Markup, format: CellFormat, time: Timestamp) {
    let (utc, local) = (time.utc().naive_utc(), time.local(&format.zone));
    let exact = Moment::new(utc, b'T');
    out.raw("<time datetime=\"");
    moment(out, utc, exact, b'T');
    out.raw("Z\" title=\"");

    let exact = if local == utc {
        exact
    } else {
        Moment::new(local, b' ')
    };
    moment(out, local, exact, b' ');
    out.raw("\">");

    push_date(&mut out.0, local.date());
    out.raw(", ");
    push_time(&mut out.0, local.time());
    out.raw("</time>");
}

/// Writes `2024-01-02T03:04:05`; `exact` is `None` if there are fractions of a second.
fn moment(out: &mut Markup, time: NaiveDateTime, exact: Option<Moment>, between: u8) {
    match exact {
        Some(exact) => out.raw(exact.separated(between).as_str()),
        None => out
            .plain(time.date())
            .plain(char::from(between))
            .plain(time.time()),
    };
}

fn boolean(out: &mut Markup, answer: Option<bool>) {
    let (name, word) = match answer {
        Some(true) => ("yes", "True"),
        Some(false) => ("no", "False"),
        None => ("unknown", "None"),
    };
    out.raw("<span class=\"bool ")
        .raw(name)
        .raw("\">")
        .icon(name, "")
        .raw("<span class=\"hidden\">")
        .raw(word);
    out.raw("</span></span>");
}

/// Writes the unchanged value of a cell that does not fit its column.
fn unreadable(out: &mut Markup, format: CellFormat, shown: &str) {
    out.raw("<span class=\"unreadable\">")
        .icon("alert", "")
        .raw("<span class=\"hidden\">Unreadable value: </span>");
    text(out, format, shown);
    out.raw("</span>");
}

fn text(out: &mut Markup, format: CellFormat, shown: &str) {
    if shown.chars().all(char::is_whitespace) {
        out.text(format.empty);
    } else if shown.len() <= WIDE {
        typed(out, shown);
    } else {
        let cut = shown.char_indices().nth(LONG).map(|(at, _)| &shown[..at]);
        out.raw("<span")
            .raw(bidi::dir(shown).0)
            .raw(" title=\"")
            .text(shown)
            .raw("\">")
            .text(cut.unwrap_or(shown));
        out.raw(if cut.is_some() {
            "…</span>"
        } else {
            "</span>"
        });
    }
}

/// Writes a text from a user, with its own direction if it is right-to-left.
fn typed(out: &mut Markup, shown: &str) {
    let dir = bidi::dir(shown).0;
    if dir.is_empty() {
        out.text(shown);
    } else {
        out.raw("<span")
            .raw(dir)
            .raw(">")
            .text(shown)
            .raw("</span>");
    }
}

fn link(out: &mut Markup, url: &str, shown: &str) {
    out.raw("<a href=\"")
        .text(url)
        .raw("\"")
        .raw(bidi::dir(shown).0)
        .raw(">")
        .text(shown)
        .raw("</a>");
}
