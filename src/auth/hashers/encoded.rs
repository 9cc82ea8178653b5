//! Parses encoded hashes.

use super::{HashPolicy, argon2, bcrypt, pbkdf2, scrypt};

/// Longer texts are refused. No hash is that long; Django's column holds 128 characters.
const MAX_LENGTH: usize = 512;

/// A parsed hash with a limited cost, so that checking a password takes seconds at most, whatever
/// the database contains. Each algorithm defines its limits.
#[derive(Debug, Clone)]
pub struct Encoded<'a>(Algorithm<'a>);

#[derive(Debug, Clone)]
enum Algorithm<'a> {
    Pbkdf2(pbkdf2::Pbkdf2<'a>),
    Argon2(argon2::Encoded<'a>),
    Bcrypt(bcrypt::Encoded<'a>),
    Scrypt(scrypt::Encoded<'a>),
}

impl<'a> Encoded<'a> {
    /// Parses `encoded`; returns `None` if it is unusable, malformed, too costly, or of an
    /// algorithm that is not accepted (such as plain text and MD5).
    pub fn parse(encoded: &'a str) -> Option<Self> {
        if encoded.len() > MAX_LENGTH {
            return None;
        }
        let (algorithm, rest) = encoded.split_once('$')?;
        let parts = match algorithm {
            "pbkdf2_sha256" | "pbkdf2_sha1" => {
                Algorithm::Pbkdf2(pbkdf2::Pbkdf2::parse(algorithm, rest)?)
            }
            "argon2" => Algorithm::Argon2(argon2::Encoded::parse(rest)?),
            "bcrypt_sha256" | "bcrypt" => {
                Algorithm::Bcrypt(bcrypt::Encoded::parse(algorithm, rest)?)
            }
            "scrypt" => Algorithm::Scrypt(scrypt::Encoded::parse(rest)?),
            _ => return None,
        };
        Some(Self(parts))
    }

    /// Returns the name of the algorithm.
    pub fn algorithm(&self) -> &'a str {
        match &self.0 {
            Algorithm::Pbkdf2(hash) => hash.algorithm,
            Algorithm::Argon2(_) => "argon2",
            Algorithm::Bcrypt(hash) => hash.algorithm,
            Algorithm::Scrypt(_) => "scrypt",
        }
    }

    /// Whether this is the hash of `password`.
    pub fn verify(&self, password: &str) -> bool {
        match &self.0 {
            Algorithm::Pbkdf2(hash) => hash.verify(password),
            Algorithm::Argon2(hash) => hash.verify(password),
            Algorithm::Bcrypt(hash) => hash.verify(password),
            Algorithm::Scrypt(hash) => hash.verify(password),
        }
    }

    /// Whether the hash is of another algorithm than the preferred one, is cheaper than a new hash,
    /// or has a short salt.
    pub fn must_update(&self, policy: impl Into<HashPolicy>) -> bool {
        let policy = policy.into();
        self.algorithm() != policy.hasher.algorithm()
            || match &self.0 {
                Algorithm::Pbkdf2(hash) => hash.must_update(policy.enough_rounds),
                Algorithm::Argon2(hash) => hash.must_update(),
                Algorithm::Bcrypt(hash) => hash.must_update(),
                Algorithm::Scrypt(hash) => hash.must_update(),
            }
    }

    /// Does the additional work that makes this hash as slow as a new one (Django's
    /// `harden_runtime`). As in Django, this does nothing for Argon2 and scrypt.
    pub fn harden(&self, password: &str, policy: HashPolicy) {
        match &self.0 {
            Algorithm::Pbkdf2(hash) => hash.harden(password, policy.rounds),
            Algorithm::Bcrypt(hash) => hash.harden(password),
            Algorithm::Argon2(_) | Algorithm::Scrypt(_) => {}
        }
    }

    /// Returns the details that administrators may see: the algorithm and its parameters, with salt
    /// and hash masked (Django's `safe_summary`).
    pub fn summary(&self) -> Vec<(&'static str, String)> {
        let mut summary = vec![("algorithm", self.algorithm().to_owned())];
        summary.extend(match &self.0 {
            Algorithm::Pbkdf2(hash) => hash.summary(),
            Algorithm::Argon2(hash) => hash.summary(),
            Algorithm::Bcrypt(hash) => hash.summary(),
            Algorithm::Scrypt(hash) => hash.summary(),
        });
        summary
    }

    /// Returns the number of rounds, if this is a PBKDF2 hash.
    pub(super) fn pbkdf2_rounds(&self) -> Option<u32> {
        match &self.0 {
            Algorithm::Pbkdf2(hash) => Some(hash.rounds),
            _ => None,
        }
    }

    /// Returns the cost, if this is a bcrypt hash.
    pub(super) fn bcrypt_cost(&self) -> Option<u32> {
        match &self.0 {
            Algorithm::Bcrypt(hash) => Some(hash.cost()),
            _ => None,
        }
    }

    /// Returns the cost of a hash that replaces this one, if this is an Argon2 hash.
    pub(super) fn argon2_cost(&self) -> Option<[u32; 3]> {
        match &self.0 {
            Algorithm::Argon2(hash) => Some(hash.renewed_cost()),
            _ => None,
        }
    }

    /// Returns how much work [`verify`](Self::verify) is: 1 is the least, 1000 takes about a tenth
    /// of a second.
    pub fn work(&self) -> u64 {
        match &self.0 {
            Algorithm::Pbkdf2(hash) => u64::from(hash.rounds) / 250 + 1,
            Algorithm::Argon2(hash) => hash.kibibytes() / 100 + 1,
            Algorithm::Bcrypt(hash) => (1_u64 << hash.cost()) / 2 + 1,
            Algorithm::Scrypt(hash) => hash.blocks() / 400 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::auth::hashers::Hasher;

    #[test]
    fn plain_texts_and_md5_are_refused() {
        for encoded in [
            "",
            "password",
            "$",
            "!",
            "!pbkdf2_sha256$1$a$b",
            "md5$abcdefghijklmnopqrstuv$02144cc061e1c896b28fdbca2ef32806",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "md5$$5f4dcc3b5aa765d61d8327deb882cf99",
            "sha1$$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
            "PBKDF2_sha256$1$a$b",
        ] {
            assert!(Encoded::parse(encoded).is_none(), "{encoded}");
        }
    }

    #[test]
    fn summaries_mask_salt_and_hash() {
        let encoded = "pbkdf2_sha1$1000$abcdefghijklmnopqrstuv$Lk0noscGFKIci9bRr/p5U5TdvK4=";
        let summary = Encoded::parse(encoded).unwrap().summary();
        assert_eq!(summary[0], ("algorithm", "pbkdf2_sha1".to_owned()));
        assert_eq!(summary[1], ("iterations", "1000".to_owned()));
        assert_eq!(summary[2], ("salt", format!("abcdef{}", "*".repeat(16))));
        assert_eq!(summary[3], ("hash", format!("Lk0nos{}", "*".repeat(22))));
    }

    proptest! {
        #[test]
        fn malformed_encodings_are_refused_without_a_panic(
            encoded in prop_oneof![
                any::<String>(),
                "(pbkdf2_sha256|pbkdf2_sha1)\\$[0-9+-]{0,12}\\$[a-z€]{0,9}\\$[A-Za-z0-9+/=]{0,44}",
                "argon2\\$argon2(i|d|id)\\$(v=(16|19)\\$)?m=[0-9]{1,10},t=[0-9]{1,10},p=[0-9]{1,9}\\$[A-Za-z0-9+/]{0,24}\\$[A-Za-z0-9+/]{0,44}",
                "(bcrypt|bcrypt_sha256)\\$\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{50,54}",
                "scrypt\\$[0-9]{1,10}\\$[a-z]{0,9}\\$[0-9]{1,10}\\$[0-9]{1,10}\\$[A-Za-z0-9+/=]{0,88}",
                "(pbkdf2_sha256|argon2|bcrypt|scrypt)(\\$\\PC{0,8}){0,7}",
            ],
            password: String,
        ) {
            if let Some(hash) = Encoded::parse(&encoded) {
                let _ = (hash.summary(), hash.must_update(Hasher::default()));
                prop_assert!(hash.work() < 100_000);
                // A costly hash that is allowed would only make the test slow.
                if hash.work() < 10 {
                    prop_assert!(!hash.verify(&password));
                }
            }
        }
    }
}
