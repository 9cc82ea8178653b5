//! Validates `next` parameters, which may only refer to this site.

/// Longer URLs (in characters) are refused (Django's `MAX_URL_LENGTH`).
const MAX_LENGTH: usize = 2048;

/// Whether `url` refers to this site: Django's `url_has_allowed_host_and_scheme` with the request's
/// own host.
pub fn is_safe_next(url: &str, host: &str, secure: bool) -> bool {
    let url = url.trim();
    // Browsers treat a backslash as a slash.
    !url.is_empty()
        && url.chars().count() <= MAX_LENGTH
        && stays(url, host, secure)
        && stays(&url.replace('\\', "/"), host, secure)
}

fn stays(url: &str, host: &str, secure: bool) -> bool {
    if url.starts_with("///")
        || url.starts_with(|c: char| c.is_control())
        || url.contains(['\n', '\r', '\t', '\0'])
    {
        return false;
    }
    let end = url.find(['/', '?', '#']).unwrap_or(url.len());
    let (scheme, rest) = match url[..end].split_once(':') {
        Some((scheme, _)) => (Some(scheme.to_ascii_lowercase()), &url[scheme.len() + 1..]),
        None => (None, url),
    };
    let authority = rest
        .strip_prefix("//")
        .map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let authority = authority.filter(|authority| !authority.is_empty());
    match (scheme.as_deref(), authority) {
        // `javascript:…`, and `http:///example.com`, which browsers resolve to that host.
        (Some(_), None) => false,
        (Some(scheme), Some(authority)) => {
            authority == host && (scheme == "https" || (scheme == "http" && !secure))
        }
        (None, Some(authority)) => authority == host && !secure,
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_safe_next;

    #[test]
    fn only_urls_of_this_site_are_safe() {
        let safe = |url: &str| is_safe_next(url, "shop.test:8000", false);
        for good in [
            "/",
            "/products/?page=2",
            "products/",
            "?x=http://evil.test",
            "http://shop.test:8000/x",
            "//shop.test:8000/",
            "/a:b",
            "https://shop.test:8000/",
        ] {
            assert!(safe(good), "{good}");
        }
        for bad in [
            "",
            "http://evil.test/",
            "https://evil.test",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "http:evil.test",
            "http:///evil.test",
            "javascript:alert(1)",
            "ftp://shop.test:8000/",
            "http://shop.test:8000@evil.test/",
            "\u{8}//evil.test",
            "/\n/evil.test",
            "http://shop.test/",
        ] {
            assert!(!safe(bad), "{bad}");
        }
        assert!(
            safe(&format!("/{}", "é".repeat(2047))) && !safe(&format!("/{}", "a".repeat(2048)))
        );
        assert!(
            !is_safe_next("http://shop.test/", "shop.test", true)
                && is_safe_next("https://shop.test/", "shop.test", true)
        );
    }
}
