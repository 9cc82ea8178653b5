//! The CSRF cookie and token, and the headers that name the origin of a form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nuages::csrf::{Secret, Site, TrustedOrigins, check_source, tokens_match};

fuzz_target!(|texts: (&str, &str)| {
    let (cookie, token) = texts;
    if let Ok(secret) = Secret::parse(cookie) {
        assert!(tokens_match(cookie, &secret.masked()) && tokens_match(&secret.masked(), secret.as_str()));
    }
    let same = Secret::parse(cookie).ok().zip(Secret::parse(token).ok());
    let same = same.is_some_and(|(cookie, token)| cookie.as_str() == token.as_str());
    assert_eq!(tokens_match(cookie, token), same);
    let site = Site { is_secure: true, host: Some("shop.test"), port: 443, cookie_domain: None };
    let trusted = TrustedOrigins::new(&["https://*.example.com", "https://pay.test"]);
    let _ = check_source(Some(cookie), None, &site, &trusted);
    let _ = check_source(None, Some(token), &site, &TrustedOrigins::new(&[cookie]));
});
