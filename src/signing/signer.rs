//! Signs payloads together with a timestamp, and verifies signatures.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{
    BASE62, BadSignature, KeyUsed, b64_decode, b64_encode, constant_time_eq, from_radix, key_used,
    salted_hmac, to_radix,
};
use crate::settings::SecretKey;

/// The largest size, in bytes, of a payload after decompression.
pub const MAX_PAYLOAD: usize = 1 << 20;

/// Signs for one purpose: a text signed with another salt is rejected.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    key_prefix: &'static str,
    salt: &'a str,
}

/// A payload whose signature is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The signed bytes, decompressed.
    pub payload: Vec<u8>,
    /// The time of the signature, in Unix time.
    pub signed_at: i64,
    /// The key that made the signature.
    pub key_used: KeyUsed,
}

impl Signed {
    /// Returns `self` if it was signed at most `max_age` seconds before `now`.
    pub fn within(self, max_age: i64, now: i64) -> Result<Self, BadSignature> {
        if now.saturating_sub(self.signed_at) > max_age {
            Err(BadSignature::Expired)
        } else {
            Ok(self)
        }
    }
}

impl<'a> Signer<'a> {
    /// Creates a signer like Django's `TimestampSigner(salt=salt)`: for sessions.
    pub const fn new(salt: &'a str) -> Self {
        Self {
            key_prefix: "",
            salt,
        }
    }

    /// Creates a signer like Django's `get_cookie_signer(salt=salt)`, which puts
    /// `django.http.cookies` before the key: for messages.
    pub const fn for_cookies(salt: &'a str) -> Self {
        Self {
            key_prefix: "django.http.cookies",
            salt,
        }
    }

    /// Signs `payload` as `base64:time:signature`; or as `.base64:…` of its zlib form, if
    /// `compress` is set and that is shorter.
    pub fn dumps(&self, payload: &[u8], key: &SecretKey, compress: bool, now: i64) -> String {
        let folded = if compress { folded(payload) } else { None };
        let value = folded.map_or_else(
            || b64_encode(payload),
            |folded| format!(".{}", b64_encode(&folded)),
        );
        let (sign, seconds) = (
            if now < 0 { "-" } else { "" },
            to_radix(now.unsigned_abs(), BASE62),
        );
        self.sign(&format!("{value}:{sign}{seconds}"), key)
    }

    /// Returns the payload of a text made by [`dumps`](Self::dumps), if one of `keys` (`SECRET_KEY`
    /// first) signed it.
    pub fn loads<'k>(
        &self,
        text: &str,
        keys: impl Iterator<Item = &'k SecretKey>,
    ) -> Result<Signed, BadSignature> {
        let (value, key_used) = self.unsign(text, keys)?;
        let (value, seconds) = value.rsplit_once(':').ok_or(BadSignature::Malformed)?;
        let signed_at = timestamp(seconds).ok_or(BadSignature::Malformed)?;
        let payload = match value.strip_prefix('.') {
            Some(folded) => b64_decode(folded).and_then(|bytes| unfolded(&bytes)),
            None => b64_decode(value),
        };
        Ok(Signed {
            payload: payload.ok_or(BadSignature::Malformed)?,
            signed_at,
            key_used,
        })
    }

    /// Signs `value` without a timestamp: `value:signature` (Django's `Signer.sign`).
    pub fn sign(&self, value: &str, key: &SecretKey) -> String {
        format!("{value}:{}", self.signature(value, key))
    }

    /// Returns the value of a text made by [`sign`](Self::sign), and the key that signed it.
    pub fn unsign<'t, 'k>(
        &self,
        text: &'t str,
        keys: impl Iterator<Item = &'k SecretKey>,
    ) -> Result<(&'t str, KeyUsed), BadSignature> {
        let (value, signature) = text.rsplit_once(':').ok_or(BadSignature::Mismatch)?;
        let signed_by = |key: &SecretKey| {
            constant_time_eq(signature.as_bytes(), self.signature(value, key).as_bytes())
        };
        key_used(keys, signed_by)
            .map(|used| (value, used))
            .ok_or(BadSignature::Mismatch)
    }

    fn signature(&self, value: &str, key: &SecretKey) -> String {
        let secret = format!("{}{}", self.key_prefix, key.reveal());
        b64_encode(&salted_hmac(
            &format!("{}signer", self.salt),
            value.as_bytes(),
            &secret,
        ))
    }
}

fn timestamp(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(before) => {
            from_radix(before, BASE62).and_then(|seconds| 0_i64.checked_sub_unsigned(seconds))
        }
        None => from_radix(text, BASE62).and_then(|seconds| i64::try_from(seconds).ok()),
    }
}

/// Compresses `payload` with zlib; returns `None` if that saves at most one byte (Django's rule).
fn folded(payload: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(payload).ok()?;
    encoder
        .finish()
        .ok()
        .filter(|folded| folded.len() + 1 < payload.len())
}

