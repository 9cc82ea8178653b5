//! A site of its own for each test: a real server, a real database, a browser without a screen.

mod client;
mod database;
mod form;
mod html;
mod logged_out;
mod personas;
mod postgres;
mod process;
mod reply;
mod rows;
mod site;

pub(crate) use client::{Client, LOGIN};
pub(crate) use database::{Database, Kind};
pub(crate) use form::Form;
pub(crate) use personas::{ALICE, BOB, CHARLIE, DANA, Persona, session_of};
pub(crate) use postgres::{Cluster, as_owner, say_skipped};
pub(crate) use process::Process;
pub(crate) use reply::Reply;
pub(crate) use rows::{picture, product};
pub(crate) use site::{SECRET_KEY, TestSite, in_folder, nuages};

/// Runs each test on both databases: `on_both! { fn a_claim(kind: Kind) { … } }` makes `a_claim::sqlite` and
/// `a_claim::postgres`.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($kind:ident: Kind) $body:block)+) => {
        $(
            $(#[$meta])*
            fn $name($kind: $crate::support::Kind) $body

            mod $name {
                #[test]
                fn sqlite() {
                    super::$name($crate::support::Kind::Sqlite);
                }

                #[test]
                fn postgres() {
                    if $crate::support::Kind::postgres_is_there(module_path!()) {
                        super::$name($crate::support::Kind::Postgres);
                    }
                }
            }
        )+
    };
}
