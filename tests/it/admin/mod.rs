//! `/admin/`

use crate::support::{ALICE, BOB, CHARLIE, DANA, Database, Kind, TestSite};

mod all_changes;
mod annotations;
mod back_to_list;
mod broken_relations;
mod bulk;
mod bulk_edit;
mod checks;
mod choice_limits;
mod changelist;
mod clerk;
mod constraints;
mod data_options;
mod delete;
mod file_kinds;
mod docs;
mod find;
mod formfield;
mod hooks;
mod request_hooks;
mod import_export;
mod import_related;
mod revisions;
mod index;
mod form_actions;
mod inlines;
mod large;
mod lab;
mod list_editing;
mod long_changes;
mod many_links;
mod rules;
mod scenario;
mod triggers;
mod unreadable;
mod unreadable_history;
mod uploads;
mod users;

/// Creates a shop in which all personas have accounts.
fn shop(kind: Kind) -> TestSite {
    shop_with(kind, &[])
}

/// Does the same with these settings.
fn shop_with(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &BOB, &CHARLIE, &DANA] {
        persona.save(&mut database.connect());
    }
    // Responses contain their number of queries.
    let settings: Vec<(&str, &str)> = [("DEBUG", "1")]
        .into_iter()
        .chain(settings.iter().copied())
        .collect();
    TestSite::with(database, &settings, crate::shop::urls)
}
