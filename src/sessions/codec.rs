//! Encodes and decodes the column `session_data`, which is signed JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::python::json_compact;
use crate::settings::SecretKey;
use crate::signing::{self, BadSignature, KeyUsed};

/// The data of a session.
pub type Data = Map<String, Value>;

/// Values of any type in the data of a session, as JSON.
///
/// ```
/// use nuages::sessions::{Data, TypedData as _};
///
/// let mut data = Data::new();
/// data.set("last_seen", &[7, 3]);
/// assert_eq!(data.get_as("last_seen"), Some([7, 3]));
/// assert_eq!(data.get_as::<String>("last_seen"), None);
/// ```
pub trait TypedData {
    /// Returns the value of `name`; `None` if there is no such value, or one of another type.
    fn get_as<T: DeserializeOwned>(&self, name: &str) -> Option<T>;

    /// Sets the value of `name`.
    fn set(&mut self, name: &str, value: &impl Serialize);
}

impl TypedData for Data {
    fn get_as<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.get(name)?.clone()).ok()
    }

    fn set(&mut self, name: &str, value: &impl Serialize) {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.insert(name.to_owned(), value);
    }
}

const SALT: &str = "django.contrib.sessions.SessionStore";

/// Encodes `data` for the column, signed at `now` (Unix time).
pub fn encode(data: &Data, key: &SecretKey, now: i64) -> String {
    signing::dumps(&json_compact(data), SALT, key, true, now)
}

/// Returns the data of a column and which of `keys` signed it. Data signed by a former key should
/// be saved again.
///
/// Integers of more than 64 bits become floats, and a text with half a surrogate pair is not
/// decoded. Python's JSON accepts both, but sessions do not contain them.
pub fn decode<'a>(
    text: &str,
    keys: impl Iterator<Item = &'a SecretKey>,
) -> Result<(Data, KeyUsed), BadSignature> {
    let signed = signing::loads(text, SALT, keys)?;
    let data = serde_json::from_slice(&signed.payload).map_err(|_| BadSignature::Malformed)?;
    Ok((data, signed.key_used))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_700_000_000;
    const LOGGED_IN: &str = concat!(
        ".eJxVjEEOwiAQRe_C2hBK6Qy4dN8zkBkYpWpoUtqV8e7apAvd_vfef6lI21ri1mSJU1Znher0uzGlh9Qd5DvV26zTXNdlYr0r-qBNj3OW",
        "5-Vw_w4KtfKt_VUsig2Oku-YIAGDdZxRgk3WdIDGAPPgAVA89Q57RnHB-ODAuEG9P-EDNvg:1r31eq:",
        "dj0JEW8KZ1TVY5hUUTa0VJrWlSOxLJXsJfFVkJEEb9E"
    );

    fn keys() -> [SecretKey; 2] {
        [
            SecretKey::new("x".repeat(50)),
            SecretKey::new("old".repeat(20)),
        ]
    }

    fn logged_in() -> Data {
        let data = json!({
            "_auth_user_id": "7",
            "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
            "_auth_user_hash": "8fe27e294ac81ba6c6b624bd7e92c20167006bb58667e8a3473b7e4908946045",
        });
        data.as_object().unwrap().clone()
    }

    #[test]
    fn sessions_of_django_are_read() {
        assert_eq!(
            decode(LOGGED_IN, keys().iter()),
            Ok((logged_in(), KeyUsed::Current))
        );
        let ours = encode(&logged_in(), &keys()[0], NOW);
        assert!(ours.starts_with('.'));
        assert_eq!(
            decode(&ours, keys().iter()),
            Ok((logged_in(), KeyUsed::Current))
        );
    }

    #[test]
    fn uncompressed_sessions_equal_djangos_byte_for_byte() {
        let data = json!({"a": 1});
        let text = "eyJhIjoxfQ:1r31eq:8XMfOPFLcqtG9jb5E7ySMDLgAXiobw-O1wWLnJDzZl0";
        assert_eq!(encode(data.as_object().unwrap(), &keys()[0], NOW), text);
        assert_eq!(
            encode(&Data::new(), &keys()[0], NOW),
            "e30:1r31eq:FWb_LBvQbyjLa-zCvUElAtEU8vV4bT2AuW1WfZ5Kpu0"
        );
    }

    #[test]
    fn use_of_a_former_key_is_reported() {
        let text = "eyJhIjoxfQ:1r31eq:8DhcCsrZwsnAR7WWJhHqYEi-IwPc-yku6FbUeIuHSCI";
        assert_eq!(decode(text, keys().iter()).unwrap().1, KeyUsed::Fallback);
    }

    #[test]
    fn malformed_sessions_are_errors() {
        for nonsense in ["", "[]", "7", "{", "{\"a\":NaN}", &"[".repeat(10_000)] {
            let text = signing::dumps(nonsense.as_bytes(), SALT, &keys()[0], true, NOW);
            assert_eq!(
                decode(&text, keys().iter()),
                Err(BadSignature::Malformed),
                "{nonsense}"
            );
        }
        assert_eq!(
            decode("e30:1r31eq:x", keys().iter()),
            Err(BadSignature::Mismatch)
        );
    }

    proptest! {
        #[test]
        fn sessions_are_read_back_as_they_were_written(data in prop::collection::hash_map(".*", ".*", 0..20), number: f64, text in "\\PC*") {
            let mut data: Data = data.into_iter().map(|(name, value)| (name, value.into())).collect();
            data.insert("number".to_owned(), number.into());
            let decoded = decode(&encode(&data, &keys()[0], NOW), keys().iter());
            prop_assert_eq!(decoded, Ok((data, KeyUsed::Current)));
            prop_assert!(decode(&text, keys().iter()).is_err());
        }

        #[test]
        fn signed_malformed_bytes_cause_no_panic(payload: Vec<u8>) {
            let _ = decode(&signing::dumps(&payload, SALT, &keys()[0], true, NOW), keys().iter());
        }
    }
}
