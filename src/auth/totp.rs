//! The second factor: six-digit codes of an authenticator app, each valid for half a minute (RFC
//! 6238).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, QrCode};
use totp_rs::{Builder, Totp};

/// Width, in modules, of the white border that QR readers need.
const QUIET: usize = 4;

/// A QR code as the attributes of an `<svg>`, for a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Width and height, including the border: for `viewBox`.
    pub size: usize,
    /// The dark squares: the `d` of a `<path>`.
    pub path: String,
}

/// Returns the number of the time step at `now` (Unix time).
pub fn step(now: i64) -> i64 {
    now.div_euclid(30)
}

/// The shared secret: 160 bits, as RFC 4226 recommends.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(totp_rs::Secret);

impl Secret {
    /// Creates a random secret.
    pub fn generate() -> Self {
        Self(totp_rs::Secret::new_stack(rand::random()))
    }

    /// Parses a secret written by [`to_base32`](Self::to_base32); returns `None` if it is malformed
    /// or shorter than 128 bits.
    pub fn from_base32(text: &str) -> Option<Self> {
        let secret = totp_rs::Secret::try_from_base32(text).ok()?;
        (16..=64)
            .contains(&secret.as_bytes().len())
            .then_some(Self(secret))
    }

    /// Returns the secret as text, for storage and for typing if there is no camera.
    pub fn to_base32(&self) -> String {
        self.0.to_base32()
    }

    /// Returns the time step of `code` if it is the step at `now` (Unix time) or a neighbouring
    /// one, and later than `last_step`. Store the step as the next `last_step`, so that nobody can
    /// use the code again.
    pub fn verify(&self, code: &str, now: i64, last_step: Option<i64>) -> Option<i64> {
        // Apps show codes as "123 456".
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = self.totp()?.check(&code, u64::try_from(now).ok()?)?;
        i64::try_from(step)
            .ok()
            .filter(|step| last_step.is_none_or(|last| *step > last))
    }

    /// Returns the code at `now`, as an app shows it.
    pub fn code(&self, now: i64) -> Option<String> {
        Some(self.totp()?.generate(u64::try_from(now).ok()?).to_string())
    }

    /// Returns the URI for authenticator apps:
    /// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>.
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        // A colon separates the issuer from the account.
        let quoted =
            |text: &str| utf8_percent_encode(&text.replace(':', " "), NON_ALPHANUMERIC).to_string();
        let (issuer, account, secret) = (quoted(issuer), quoted(account), self.to_base32());
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// Returns [`uri`](Self::uri) as a QR code; `None` if the names are too long.
    pub fn qr(&self, issuer: &str, account: &str) -> Option<Qr> {
        let code = QrCode::new(self.uri(issuer, account)).ok()?;
        let width = code.width();
        let modules = code.to_colors();
        let mut squares = Vec::new();
        for (y, row) in modules.chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                let length = run.len();
                if run.first() == Some(&Color::Dark) {
                    squares.push(format!(
                        "M{} {}h{length}v1h-{length}z",
                        x + QUIET,
                        y + QUIET
                    ));
                }
                x += length;
            }
        }
        Some(Qr {
            size: width + 2 * QUIET,
            path: squares.concat(),
        })
    }

    /// RFC 6238 with the parameters that every app supports: SHA-1, six digits, 30 seconds, and one
    /// step of tolerance on both sides.
    fn totp(&self) -> Option<Totp> {
        Builder::new().with_secret(self.0.clone()).build().ok()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("********")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret() -> Secret {
        // RFC 6238, appendix B: "12345678901234567890".
        Secret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap()
    }

    #[test]
    fn codes_equal_those_of_the_rfc() {
        for (now, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().code(now).unwrap(), code);
            assert_eq!(secret().verify(code, now, None), Some(now / 30));
        }
    }

    #[test]
    fn a_code_is_valid_one_step_before_and_after_its_own_and_once() {
        let (now, step) = (1_234_567_890, 1_234_567_890 / 30);
        let verify = |now, last| secret().verify("005 924", now, last);
        assert_eq!(verify(now + 30, None), Some(step));
        assert_eq!(verify(now - 30, Some(step - 1)), Some(step));
        assert_eq!(verify(now + 60, None), None);
        assert_eq!(verify(now - 60, None), None);
        assert_eq!(verify(now, Some(step)), None);
        assert_eq!(verify(now, Some(step + 1)), None);
        for wrong in [
            "",
            "005925",
            "05924",
            "0059241",
            "+05924",
            "००५९२४",
            "abcdef",
        ] {
            assert_eq!(secret().verify(wrong, now, None), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_random_and_masked() {
        let fresh = Secret::generate();
        assert_eq!(fresh.to_base32().len(), 32);
        assert_eq!(Secret::from_base32(&fresh.to_base32()), Some(fresh.clone()));
        assert_ne!(fresh, Secret::generate());
        assert_eq!(format!("{fresh:?}"), "********");
        for wrong in ["", "GEZDGNBV", "1", "é", &"A".repeat(200)] {
            assert_eq!(Secret::from_base32(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn apps_get_a_uri_and_an_image() {
        assert_eq!(
            secret().uri("My: shop", "ann@example.com"),
            "otpauth://totp/My%20%20shop:ann%40example%2Ecom?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=My%20%20shop&algorithm=SHA1&digits=6&period=30"
        );
        let qr = secret().qr("Shop", "ann").unwrap();
        // The corner of the first finder pattern is dark, the border around it is not.
        assert!(
            qr.path.starts_with("M4 4h7v1h-7z") && (qr.size - 8) % 4 == 1,
            "{qr:?}"
        );
        assert_eq!(secret().qr("Shop", &"a".repeat(5000)), None);
    }

    proptest! {
        #[test]
        fn any_code_is_checked_without_a_panic(code: String, now: i64, last: Option<i64>, text: String) {
            let _ = (secret().verify(&code, now, last), Secret::from_base32(&text));
        }
    }
}
