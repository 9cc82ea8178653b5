//! A site of its own for each test: a real server, a real database, a browser without a screen.

mod client;
mod database;
mod postgres;
mod rows;
mod site;

pub(crate) use client::Client;
pub(crate) use database::{Database, Kind};
pub(crate) use rows::product;
pub(crate) use site::{TestSite, nuages};

/// Runs each test on both databases: `on_both! { async fn name(kind: Kind) { … } }` without the `async`.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($kind:ident: Kind) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(unused_imports, reason = "what the test's body names")]
                use super::*;

                fn claim($kind: $crate::support::Kind) $body

                #[test]
                fn sqlite() {
                    claim($crate::support::Kind::Sqlite);
                }

                #[test]
                fn postgres() {
                    if $crate::support::Kind::postgres_is_there(concat!(module_path!())) {
                        claim($crate::support::Kind::Postgres);
                    }
                }
            }
        )+
    };
}
