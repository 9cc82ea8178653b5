//! The cookie `messages` (unsigned input, and input with a valid signature), and the session entry.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nuages::messages::{decode_cookie, decode_session, encode_cookie, encode_session};
use nuages::settings::SecretKey;
use nuages::signing::Signer;

fuzz_target!(|bytes: &[u8]| {
    let keys = [SecretKey::new("fuzz")];
    let signer = Signer::for_cookies("django.contrib.messages");
    let text = String::from_utf8_lossy(bytes);
    assert!(decode_cookie(&text, keys.iter()).is_none(), "nobody signed this");
    let _ = decode_cookie(&signer.sign(&text, &keys[0]), keys.iter());
    if let Some(stored) = decode_cookie(&signer.dumps(bytes, &keys[0], true, 0), keys.iter()) {
        let again = decode_cookie(&encode_cookie(&stored.messages, &keys[0], 0), keys.iter());
        assert_eq!(again.map(|again| again.messages), Some(stored.messages));
    }
    if let Some(messages) = decode_session(&text.as_ref().into()) {
        assert_eq!(decode_session(&encode_session(&messages)), Some(messages));
    }
});
