//! Argon2: `argon2` and its PHC string, `$argon2id$v=19$m=102400,t=2,p=8$<salt>$<hash>`.

use ::argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::SALT_LENGTH;
use super::fields::{masked, number};
use crate::signing::constant_time_eq;

/// Memory (KiB), passes and lanes of new hashes: Django's 100 MiB, two and eight.
pub(super) const COST: [u32; 3] = [102_400, 2, 8];
const LENGTH: usize = 32;

/// A hash that needs more than 512 MiB, more than 2 GiB over all passes, or more than 64 lanes is
/// refused.
const MAX_MEMORY: u32 = 512 * 1024;
const MAX_WORK: u64 = 2 * 1024 * 1024;
const MAX_LANES: u32 = 64;
const MAX_LENGTH: usize = 64;

pub(super) fn encode(password: &str, salt: &str, cost: [u32; 3]) -> String {
    let [memory, passes, lanes] = cost;
    let hash = hashed(
        password,
        salt.as_bytes(),
        Algorithm::Argon2id,
        Version::V0x13,
        cost,
        LENGTH,
    );
    let (salt, hash) = (
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(hash.unwrap_or_default()),
    );
    format!("argon2$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}")
}

fn hashed(
    password: &str,
    salt: &[u8],
    algorithm: Algorithm,
    version: Version,
    [memory, passes, lanes]: [u32; 3],
    length: usize,
) -> Option<Vec<u8>> {
    let params = Params::new(memory, passes, lanes, Some(length)).ok()?;
    let mut hash = vec![0; length];
    Argon2::new(algorithm, version, params)
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .ok()?;
    Some(hash)
}

#[derive(Debug, Clone)]
pub(super) struct Encoded<'a> {
    algorithm: Algorithm,
    version: Version,
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    salt_text: &'a str,
    hash: Vec<u8>,
    hash_text: &'a str,
}

impl<'a> Encoded<'a> {
    pub(super) fn parse(rest: &'a str) -> Option<Self> {
        let mut parts = rest.split('$').peekable();
        let algorithm = match parts.next()? {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return None,
        };
        // The first version of Argon2 did not write a version number.
        let version = match parts.next_if(|part| part.starts_with("v=")) {
            Some("v=19") => Version::V0x13,
            Some("v=16") | None => Version::V0x10,
            Some(_) => return None,
        };
        let (memory, rest) = parts.next()?.strip_prefix("m=")?.split_once(",t=")?;
        let (passes, lanes) = rest.split_once(",p=")?;
        let (memory, passes, lanes) = (number(memory)?, number(passes)?, number(lanes)?);
        let (salt_text, hash_text) = (parts.next()?, parts.next()?);
        let (salt, hash) = (
            STANDARD_NO_PAD.decode(salt_text).ok()?,
            STANDARD_NO_PAD.decode(hash_text).ok()?,
        );
        let bounded = (1..=MAX_LANES).contains(&lanes)
            && (8 * lanes..=MAX_MEMORY).contains(&memory)
            && passes >= 1
            && u64::from(memory) * u64::from(passes) <= MAX_WORK
            && (8..=MAX_LENGTH).contains(&salt.len())
            && (4..=MAX_LENGTH).contains(&hash.len());
        let parsed = Self {
            algorithm,
            version,
            memory,
            passes,
            lanes,
            salt,
            salt_text,
            hash,
            hash_text,
        };
        (bounded && parts.next().is_none()).then_some(parsed)
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        let cost = [self.memory, self.passes, self.lanes];
        let hash = hashed(
            password,
            &self.salt,
            self.algorithm,
            self.version,
            cost,
            self.hash.len(),
        );
        hash.is_some_and(|hash| constant_time_eq(&hash, &self.hash))
    }

    /// Whether the hash is of an older kind or cheaper than a new one. A more expensive hash is
    /// kept.
    pub(super) fn must_update(&self) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.kibibytes() < kibibytes(COST)
            || self.hash.len() < LENGTH
            || self.salt.len() < SALT_LENGTH
    }

    pub(super) fn summary(&self) -> Vec<(&'static str, String)> {
        vec![
            ("variety", self.algorithm.to_string()),
            ("version", u32::from(self.version).to_string()),
            ("memory cost", self.memory.to_string()),
            ("time cost", self.passes.to_string()),
            ("parallelism", self.lanes.to_string()),
            ("salt", masked(self.salt_text)),
            ("hash", masked(self.hash_text)),
        ]
    }

    pub(super) fn kibibytes(&self) -> u64 {
        kibibytes([self.memory, self.passes, self.lanes])
    }

    /// Returns the cost of a hash that replaces this one, which is never smaller.
    pub(super) fn renewed_cost(&self) -> [u32; 3] {
        let costs_more = self.kibibytes() > kibibytes(COST);
        if costs_more {
            [self.memory, self.passes, self.lanes]
        } else {
            COST
        }
    }
}

