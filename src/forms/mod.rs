//! Forms: fields with labels, values and errors.

mod field;
pub mod fields;
mod form;
pub mod html;
pub mod model;
pub mod submissions;
pub mod uploads;

pub use field::{Field, Widget, is_email};
pub use form::Form;
