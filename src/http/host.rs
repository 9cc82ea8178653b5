//! Checks the host of requests against `ALLOWED_HOSTS`, like Django.

use actix_web::HttpRequest;
use actix_web::http::header::HOST;

use super::middleware::is_secure;
use crate::settings::Settings;

/// Returns the `Host` header with its port; "" if it is missing. The middleware has checked it
/// against `ALLOWED_HOSTS`.
pub fn host_of(request: &HttpRequest) -> &str {
    request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default()
}

/// Returns the `Host` header with its port, if the request has exactly one and `patterns`
/// (`ALLOWED_HOSTS`) allow it.
///
/// A request target can contain a host as well (`GET http://example.com/ HTTP/1.1`): it must be the
/// same host.
pub(super) fn allowed_host<'r>(request: &'r HttpRequest, patterns: &[String]) -> Option<&'r str> {
    let mut headers = request.headers().get_all(HOST);
    let header = headers.next()?.to_str().ok()?;
    let host = split_host(header)?;
    let is_only = headers.next().is_none();
    let target = request
        .uri()
        .authority()
        .map(|authority| split_host(authority.as_str()));
    let is_same = target.is_none_or(|target| target.as_ref() == Some(&host));
    (is_only && is_same && is_allowed(&host, patterns)).then_some(header)
}

/// Returns the URL of the site's root without a slash at the end, for absolute links:
/// `https://example.com`, or `https://example.com/shop` with `FORCE_SCRIPT_NAME`.
pub fn site_root(request: &HttpRequest, settings: &Settings) -> String {
    let scheme = if is_secure(request, &settings.security) {
        "https"
    } else {
        "http"
    };
    format!(
        "{scheme}://{}{}",
        host_of(request),
        settings.proxy.script_name
    )
}

/// Returns the host of a `Host` header without its port, in lower case; `None` if it is not a valid
/// host (RFC 1034 names, RFC 3986 literals).
pub fn split_host(header: &str) -> Option<String> {
    let host = header.to_ascii_lowercase();
    // Like Django, require digits after a colon.
    if host.ends_with(':') {
        return None;
    }
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (inside, port) = rest.split_once(']')?;
            if inside.is_empty()
                || !inside
                    .bytes()
                    .all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
            {
                return None;
            }
            (
                format!("[{inside}]"),
                port.strip_prefix(':').or(port.is_empty().then_some(""))?,
            )
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name.to_owned(), port),
            None => (host.clone(), ""),
        },
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let named = name.starts_with('[') || (!name.is_empty() && name.bytes().all(plain));
    let numbered = port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    // A trailing dot does not change the name.
    (named && numbered).then(|| name.strip_suffix('.').map_or(name.clone(), str::to_owned))
}

/// Whether `host` (as [`split_host`] returns it) matches one of `patterns`: a name, `.name` with
/// its subdomains, or `*`.
pub fn is_allowed(host: &str, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| {
        let pattern = pattern.to_ascii_lowercase();
        pattern == "*"
            || pattern == host
            || pattern.strip_prefix('.').is_some_and(|domain| {
                host == domain
                    || host
                        .strip_suffix(domain)
                        .is_some_and(|sub| sub.ends_with('.'))
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{is_allowed, split_host};

    #[test]
    fn hosts_are_split_like_in_django() {
        let ok = |text: &str| split_host(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(ok("Example.COM:8000"), "example.com");
        assert_eq!(ok("example.com."), "example.com");
        assert_eq!(ok("[::1]:80"), "[::1]");
        assert_eq!(ok("[::1]"), "[::1]");
        for odd in [
            "", "bad host", "a/b", "a:b", "[x]", "[::1", "[::1]x", "a@b", ":80", "a:1:2", "é.com",
            "a:123456", "a:", "[::1]:",
        ] {
            assert_eq!(split_host(odd), None, "{odd}");
        }
    }

    #[test]
    fn patterns_match_names_subdomains_or_all() {
        let patterns = [".example.com".to_owned(), "shop.test".to_owned()];
        assert!(is_allowed("example.com", &patterns) && is_allowed("a.example.com", &patterns));
        assert!(is_allowed("shop.test", &patterns) && !is_allowed("a.shop.test", &patterns));
        assert!(!is_allowed("badexample.com", &patterns));
        assert!(is_allowed("anything", &["*".to_owned()]) && !is_allowed("anything", &[]));
    }
}
