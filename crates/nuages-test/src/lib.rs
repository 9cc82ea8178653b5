//! Tests for sites on Nuages: a site on a database of its own, and a client that behaves as a browser.
//!
//! A site is served by the test's own process on a free port of the loopback interface, by the same
//! server as in production: with its middleware, limits, compression and cookies. So a test is a
//! plain function without `async`, and another program (a browser, `curl`) can open
//! [`TestSite::url`] too. Each site has its own database, copied from a template that is migrated
//! once in each process, so that tests can run at the same time.
//!
//! ```no_run
//! use nuages::prelude::*;
//! use nuages_test::TestSite;
//! # static SITE: Project = Project::new("Site", &[], |_| Urls::new([]), |site| site);
//!
//! #[test]
//! fn a_user_opens_a_ticket() {
//!     let site = TestSite::new(&SITE);
//!     let client = site.client();
//!     client.force_login(&site.user("ann"));
//!     let page = client.get("/tickets/new/");
//!     let page = page.form("#ticket-form").set("title", "Printer").submit();
//!     page.follow().assert_status(200).assert_contains("Printer");
//! }
//! ```

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::format_push_string,
    reason = "a test fails by a panic, and its steps are called for their effect"
)]

mod client;
mod clock;
mod database;
mod fields;
mod form;
mod html;
mod mailbox;
pub mod postgres;
mod response;
mod row;
mod site;
mod users;
mod values;

pub use client::Client;
pub use clock::TestClock;
pub use database::Kind;
pub use form::PageForm;
pub use mailbox::{Attachment, ReceivedMail};
pub use response::Response;
pub use row::{KeyType, NewRow};
pub use site::{CommandRun, TestSite};

/// Makes two tests of each function `fn name(kind: Kind)`: `name::sqlite` and `name::postgres`.
///
/// The second needs `NUAGES_TEST_POSTGRES_URL` or an installed PostgreSQL. Without both, it reports
/// that it is skipped.
///
/// ```
/// use nuages_test::{Kind, TestSite, on_both};
/// # use nuages::prelude::*;
/// # static SITE: Project = Project::new("Site", &[], |_| Urls::new([]), |site| site);
///
/// fn the_home_page_is_shown(kind: Kind) {
///     TestSite::on(kind, &SITE).client().get("/").assert_status(200);
/// }
///
/// on_both!(the_home_page_is_shown);
/// ```
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[test]
                fn sqlite() {
                    super::$name($crate::Kind::Sqlite);
                }

                #[test]
                fn postgres() {
                    if $crate::Kind::postgres_is_there(module_path!()) {
                        super::$name($crate::Kind::Postgres);
                    }
                }
            }
        )+
    };
}
