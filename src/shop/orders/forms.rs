//! The form of the checkout.

use serde::{Deserialize, Serialize};

use super::countries;
use super::models::OrderPage;
use nuages::prelude::*;

/// The buyer's address and the way of payment.
#[nuages::form]
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct CheckoutForm {
    #[field(
        email,
        max_length = 254,
        verbose_name = "e-mail address",
        autocomplete = "email"
    )]
    pub(crate) email: String,
    #[field(max_length = 200, autocomplete = "name")]
    pub(crate) name: String,
    #[field(
        max_length = 200,
        verbose_name = "street and number",
        autocomplete = "street-address"
    )]
    pub(crate) street: String,
    #[field(
        max_length = 20,
        blank,
        verbose_name = "postal code",
        autocomplete = "postal-code"
    )]
    pub(crate) postal_code: String,
    #[field(max_length = 100, autocomplete = "address-level2")]
    pub(crate) city: String,
    #[field(max_length = 2, choices_from = countries::choices, autocomplete = "country")]
    pub(crate) country: String,
    #[field(blank, help_text = "Anything we should know about the delivery.")]
    pub(crate) note: String,
    #[field(max_length = 20)]
    pub(crate) payment: String,
}

impl CheckoutForm {
    /// Requires a postal code where the country has them.
    pub(crate) fn check(&self) -> Vec<FieldError> {
        if !self.postal_code.is_empty() || !countries::has_postal_codes(&self.country) {
            return Vec::new();
        }
        let country = countries::name(&self.country);
        let text = format!("Enter the postal code: addresses in {country} have one.");
        vec![FieldError::new(checkout_form::postal_code, text)]
    }

    /// Returns the form for a buyer who has typed nothing yet: the user's name, and the address of their last order.
    pub(crate) fn filled(user: &User, last: Option<OrderPage>) -> Self {
        let known = Self {
            email: user.email.clone(),
            name: format!("{} {}", user.first_name, user.last_name)
                .trim()
                .to_owned(),
            ..Self::empty()
        };
        let Some((order, Some(last))) = last.map(|page| (page.order, page.placement)) else {
            return known;
        };
        Self {
            email: order.email,
            name: last.name,
            street: last.street,
            postal_code: last.postal_code,
            city: last.city,
            country: last.country,
            ..known
        }
    }

    /// Returns the form for a buyer who is not known.
    pub(crate) fn empty() -> Self {
        let payment = "invoice".to_owned();
        Self {
            payment,
            ..Self::default()
        }
    }
}
