//! Signatures of webhooks, in the form that Stripe and others use.

use std::time::Duration;

use super::is_hmac_sha256;
use crate::clock;

/// Whether `header` signs `body` with `secret`, at most `max_age` ago: `t=<Unix seconds>,v1=<hexadecimal HMAC-SHA256 of
/// "<t>.<body>">`. One of several signatures (`v1=…,v1=…`) is enough, so that a sender can change its secret. An empty
/// secret signs nothing.
///
/// ```
/// use std::time::Duration;
/// use nuages::signing::is_signed_webhook;
///
/// let (body, age) = (b"{}", Duration::from_mins(5));
/// assert!(!is_signed_webhook("t=1,v1=00", body, "secret", age));
/// ```
pub fn is_signed_webhook(header: &str, body: &[u8], secret: &str, max_age: Duration) -> bool {
    let parts = || header.split(',').map(str::trim);
    let Some(time) = parts().find_map(|part| part.strip_prefix("t=")) else {
        return false;
    };
    let Some(seconds) = time.parse::<i64>().ok().filter(|_| !secret.is_empty()) else {
        return false;
    };
    let age = clock::now().timestamp().abs_diff(seconds);
    let message = [time.as_bytes(), b".", body].concat();
    let mut signatures = parts().filter_map(|part| part.strip_prefix("v1="));
    age <= max_age.as_secs() && signatures.any(|it| is_hmac_sha256(&message, secret, it))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: Duration = Duration::from_mins(5);

    /// Returns the header of a body that was signed some seconds ago.
    fn header(body: &[u8], secret: &str, age: i64) -> String {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let time = (clock::now().timestamp() - age).to_string();
        let mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        let mac = mac.chain_update([time.as_bytes(), b".", body].concat());
        let signature = crate::signing::hex(&mac.finalize().into_bytes());
        format!("t={time},v1={signature}")
    }

    #[test]
    fn a_webhook_is_accepted_with_a_fresh_signature_of_its_body_only() {
        let fresh = header(b"{}", "secret", 0);
        for (header, body, secret, expected) in [
            (fresh.clone(), "{}", "secret", true),
            (fresh.replace(',', ", v1=00, "), "{}", "secret", true),
            (fresh.clone(), "{ }", "secret", false),
            (fresh.clone(), "{}", "other", false),
            (header(b"{}", "secret", 290), "{}", "secret", true),
            (header(b"{}", "secret", 310), "{}", "secret", false),
            (header(b"{}", "secret", -310), "{}", "secret", false),
            (header(b"{}", "", 0), "{}", "", false),
            (fresh.replace("t=", "t=0"), "{}", "secret", false),
            (String::new(), "{}", "secret", false),
        ] {
            let accepted = is_signed_webhook(&header, body.as_bytes(), secret, AGE);
            assert_eq!(accepted, expected, "{header} for {body} with {secret:?}");
        }
    }
}
