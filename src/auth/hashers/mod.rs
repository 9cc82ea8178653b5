//! Password hashes in Django's encodings.

mod argon2;
mod bcrypt;
mod encoded;
mod fields;
mod pbkdf2;
mod policy;
mod scrypt;

pub use encoded::Encoded;
pub use pbkdf2::{PBKDF2_ROUNDS, pbkdf2_sha1, pbkdf2_sha256};
pub use policy::HashPolicy;

pub use crate::signing::random_string;

/// Length of a new salt in characters: the shortest that holds 128 bits.
const SALT_LENGTH: usize = 22;

/// The algorithm of new hashes: the first of Django's `PASSWORD_HASHERS`. Hashes of all algorithms
/// are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hasher {
    /// `pbkdf2_sha256`, Django's default. [`HashPolicy`] decides the rounds.
    #[default]
    Pbkdf2Sha256,
    /// `pbkdf2_sha1`, with the same rounds.
    Pbkdf2Sha1,
    /// `argon2`: Argon2id, 100 MiB, two passes, eight lanes.
    Argon2,
    /// `bcrypt_sha256`, cost 12.
    BcryptSha256,
    /// `scrypt`: N = 16384, r = 8, p = 5.
    Scrypt,
}

/// The result of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Whether the password is correct.
    pub correct: bool,
    /// Whether the hash is cheaper, or of another algorithm than the preferred one: if the password
    /// is correct, store a new hash.
    pub must_update: bool,
}

impl Hasher {
    /// Returns the hasher of the algorithm with this name.
    pub fn named(algorithm: &str) -> Option<Self> {
        let all = [
            Self::Pbkdf2Sha256,
            Self::Pbkdf2Sha1,
            Self::Argon2,
            Self::BcryptSha256,
            Self::Scrypt,
        ];
        all.into_iter()
            .find(|hasher| hasher.algorithm() == algorithm)
    }

    /// Returns the algorithm's name in encoded hashes.
    pub const fn algorithm(self) -> &'static str {
        match self {
            Self::Pbkdf2Sha256 => "pbkdf2_sha256",
            Self::Pbkdf2Sha1 => "pbkdf2_sha1",
            Self::Argon2 => "argon2",
            Self::BcryptSha256 => "bcrypt_sha256",
            Self::Scrypt => "scrypt",
        }
    }

    /// Returns the hash of `password` with a fresh salt, as Django 5.2 makes it.
    pub fn encode(self, password: &str) -> String {
        HashPolicy::from(self).encode(password)
    }

    /// Compares `password` with the hash `encoded`, as Django 5.2 does if it prefers this hasher.
    pub fn check(self, password: &str, encoded: &str) -> Check {
        HashPolicy::from(self).check(password, encoded)
    }
}

/// Checks `password` against the hash `encoded`, with Django's default hasher as the preferred one.
pub fn check_password(password: &str, encoded: &str) -> Check {
    Hasher::default().check(password, encoded)
}

/// Returns a hash that no password matches, so that the user cannot log in with a password.
pub fn unusable_password() -> String {
    format!("!{}", random_string(40))
}

/// Whether `encoded` is a real hash, not an [`unusable_password`].
pub fn is_password_usable(encoded: &str) -> bool {
    !encoded.starts_with('!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_passwords_have_djangos_mark() {
        let hash = unusable_password();
        assert!(hash.starts_with('!') && hash.len() == 41 && !is_password_usable(&hash));
        assert_eq!(
            check_password("", &hash),
            Check {
                correct: false,
                must_update: false
            }
        );
    }

    #[test]
    fn every_hasher_recognises_its_own_hashes() {
        for name in [
            "pbkdf2_sha256",
            "pbkdf2_sha1",
            "argon2",
            "bcrypt_sha256",
            "scrypt",
        ] {
            let hasher = Hasher::named(name).unwrap();
            let hash = hasher.encode("pässwörd €");
            assert!(
                hash.starts_with(&format!("{name}$")) && hash.len() <= 128,
                "{hash}"
            );
            assert_eq!(
                hasher.check("pässwörd €", &hash),
                Check {
                    correct: true,
                    must_update: false
                },
                "{name}"
            );
            let parsed = Encoded::parse(&hash).unwrap();
            assert_eq!(parsed.must_update(Hasher::Scrypt), name != "scrypt");
            assert!(parsed.work() > 100, "{name}: {}", parsed.work());
        }
        assert_eq!(Hasher::named("md5"), None);
    }

    #[test]
    fn a_wrong_password_takes_as_long_on_a_cheap_hash() {
        let cheap = pbkdf2_sha256("right", &random_string(22), 1);
        let time = |password| {
            let start = std::time::Instant::now();
            assert!(check_password(password, &cheap).must_update);
            start.elapsed()
        };
        assert!(time("wrong") > time("right") * 10);
    }
}
