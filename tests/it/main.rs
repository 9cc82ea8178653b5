//! Tests of the site from the outside, on SQLite and on PostgreSQL. The folders mirror the URLs.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests look for PostgreSQL and Django in the environment"
)]

/// The demo shop, which the tests use as their site.
#[path = "../../src/shop/mod.rs"]
mod shop;

#[macro_use]
mod support;

mod accounts;
mod admin;
mod api;
mod behind_proxy;
mod bodies;
mod cart_count;
mod categories;
mod commands;
mod db;
mod django;
mod errors;
mod files;
mod home;
mod hosts;
mod layers;
mod mail;
mod middleware;
mod permissions;
mod products;
mod read_only;
mod receivers;
mod records;
mod replaced;
mod reload;
mod routes;
mod sitemap;
mod startproject;
mod stranger;
mod tasks;
mod templates;
