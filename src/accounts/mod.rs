//! Accounts: logging in and out, one's own data, passwords.

pub mod admin;
mod forms;
mod sent_twice;
mod stale_forms;
pub mod urls;
mod views;

pub use stale_forms::stale_forms;
