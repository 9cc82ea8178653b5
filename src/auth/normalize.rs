//! Normalizes names and addresses, so that different spellings compare as equal.

use unicode_normalization::UnicodeNormalization as _;

/// Returns a user name in the form in which it is stored and looked up (NFKC).
pub fn username(name: &str) -> String {
    name.nfkc().collect()
}

/// Returns a mail address in the form in which addresses are compared.
pub fn email(address: &str) -> String {
    // Unlike Python's case folding, lower case keeps addresses with `ß` and `ss` different.
    address.nfkc().collect::<String>().to_lowercase()
}

/// Whether an address that a visitor typed is the stored one, ignoring case and Unicode
/// compatibility forms. This is stricter than the database's own comparison, so that a look-alike
/// address gets no mail (Django's `_unicode_ci_compare`).
pub fn same_email(typed: &str, stored: &str) -> bool {
    email(typed) == email(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compatibility_forms_normalise_to_one_text() {
        assert_eq!(username("ﬁn\u{65}\u{301}"), "finé");
        assert!(
            same_email("Ann@Example.com", "ann@example.COM")
                && same_email("ﬁn@example.com", "FIN@example.com")
        );
        assert!(!same_email("mıke@example.org", "mike@example.org"));
        assert!(!same_email("ann@example.com", "ann@exàmple.com"));
    }
}
