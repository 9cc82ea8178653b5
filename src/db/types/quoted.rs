//! Texts in double quotes, as PostgreSQL writes them inside of arrays, ranges and `hstore`.

/// Appends `item` in double quotes.
pub(super) fn push_quoted(text: &mut String, item: &str) {
    text.push('"');
    for letter in item.chars() {
        if matches!(letter, '"' | '\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
}
