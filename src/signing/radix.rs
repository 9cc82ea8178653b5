//! Whole numbers in base 36 and 62.

/// Digits of base 62, in Django's order.
pub const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of base 36.
pub const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Returns `number` written with `digits`.
pub fn to_radix(mut number: u64, digits: &[u8]) -> String {
    let radix = digits.len() as u64;
    let mut text = Vec::new();
    loop {
        let digit = usize::try_from(number % radix).unwrap_or_default();
        text.push(char::from(digits[digit]));
        number /= radix;
        if number == 0 {
            return text.into_iter().rev().collect();
        }
    }
}

/// Returns the number that `text` represents in `digits`; `None` if `text` is not a number or needs
/// more than 64 bits.
pub fn from_radix(text: &str, digits: &[u8]) -> Option<u64> {
    let radix = digits.len() as u64;
    let mut number: Option<u64> = None;
    for byte in text.bytes() {
        let digit = digits.iter().position(|&digit| digit == byte)?;
        number = Some(
            number
                .unwrap_or(0)
                .checked_mul(radix)?
                .checked_add(digit as u64)?,
        );
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_like_in_django() {
        for (number, text) in [
            (0, "0"),
            (1, "1"),
            (61, "z"),
            (62, "10"),
            (1_700_000_000, "1r31eq"),
            (i64::MAX as u64, "AzL8n0Y58m7"),
        ] {
            assert_eq!(to_radix(number, BASE62), text);
            assert_eq!(from_radix(text, BASE62), Some(number));
        }
        assert_eq!(to_radix(789_015_845, BASE36), "d1rcit");
        for wrong in ["", "-1", "A", "1 ", "é", "zzzzzzzzzzzzzz"] {
            assert_eq!(from_radix(wrong, BASE36), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_back_as_they_were_written(number: u64, text: String) {
            prop_assert_eq!(from_radix(&to_radix(number, BASE62), BASE62), Some(number));
            prop_assert_eq!(from_radix(&to_radix(number, BASE36), BASE36), Some(number));
            let _ = from_radix(&text, BASE62);
        }
    }
}
