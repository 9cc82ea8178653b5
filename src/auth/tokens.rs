//! Tokens in password reset links. A token is valid until the password, the last login or the
//! address changes.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::settings::SecretKey;
use crate::signing::{
    BASE36, b64_decode, b64_encode, constant_time_eq, from_radix, hex, key_used, salted_hmac,
    to_radix,
};

const SALT: &str = "django.contrib.auth.tokens.PasswordResetTokenGenerator";
/// Django's default of `PASSWORD_RESET_TIMEOUT`: three days, in seconds.
pub const PASSWORD_RESET_TIMEOUT: i64 = 259_200;
/// 2001-01-01 in Unix time, the start of Django's token timestamps.
const EPOCH: i64 = 978_307_200;

/// The columns that a token depends on: a change of any of them invalidates the token.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The user's primary key.
    pub pk: i32,
    /// The column `password`.
    pub password: &'a str,
    /// The column `last_login`.
    pub last_login: Option<DateTime<Utc>>,
    /// The column `email`.
    pub email: &'a str,
}

/// Creates a token for `subject` at `now`. Like Django's, its timestamp is the local time of
/// `zone`, the setting `TIME_ZONE`.
pub fn make_token(subject: &Subject<'_>, key: &SecretKey, now: DateTime<Utc>, zone: Tz) -> String {
    token(subject, key, u64::try_from(seconds(now, zone)).unwrap_or(0))
}

/// Whether `text` is a token of `subject`, signed by one of `keys`, and at most `timeout` seconds
/// old.
pub fn check_token<'a>(
    subject: &Subject<'_>,
    text: &str,
    keys: impl Iterator<Item = &'a SecretKey>,
    now: DateTime<Utc>,
    zone: Tz,
    timeout: i64,
) -> bool {
    let Some((made, _)) = text.split_once('-') else {
        return false;
    };
    let Some(made) = from_radix(made, BASE36) else {
        return false;
    };
    let signed = key_used(keys, |key| {
        constant_time_eq(token(subject, key, made).as_bytes(), text.as_bytes())
    });
    let age = seconds(now, zone).saturating_sub(i64::try_from(made).unwrap_or(i64::MAX));
    signed.is_some() && age <= timeout
}

/// Encodes the primary key for a link (Django's `uidb64`).
pub fn encode_uid(pk: i32) -> String {
    b64_encode(pk.to_string().as_bytes())
}

