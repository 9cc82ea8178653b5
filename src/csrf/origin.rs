//! Checks that a form comes from an allowed page: by `Origin`, or on HTTPS by `Referer` if there is
//! no `Origin`.

use super::Rejection;

/// `CSRF_TRUSTED_ORIGINS`: `https://shop.example.com`, or `https://*.example.com` for the subdomains of a domain.
#[derive(Debug, Clone, Default)]
pub struct TrustedOrigins {
    exact: Vec<String>,
    /// Scheme, and `.example.com`.
    wildcards: Vec<(String, String)>,
    /// `shop.example.com` or `.example.com`.
    hosts: Vec<String>,
}

/// The properties of the requested site that the check needs.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The request came by HTTPS.
    pub is_secure: bool,
    /// The `Host` header with its port, if that host is allowed.
    pub host: Option<&'a str>,
    /// The port of the server.
    pub port: u16,
    /// `CSRF_COOKIE_DOMAIN` (or `SESSION_COOKIE_DOMAIN` if sessions hold the secret).
    pub cookie_domain: Option<&'a str>,
}

impl TrustedOrigins {
    /// Parses the setting. An entry without a scheme matches no origin.
    pub fn new<S: AsRef<str>>(origins: &[S]) -> Self {
        let mut trusted = Self::default();
        for origin in origins.iter().map(AsRef::as_ref) {
            let Some((scheme, host)) = split(origin) else {
                continue;
            };
            let domain = host.trim_start_matches('*').to_owned();
            trusted.hosts.push(domain.clone());
            if origin.contains('*') {
                trusted.wildcards.push((scheme, domain));
            } else {
                trusted.exact.push(origin.to_owned());
            }
        }
        trusted
    }
}

/// Checks the page that sent the request: by `Origin` if there is one, else on HTTPS by `Referer`.
pub fn check_source(
    origin: Option<&str>,
    referer: Option<&str>,
    site: &Site<'_>,
    trusted: &TrustedOrigins,
) -> Result<(), Rejection> {
    match origin {
        Some(origin) if check_origin(origin, site, trusted) => Ok(()),
        Some(origin) => Err(Rejection::BadOrigin(origin.to_owned())),
        None if site.is_secure => check_referer(referer, site, trusted),
        None => Ok(()),
    }
}

/// Whether an `Origin` header names this site or a trusted one.
pub fn check_origin(origin: &str, site: &Site<'_>, trusted: &TrustedOrigins) -> bool {
    let scheme = if site.is_secure { "https" } else { "http" };
    if site
        .host
        .is_some_and(|host| origin == format!("{scheme}://{host}"))
        || trusted.exact.iter().any(|o| o == origin)
    {
        return true;
    }
    let Some((scheme, host)) = split(origin) else {
        return false;
    };
    trusted
        .wildcards
        .iter()
        .any(|(theirs, domain)| *theirs == scheme && is_same_domain(&host, domain))
}

/// Checks that a `Referer` header names an HTTPS page of this site, of the cookie's domain, or of a
/// trusted origin.
pub fn check_referer(
    referer: Option<&str>,
    site: &Site<'_>,
    trusted: &TrustedOrigins,
) -> Result<(), Rejection> {
    let referer = referer.ok_or(Rejection::NoReferer)?;
    let (scheme, host) = split(referer).ok_or(Rejection::MalformedReferer)?;
    if scheme != "https" {
        return Err(Rejection::InsecureReferer);
    }
    let good = match site.cookie_domain {
        Some(domain) if matches!(site.port, 80 | 443) => Some(domain.to_owned()),
        Some(domain) => Some(format!("{domain}:{}", site.port)),
        None => site.host.map(str::to_owned),
    };
    let good = trusted
        .hosts
        .iter()
        .chain(&good)
        .any(|pattern| is_same_domain(&host, pattern));
    if good {
        Ok(())
    } else {
        Err(Rejection::BadReferer(format!(
            "{scheme}{}",
            &referer[scheme.len()..]
        )))
    }
}

/// Whether `host` equals `pattern`; a pattern `.example.com` matches that domain and its
/// subdomains.
fn is_same_domain(host: &str, pattern: &str) -> bool {
    let pattern = pattern.to_lowercase();
    !pattern.is_empty()
        && (host == pattern
            || pattern
                .strip_prefix('.')
                .is_some_and(|domain| host == domain || host.ends_with(&pattern)))
}

