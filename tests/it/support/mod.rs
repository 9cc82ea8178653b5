//! Gives each test its own site: a real server, a real database, and a browser without a display.

mod client;
mod database;
mod form;
mod html;
mod logged_out;
mod personas;
mod process;
mod reply;
mod rows;
mod site;

pub(crate) use client::{Client, LOGIN};
pub(crate) use database::{Database, Kind};
pub(crate) use form::Form;
pub(crate) use nuages_test::postgres::{Cluster, as_owner, say_skipped};
pub(crate) use personas::{ALICE, BOB, CHARLIE, DANA, Persona, session_of};
pub(crate) use process::Process;
pub(crate) use reply::Reply;
pub(crate) use rows::{NewProduct, picture, product};
pub(crate) use site::{SECRET_KEY, TestSite, cargo, in_folder, nuages};

/// Runs tests on both databases: `on_both!(some_test)` makes `some_test::sqlite` and `some_test::postgres` of
/// `fn some_test(kind: Kind)`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(
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
