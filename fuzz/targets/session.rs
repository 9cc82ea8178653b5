//! The column `session_data`: unsigned input, and input with a valid signature.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nuages::sessions::codec::{decode, encode};
use nuages::sessions::expiry::Expiry;
use nuages::settings::SecretKey;
use nuages::signing::Signer;

fuzz_target!(|bytes: &[u8]| {
    let keys = [SecretKey::new("fuzz")];
    let signer = Signer::new("django.contrib.sessions.SessionStore");
    let text = String::from_utf8_lossy(bytes);
    assert!(decode(&text, keys.iter()).is_err(), "nobody signed this");
    let _ = decode(&signer.sign(&text, &keys[0]), keys.iter());
    if let Ok((data, _)) = decode(&signer.dumps(bytes, &keys[0], true, 0), keys.iter()) {
        let now = chrono::DateTime::UNIX_EPOCH;
        let _ = (Expiry::from_data(&data).date(now, 60), Expiry::from_data(&data).age(now, 60));
        let (again, _) = decode(&encode(&data, &keys[0], 0), keys.iter()).expect("our own text decodes");
        assert_eq!(again, data);
    }
});
