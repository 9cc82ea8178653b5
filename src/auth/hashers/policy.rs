//! Decides how new hashes are made, and which stored hashes are renewed at a login.

use super::{
    Check, Encoded, Hasher, SALT_LENGTH, argon2, bcrypt, pbkdf2_sha1, pbkdf2_sha256, scrypt,
};
use crate::settings::{DjangoVersion, Settings};
use crate::signing::random_string;

/// The preferred hasher and its cost.
///
/// A renewed hash ends every other session of its user, and a Django on the same database renews
/// each hash that is not exactly its own. So a hash is never renewed with fewer rounds: two
/// programs that renew each other's hashes would log the user out again and again, and would weaken
/// the hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashPolicy {
    /// The algorithm of new hashes.
    pub hasher: Hasher,
    /// PBKDF2 rounds of new hashes.
    pub(super) rounds: u32,
    /// PBKDF2 hashes with fewer rounds than this are renewed.
    pub(super) enough_rounds: u32,
}

impl From<Hasher> for HashPolicy {
    fn from(hasher: Hasher) -> Self {
        Self::for_version(hasher, DjangoVersion::default())
    }
}

impl HashPolicy {
    /// Returns the policy for `PASSWORD_HASHER` and the Django version that applies.
    ///
    /// A version that was only detected from the database decides the number of rounds of new
    /// hashes, but does not renew the hashes of another supported Django. That Django may be in use
    /// too, and would renew the hash back.
    pub fn from_settings(settings: &Settings) -> Self {
        let hasher = Hasher::named(&settings.password_hasher).unwrap_or_default();
        let policy = Self::for_version(hasher, settings.django_version());
        match settings.django_version {
            Some(_) => policy,
            None => Self {
                enough_rounds: DjangoVersion::default().pbkdf2_rounds(),
                ..policy
            },
        }
    }

    /// Returns the policy for this version of Django.
    pub fn for_version(hasher: Hasher, version: DjangoVersion) -> Self {
        Self {
            hasher,
            rounds: version.pbkdf2_rounds(),
            enough_rounds: version.pbkdf2_rounds(),
        }
    }

    /// Returns the hash of `password` with a fresh salt.
    pub fn encode(self, password: &str) -> String {
        let salt = random_string(SALT_LENGTH);
        match self.hasher {
            Hasher::Pbkdf2Sha256 => pbkdf2_sha256(password, &salt, self.rounds),
            Hasher::Pbkdf2Sha1 => pbkdf2_sha1(password, &salt, self.rounds),
            Hasher::Argon2 => argon2::encode(password, &salt, argon2::COST),
            Hasher::BcryptSha256 => bcrypt::encode(password, rand::random(), bcrypt::COST),
            Hasher::Scrypt => scrypt::encode(password, &salt),
        }
    }

    /// Returns a new hash of the password that already has the hash `old`. The new hash is never
    /// cheaper than `old`, if both are of the same family.
    pub fn renew(self, password: &str, old: &str) -> String {
        let Some(old) = Encoded::parse(old) else {
            return self.encode(password);
        };
        let salt = random_string(SALT_LENGTH);
        match self.hasher {
            Hasher::Pbkdf2Sha256 | Hasher::Pbkdf2Sha1 => {
                let rounds = old.pbkdf2_rounds().unwrap_or_default().max(self.rounds);
                Self { rounds, ..self }.encode(password)
            }
            Hasher::Argon2 => {
                argon2::encode(password, &salt, old.argon2_cost().unwrap_or(argon2::COST))
            }
            Hasher::BcryptSha256 => {
                let cost = old.bcrypt_cost().unwrap_or_default().max(bcrypt::COST);
                bcrypt::encode(password, rand::random(), cost)
            }
            Hasher::Scrypt => self.encode(password),
        }
    }

    /// Compares `password` with the hash `encoded`.
    ///
    /// A wrong password takes as long on an old, cheaper hash of this hasher as on a new one, and a hash that nothing
    /// matches (unusable, unknown, malformed, too costly) takes as long as a new one.
    pub fn check(self, password: &str, encoded: &str) -> Check {
        let Some(hash) = Encoded::parse(encoded) else {
            self.waste_time(password);
            return Check {
                correct: false,
                must_update: false,
            };
        };
        let check = Check {
            correct: hash.verify(password),
            must_update: hash.must_update(self),
        };
        if !check.correct && hash.algorithm() == self.hasher.algorithm() {
            hash.harden(password, self);
        }
        check
    }

