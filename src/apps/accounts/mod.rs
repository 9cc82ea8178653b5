//! Accounts: logging in and out, one's own data, passwords.

mod forms;
pub mod urls;
mod views;
