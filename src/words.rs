//! Numbers with their nouns, for messages.

use std::fmt::Display;

/// Returns `count` with the matching noun, such as "1 row" and "2 rows" (Django's `ngettext`).
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn only_one_has_the_singular() {
        let rows = [0_usize, 1, 2, 21].map(|count| counted(count, "row", "rows"));
        assert_eq!(rows, ["0 rows", "1 row", "2 rows", "21 rows"]);
        assert_eq!(counted(1_i64, "entry", "entries"), "1 entry");
    }
}
