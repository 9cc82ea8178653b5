//! Ways of payment.

use form_urlencoded::Serializer;

use super::models::OrderPage;
use crate::shop::currency::CURRENCY;
use nuages::prelude::*;
use nuages::settings::{DeclaredSetting, Setting};

/// The settings of the app.
pub(crate) static SETTINGS: [&dyn DeclaredSetting; 3] =
    [&CURRENCY, &PAYMENT_PROVIDER_URL, &PAYMENT_WEBHOOK_SECRET];

static PAYMENT_PROVIDER_URL: Setting<String> =
    Setting::new("PAYMENT_PROVIDER_URL", "the URL of the page to pay on").default(String::new);
pub(super) static PAYMENT_WEBHOOK_SECRET: Setting<String> = Setting::new(
    "PAYMENT_WEBHOOK_SECRET",
    "the secret that payments are signed with",
)
.default(String::new)
.secret();

/// A way of payment.
pub(crate) trait PaymentProvider {
    /// The name in forms and in the address of the webhook, and the label of the choice.
    fn names(&self) -> (&'static str, &'static str);
    /// Returns the URL where the order is paid; `None` if nothing happens now. `back` is the URL of the order's page.
    fn url(&self, page: &OrderPage, settings: &Settings, back: &str) -> Option<String>;
}

/// The buyer pays later.
struct Invoice;

/// The buyer pays on the page of a provider, which reports the payment with a webhook.
struct Online;

impl PaymentProvider for Invoice {
    fn names(&self) -> (&'static str, &'static str) {
        ("invoice", "Invoice")
    }

    fn url(&self, _: &OrderPage, _: &Settings, _: &str) -> Option<String> {
        None
    }
}

impl PaymentProvider for Online {
    fn names(&self) -> (&'static str, &'static str) {
        ("online", "Pay online")
    }

    fn url(&self, page: &OrderPage, settings: &Settings, back: &str) -> Option<String> {
        let url = PAYMENT_PROVIDER_URL.get(settings);
        let query = Serializer::new(String::new())
            .append_pair("order", &page.order.number)
            .append_pair("amount", &page.total()?.round(2).to_string())
            .append_pair("currency", CURRENCY.get(settings))
            .append_pair("return_url", back)
            .finish();
        let (page, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let mark = if page.contains('?') { '&' } else { '?' };
        Some(format!("{page}{mark}{query}{fragment}"))
    }
}

/// Returns the ways of payment that the settings allow. A URL of another kind, such as `javascript:`, leads to no provider.
fn providers(settings: &Settings) -> &'static [&'static dyn PaymentProvider] {
    let url = PAYMENT_PROVIDER_URL.get(settings);
    if url.starts_with("https://") || url.starts_with("http://") {
        &[&Invoice, &Online]
    } else {
        &[&Invoice]
    }
}

/// Returns the choices of the form: the name and the label of each way of payment.
pub(crate) fn choices(settings: &Settings) -> Vec<(String, String)> {
    let names = providers(settings).iter().map(|it| it.names());
    names
        .map(|(name, label)| (name.to_owned(), label.to_owned()))
        .collect()
}

/// Returns the way of payment with this name.
pub(crate) fn provider(settings: &Settings, name: &str) -> Option<&'static dyn PaymentProvider> {
    let mut all = providers(settings).iter().copied();
    all.find(|provider| provider.names().0 == name)
}

/// Returns the URL where this order is to be paid; `None` if it is not pending, or is paid later.
pub(crate) fn payment_url(page: &OrderPage, settings: &Settings, back: &str) -> Option<String> {
    let placement = page
        .placement
        .as_ref()
        .filter(|_| page.order.status == "pending")?;
    provider(settings, &placement.payment)?.url(page, settings, back)
}
