//! `/admin/`

use crate::support::{ALICE, BOB, CHARLIE, DANA, Database, Kind, TestSite};

mod back_to_list;
mod bulk;
mod checks;
mod changelist;
mod clerk;
mod constraints;
mod delete;
mod file_kinds;
mod docs;
mod find;
mod formfield;
mod hooks;
mod index;
mod form_actions;
mod inlines;
mod lab;
mod list_editing;
mod rules;
mod scenario;
mod unreadable;
mod unreadable_history;
mod uploads;
mod users;

/// Creates a shop in which all personas have accounts.
fn shop(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &BOB, &CHARLIE, &DANA] {
        persona.save(&mut database.connect());
    }
    // Responses contain their number of queries.
    TestSite::with(database, &[("DEBUG", "1")], crate::shop::urls)
}
