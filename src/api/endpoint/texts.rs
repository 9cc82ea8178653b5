//! The error texts of constraints, which are those of forms.

use std::borrow::Cow;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

use crate::words::counted;

/// Django's texts.
pub(super) struct FormTexts;

type Text = Cow<'static, str>;

impl I18n for FormTexts {
    fn length_lower_than(&self, min: usize) -> Text {
        if min == 1 {
            return "This field is required.".into();
        }
        let least = counted(min, "item or character", "items or characters");
        format!("Ensure this value has at least {least}.").into()
    }

    fn length_greater_than(&self, max: usize) -> Text {
        let most = counted(max, "item or character", "items or characters");
        format!("Ensure this value has at most {most}.").into()
    }

    fn range_lower_than(&self, min: &dyn Display) -> Text {
        format!("Ensure this value is greater than or equal to {min}.").into()
    }

    fn range_greater_than(&self, max: &dyn Display) -> Text {
        format!("Ensure this value is less than or equal to {max}.").into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Text {
        "Enter a valid card number.".into()
    }

    fn pattern_no_match(&self, _: &dyn Display) -> Text {
        "Enter a valid value.".into()
    }

    fn contains_missing(&self, pattern: &dyn Display) -> Text {
        format!("This value must contain “{pattern}”.").into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Text {
        "Enter a valid URL.".into()
    }

    fn prefix_missing(&self, pattern: &dyn Display) -> Text {
        format!("This value must begin with “{pattern}”.").into()
    }

    fn suffix_missing(&self, pattern: &dyn Display) -> Text {
        format!("This value must end with “{pattern}”.").into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Text {
        "Enter a valid phone number.".into()
    }

    fn ip_invalid(&self, _: IpKind) -> Text {
        "Enter a valid IPv4 or IPv6 address.".into()
    }

    fn matches_field_mismatch(&self, field: &dyn Display) -> Text {
        format!("This value must be the same as {field}.").into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Text {
        "Enter a valid email address.".into()
    }

    fn ascii_invalid(&self) -> Text {
        "Enter letters without accents, digits and signs only.".into()
    }

    fn alphanumeric_invalid(&self) -> Text {
        "Enter letters and digits only.".into()
    }

    fn required_not_set(&self) -> Text {
        "This field is required.".into()
    }
}