/// Returns the memory in KiB that a hash fills, summed over all its passes.
fn kibibytes([memory, passes, _]: [u32; 3]) -> u64 {
    u64::from(memory) * u64::from(passes)
}

#[cfg(test)]
mod tests {
    use super::{COST, encode};
    use crate::auth::hashers::{Check, Encoded, Hasher};

    #[test]
    fn hashes_equal_djangos() {
        let start = "argon2$argon2id$v=19$m=102400,t=2,p=8$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg$";
        let hash = |password| {
            encode(password, "abcdefghijklmnopqrstuv", COST)
                .strip_prefix(start)
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            hash("correct horse"),
            "cbYV8dbAeaxTGgeSUds3eWl/1GYuxCEvQmo1aJcgrhc"
        );
        assert_eq!(
            hash("pässwörd €"),
            "LsheDH/4VvUZkthEA43Eye6onTR6nZcgcW0kH4kpOoU"
        );
    }

    #[test]
    fn hashes_of_other_varieties_and_costs_are_verified_and_need_an_update() {
        for encoded in [
            "argon2$argon2id$v=19$m=64,t=1,p=2$YWJjZGVmZ2hpamtsbW5vcA$0Eq4JPMLiAwqqwcrsfJJJwBUWLk0nsIxs+L/7XrQh90",
            "argon2$argon2i$v=19$m=64,t=1,p=2$YWJjZGVmZ2hpamtsbW5vcA$yV3Ng8Srupxoz1n/d6tmK7DPJkBvi8igvPzu7n5fA0k",
            "argon2$argon2d$v=19$m=64,t=1,p=2$YWJjZGVmZ2hpamtsbW5vcA$us4Xdrv4UDFPxdmX189fw8vOqpVXplZNrUrHpaivo54",
            "argon2$argon2id$v=16$m=64,t=1,p=2$YWJjZGVmZ2hpamtsbW5vcA$EERwoo/B62SFM6xl6jcrUk9s+n9OJAOm0Pzzcj5BJdU",
            "argon2$argon2i$v=16$m=64,t=1,p=1$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw",
            "argon2$argon2i$m=64,t=1,p=1$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw",
        ] {
            let check = Hasher::Argon2.check("correct horse", encoded);
            assert_eq!(
                check,
                Check {
                    correct: true,
                    must_update: true
                },
                "{encoded}"
            );
            assert!(
                !Hasher::Argon2.check("correct horsf", encoded).correct,
                "{encoded}"
            );
        }
    }

    #[test]
    fn a_costlier_hash_is_not_renewed() {
        let must_update = |cost: &str| {
            let salt_and_hash =
                "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg$cbYV8dbAeaxTGgeSUds3eWl/1GYuxCEvQmo1aJcgrhc";
            let encoded = format!("argon2$argon2id$v=19${cost}${salt_and_hash}");
            Encoded::parse(&encoded)
                .unwrap()
                .must_update(Hasher::Argon2)
        };
        for cost in [
            "m=102400,t=2,p=8",
            "m=102400,t=2,p=4",
            "m=102400,t=3,p=8",
            "m=204800,t=2,p=8",
            "m=65536,t=4,p=1",
        ] {
            assert!(
                !must_update(cost),
                "{cost} costs at least what a new hash costs"
            );
        }
        for cost in ["m=102399,t=2,p=8", "m=102400,t=1,p=8", "m=65536,t=3,p=8"] {
            assert!(must_update(cost), "{cost} costs less than a new hash");
        }
    }

    #[test]
    fn malformed_and_boundless_costs_are_refused() {
        for cost in [
            "m=524289,t=1,p=1",
            "m=4294967295,t=1,p=1",
            "m=64,t=4294967295,p=1",
            "m=524288,t=5,p=1",
            "m=64,t=0,p=1",
            "m=64,t=1,p=0",
            "m=64,t=1,p=9",
            "m=2048,t=1,p=65",
            "m=8,t=1,p=4294967295",
            "m=64,t=1",
            "t=1,m=64,p=1",
            "",
        ] {
            let encoded = format!("argon2$argon2id$v=19${cost}$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw");
            assert!(Encoded::parse(&encoded).is_none(), "{cost}");
        }
        for encoded in [
            "argon2$argon2id$v=18$m=64,t=1,p=1$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw",
            "argon2$argon2id$v=19$m=64,t=1,p=1$c2FsdA$MHtIQlgqUXhPm+iUHkEUCw",
            "argon2$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$",
            "argon2$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw$x",
            "argon2$argon2x$v=19$m=64,t=1,p=1$c29tZXNhbHQ$MHtIQlgqUXhPm+iUHkEUCw",
        ] {
            assert!(Encoded::parse(encoded).is_none(), "{encoded}");
        }
    }
}
