//! Writes the cells of a list.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::columns::{Column, Source};
use super::markup::Markup;
use crate::admin::options::{Cell, is_safe};
use crate::db::{Moment, Value};
use crate::models::{Field, FieldKind, Row, bidi, file_url, push_date, push_time};

/// Texts with more characters than this are cut; the style sheet shortens others if there is no
/// room.
const LONG: usize = 200;
/// Texts with more characters than this may be shortened, and so are repeated in `title`.
const WIDE: usize = 30;

/// The context of all cells.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) zone: Tz,
    /// The text for empty values.
    pub(super) empty: &'static str,
}

/// Writes the value of `column` in `row`. Inside a link there can be no other link.
pub(super) fn write(out: &mut Markup, look: Look, column: &Column, row: &Row) {
    let values = column.values(row);
    match column.source {
        Source::Field(field) => match values {
            [value] => field_value(out, look, field, value, column.is_link),
            _ => drop(out.text(look.empty)),
        },
        Source::Text(of_row) => text(out, look, &of_row.say(values)),
        Source::Related(of_row) => match values {
            [Value::Unreadable(cell), ..] => unreadable(out, look, &cell.text),
            [key, name @ ..] if !key.is_null() => text(out, look, &of_row.say(name)),
            _ => drop(out.text(look.empty)),
        },
        Source::Computed(compute) => match compute.make(values) {
            Cell::Value(value) => any_value(out, look, &value),
            Cell::Boolean(answer) => boolean(out, answer),
            Cell::Link { text: shown, url } if !column.is_link && is_safe(&url) => {
                link(out, &url, &shown);
            }
            Cell::Text(shown)
            | Cell::Link { text: shown, .. }
            | Cell::TextAndLink { text: shown, .. } => {
                text(out, look, &shown);
            }
        },
    }
}

fn field_value(out: &mut Markup, look: Look, field: &Field, value: &Value, is_link: bool) {
    if let Some(cell) = value.unreadable() {
        return unreadable(out, look, &cell.text);
    }
    if !field.choices.is_empty() {
        let label = match value {
            Value::Text(stored) => field.choice_label(stored),
            value => field.choice_label(&value.to_string()),
        };
        typed(out, label.unwrap_or(look.empty));
        return;
    }
    match (field.kind, value) {
        (FieldKind::Boolean, Value::Bool(yes)) => boolean(out, Some(*yes)),
        (FieldKind::Boolean, _) => boolean(out, None),
        (_, Value::Null(_)) => drop(out.text(look.empty)),
        (FieldKind::Decimal(_, places), Value::Decimal(number)) => {
            number.fixed(places).push_to(&mut out.0);
        }
        (FieldKind::Image(_), Value::Text(path)) if !path.is_empty() => {
            let url = file_url(path);
            out.raw(if is_link { "" } else { "<a href=\"" })
                .text(if is_link { "" } else { &url });
            out.raw(if is_link { "" } else { "\">" });
            out.raw("<img src=\"")
                .text(&url)
                .raw("\" alt=\"")
                .text(path)
                .raw("\" title=\"")
                .text(path);
            out.raw("\" width=\"40\" height=\"30\" loading=\"lazy\">")
                .raw(if is_link { "" } else { "</a>" });
        }
        (FieldKind::File(_), Value::Text(path)) if !path.is_empty() && !is_link => {
            link(out, &file_url(path), path);
        }
        (FieldKind::Url(_), Value::Text(url)) if !is_link && is_safe(url) => link(out, url, url),
        (_, value) => any_value(out, look, value),
    }
}

fn any_value(out: &mut Markup, look: Look, value: &Value) {
    match value {
        Value::Null(_) => drop(out.text(look.empty)),
        Value::Unreadable(cell) => unreadable(out, look, &cell.text),
        Value::Text(shown) => text(out, look, shown),
        Value::SmallInt(number) => drop(out.number(*number)),
        Value::Integer(number) => drop(out.number(*number)),
        Value::BigInt(number) => drop(out.number(*number)),
        Value::Double(number) => drop(out.plain(format_args!("{number:?}"))),
        Value::Date(day) => {
            out.raw("<time datetime=\"").plain(day).raw("\">");
            push_date(&mut out.0, *day);
            out.raw("</time>");
        }
        Value::Time(time) => push_time(&mut out.0, *time),
        Value::Timestamp(time) => {
            let (utc, local) = (time.utc().naive_utc(), time.local(&look.zone));
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
        value => text(out, look, &value.to_string()),
    }
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
fn unreadable(out: &mut Markup, look: Look, shown: &str) {
    out.raw("<span class=\"unreadable\">")
        .icon("alert", "")
        .raw("<span class=\"hidden\">Unreadable value: </span>");
    text(out, look, shown);
    out.raw("</span>");
}

fn text(out: &mut Markup, look: Look, shown: &str) {
    if shown.chars().all(char::is_whitespace) {
        out.text(look.empty);
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
