//! The currency in which the shop sells.

use nuages::db::Decimal;
use nuages::settings::{Setting, Settings};

/// The setting `CURRENCY`.
pub(crate) static CURRENCY: Setting<String> =
    Setting::new("CURRENCY", "a code of ISO 4217").default(|| "EUR".to_owned());

/// Returns what is written before an amount.
pub(crate) fn sign(settings: &Settings) -> String {
    match CURRENCY.get(settings).as_str() {
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" => "¥".to_owned(),
        "USD" => "$".to_owned(),
        other => format!("{other}\u{a0}"),
    }
}

/// Returns an amount as pages and mails show it, with two places. A cell that cannot be read is said to be unknown.
pub(crate) fn amount(sign: &str, amount: Option<Decimal>) -> String {
    amount.map_or_else(
        || "unknown".to_owned(),
        |amount| format!("{sign}{}", amount.round(2)),
    )
}
