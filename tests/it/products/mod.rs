//! `/products/`

mod detail;
mod list;
