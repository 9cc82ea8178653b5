//! Password hashes in Django's encodings.

mod argon2;
mod bcrypt;
mod encoded;
mod pbkdf2;
mod scrypt;

pub use encoded::Encoded;
pub use pbkdf2::{PBKDF2_ROUNDS, pbkdf2_sha1, pbkdf2_sha256};

use crate::settings::Settings;
pub use crate::signing::random_string;

/// Characters of a new salt: the fewest that hold 128 bits.
const SALT_LENGTH: usize = 22;

/// What makes new hashes: the first of Django's `PASSWORD_HASHERS`. All of them are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hasher {
    /// `pbkdf2_sha256`, a million rounds: Django's default.
    #[default]
    Pbkdf2Sha256,
    /// `pbkdf2_sha1`, a million rounds.
    Pbkdf2Sha1,
    /// `argon2`: Argon2id, 100 MiB, two passes, eight lanes.
    Argon2,
    /// `bcrypt_sha256`, cost 12.
    BcryptSha256,
    /// `scrypt`: N = 16384, r = 8, p = 5.
    Scrypt,
}

/// What came out of comparing a password with a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// It is the password.
    pub correct: bool,
    /// The hash is not what the preferred hasher makes today: if the password is correct, store it anew.
    pub must_update: bool,
}

impl Hasher {
    /// The one that `PASSWORD_HASHER` names.
    pub fn of(settings: &Settings) -> Self {
        Self::named(&settings.password_hasher).unwrap_or_default()
    }

    /// The hasher of this algorithm's name.
    pub fn named(algorithm: &str) -> Option<Self> {
        let all = [Self::Pbkdf2Sha256, Self::Pbkdf2Sha1, Self::Argon2, Self::BcryptSha256, Self::Scrypt];
        all.into_iter().find(|hasher| hasher.algorithm() == algorithm)
    }

    /// Its name in encoded hashes.
    pub const fn algorithm(self) -> &'static str {
        match self {
            Self::Pbkdf2Sha256 => "pbkdf2_sha256",
            Self::Pbkdf2Sha1 => "pbkdf2_sha1",
            Self::Argon2 => "argon2",
            Self::BcryptSha256 => "bcrypt_sha256",
            Self::Scrypt => "scrypt",
        }
    }

    /// The hash of `password`, with a fresh salt.
    pub fn encode(self, password: &str) -> String {
        let salt = random_string(SALT_LENGTH);
        match self {
            Self::Pbkdf2Sha256 => pbkdf2_sha256(password, &salt, PBKDF2_ROUNDS),
            Self::Pbkdf2Sha1 => pbkdf2_sha1(password, &salt, PBKDF2_ROUNDS),
            Self::Argon2 => argon2::encode(password, &salt),
            Self::BcryptSha256 => bcrypt::encode(password, rand::random()),
            Self::Scrypt => scrypt::encode(password, &salt),
        }
    }

    /// Whether `password` is the one of the hash `encoded`, this hasher being the preferred one.
    ///
    /// A wrong password takes as long on an old, cheaper hash of this hasher as on a new one, and a hash that nothing
    /// matches (unusable, unknown, malformed, too costly) takes as long as a new one.
    pub fn check(self, password: &str, encoded: &str) -> Check {
        let Some(hash) = Encoded::parse(encoded) else {
            self.waste_time(password);
            return Check { correct: false, must_update: false };
        };
        let check = Check { correct: hash.verify(password), must_update: hash.must_update(self) };
        if !check.correct && check.must_update && hash.algorithm() == self.algorithm() {
            hash.harden(password);
        }
        check
    }

    /// Takes as long as a check does: for a user who does not exist, so that nobody can tell.
    pub fn waste_time(self, password: &str) {
        std::hint::black_box(self.encode(password));
    }
}

/// Whether `password` is the one of the hash `encoded`, Django's default hasher being the preferred one.
pub fn check_password(password: &str, encoded: &str) -> Check {
    Hasher::default().check(password, encoded)
}

/// A hash that no password has: the user cannot log in with one.
pub fn unusable_password() -> String {
    format!("!{}", random_string(40))
}

/// Whether `encoded` is not an [`unusable_password`].
pub fn is_password_usable(encoded: &str) -> bool {
    !encoded.starts_with('!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_passwords_are_marked_as_django_marks_them() {
        let hash = unusable_password();
        assert!(hash.starts_with('!') && hash.len() == 41 && !is_password_usable(&hash));
        assert_eq!(check_password("", &hash), Check { correct: false, must_update: false });
    }

    #[test]
    fn every_hasher_knows_its_own_hashes() {
        for name in ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "scrypt"] {
            let hasher = Hasher::named(name).unwrap();
            let hash = hasher.encode("pässwörd €");
            assert!(hash.starts_with(&format!("{name}$")) && hash.len() <= 128, "{hash}");
            assert_eq!(hasher.check("pässwörd €", &hash), Check { correct: true, must_update: false }, "{name}");
            let parsed = Encoded::parse(&hash).unwrap();
            assert_eq!(parsed.must_update(Hasher::Scrypt), name != "scrypt");
            assert!(parsed.work() > 100, "{name}: {}", parsed.work());
        }
        assert_eq!(Hasher::named("md5"), None);
    }

    #[test]
    fn a_wrong_password_on_a_cheap_hash_takes_as_long() {
        let cheap = pbkdf2_sha256("right", &random_string(22), 1);
        let time = |password| {
            let start = std::time::Instant::now();
            assert!(check_password(password, &cheap).must_update);
            start.elapsed()
        };
        assert!(time("wrong") > time("right") * 10);
    }
}
