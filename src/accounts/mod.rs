//! Accounts: pages for logging in and out, for a user's own data, and for passwords.

pub mod admin;
mod forms;
mod sent_twice;
mod stale_forms;
pub mod urls;
mod views;

pub use stale_forms::stale_forms;