/// Splits a URL like Python's `urlsplit` into its scheme in lower case and its host with port;
/// `None` if one is missing. Browsers send both in ASCII, so a host with other characters is not
/// accepted.
fn split(url: &str) -> Option<(String, String)> {
    let (scheme, rest) = url.split_once("://")?;
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let scheme_like = scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let host = rest
        .split(['/', '?', '#'])
        .next()
        .filter(|host| !host.is_empty())?;
    let whole =
        host.contains('[') == host.contains(']') && host.bytes().all(|b| b.is_ascii_graphic());
    (starts && scheme_like && whole).then(|| (scheme.to_ascii_lowercase(), host.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SITE: Site<'_> = Site {
        is_secure: true,
        host: Some("shop.test:8443"),
        port: 8443,
        cookie_domain: None,
    };

    fn trusted() -> TrustedOrigins {
        TrustedOrigins::new(&[
            "https://pay.test",
            "https://*.example.com",
            "http://plain.test:8000",
            "nonsense",
        ])
    }

    #[test]
    fn origins_are_this_site_or_trusted_ones() {
        let ok = |origin: &str| check_source(Some(origin), None, &SITE, &trusted()).is_ok();
        for good in [
            "https://shop.test:8443",
            "https://pay.test",
            "http://plain.test:8000",
            "https://a.example.com",
            "https://a.b.example.com",
            "https://example.com",
        ] {
            assert!(ok(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "http://shop.test:8443",
            "https://shop.test",
            "https://shop.test:8443/",
            "https://badexample.com",
            "http://a.example.com",
            "https://a.example.com:444",
            "https://a.pay.test",
            "nonsense",
            "https://évil.example.com",
        ] {
            assert!(!ok(bad), "{bad}");
        }
        let nowhere = Site { host: None, ..SITE };
        assert!(!check_origin(
            "https://shop.test:8443",
            &nowhere,
            &trusted()
        ));
        assert!(check_origin(
            "null",
            &SITE,
            &TrustedOrigins {
                exact: vec!["null".into()],
                ..trusted()
            }
        ));
    }

    #[test]
    fn https_without_origin_needs_a_referer() {
        let why = |referer: Option<&str>| check_source(None, referer, &SITE, &trusted()).err();
        for good in [
            "https://shop.test:8443/a?b",
            "https://pay.test/",
            "https://a.example.com",
            "HTTPS://pay.test?x",
        ] {
            assert_eq!(why(Some(good)), None, "{good}");
        }
        assert_eq!(why(None), Some(Rejection::NoReferer));
        for bad in [
            "",
            "x",
            "https://",
            "https:///path",
            "//pay.test/",
            "1a://pay.test/",
            "https://[::1/",
        ] {
            assert_eq!(why(Some(bad)), Some(Rejection::MalformedReferer), "{bad}");
        }
        assert_eq!(
            why(Some("http://pay.test/")),
            Some(Rejection::InsecureReferer)
        );
        for bad in [
            "https://shop.test/",
            "https://evil.test/https://pay.test/",
            "https://pay.test@evil.test/",
        ] {
            assert_eq!(
                why(Some(bad)),
                Some(Rejection::BadReferer(bad.to_owned())),
                "{bad}"
            );
        }
        let plain = Site {
            is_secure: false,
            ..SITE
        };
        assert_eq!(check_source(None, None, &plain, &trusted()), Ok(()));
    }

    #[test]
    fn the_domain_of_the_cookie_replaces_the_host() {
        let site = Site {
            cookie_domain: Some(".shop.test"),
            ..SITE
        };
        let ok = |site: &Site<'_>, referer| check_referer(Some(referer), site, &trusted()).is_ok();
        assert!(ok(&site, "https://a.shop.test:8443/") && ok(&site, "https://shop.test:8443/"));
        assert!(!ok(&site, "https://a.shop.test/"));
        assert!(ok(&Site { port: 443, ..site }, "https://a.shop.test/"));
        let nowhere = Site { host: None, ..SITE };
        assert!(!ok(&nowhere, "https://shop.test:8443/") && ok(&nowhere, "https://pay.test/"));
    }

    proptest! {
        #[test]
        fn any_header_is_checked_without_a_panic(origin: String, referer in "(https?://)?\\PC*") {
            prop_assert!(!check_origin(&origin, &SITE, &TrustedOrigins::default()));
            let _ = check_referer(Some(&referer), &SITE, &trusted());
        }
    }
}
