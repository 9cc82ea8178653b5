//! Nuages is Django's batteries in Rust: actix-web handlers, synchronous Diesel queries on a blocking pool, Askama
//! templates, in Django's model / template / view split, on Django's own tables.
//!
//! The rooms, ground floor first. A room names itself and the rooms above it in this list, never one below
//! (`tests/tidy.rs` holds that):

pub mod words;
pub mod settings;
pub mod logging;
pub mod error;
pub mod terminal;
pub mod signing;
pub mod db;
pub mod schema;
pub mod models;
pub mod http;
pub mod forms;
pub mod sessions;
pub mod csrf;
pub mod messages;
pub mod mail;
pub mod auth;
pub mod pages;
pub mod admin;
pub mod accounts;
pub mod urls;
pub mod project;
pub mod commands;

#[cfg(test)]
mod test_tables;

pub use actix_web::{self, web};
pub use {askama, diesel};
