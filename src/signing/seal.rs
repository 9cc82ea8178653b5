//! Encryption of texts that only this site may read, with a key derived from `SECRET_KEY`.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};

use super::{KeyUsed, b64_decode, b64_encode, salted_hmac};
use crate::settings::SecretKey;

const NONCE: usize = 24;

/// Encrypts and authenticates `plain` with `secret`. `salt` names the purpose and `context` the
/// owner: the text can be decrypted only with the same two values.
pub fn seal(plain: &[u8], salt: &str, context: &str, secret: &SecretKey) -> String {
    // The nonce is long enough that random ones do not repeat.
    seal_with(rand::random(), plain, salt, context, secret)
}

/// Like [`seal`], but the same text is sealed in the same way each time: for URLs in answers that are compared. Whoever sees
/// two sealed texts learns whether they are equal.
pub(crate) fn seal_alike(plain: &[u8], salt: &str, context: &str, secret: &SecretKey) -> String {
    let lengths = format!("{}:{}:{context}", salt.len(), context.len());
    let text = [lengths.as_bytes(), plain].concat();
    let digest = salted_hmac(&format!("{salt}.nonce"), &text, secret.reveal());
    let mut nonce = [0; NONCE];
    nonce.copy_from_slice(&digest[..NONCE]);
    seal_with(nonce, plain, salt, context, secret)
}

fn seal_with(
    nonce: [u8; NONCE],
    plain: &[u8],
    salt: &str,
    context: &str,
    secret: &SecretKey,
) -> String {
    let payload = Payload {
        msg: plain,
        aad: context.as_bytes(),
    };
    // Encryption fails only for a text of hundreds of gigabytes.
    let sealed = cipher(salt, secret)
        .encrypt(&XNonce::from(nonce), payload)
        .unwrap_or_default();
    b64_encode(&[&nonce[..], &sealed].concat())
}

/// Decrypts a text that [`seal`] made for this `salt` and `context`. Returns the plain text and
/// which of `keys` sealed it; `None` if none of them did.
pub fn unseal<'a>(
    text: &str,
    salt: &str,
    context: &str,
    mut keys: impl Iterator<Item = &'a SecretKey>,
) -> Option<(Vec<u8>, KeyUsed)> {
    let bytes = b64_decode(text)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let mut used = KeyUsed::Current;
    keys.find_map(|key| {
        let payload = Payload {
            msg: sealed,
            aad: context.as_bytes(),
        };
        let plain = cipher(salt, key)
            .decrypt(&XNonce::from(*nonce), payload)
            .ok();
        let found = plain.map(|plain| (plain, used));
        used = KeyUsed::Fallback;
        found
    })
}

fn cipher(salt: &str, secret: &SecretKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&salted_hmac(salt, b"", secret.reveal()).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> [SecretKey; 2] {
        [SecretKey::new("new"), SecretKey::new("former")]
    }

    #[test]
    fn a_sealed_text_is_opened_only_with_its_key_and_purpose() {
        let text = seal(b"GEZDGNBV", "salt", "7", &keys()[0]);
        assert!(!text.contains("GEZDGNBV") && text != seal(b"GEZDGNBV", "salt", "7", &keys()[0]));
        let plain = |used| Some((b"GEZDGNBV".to_vec(), used));
        assert_eq!(
            unseal(&text, "salt", "7", keys().iter()),
            plain(KeyUsed::Current)
        );
        assert_eq!(
            unseal(&text, "salt", "7", keys().iter().rev()),
            plain(KeyUsed::Fallback)
        );
        assert_eq!(unseal(&text, "salt", "7", keys()[1..].iter()), None);
        assert_eq!(unseal(&text, "pepper", "7", keys().iter()), None);
        assert_eq!(unseal(&text, "salt", "8", keys().iter()), None);
    }

    proptest! {
        #[test]
        fn a_changed_text_is_not_opened(plain: Vec<u8>, context: String, at: prop::sample::Index, bit in 0..8_u32, text: String) {
            let sealed = seal(&plain, "salt", &context, &keys()[0]);
            prop_assert_eq!(unseal(&sealed, "salt", &context, keys().iter()), Some((plain, KeyUsed::Current)));
            let mut bytes = b64_decode(&sealed).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(unseal(&b64_encode(&bytes), "salt", &context, keys().iter()), None);
            prop_assert_eq!(unseal(&text, "salt", &context, keys().iter()), None);
        }
    }
}
