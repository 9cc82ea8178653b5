//! The values of a list's fields when its page was made, in one hidden input: a form may have only
//! a thousand fields, and a list has many rows.
//!
//! `41,89.00,14;17,64.50,3`: the primary key of each row and the values of its controls.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::forms::model::{ModelField, Typed};

/// The characters that this format escapes: its separators, and what a URL would escape.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b':');

/// Adds a row.
pub(super) fn write(out: &mut String, pk: &str, texts: impl Iterator<Item = Typed>) {
    if !out.is_empty() {
        out.push(';');
    }
    out.extend(utf8_percent_encode(pk, PLAIN));
    for typed in texts {
        out.push(',');
        for (at, text) in typed.0.iter().enumerate() {
            out.push_str(if at > 0 { "+" } else { "" });
            out.extend(utf8_percent_encode(text, PLAIN));
        }
    }
}

/// Returns the texts of the row with this primary key, one for each of `fields`; `None` if the row
/// is missing.
pub(super) fn read(given: &str, pk: &str, fields: &[ModelField]) -> Option<Vec<Typed>> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut rows = given.split(';').map(|row| row.split(','));
    let cells = rows.find_map(|mut row| {
        row.next()
            .is_some_and(|key| decoded(key) == pk)
            .then_some(row)
    })?;
    let typed = |(cell, field): (&str, &ModelField)| {
        // A box that is not ticked sends nothing.
        let is_nothing = cell.is_empty() && field.is_box();
        Typed(if is_nothing {
            Vec::new()
        } else {
            cell.split('+').map(decoded).collect()
        })
    };
    let texts: Vec<Typed> = cells.zip(fields).map(typed).collect();
    (texts.len() == fields.len()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::LogEntry;
    use crate::models::Model as _;

    #[test]
    fn rows_are_read_back_as_they_were_written() {
        let fields: Vec<_> = ["object_repr", "action_time"]
            .iter()
            .filter_map(|key| ModelField::find(LogEntry::meta(), key))
            .collect();
        let texts = || {
            [
                Typed::one("a,b;c+d é"),
                Typed(vec!["2024-01-02".into(), String::new()]),
            ]
        };
        let mut given = String::new();
        write(
            &mut given,
            "1",
            [Typed::one(""), Typed::one("")].into_iter(),
        );
        write(&mut given, "x;y", texts().into_iter());
        assert_eq!(read(&given, "x;y", &fields), Some(texts().into()));
        assert_eq!(read(&given, "2", &fields), None);
        assert_eq!(read("1,a", "1", &fields), None);
        assert_eq!(read("", "", &fields), None);
    }
}
