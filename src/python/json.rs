//! JSON with exactly the bytes that Python's `json.dumps` writes.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Serializes `value` without white space (`separators=(",", ":")`): for sessions and signed
/// payloads.
pub fn json_compact(value: &impl Serialize) -> Vec<u8> {
    written(
        value,
        Python {
            is_ascii: true,
            comma: b",",
            colon: b":",
        },
    )
}

/// Serializes `value` with Python's default separators `", "` and `": "`: for messages within a
/// session.
pub fn json_spaced(value: &impl Serialize) -> Vec<u8> {
    written(
        value,
        Python {
            is_ascii: true,
            comma: b", ",
            colon: b": ",
        },
    )
}

/// Like [`json_spaced`], but letters outside ASCII stay as they are (`ensure_ascii=False`): for
/// fixtures.
pub fn json_readable(value: &impl Serialize) -> Vec<u8> {
    written(
        value,
        Python {
            is_ascii: false,
            comma: b", ",
            colon: b": ",
        },
    )
}

fn written(value: &impl Serialize, formatter: Python) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail, and all keys of a `serde_json::Value` are strings.
    let done = value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
    debug_assert!(done.is_ok(), "{done:?}");
    bytes
}

struct Python {
    is_ascii: bool,
    comma: &'static [u8],
    colon: &'static [u8],
}

impl Python {
    fn between<W: ?Sized + io::Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        if first {
            Ok(())
        } else {
            writer.write_all(self.comma)
        }
    }
}

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.between(writer, first)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.between(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(self.colon)
    }

    /// Escapes everything except printable ASCII, and characters above U+FFFF as surrogate pairs
    /// (`ensure_ascii=True`).
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !self.is_ascii {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for c in fragment.chars() {
            if matches!(c, ' '..='~') {
                write!(writer, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float(value).as_bytes())
    }
}

/// Returns Python's `repr(value)`: scientific notation below 1e-4 and from 1e16 on (with at least
/// two digits of exponent), else a decimal point.
fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let plain = value.to_string();
    match scientific
        .split_once('e')
        .and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?)))
    {
        Some((digits, power)) if !(-4..16).contains(&power) => {
            format!(
                "{digits}e{}{:02}",
                if power < 0 { '-' } else { '+' },
                power.abs()
            )
        }
        _ if plain.contains('.') => plain,
        _ => format!("{plain}.0"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn bytes_equal_pythons() {
        let value = json!({
            "n": [1, -2, 1.5, 1e16, 1e22, 1e-7, 0.0001, 123_456_789_012_345.6, 1e15, -0.0, 5e-324, f64::MAX, 100.0],
            "s": "é€😀\u{7f}\u{1f}\n\"\\/<", "b": true, "z": null, "e": {}, "l": []
        });
        let expected = concat!(
            r#"{"n":[1,-2,1.5,1e+16,1e+22,1e-07,0.0001,123456789012345.6,1000000000000000.0,-0.0,5e-324,"#,
            r#"1.7976931348623157e+308,100.0],"s":"\u00e9\u20ac\ud83d\ude00\u007f\u001f\n\"\\/<","b":true,"#,
            r#""z":null,"e":{},"l":[]}"#
        );
        assert_eq!(String::from_utf8(json_compact(&value)).unwrap(), expected);
        assert_eq!(serde_json::from_str::<Value>(expected).unwrap(), value);
        assert_eq!(
            json_spaced(&json!([1, {"a": "b", "c": []}])),
            br#"[1, {"a": "b", "c": []}]"#
        );
    }
}
