//! Python's `float(text)`.

use super::{ascii_digits, strip};

/// Returns Python's `float(text)`, if it is finite.
pub fn float(text: &str) -> Option<f64> {
    let text = ascii_digits(strip(text));
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    // Python allows an underscore between two digits.
    let is_allowed = |(at, byte): (usize, &u8)| match byte {
        b'_' => is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)),
        byte => byte.is_ascii_digit() || b"+-.eE".contains(byte),
    };
    if !bytes.iter().enumerate().all(is_allowed) {
        return None;
    }
    let number: f64 = text.replace('_', "").parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_are_those_of_python() {
        for (text, number) in [
            ("1.5", Some(1.5)),
            (" +7 ", Some(7.0)),
            ("\u{a0}-.5\u{3000}", Some(-0.5)),
            ("2.", Some(2.0)),
            ("1_000.2_5e1_0", Some(1_000.25e10)),
            ("٣.٥", Some(3.5)),
            ("1e-400", Some(0.0)),
            ("1E3", Some(1000.0)),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("1_.5", None),
            ("1._5", None),
            ("1e_5", None),
            ("1_e5", None),
            ("1e", None),
            (".", None),
            ("", None),
            ("1,5", None),
            ("0x1p3", None),
            ("1 000", None),
            ("--1", None),
            ("1e400", None),
            ("nan", None),
            ("-Infinity", None),
        ] {
            assert_eq!(float(text), number, "{text:?}");
        }
    }
}