fn unfolded(bytes: &[u8]) -> Option<Vec<u8>> {
    // Decompresses all at once: every page reads a session, and a streaming decoder would allocate
    // a window of 32 KiB for a few hundred bytes.
    decompress_to_vec_zlib_with_limit(bytes, MAX_PAYLOAD).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::signing::{dumps, loads};

    const NOW: i64 = 1_700_000_000;
    const SESSIONS: &str = "django.contrib.sessions.SessionStore";

    fn key() -> SecretKey {
        SecretKey::new("x".repeat(50))
    }

    #[test]
    fn texts_equal_djangos() {
        for (payload, text) in [
            (
                "{\"a\":1}",
                "eyJhIjoxfQ:1r31eq:8XMfOPFLcqtG9jb5E7ySMDLgAXiobw-O1wWLnJDzZl0",
            ),
            (
                "{}",
                "e30:1r31eq:FWb_LBvQbyjLa-zCvUElAtEU8vV4bT2AuW1WfZ5Kpu0",
            ),
        ] {
            assert_eq!(dumps(payload.as_bytes(), SESSIONS, &key(), true, NOW), text);
            let signed = loads(text, SESSIONS, [key()].iter()).unwrap();
            assert_eq!(
                signed,
                Signed {
                    payload: payload.into(),
                    signed_at: NOW,
                    key_used: KeyUsed::Current
                },
                "{payload}"
            );
        }
        let cookies = Signer::for_cookies("django.contrib.messages");
        let text = "WyJoaSJd:1r31eq:T26PutKPtrpavEYtKMsheNKriSL1QJHuY0NyXEPsXiM";
        assert_eq!(cookies.dumps(b"[\"hi\"]", &key(), false, NOW), text);
        assert_eq!(
            Signer::new("s").sign("héllo", &key()),
            "héllo:ePP4Ee9R6kajTDgkB397OiJuAt6phHyDEV7HNN8GbqU"
        );
    }

    #[test]
    fn texts_that_zlib_compressed_are_read() {
        let text =
            ".eJyLVkocJkBJRymm1MAg1VIpFgB7ok8E:1r31eq:JKjf4ZVeyC5gEDGC6p1uoZg7-9OhTjGFq54f-ojyCK8";
        let payload = format!("[\"{}\",\"\\u00e9\"]", "a".repeat(200)).into_bytes();
        assert_eq!(loads(text, "s", [key()].iter()).unwrap().payload, payload);
        let ours = dumps(&payload, "s", &key(), true, NOW);
        assert!(ours.starts_with('.') && ours.len() < 100, "{ours}");
        assert_eq!(loads(&ours, "s", [key()].iter()).unwrap().payload, payload);
    }

    #[test]
    fn a_former_key_is_accepted_and_reported() {
        let text = "eyJhIjoxfQ:1r31eq:8DhcCsrZwsnAR7WWJhHqYEi-IwPc-yku6FbUeIuHSCI";
        let keys = [key(), SecretKey::new("old".repeat(20))];
        assert_eq!(
            loads(text, SESSIONS, keys.iter()).unwrap().key_used,
            KeyUsed::Fallback
        );
        assert_eq!(
            loads(text, SESSIONS, keys[..1].iter()),
            Err(BadSignature::Mismatch)
        );
    }

    #[test]
    fn age_and_purpose_are_checked() {
        let text = dumps(b"x", "a", &key(), false, NOW);
        let read = |salt| loads(&text, salt, [key()].iter());
        assert!(read("a").unwrap().within(60, NOW + 60).is_ok());
        assert_eq!(
            read("a").unwrap().within(60, NOW + 61),
            Err(BadSignature::Expired)
        );
        assert_eq!(read("b"), Err(BadSignature::Mismatch));
        assert_eq!(
            Signer::for_cookies("a").loads(&text, [key()].iter()),
            Err(BadSignature::Mismatch)
        );
    }

    #[test]
    fn a_decompression_bomb_is_refused() {
        let fits = dumps(&vec![b'a'; MAX_PAYLOAD], "s", &key(), true, NOW);
        assert_eq!(
            loads(&fits, "s", [key()].iter()).unwrap().payload.len(),
            MAX_PAYLOAD
        );
        let bomb = dumps(&vec![b'a'; MAX_PAYLOAD + 1], "s", &key(), true, NOW);
        assert_eq!(
            loads(&bomb, "s", [key()].iter()),
            Err(BadSignature::Malformed)
        );
    }

    #[test]
    fn signed_malformed_text_is_an_error() {
        for value in [
            "",
            "x",
            ":",
            ":1",
            "e30:",
            "e30:é",
            ".e30:1",
            ".:1",
            "!!:1",
            "e30:zzzzzzzzzzzz",
            "e30:--1",
        ] {
            let text = Signer::new("s").sign(value, &key());
            let read = loads(&text, "s", [key()].iter());
            assert!(
                read == Err(BadSignature::Malformed) || value == ":1",
                "{value}: {read:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn payloads_are_read_back_as_they_were_written(payload: Vec<u8>, salt: String, compress: bool, now: i64) {
            let text = dumps(&payload, &salt, &key(), compress, now);
            let signed = loads(&text, &salt, [key()].iter());
            prop_assert_eq!(signed, Ok(Signed { payload, signed_at: now, key_used: KeyUsed::Current }));
        }

        #[test]
        fn unsigned_texts_are_refused(text in "\\PC*", at: prop::sample::Index, to: char) {
            prop_assert_eq!(loads(&text, "s", [key()].iter()), Err(BadSignature::Mismatch));
            let good = dumps(b"payload", "s", &key(), false, NOW);
            let mut bad: Vec<char> = good.chars().collect();
            let at = at.index(bad.len());
            bad[at] = to;
            let bad: String = bad.into_iter().collect();
            prop_assert!(bad == good || loads(&bad, "s", [key()].iter()) == Err(BadSignature::Mismatch));
        }

        #[test]
        fn signed_malformed_values_cause_no_panic(value in "[.]?[A-Za-z0-9_=:-]*") {
            let _ = loads(&Signer::new("s").sign(&value, &key()), "s", [key()].iter());
        }
    }
}
