//! Signs values as JSON.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock;
use crate::settings::Settings;

/// Signs `value` for the purpose `salt` with `SECRET_KEY`, with the time (Django's `signing.dumps`). Everybody can read the
/// text, but only this site can make it.
///
/// ```
/// use std::time::Duration;
/// use nuages::settings::Settings;
/// use nuages::signing;
///
/// fn link(settings: &Settings, ticket: i64) -> String {
///     format!("/tickets/{}/", signing::dump(settings, "ticket", &ticket))
/// }
///
/// fn ticket(settings: &Settings, text: &str) -> Option<i64> {
///     signing::load(settings, "ticket", text, Some(Duration::from_secs(3600)))
/// }
/// ```
pub fn dump(settings: &Settings, salt: &str, value: &impl Serialize) -> String {
    dump_at(settings, salt, value, clock::now())
}

/// Like [`dump`], but with another time: the same value at the same time has the same text.
pub fn dump_at(
    settings: &Settings,
    salt: &str,
    value: &impl Serialize,
    time: DateTime<Utc>,
) -> String {
    let payload = serde_json::to_vec(value).unwrap_or_default();
    super::dumps(&payload, salt, &settings.secret_key, true, time.timestamp())
}

/// Returns the value of a text that [`dump`] has made for `salt`, at most `max_age` ago; `None` for every other text. Texts
/// that were signed with one of `SECRET_KEY_FALLBACKS` are accepted.
pub fn load<T: DeserializeOwned>(
    settings: &Settings,
    salt: &str,
    text: &str,
    max_age: Option<Duration>,
) -> Option<T> {
    let signed = super::loads(text, salt, settings.secret_keys()).ok()?;
    let max_age = max_age.map_or(i64::MAX, |age| {
        i64::try_from(age.as_secs()).unwrap_or(i64::MAX)
    });
    let signed = signed.within(max_age, clock::now().timestamp()).ok()?;
    serde_json::from_slice(&signed.payload).ok()
}
