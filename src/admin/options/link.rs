//! Decides which URLs of authors and of rows become links.

/// The allowed beginnings of a URL.
const KNOWN: [&str; 9] = [
    "http://", "https://", "ftp://", "ftps://", "mailto:", "tel:", "/", "?", "#",
];

/// Whether opening `url` runs no code: it is a web URL, or a URL of this site.
pub(in crate::admin) fn is_safe(url: &str) -> bool {
    let begin: String = url
        .trim_start()
        .chars()
        .take(10)
        .collect::<String>()
        .to_ascii_lowercase();
    KNOWN.iter().any(|registered| begin.starts_with(registered))
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn a_url_that_runs_code_is_not_a_link() {
        for url in [
            "https://a.example",
            " HTTP://a",
            "mailto:a@b",
            "tel:+49",
            "/x/",
            "?q=1",
            "#top",
            "ftp://a",
        ] {
            assert!(is_safe(url), "{url}");
        }
        for url in [
            "javascript:1",
            " JavaScript:1",
            "java\nscript:1",
            "\u{1}javascript:1",
            "data:text/html,x",
            "vbscript:1",
            "x",
            "",
        ] {
            assert!(!is_safe(url), "{url:?}");
        }
    }
}
