//! Forms that are sent after their session has ended.

use diesel::prelude::*;
use nuages::schema::django_session;

use super::{SHEET, SHEETS, lab, stored};
use crate::support::ALICE;

on_both! {
    fn the_login_page_says_that_nothing_was_saved(kind: Kind) {
        let site = lab(kind, &[]);
        let alice = ALICE.browser(&site);
        let change = alice.form(SHEET, "title").set("title", "New");
        let list = alice.form(SHEETS, "form-0-price").set("form-0-price", "7.5");
        let before = stored(&site, "lab_sheet");
        diesel::delete(django_session::table).execute(&mut site.connect()).unwrap();
        for form in [change, list] {
            let reply = alice.submit(&form, "_save");
            assert!(reply.header("location").starts_with("/admin/login/"), "{}", reply.header("location"));
            let words = alice.follow(&reply).words();
            assert!(words.contains("nothing was saved"), "{words}");
        }
        assert_eq!(stored(&site, "lab_sheet"), before);
    }
}
