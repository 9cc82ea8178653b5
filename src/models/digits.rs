//! Digits and white space as Python knows them.

/// Where Unicode's decimal digits begin, besides ASCII: Python reads them all.
const ZEROS: [u32; 37] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x104A0,
];

/// The same text with every decimal digit of Unicode as an ASCII one.
pub fn ascii_digits(text: &str) -> String {
    let digit = |c: char| {
        let zero = ZEROS
            .iter()
            .find(|zero| (**zero..**zero + 10).contains(&u32::from(c)))?;
        char::from_digit(u32::from(c) - zero, 10)
    };
    text.chars()
        .map(|c| {
            if c.is_ascii() {
                c
            } else {
                digit(c).unwrap_or(c)
            }
        })
        .collect()
}

/// Whether Python's `str` takes it for white space.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}
