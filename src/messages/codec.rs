//! Encodes messages as a signed cookie, and as a session entry for those that do not fit.

use serde_json::{Value, json};

use super::{Level, Message};
use crate::python::{json_compact, json_spaced};
use crate::settings::SecretKey;
use crate::signing::Signer;

/// The cookie's name.
pub const COOKIE_NAME: &str = "messages";
/// Django's limit of the cookie's length in characters; messages beyond go to the session.
pub const MAX_COOKIE_SIZE: usize = 2048;
/// The session key for messages that do not fit into the cookie.
pub const SESSION_KEY: &str = "_messages";

const SIGNER: Signer<'_> = Signer::for_cookies("django.contrib.messages");
/// The first element of the JSON array of a message.
const MARK: &str = "__json_message";
/// The last element of a list whose remaining messages are in the session.
const NOT_FINISHED: &str = "__messagesnotfinished__";

/// The content of a messages cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Whether the session holds more messages.
    pub more: bool,
}

/// Encodes all of `messages`, however long the cookie becomes.
pub fn encode_cookie(messages: &[Message], key: &SecretKey, now: i64) -> String {
    signed(messages, false, key, now)
}

/// Encodes as many of `messages` (oldest first) as fit into `limit` characters, and returns their
/// number with the cookie. The others belong into the session: [`encode_session`].
pub fn encode_cookie_within(
    messages: &[Message],
    limit: usize,
    key: &SecretKey,
    now: i64,
) -> (String, usize) {
    let all = encode_cookie(messages, key, now);
    if all.len() <= limit {
        return (all, messages.len());
    }
    // Django's bisection: find the largest number of messages with which the cookie is not too
    // long.
    let (mut low, mut high) = (0, messages.len());
    while low < high {
        let middle = low.midpoint(high);
        if signed(&messages[..=middle], true, key, now).len() > limit {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    (signed(&messages[..low], true, key, now), low)
}

/// Returns the messages of a cookie; `None` if the signature is invalid or the content malformed.
pub fn decode_cookie<'a>(text: &str, keys: impl Iterator<Item = &'a SecretKey>) -> Option<Stored> {
    let payload = SIGNER.loads(text, keys).ok()?.payload;
    let mut items: Vec<Value> = serde_json::from_slice(&payload).ok()?;
    let more = items.last().is_some_and(|last| last == NOT_FINISHED);
    if more {
        items.pop();
    }
    Some(Stored {
        messages: items.iter().map(message).collect::<Option<_>>()?,
        more,
    })
}

/// Encodes messages for the session: JSON within a string.
pub fn encode_session(messages: &[Message]) -> Value {
    let items: Vec<Value> = messages.iter().map(item).collect();
    Value::String(String::from_utf8(json_spaced(&items)).unwrap_or_default())
}

/// Returns the messages of a session entry; `None` if it is malformed.
pub fn decode_session(entry: &Value) -> Option<Vec<Message>> {
    let items: Vec<Value> = serde_json::from_str(entry.as_str()?).ok()?;
    items.iter().map(message).collect()
}

fn signed(messages: &[Message], more: bool, key: &SecretKey, now: i64) -> String {
    let items: Vec<Value> = messages
        .iter()
        .map(item)
        .chain(more.then(|| NOT_FINISHED.into()))
        .collect();
    SIGNER.dumps(&json_compact(&items), key, true, now)
}

fn item(message: &Message) -> Value {
    let Message {
        level,
        text,
        extra_tags,
        safe,
    } = message;
    match extra_tags {
        Some(tags) => json!([MARK, u8::from(*safe), level.0, text, tags]),
        None => json!([MARK, u8::from(*safe), level.0, text]),
    }
}

fn message(item: &Value) -> Option<Message> {
    let (safe, level, text, extra_tags) = match item.as_array()?.as_slice() {
        [mark, safe, level, text] if mark == MARK => (safe, level, text, None),
        [mark, safe, level, text, Value::Null] if mark == MARK => (safe, level, text, None),
        [mark, safe, level, text, tags] if mark == MARK => {
            (safe, level, text, Some(tags.as_str()?.to_owned()))
        }
        _ => return None,
    };
    let safe = safe.as_bool().or(safe.as_i64().map(|number| number != 0))?;
    Some(Message {
        level: Level(level.as_i64()?),
        text: text.as_str()?.to_owned(),
        extra_tags,
        safe,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn keys() -> [SecretKey; 1] {
        [SecretKey::new("x".repeat(50))]
    }

    fn two() -> [Message; 2] {
        let tagged = Message {
            extra_tags: Some("tag".to_owned()),
            ..Message::new(Level::WARNING, "x")
        };
        [Message::new(Level::SUCCESS, "Saved <b>ok</b>"), tagged]
    }

    #[test]
    fn cookies_of_django_are_read() {
        let text = concat!(
            ".eJyLjlaKj88qzs-Lz00tLk5MT1XSMdAxMtVRCk4sS01RsEmyy8-20U-yU4rVwabS2EBHqUJJR6kkMV0pNhYAylcYBw",
            ":1r31eq:raVgPHAmhr0wxYscY9L7lqseQKr6OWQ1olBp1CN6eTo"
        );
        assert_eq!(
            decode_cookie(text, keys().iter()),
            Some(Stored {
                messages: two().into(),
                more: false
            })
        );
        let ours = encode_cookie(&two(), &keys()[0], NOW);
        assert_eq!(
            decode_cookie(&ours, keys().iter()),
            Some(Stored {
                messages: two().into(),
                more: false
            })
        );
        assert_eq!(decode_cookie(&ours, [SecretKey::new("other")].iter()), None);
    }

    #[test]
    fn the_session_entry_equals_djangos() {
        let safe = Message {
            safe: true,
            ..Message::new(Level::INFO, "<i>")
        };
        let accented = Message {
            text: "é".to_owned(),
            ..two()[1].clone()
        };
        let messages = [two()[0].clone(), accented, safe];
        let expected = concat!(
            r#"[["__json_message", 0, 25, "Saved <b>ok</b>"], ["__json_message", 0, 30, "\u00e9", "tag"], "#,
            r#"["__json_message", 1, 20, "<i>"]]"#
        );
        assert_eq!(encode_session(&messages), expected);
        assert_eq!(
            decode_session(&encode_session(&messages)).unwrap(),
            messages
        );
    }

    #[test]
    fn messages_that_do_not_fit_are_returned() {
        let text = |i: i32| format!("message number {i} {}", crate::signing::random_string(64));
        let messages: Vec<Message> = (0..60)
            .map(|i| Message::new(Level::INFO, text(i)))
            .collect();
        let (cookie, fit) = encode_cookie_within(&messages, MAX_COOKIE_SIZE, &keys()[0], NOW);
        assert!(
            cookie.len() <= MAX_COOKIE_SIZE && (15..45).contains(&fit),
            "{fit} in {}",
            cookie.len()
        );
        let stored = decode_cookie(&cookie, keys().iter()).unwrap();
        assert!(stored.more && stored.messages == messages[..fit]);
        let (short, all) = encode_cookie_within(&two(), MAX_COOKIE_SIZE, &keys()[0], NOW);
        assert!(all == 2 && !decode_cookie(&short, keys().iter()).unwrap().more);
        let (none, fit) = encode_cookie_within(&messages[..1], 110, &keys()[0], NOW);
        assert_eq!(
            (decode_cookie(&none, keys().iter()), fit),
            (
                Some(Stored {
                    messages: vec![],
                    more: true
                }),
                0
            )
        );
    }

    #[test]
    fn signed_malformed_text_holds_no_messages() {
        for nonsense in [
            "",
            "{}",
            "7",
            "[7]",
            "[[]]",
            r#"["x"]"#,
            r#"[["__json_message"]]"#,
            r#"[["__json_message",0,25,7]]"#,
            r#"[["__json_message",0,"25","x"]]"#,
            r#"[["__json_message",0,25,"x",7]]"#,
            r#"[["other",0,25,"x"]]"#,
            r#"[["__json_message",0,25,"x","tag","more"]]"#,
            r#"[["__json_message",0,1e99,"x"]]"#,
            "[[[[[[",
        ] {
            let cookie = SIGNER.dumps(nonsense.as_bytes(), &keys()[0], true, NOW);
            assert_eq!(decode_cookie(&cookie, keys().iter()), None, "{nonsense}");
            assert_eq!(decode_session(&nonsense.into()), None, "{nonsense}");
        }
        assert_eq!(decode_session(&Value::Null), None);
    }

    proptest! {
        #[test]
        fn messages_are_read_back_as_they_were_written(level: i64, text: String, tags: Option<String>, safe: bool, cookie in "\\PC*") {
            let messages = vec![Message { level: Level(level), text, extra_tags: tags, safe }];
            let stored = decode_cookie(&encode_cookie(&messages, &keys()[0], NOW), keys().iter());
            prop_assert_eq!(decode_session(&encode_session(&messages)).unwrap(), messages.clone());
            prop_assert_eq!(stored, Some(Stored { messages, more: false }));
            prop_assert_eq!(decode_cookie(&cookie, keys().iter()), None);
        }

        #[test]
        fn signed_malformed_bytes_cause_no_panic(payload: Vec<u8>) {
            let _ = decode_cookie(&SIGNER.dumps(&payload, &keys()[0], true, NOW), keys().iter());
        }
    }
}
