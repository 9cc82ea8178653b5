//! New inline rows that were not changed are ignored, whatever their defaults are.

use super::{SHEET, lab, stored};
use crate::support::{ALICE, Kind};

fn a_model_whose_auto_now_field_is_not_its_last_is_saved(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "Second")
        .set("state", "shut")
        .set("weight", "1.5");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 302, "the sheet is saved: {}", reply.words());
    assert!(
        stored(&site, "lab_sheet")[0].contains("Second"),
        "{:?}",
        stored(&site, "lab_sheet")
    );
}

fn a_boolean_without_a_default_is_not_ticked_in_a_new_form(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/lab/sheet/add/", "title");
    assert_eq!(form.value("is_public"), "", "a new sheet is not public");
    assert_eq!(form.value("lines-0-is_done"), "", "a new line is not done");
    let reply = alice.submit(&form.set("title", "Second"), "_save");
    assert_eq!(
        reply.status,
        302,
        "a box that is not ticked is false: {}",
        reply.words()
    );
}

fn an_untouched_extra_row_is_ignored_with_any_defaults(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    for path in [SHEET, "/admin/lab/sheet/add/"] {
        let page = alice.form(path, "title");
        // A browser without scripts first asks for one more row, whose defaults are older than the
        // save.
        for form in [
            page.clone(),
            alice.submit(&page, "_addrow").form(path, "title"),
        ] {
            let reply = alice.submit(&form.set("title", "Later"), "_save");
            assert_eq!(
                reply.status,
                302,
                "{path}: nothing was typed into the extra rows: {}",
                reply.words()
            );
            assert_eq!(
                stored(&site, "lab_line"),
                Vec::<String>::new(),
                "{path}: no line was added"
            );
        }
    }
}

fn a_client_that_knows_djangos_forms_sends_the_initial_value(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let shown = [
        ("made_at_0", "2001-01-01"),
        ("made_at_1", "10:00:00"),
        ("due_on", "2001-01-01"),
        ("code", "x"),
    ];
    let initial: Vec<_> = shown
        .iter()
        .map(|(name, text)| (format!("initial-lines-0-{name}"), *text))
        .collect();
    let typed: Vec<_> = shown
        .iter()
        .map(|(name, text)| (format!("lines-0-{name}"), *text))
        .collect();
    let mut fields = vec![
        ("title", "First"),
        ("state", "open"),
        ("lines-TOTAL_FORMS", "1"),
        ("lines-INITIAL_FORMS", "0"),
    ];
    fields.extend([
        ("lines-0-grade", "3"),
        ("lines-0-price", "1"),
        ("lines-0-state", "open"),
        ("_save", ""),
    ]);
    fields.extend(
        initial
            .iter()
            .chain(&typed)
            .map(|(name, text)| (name.as_str(), *text)),
    );
    let reply = alice.post(SHEET, &fields);
    assert_eq!(
        reply.status,
        302,
        "nothing was typed into the row: {}",
        reply.words()
    );
    assert_eq!(stored(&site, "lab_line"), Vec::<String>::new());
}

fn an_extra_row_with_only_its_box_ticked_is_touched(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("lines-0-is_done", "on");
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.errors("lines-0-text"),
        "This field is required.",
        "{}",
        reply.words()
    );
}

fn a_new_row_keeps_the_default_that_its_form_showed(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("lines-1-text", "Milk");
    let (made, code) = (form.value("lines-1-made_at_1"), form.value("lines-1-code"));
    assert_eq!(alice.submit(&form, "_save").status, 302);
    let rows = stored(&site, "lab_line");
    assert_eq!(
        rows.len(),
        1,
        "only the row that was filled in is saved: {rows:?}"
    );
    assert!(
        rows[0].contains(&made) && rows[0].contains(&code),
        "{made} {code} were shown: {rows:?}"
    );
}

on_both!(
    a_model_whose_auto_now_field_is_not_its_last_is_saved,
    a_boolean_without_a_default_is_not_ticked_in_a_new_form,
    an_untouched_extra_row_is_ignored_with_any_defaults,
    a_client_that_knows_djangos_forms_sends_the_initial_value,
    an_extra_row_with_only_its_box_ticked_is_touched,
    a_new_row_keeps_the_default_that_its_form_showed
);
