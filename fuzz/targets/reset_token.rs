//! Both parts of a password reset link.

#![no_main]

use chrono::DateTime;
use chrono_tz::Tz;
use libfuzzer_sys::fuzz_target;
use nuages::auth::tokens::{Subject, check_token, decode_uid, encode_uid};
use nuages::settings::SecretKey;

fuzz_target!(|texts: (&str, &str)| {
    let (uid, token) = texts;
    if let Some(pk) = decode_uid(uid) {
        assert_eq!(decode_uid(&encode_uid(pk)), Some(pk));
    }
    let subject = Subject { pk: 7, password: "!", last_login: None, email: uid };
    let keys = [SecretKey::new("fuzz")];
    assert!(!check_token(&subject, token, keys.iter(), DateTime::UNIX_EPOCH, Tz::UTC, i64::MAX), "nobody made this");
});
