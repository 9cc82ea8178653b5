//! Models that `#[nuages::model]` declares, in their tables and in the admin.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]
#[macro_use]
#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests of the shop need more")]
mod support;

#[expect(
    dead_code,
    reason = "the support of the tests needs the shop's apps, not its pages"
)]
#[path = "../../src/shop/mod.rs"]
mod shop;

mod club;
mod constraints;
mod kinds;
mod limited;
mod native;
mod notes;
mod press;
mod relations;
mod tables;
