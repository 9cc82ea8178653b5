//! Reads cookies as leniently as Django does, and sets cookies with the attributes of the settings.

use actix_web::HttpRequest;
use actix_web::cookie::time::{Duration, OffsetDateTime};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};

use crate::settings::CookieSettings;

/// Returns the value of the cookie `name`. Ignores malformed cookies beside it; if there are
/// several, the last one counts.
pub fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    let mut last_value = None;
    for header in request.headers().get_all(COOKIE) {
        let text = String::from_utf8_lossy(header.as_bytes());
        for (key, value) in text.split(';').filter_map(|pair| pair.split_once('=')) {
            if key.trim() == name {
                last_value = Some(unquoted(value.trim()));
            }
        }
    }
    last_value
}

/// Removes the quotes and escapes that Python's `http.cookies` adds to special characters: `"a\"b"`
/// becomes `a"b`.
fn unquoted(value: &str) -> String {
    let Some(inside) = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        let octal: String = letters.clone().take(3).collect();
        match u8::from_str_radix(&octal, 8)
            .ok()
            .filter(|_| octal.len() == 3)
        {
            Some(byte) => {
                text.push(char::from(byte));
                letters.nth(2);
            }
            None => text.extend(letters.next()),
        }
    }
    text
}

/// Sets a cookie that expires after `age` seconds, or when the browser closes.
pub fn set_cookie(
    headers: &mut HeaderMap,
    settings: &CookieSettings,
    value: &str,
    age: Option<i64>,
) {
    let mut cookie = plain(settings, value);
    if let Some(age) = age {
        cookie.set_max_age(Duration::seconds(age));
        cookie.set_expires(OffsetDateTime::now_utc() + Duration::seconds(age));
    }
    append(headers, &cookie);
}

/// Deletes a cookie.
pub fn delete_cookie(headers: &mut HeaderMap, settings: &CookieSettings) {
    let mut cookie = plain(settings, "");
    cookie.set_max_age(Duration::ZERO);
    cookie.set_expires(OffsetDateTime::UNIX_EPOCH);
    append(headers, &cookie);
}

fn plain<'c>(settings: &CookieSettings, value: &str) -> Cookie<'c> {
    let mut cookie = Cookie::new(settings.name.clone(), value.to_owned());
    cookie.set_path(settings.path.clone());
    cookie.set_same_site(match settings.samesite.as_str() {
        "Strict" => SameSite::Strict,
        "None" => SameSite::None,
        _ => SameSite::Lax,
    });
    if let Some(domain) = &settings.domain {
        cookie.set_domain(domain.clone());
    }
    // The crate omits an attribute that is `None`.
    cookie.set_secure(settings.secure.then_some(true));
    cookie.set_http_only(settings.httponly.then_some(true));
    cookie
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_values_of_python_are_read() {
        assert_eq!(unquoted(r#""a\"b\054c""#), "a\"b,c");
        assert_eq!(unquoted("plain"), "plain");
        assert_eq!(unquoted("\""), "\"");
        assert_eq!(unquoted(r#""\""#), "");
    }

    #[test]
    fn malformed_cookies_cause_no_panic() {
        let request = actix_web::test::TestRequest::default()
            .insert_header((
                "cookie",
                "=;;;=a;b; x=1; sessionid=abc; sessionid=def; y=\"",
            ))
            .to_http_request();
        assert_eq!(cookie(&request, "sessionid").as_deref(), Some("def"));
        assert_eq!(cookie(&request, "b"), None);
    }
}
