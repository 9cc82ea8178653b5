//! bcrypt: `bcrypt_sha256$` (of the password's SHA-256, in hexadecimal) or `bcrypt$` (of its first
//! 72 bytes), followed by `$2b$12$<salt and hash>`.

use ::bcrypt::{HashParts, Version, hash_with_salt};
use sha2::{Digest as _, Sha256};

use super::fields::masked;
use crate::signing::{constant_time_eq, hex};

/// The cost of new hashes, as in Django.
pub(super) const COST: u32 = 12;
/// A hash with a higher cost (more than 16 times the work) is refused.
const MAX_COST: u32 = 16;

pub(super) fn encode(password: &str, salt: [u8; 16], cost: u32) -> String {
    let hash = hashed("bcrypt_sha256", password, cost, salt, Version::TwoB);
    format!("bcrypt_sha256${}", hash.unwrap_or_default())
}

fn hashed(
    algorithm: &str,
    password: &str,
    cost: u32,
    salt: [u8; 16],
    version: Version,
) -> Option<String> {
    let hash = if algorithm == "bcrypt" {
        hash_with_salt(password, cost, salt)
    } else {
        hash_with_salt(hex(&Sha256::digest(password)), cost, salt)
    };
    hash.ok().map(|parts| parts.format_for_version(version))
}

#[derive(Debug, Clone)]
pub(super) struct Encoded<'a> {
    pub(super) algorithm: &'a str,
    version: Version,
    cost: u32,
    salt: [u8; 16],
    text: &'a str,
}

impl<'a> Encoded<'a> {
    pub(super) fn parse(algorithm: &'a str, text: &'a str) -> Option<Self> {
        let parts: HashParts = text.parse().ok()?;
        let version = match text.get(1..3)? {
            "2a" => Version::TwoA,
            "2b" => Version::TwoB,
            "2y" => Version::TwoY,
            _ => return None,
        };
        let cost = parts.get_cost();
        // The parser would accept "+4" as a number.
        let digits = text.get(4..6)?.bytes().all(|byte| byte.is_ascii_digit());
        (digits && (4..=MAX_COST).contains(&cost)).then(|| Self {
            algorithm,
            version,
            cost,
            salt: parts.get_salt_raw(),
            text,
        })
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        let hash = hashed(
            self.algorithm,
            password,
            self.cost,
            self.salt,
            self.version.clone(),
        );
        hash.is_some_and(|hash| constant_time_eq(hash.as_bytes(), self.text.as_bytes()))
    }

    pub(super) fn must_update(&self) -> bool {
        self.cost < COST
    }

    pub(super) fn harden(&self, password: &str) {
        // Each step doubles the work.
        for _ in 1..1_u32 << COST.saturating_sub(self.cost) {
            std::hint::black_box(self.verify(password));
        }
    }

    pub(super) fn summary(&self) -> Vec<(&'static str, String)> {
        let (salt, checksum) = self
            .text
            .get(7..)
            .and_then(|rest| rest.split_at_checked(22))
            .unwrap_or_default();
        vec![
            ("work factor", self.cost.to_string()),
            ("salt", masked(salt)),
            ("checksum", masked(checksum)),
        ]
    }

    pub(super) fn cost(&self) -> u32 {
        self.cost
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::hashers::{Check, Encoded, Hasher};

    #[test]
    fn hashes_of_django_are_read() {
        for (encoded, password) in [
            (
                "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq",
                "correct horse",
            ),
            (
                "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuXwhE6gOKjy6g7o/IOoL12dKIdKym636",
                "pässwörd €",
            ),
            (
                "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
                "correct horse",
            ),
            (
                "bcrypt$$2b$04$abcdefghijklmnopqrstuuKnHl.x1yQ06jW2xtQY6ynPSc7M2jr9G",
                "pässwörd €",
            ),
            (
                "bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuurByPinJWI/V/0c5apkEb2KJQv7f.gZO",
                "correct horse",
            ),
            (
                "bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuurpZknVECdsT8Cd3dgQSe9BSdzrkVM1m",
                "pässwörd €",
            ),
        ] {
            let must_update = !encoded.starts_with("bcrypt_sha256$$2b$12");
            assert_eq!(
                Hasher::BcryptSha256.check(password, encoded),
                Check {
                    correct: true,
                    must_update
                },
                "{encoded}"
            );
            assert!(
                !Encoded::parse(encoded).unwrap().verify("wrong"),
                "{encoded}"
            );
        }
    }

    #[test]
    fn a_wrong_password_takes_as_long_on_a_cheap_hash() {
        let cheap = "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq";
        let time = |password| {
            let start = std::time::Instant::now();
            assert!(Hasher::BcryptSha256.check(password, cheap).must_update);
            start.elapsed()
        };
        assert!(time("wrong") > time("correct horse") * 10);
    }

    #[test]
    fn a_costlier_hash_is_not_renewed() {
        let must_update = |cost: &str| {
            let encoded = format!(
                "bcrypt_sha256$$2b${cost}$abcdefghijklmnopqrstuurByPinJWI/V/0c5apkEb2KJQv7f.gZO"
            );
            Encoded::parse(&encoded)
                .unwrap()
                .must_update(Hasher::BcryptSha256)
        };
        assert!(must_update("11"), "a cost below 12 is renewed");
        assert!(
            !must_update("12") && !must_update("13"),
            "a cost from 12 on is left alone"
        );
    }

    #[test]
    fn malformed_and_boundless_costs_are_refused() {
        let hash = "abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq";
        for start in [
            "$2b$17$", "$2b$31$", "$2b$99$", "$2b$03$", "$2b$+4$", "$2b$4$", "$2x$04$", "$3b$04$",
            "2b$04$",
        ] {
            assert!(
                Encoded::parse(&format!("bcrypt${start}{hash}")).is_none(),
                "{start}"
            );
        }
        for text in [
            "",
            "$2b$04$",
            "$2b$04$short",
            "$2b$04$€€€€€€€€€€€€€€€€€ab",
            &format!("$2b$04${hash}x"),
        ] {
            assert!(
                Encoded::parse(&format!("bcrypt_sha256${text}")).is_none(),
                "{text}"
            );
        }
    }
}
