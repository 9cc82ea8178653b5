//! `/accounts/`

use diesel::prelude::*;
use nuages::schema::django_session;
use nuages::sessions::codec::Data;
use nuages::sessions::{SessionRow, codec};
use nuages::settings::SecretKey;

use crate::support::{ALICE, CHARLIE, DANA, Database, Kind, SECRET_KEY, TestSite};

mod csrf;
mod csrf_bodies;
mod login;
mod logout;
mod messages;
mod own_sessions;
mod password_change;
mod password_reset;
mod privacy;
mod profile;
mod security_log;
mod session_ended;
mod sessions;
mod signup;
mod throttle;
pub(crate) mod two_factor;
mod two_tabs;
mod unreadable;

const PROFILE: &str = "/accounts/profile/";

/// Creates a shop with accounts for Alice, Charlie and Dana.
fn shop(kind: Kind) -> TestSite {
    shop_with(kind, &[])
}

/// Creates the same shop with these settings.
fn shop_with(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    TestSite::with(people(kind), settings, crate::shop::urls)
}

fn people(kind: Kind) -> Database {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &CHARLIE, &DANA] {
        persona.save(&mut database.connect());
    }
    database
}

/// Returns all sessions.
fn sessions(site: &TestSite) -> Vec<SessionRow> {
    django_session::table
        .select(SessionRow::as_select())
        .load(&mut site.connect())
        .unwrap()
}

/// Returns the data of the session `key`.
fn session(site: &TestSite, key: &str) -> Option<Data> {
    let row: Option<SessionRow> = django_session::table
        .find(key)
        .select(SessionRow::as_select())
        .first(&mut site.connect())
        .optional()
        .unwrap();
    row.map(|row| {
        codec::decode(&row.session_data, [SecretKey::new(SECRET_KEY)].iter())
            .unwrap()
            .0
    })
}
