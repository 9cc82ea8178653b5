//! scrypt: `scrypt$<N>$<salt>$<r>$<p>$<base64 of 64 bytes>`.

use ::scrypt::Params;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fields::{masked, number};
use crate::signing::constant_time_eq;

/// Django's `N`, `r` and `p`.
const COST: [u32; 3] = [1 << 14, 8, 5];

/// A hash that needs more than 64 MiB (Python's own limit is 32), or more than about six times
/// Django's work, is refused.
const MAX_MEMORY: u64 = 64 << 20;
const MAX_BLOCKS: u64 = 1 << 22;

pub(super) fn encode(password: &str, salt: &str) -> String {
    let [n, r, p] = COST;
    format!(
        "scrypt${n}${salt}${r}${p}${}",
        hashed(password, salt, COST).unwrap_or_default()
    )
}

fn hashed(password: &str, salt: &str, [n, r, p]: [u32; 3]) -> Option<String> {
    let params = Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()?;
    let mut hash = [0; 64];
    ::scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut hash).ok()?;
    Some(STANDARD.encode(hash))
}

#[derive(Debug, Clone)]
pub(super) struct Encoded<'a> {
    cost: [u32; 3],
    salt: &'a str,
    hash: &'a str,
}

impl<'a> Encoded<'a> {
    pub(super) fn parse(rest: &'a str) -> Option<Self> {
        let mut parts = rest.split('$');
        let (n, salt) = (number(parts.next()?)?, parts.next()?);
        let cost = [n, number(parts.next()?)?, number(parts.next()?)?];
        let hash = parts.next()?;
        let [n, r, p] = cost.map(u64::from);
        let blocks = n.checked_mul(r).and_then(|blocks| blocks.checked_mul(p))?;
        let bounded = n > 1
            && n.is_power_of_two()
            && (1..=MAX_BLOCKS).contains(&blocks)
            && 128 * n * r <= MAX_MEMORY;
        (bounded && !salt.is_empty() && parts.next().is_none()).then_some(Self { cost, salt, hash })
    }

    pub(super) fn verify(&self, password: &str) -> bool {
        let hash = hashed(password, self.salt, self.cost);
        hash.is_some_and(|hash| constant_time_eq(hash.as_bytes(), self.hash.as_bytes()))
    }

    pub(super) fn must_update(&self) -> bool {
        self.blocks() < COST.map(u64::from).iter().product()
    }

    pub(super) fn summary(&self) -> Vec<(&'static str, String)> {
        let [n, r, p] = self.cost;
        vec![
            ("work factor", n.to_string()),
            ("block size", r.to_string()),
            ("parallelism", p.to_string()),
            ("salt", masked(self.salt)),
            ("hash", masked(self.hash)),
        ]
    }

    pub(super) fn blocks(&self) -> u64 {
        self.cost.map(u64::from).iter().product()
    }
}

#[cfg(test)]
mod tests {
    use super::encode;
    use crate::auth::hashers::{Check, Encoded, Hasher};

    #[test]
    fn hashes_equal_djangos() {
        let start = "scrypt$16384$abcdefghijklmnopqrstuv$8$5$";
        let hash = |password| {
            encode(password, "abcdefghijklmnopqrstuv")
                .strip_prefix(start)
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            hash("correct horse"),
            "2CyFzwiSp10903TARkWJsyfC9Q3aeX0RvkHqKxHNeBplPnTz1lYfWZu5pEy7/A6r1KH53voY5f8NgFIZC1gWWA=="
        );
        assert_eq!(
            hash("pässwörd €"),
            "tiIUKzmHMvnGy/JaDV0tnj2Eq5IqFNMsEe0BILGRCNXtXj6zy1xXHRLC/unYnWE0EfOSTl1PVaRjNpa0yMO9sQ=="
        );
    }

    #[test]
    fn hashes_of_other_costs_are_verified_and_need_an_update() {
        let encoded = concat!(
            "scrypt$16$short$1$1$",
            "YiJpeh3rZiITMXeSmRuyZ71nqSqm6R5bpMajROckme0pVLLxK2vydgG3cos3twDzIBZCDTtb6hfNW8Oz6IZMsw=="
        );
        assert_eq!(
            Hasher::Scrypt.check("correct horse", encoded),
            Check {
                correct: true,
                must_update: true
            }
        );
        assert!(!Hasher::Scrypt.check("correct horsf", encoded).correct);
    }

    #[test]
    fn a_costlier_hash_is_not_renewed() {
        let must_update = |n: u32| {
            let encoded = format!("scrypt${n}$abcdefghijklmnopqrstuv$8$5$aGFzaA==");
            Encoded::parse(&encoded)
                .unwrap()
                .must_update(Hasher::Scrypt)
        };
        assert!(must_update(8192), "half the work is renewed");
        assert!(
            !must_update(16384) && !must_update(32768),
            "the same work and twice the work are left alone"
        );
    }

    #[test]
    fn malformed_and_boundless_costs_are_refused() {
        for cost in [
            "0$salt$8$1",
            "1$salt$8$1",
            "15$salt$8$1",
            "1048576$salt$8$1",
            "4294967295$salt$1$1",
            "16$salt$0$1",
            "16$salt$1$0",
            "16$salt$4294967295$1",
            "16$salt$1$4294967295",
            "16$salt$65536$65536",
            "16384$salt$8$40",
            "16$$1$1",
            "16$salt$1",
            "-16$salt$1$1",
            "",
        ] {
            assert!(
                Encoded::parse(&format!("scrypt${cost}$aGFzaA==")).is_none(),
                "{cost}"
            );
        }
    }
}
