//! The site as its visitors and its operators meet it, on SQLite and on PostgreSQL. The tree mirrors the URLs.

#[macro_use]
mod support;

mod categories;
mod commands;
mod db;
mod errors;
mod files;
mod home;
mod middleware;
mod products;
mod sitemap;