/// Decodes the primary key of a link.
pub fn decode_uid(uidb64: &str) -> Option<i32> {
    let text = String::from_utf8(b64_decode(uidb64)?).ok()?;
    text.parse()
        .ok()
        .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns `<base36 seconds>-<every second digit of the HMAC>`.
fn token(subject: &Subject<'_>, key: &SecretKey, made: u64) -> String {
    let Subject {
        pk,
        password,
        last_login,
        email,
    } = subject;
    let last_login = last_login
        .map(|moment| moment.format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default();
    let value = format!("{pk}{password}{last_login}{made}{email}");
    let digest = hex(&salted_hmac(SALT, value.as_bytes(), key.reveal()));
    format!(
        "{}-{}",
        to_radix(made, BASE36),
        digest.chars().step_by(2).collect::<String>()
    )
}

/// Returns the seconds since 2001 in local time.
fn seconds(now: DateTime<Utc>, zone: Tz) -> i64 {
    let since_1970 = now.with_timezone(&zone).naive_local().and_utc().timestamp();
    since_1970 - EPOCH
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const PASSWORD: &str =
        "pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$3sV/SVfT6ME4dIgYVdSlH0jEvyK0z+y3AJvov9Y+8MA=";
    const NEVER: Subject<'_> = Subject {
        pk: 7,
        password: PASSWORD,
        last_login: None,
        email: "ann@example.com",
    };
    const FRESH: &str = "d1rcit-d838189f742e8423916b1f3564de5aeb";

    fn key() -> SecretKey {
        SecretKey::new("x".repeat(50))
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        at("2026-01-02T03:04:05Z")
    }

    fn holds(subject: &Subject<'_>, token: &str, now: DateTime<Utc>) -> bool {
        check_token(
            subject,
            token,
            [key()].iter(),
            now,
            Tz::UTC,
            PASSWORD_RESET_TIMEOUT,
        )
    }

    #[test]
    fn tokens_equal_djangos() {
        assert_eq!(make_token(&NEVER, &key(), now(), Tz::UTC), FRESH);
        let known = Subject {
            last_login: Some(at("2025-12-31T23:59:58.123456Z")),
            ..NEVER
        };
        assert_eq!(
            make_token(&known, &key(), now(), Tz::UTC),
            "d1rcit-e6bcffac628b1b3d595542ada95fe3c8"
        );
        assert_eq!(
            token(&NEVER, &key(), 0),
            "0-7833a8789c568449111658760dedb80e"
        );
        // The timestamp is local: in Paris the same figures mean an hour earlier.
        assert_eq!(
            make_token(
                &NEVER,
                &key(),
                now() - TimeDelta::hours(1),
                Tz::Europe__Paris
            ),
            FRESH
        );
        assert_eq!(encode_uid(7), "Nw");
        assert_eq!(decode_uid("Nw"), Some(7));
    }

    #[test]
    fn tokens_expire() {
        assert!(
            holds(&NEVER, FRESH, now())
                && holds(&NEVER, FRESH, now() + TimeDelta::seconds(259_200))
        );
        assert!(!holds(&NEVER, FRESH, now() + TimeDelta::seconds(259_201)));
        for other in [
            Subject { pk: 8, ..NEVER },
            Subject {
                password: "other",
                ..NEVER
            },
            Subject {
                last_login: Some(now()),
                ..NEVER
            },
            Subject {
                email: "bob@example.com",
                ..NEVER
            },
        ] {
            assert!(!holds(&other, FRESH, now()), "{other:?}");
        }
    }

    #[test]
    fn texts_signed_with_a_former_key_are_accepted() {
        let keys = [SecretKey::new("new"), key()];
        assert!(check_token(&NEVER, FRESH, keys.iter(), now(), Tz::UTC, 60));
        assert!(!check_token(
            &NEVER,
            FRESH,
            keys[..1].iter(),
            now(),
            Tz::UTC,
            60
        ));
    }

    #[test]
    fn malformed_texts_are_refused() {
        for bad in [
            "",
            "-",
            "d1rcit",
            "d1rcit-",
            "D1RCIT-d838189f742e8423916b1f3564de5aeb",
            "0d1rcit-d838189f742e8423916b1f3564de5aeb",
            "d1rcit-d838189f742e8423916b1f3564de5aeb-",
            "d1rciu-d838189f742e8423916b1f3564de5aeb",
            "zzzzzzzzzzzzz-d838189f742e8423916b1f3564de5aeb",
            "set-password",
        ] {
            assert!(!holds(&NEVER, bad, now()), "{bad}");
        }
        for bad in [
            "",
            "LTc",
            "Kzc",
            "IDc",
            "Nw=",
            "N",
            "é",
            "OTk5OTk5OTk5OTk5",
            "eA",
            "_w",
        ] {
            assert_eq!(decode_uid(bad).filter(|_| bad != "Nw="), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn malformed_links_cause_no_panic(token in "\\PC*|[0-9a-z]{0,14}-[0-9a-f]{32}", uid: String) {
            prop_assert!(token == FRESH || !holds(&NEVER, &token, now()));
            let _ = decode_uid(&uid);
        }

        #[test]
        fn tokens_and_keys_are_read_back_as_they_were_made(pk in 0..i32::MAX, password: String, email: String, late in 0..259_200_i64) {
            let subject = Subject { pk, password: &password, last_login: None, email: &email };
            let token = make_token(&subject, &key(), now(), Tz::Asia__Tokyo);
            let then = now() + TimeDelta::seconds(late);
            prop_assert!(check_token(&subject, &token, [key()].iter(), then, Tz::Asia__Tokyo, 259_200));
            prop_assert_eq!(decode_uid(&encode_uid(pk)), Some(pk));
        }
    }
}