    /// Takes as long as checking a password: for unknown users, so that the time does not reveal
    /// that they do not exist.
    pub fn waste_time(self, password: &str) {
        std::hint::black_box(self.encode(password));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Env;

    const SALT: &str = "abcdefghijklmnopqrstuv";

    fn policy(pairs: &[(&str, &str)], told: Option<DjangoVersion>) -> HashPolicy {
        let pairs: Vec<_> = [("SECRET_KEY", "x")]
            .into_iter()
            .chain(pairs.iter().copied())
            .collect();
        let mut settings = Settings::read(&Env::from_pairs(&pairs)).unwrap();
        settings.told_django_version = told;
        HashPolicy::from_settings(&settings)
    }

    fn rounds(hash: &str) -> u32 {
        Encoded::parse(hash).unwrap().pbkdf2_rounds().unwrap()
    }

    fn renews(policy: HashPolicy, rounds: u32) -> bool {
        Encoded::parse(&format!("pbkdf2_sha256${rounds}${SALT}$x"))
            .unwrap()
            .must_update(policy)
    }

    #[test]
    fn the_django_version_decides_the_rounds_of_new_hashes() {
        for (version, expected) in [("5.2", 1_000_000), ("6.0", 1_200_000), ("6.1", 1_500_000)] {
            for hasher in ["pbkdf2_sha256", "pbkdf2_sha1"] {
                let policy = policy(
                    &[("DJANGO_VERSION", version), ("PASSWORD_HASHER", hasher)],
                    None,
                );
                assert_eq!(
                    policy.rounds, expected,
                    "rounds of new {hasher} hashes beside Django {version}"
                );
            }
        }
        assert_eq!(
            policy(&[], None).rounds,
            1_000_000,
            "rounds when nothing names a version"
        );
        assert_eq!(
            policy(&[], Some(DjangoVersion::V6_1)).rounds,
            1_500_000,
            "rounds when the database tells 6.1"
        );
        let set = policy(&[("DJANGO_VERSION", "5.2")], Some(DjangoVersion::V6_1));
        assert_eq!(
            set.rounds, 1_000_000,
            "the setting overrides what the database tells"
        );
    }

    #[test]
    fn no_policy_renews_to_fewer_rounds() {
        for version in DjangoVersion::ALL {
            let policy = HashPolicy::for_version(Hasher::default(), version);
            for rounds in [1_000_000, 1_200_000, 1_500_000, 2_000_000] {
                let renews = renews(policy, rounds);
                assert_eq!(
                    renews,
                    rounds < version.pbkdf2_rounds(),
                    "Django {version} set, hash of {rounds} rounds"
                );
            }
        }
    }

    #[test]
    fn a_set_version_does_not_renew_hashes_of_any_supported_django() {
        let policy = policy(&[], Some(DjangoVersion::V6_1));
        assert!(renews(policy, 870_000), "the hash of Django 5.1 is renewed");
        for rounds in [1_000_000, 1_200_000, 1_500_000] {
            assert!(
                !renews(policy, rounds),
                "a hash of {rounds} rounds must stay"
            );
        }
    }

    #[test]
    fn a_renewed_hash_is_never_cheaper_than_the_old_one() {
        let costly = format!("pbkdf2_sha256$1001000$short${}", "x".repeat(44));
        let policy = HashPolicy::from(Hasher::Pbkdf2Sha256);
        assert!(
            Encoded::parse(&costly).unwrap().must_update(policy),
            "the salt is too short"
        );
        assert_eq!(rounds(&policy.renew("correct horse", &costly)), 1_001_000);
        assert_eq!(
            rounds(&policy.renew("correct horse", &costly.replace("sha256", "sha1"))),
            1_001_000
        );
        assert_eq!(
            rounds(&policy.renew("correct horse", "pbkdf2_sha256$1$short$x")),
            1_000_000
        );

        let bcrypt = "bcrypt$$2b$13$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";
        let renewed = HashPolicy::from(Hasher::BcryptSha256).renew("correct horse", bcrypt);
        assert!(
            renewed.starts_with("bcrypt_sha256$$2b$13$"),
            "expected cost 13, got {renewed}"
        );

        let argon2 = "argon2$argon2i$v=19$m=102400,t=3,p=1$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw";
        let renewed = HashPolicy::from(Hasher::Argon2).renew("correct horse", argon2);
        assert!(
            renewed.starts_with("argon2$argon2id$v=19$m=102400,t=3,p=1$"),
            "expected three passes, got {renewed}"
        );
    }
}
