//! URL-safe base64 without padding, as Django writes it.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

// Python decodes with and without padding, and ignores trailing bits.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Encodes `bytes`.
pub fn b64_encode(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// Decodes `text`; returns `None` if it is malformed.
pub fn b64_decode(text: &str) -> Option<Vec<u8>> {
    ENGINE.decode(text).ok()
}
