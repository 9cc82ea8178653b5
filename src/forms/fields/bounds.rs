//! The smallest and the largest number that an author allows.

use std::fmt::Display;

use crate::db::Decimal;
use crate::models::{Field, Validator};

/// Returns the errors of `number` if it is outside the author's bounds.
pub(in crate::forms) fn bounds(field: &Field, number: Option<Decimal>) -> Vec<String> {
    let Some(number) = number else {
        return Vec::new();
    };
    let refused = field.validators.iter().filter_map(|rule| match rule {
        Validator::Min(limit) if number < *limit => Some(at_least(limit)),
        Validator::Max(limit) if number > *limit => Some(at_most(limit)),
        _ => None,
    });
    refused.collect()
}

/// Returns the smallest number that the author allows.
pub(super) fn minimum(field: &Field) -> Option<String> {
    field.validators.iter().find_map(|rule| match rule {
        Validator::Min(least) => Some(least.to_string()),
        _ => None,
    })
}

pub(super) fn at_least(limit: impl Display) -> String {
    format!("Ensure this value is greater than or equal to {limit}.")
}

pub(super) fn at_most(limit: impl Display) -> String {
    format!("Ensure this value is less than or equal to {limit}.")
}
