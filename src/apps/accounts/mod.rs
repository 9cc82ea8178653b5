//! Accounts: logging in and out, one's own data, passwords.

pub mod admin;
mod forms;
pub mod urls;
mod views;
