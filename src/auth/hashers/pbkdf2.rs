//! PBKDF2: `pbkdf2_sha256$<rounds>$<salt>$<base64 of the hash>`, Django's default.

use ::pbkdf2::{Algorithm, Params, pbkdf2_hmac, pbkdf2_hmac_with_params};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::Sha256;

use super::SALT_LENGTH;
use super::fields::{masked, number};
use crate::signing::constant_time_eq;

/// Number of PBKDF2 rounds in Django 5.2.
pub const PBKDF2_ROUNDS: u32 = 1_000_000;
/// A hash with more rounds than this is refused.
const MAX_ROUNDS: u32 = 10 * PBKDF2_ROUNDS;

/// Returns `pbkdf2_sha256$<rounds>$<salt>$<base64 of 32 bytes>`.
pub fn pbkdf2_sha256(password: &str, salt: &str, rounds: u32) -> String {
    let mut hash = [0; 32];
    let (password, salt_bytes) = (password.as_bytes(), salt.as_bytes());
    // Both functions give the same result. This one is not generic, so a debug build uses its
    // optimised version, which saves seconds at each login.
    match Params::new(rounds) {
        Ok(params) => pbkdf2_hmac_with_params(
            password,
            salt_bytes,
            Algorithm::Pbkdf2Sha256,
            params,
            &mut hash,
        ),
        // This function refuses less than a thousand rounds.
        Err(_) => pbkdf2_hmac::<Sha256>(password, salt_bytes, rounds, &mut hash),
    }
    format!("pbkdf2_sha256${rounds}${salt}${}", STANDARD.encode(hash))
}

/// Returns `pbkdf2_sha1$<rounds>$<salt>$<base64 of 20 bytes>`.
pub fn pbkdf2_sha1(password: &str, salt: &str, rounds: u32) -> String {
    let mut hash = [0; 20];
    pbkdf2_hmac::<Sha1>(password.as_bytes(), salt.as_bytes(), rounds, &mut hash);
    format!("pbkdf2_sha1${rounds}${salt}${}", STANDARD.encode(hash))
}

#[derive(Debug, Clone)]
pub(super) struct Pbkdf2<'a> {
    pub(super) algorithm: &'a str,
    pub(super) rounds: u32,
    salt: &'a str,
    hash: &'a str,
}

impl<'a> Pbkdf2<'a> {
    pub(super) fn parse(algorithm: &'a str, rest: &'a str) -> Option<Self> {
        let (rounds, rest) = rest.split_once('$')?;
        let (salt, hash) = rest.split_once('$')?;
        let rounds = number(rounds).filter(|rounds| (1..=MAX_ROUNDS).contains(rounds))?;
        (!salt.is_empty()).then_some(Self {
            algorithm,
            rounds,
            salt,
            hash,
        })
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        let expected = self.encoded(password, self.rounds);
        let hash = expected.rsplit('$').next().unwrap_or_default();
        constant_time_eq(hash.as_bytes(), self.hash.as_bytes())
    }

    /// Whether the hash has too few rounds or a short salt. A hash with more rounds than a new one
    /// is kept: a newer Django may use the same database.
    pub(super) fn must_update(&self, enough_rounds: u32) -> bool {
        self.rounds < enough_rounds || self.salt.chars().count() < SALT_LENGTH
    }

    pub(super) fn harden(&self, password: &str, rounds: u32) {
        let lacking = rounds.saturating_sub(self.rounds);
        if lacking > 0 {
            std::hint::black_box(self.encoded(password, lacking));
        }
    }

    pub(super) fn summary(&self) -> Vec<(&'static str, String)> {
        vec![
            ("iterations", self.rounds.to_string()),
            ("salt", masked(self.salt)),
            ("hash", masked(self.hash)),
        ]
    }

