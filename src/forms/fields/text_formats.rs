//! Validates the formats of slugs and URLs.

/// Whether the text has only letters, digits, `-` and `_`.
pub(super) fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Adds `http://` to a text without a scheme (Django's `URLField`).
pub(super) fn with_scheme(text: &str) -> String {
    let scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    if scheme {
        text.to_owned()
    } else {
        format!("http://{}", text.trim_start_matches('/'))
    }
}

/// Whether the text is valid for Django's `URLValidator`: a known scheme, a host with a dot (or
/// `localhost`, or an IP), a port, no spaces.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let known = ["http", "https", "ftp", "ftps"].contains(&scheme.to_ascii_lowercase().as_str());
    if !known || text.chars().count() > 2048 || text.chars().any(char::is_whitespace) {
        return false;
    }
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host) = place
        .rsplit_once('@')
        .map_or(("", place), |(user, host)| (user, host));
    if place.contains('@')
        && (user.is_empty()
            || user.starts_with(':')
            || user.contains('@')
            || user.matches(':').count() > 1)
    {
        return false;
    }
    if let Some((address, port)) = host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = host
        .split_once(':')
        .map_or((host, None), |(host, port)| (host, Some(port)));
    port.is_none_or(is_port) && is_host(host)
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") || host.parse::<std::net::Ipv4Addr>().is_ok() {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let letter = |c: char| c.is_ascii_alphabetic() || ('\u{a1}'..='\u{ffff}').contains(&c);
    let label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| letter(c) || c.is_ascii_digit() || c == '-')
    };
    let labels: Vec<&str> = host.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    let top = last.starts_with("xn--")
        || (last.chars().count() > 1 && last.chars().all(|c| letter(c) || c == '-'));
    host.chars().count() <= 253 && labels.len() > 1 && labels.iter().copied().all(label) && top
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_ascii() {
        assert!(is_slug("a-B_9"));
        for bad in ["", "a b", "é", "a.b", "a\n"] {
            assert!(!is_slug(bad), "{bad}");
        }
    }

    #[test]
    fn urls_have_a_scheme_and_a_host() {
        for good in [
            "http://example.com",
            "https://a.example/x?y#z",
            "ftp://u:p@h.example:21/",
            "http://localhost:8000",
            "http://127.0.0.1/",
            "http://[::1]:80/x",
            "http://bücher.example",
            "http://example.com.",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "example.com",
            "javascript:alert(1)",
            "http://",
            "http://a",
            "http://a b.example",
            "http://-a.example",
            "http://a.example:port",
            "http://a.example:123456",
            "gopher://a.example",
            "http://.com",
            "http://a@b@c.example",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
        assert_eq!(with_scheme("example.com/x"), "http://example.com/x");
        assert_eq!(with_scheme("javascript:alert(1)"), "javascript:alert(1)");
    }
}
