//! Words: numbers with their nouns, upper case, names made of other names.

use std::fmt::Display;

/// Returns `count` with the matching noun, such as "1 row" and "2 rows" (Django's `ngettext`).
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

/// Returns `text` with its first letter in upper case (Django's `capfirst`).
pub fn capfirst(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Returns `text` with the first letter of each word in upper case and all others in lower case
/// (Python's `str.title`).
pub fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut is_inside_word = false;
    for letter in text.chars() {
        if is_inside_word {
            titled.extend(letter.to_lowercase());
        } else {
            titled.extend(letter.to_uppercase());
        }
        is_inside_word = letter.is_alphabetic();
    }
    titled
}

/// Returns `order item` for `OrderItem` (Django's `camel_case_to_spaces`).
pub fn camel_case_to_spaces(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Returns a text that lives as long as the program. Only for descriptions of models and sites,
/// which are made once.
pub fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[cfg(test)]
mod tests {
    use super::{camel_case_to_spaces, capfirst, counted, title};

    #[test]
    fn only_the_number_one_has_the_singular() {
        let rows = [0_usize, 1, 2, 21].map(|count| counted(count, "row", "rows"));
        assert_eq!(rows, ["0 rows", "1 row", "2 rows", "21 rows"]);
        assert_eq!(counted(1_i64, "entry", "entries"), "1 entry");
    }

    #[test]
    fn names_become_words_and_titles_as_in_django() {
        assert_eq!(capfirst("éclair au chocolat"), "Éclair au chocolat");
        assert_eq!(capfirst(""), "");
        assert_eq!(title("it's a TWO-part éclair"), "It'S A Two-Part Éclair");
        assert_eq!(camel_case_to_spaces("OrderItem"), "order item");
    }
}