    fn encoded(&self, password: &str, rounds: u32) -> String {
        if self.algorithm == "pbkdf2_sha1" {
            pbkdf2_sha1(password, self.salt, rounds)
        } else {
            pbkdf2_sha256(password, self.salt, rounds)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::hashers::{Check, Encoded, Hasher, check_password};

    const SALT: &str = "abcdefghijklmnopqrstuv";

    #[test]
    fn hashes_equal_djangos() {
        let hash = |made: String| {
            made.rsplit_once('$')
                .map(|(_, hash)| hash.to_owned())
                .unwrap()
        };
        let sha256 = |password, rounds| hash(pbkdf2_sha256(password, SALT, rounds));
        assert_eq!(
            sha256("correct horse", 1000),
            "3sV/SVfT6ME4dIgYVdSlH0jEvyK0z+y3AJvov9Y+8MA="
        );
        assert_eq!(
            sha256("pässwörd €", 1000),
            "6X+cRMGjvHQf6X3lau3g8Q2BVbQ2VoXZHa/wt+Psw9o="
        );
        assert_eq!(
            sha256("correct horse", PBKDF2_ROUNDS),
            "RQsDuUkUYsVKKMGEVf7KhP1xnDLlZ9RiOO63KN0aAbE="
        );
        assert_eq!(
            pbkdf2_sha1("correct horse", SALT, 1000),
            "pbkdf2_sha1$1000$abcdefghijklmnopqrstuv$Lk0noscGFKIci9bRr/p5U5TdvK4="
        );
        assert_eq!(
            hash(pbkdf2_sha1("pässwörd €", SALT, 1000)),
            "sx5YBfA6dBfpsOEKWYgwsiotl2Q="
        );
        let encoded = "pbkdf2_sha256$1000000$abcdefghijklmnopqrstuv$RQsDuUkUYsVKKMGEVf7KhP1xnDLlZ9RiOO63KN0aAbE=";
        assert_eq!(
            check_password("correct horse", encoded),
            Check {
                correct: true,
                must_update: false
            }
        );
        assert_eq!(
            check_password("correct horsf", encoded),
            Check {
                correct: false,
                must_update: false
            }
        );
    }

    #[test]
    fn hashes_equal_those_of_django_6_0_and_6_1() {
        // Computed with Python's hashlib.pbkdf2_hmac.
        for (algorithm, rounds, password, hash) in [
            (
                "pbkdf2_sha256",
                1_200_000,
                "correct horse",
                "qpvfi7nfV+GcruFoiHOF6ayd/lqEJ/ciAplQGJMa1zQ=",
            ),
            (
                "pbkdf2_sha256",
                1_500_000,
                "correct horse",
                "pNqHYgQMzZwLzZH8KDx+/7Hu5G0/nkZvE3+OniqKI9o=",
            ),
            (
                "pbkdf2_sha256",
                1_500_000,
                "pässwörd €",
                "ngY/FJgq6INEB5nTrrNPL7/NkUkta8F6Zu7+s4Q0tx4=",
            ),
            (
                "pbkdf2_sha1",
                1_200_000,
                "correct horse",
                "OncWsFz3Ag28ZoCllKqeanR7XrE=",
            ),
            (
                "pbkdf2_sha1",
                1_500_000,
                "pässwörd €",
                "txQ1OrEgcHbbbYdunVMSATIzkSM=",
            ),
        ] {
            let expected = format!("{algorithm}${rounds}${SALT}${hash}");
            let made = if algorithm == "pbkdf2_sha1" {
                pbkdf2_sha1
            } else {
                pbkdf2_sha256
            };
            assert_eq!(
                made(password, SALT, rounds),
                expected,
                "the hash that Python's hashlib computes"
            );
        }
    }

    #[test]
    fn hashes_with_few_rounds_or_a_short_salt_need_an_update() {
        let must_update = |encoded: &str| {
            Encoded::parse(encoded)
                .unwrap()
                .must_update(Hasher::Pbkdf2Sha256)
        };
        assert!(must_update("pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$x"));
        assert!(must_update("pbkdf2_sha256$1000000$abcdefghijklmnopqrstu$x"));
        assert!(must_update("pbkdf2_sha1$1000000$abcdefghijklmnopqrstuv$x"));
        for rounds in [1_000_000, 1_200_000, 1_500_000] {
            assert!(
                !must_update(&format!("pbkdf2_sha256${rounds}$abcdefghijklmnopqrstuv$x")),
                "{rounds} are enough"
            );
        }
        let old = pbkdf2_sha256("correct horse", SALT, 1000);
        assert_eq!(
            check_password("correct horse", &old),
            Check {
                correct: true,
                must_update: true
            }
        );
    }

    #[test]
    fn malformed_and_boundless_rounds_are_refused() {
        for rounds in [
            "",
            "0",
            "-1",
            "+1",
            "01",
            "1_0",
            " 1",
            "1e3",
            "10000001",
            "4294967296",
        ] {
            assert!(
                Encoded::parse(&format!("pbkdf2_sha256${rounds}$salt$hash")).is_none(),
                "{rounds}"
            );
        }
        for encoded in [
            "pbkdf2_sha256$1",
            "pbkdf2_sha256$1$salt",
            "pbkdf2_sha256$1$$hash",
        ] {
            assert!(Encoded::parse(encoded).is_none(), "{encoded}");
        }
        assert!(
            !Encoded::parse("pbkdf2_sha256$1$salt$ha$sh")
                .unwrap()
                .verify("")
        );
    }
}
