//! The meaning of "as Python does": numbers, digits, white space, quoting, JSON and the names of
//! months.
//!
//! Django reads and writes many texts with Python's own functions. Each of them has one counterpart
//! here, and `tests/python/answers.json` holds Python's answers for most of them.

mod digits;
mod float;
mod int;
mod json;
mod months;
mod quote;
mod space;

pub use digits::ascii_digits;
pub use float::float;
pub use int::{int, int_within_i64};
pub use json::{json_compact, json_readable, json_spaced};
pub use months::{MONTHS, month_abbreviation};
pub use quote::{iri_to_uri, quote, quote_all, quote_plus_onto};
pub use space::{is_space, strip};

#[cfg(test)]
mod answers;
