//! A form keeps every value that was not changed.

use diesel::connection::SimpleConnection as _;

use super::{SHEET, SHEETS, lab, stored};
use crate::support::{ALICE, Kind, TestSite};

const PARIS: [(&str, &str); 1] = [("TIME_ZONE", "Europe/Paris")];

/// Fills the first sheet and one of its lines with values that a form shows differently from the
/// database, or that nobody could enter. At 00:30 UTC clocks in Paris show 02:30 for the first time
/// in that night.
fn awkward(site: &TestSite, kind: Kind) {
    let code = match kind {
        Kind::Sqlite => "00112233445566778899aabbccddeeff",
        Kind::Postgres => "00112233-4455-6677-8899-aabbccddeeff",
    };
    let sql = format!(
        "UPDATE lab_sheet SET title = ' two ' || chr(10) || ' lines ', body = chr(10) || 'a' || chr(13) || 'b ', price = 1.2345,
             weight = 0.1, day = '2026-02-28', hour = '10:11:12.5', moment = '2026-10-25 00:30:00.25', code = '{code}',
             extra = '{{\"a\": [1, 2.50]}}', state = 'legacy';
         INSERT INTO lab_line (sheet_id, text, is_done, made_at, due_on, grade, price, code, state, moment, scan)
             VALUES (1, ' x ', true, '2026-10-25 00:30:00.5', '2026-01-01', 3, 1.005, '{code}', 'legacy',
                     '2026-10-25 01:30:00', '')"
    );
    let sql = if kind == Kind::Sqlite {
        sql.replace("chr(", "char(")
    } else {
        sql
    };
    site.connect().batch_execute(&sql).unwrap();
}

fn a_form_that_is_sent_back_untouched_changes_nothing_in_the_database(kind: Kind) {
    let site = lab(kind, &PARIS);
    awkward(&site, kind);
    let (sheets, lines) = (stored(&site, "lab_sheet"), stored(&site, "lab_line"));
    let alice = ALICE.browser(&site);
    let reply = alice.submit(&alice.form(SHEET, "title"), "_save");
    assert_eq!(
        reply.status,
        302,
        "nothing was touched, so nothing is wrong: {}",
        reply.words()
    );
    assert_eq!(
        stored(&site, "lab_sheet"),
        sheets,
        "the sheet stays as it was"
    );
    assert_eq!(stored(&site, "lab_line"), lines, "the line stays as it was");
    let history = alice.get("/admin/lab/sheet/1/history/").words();
    assert!(
        !history.contains("Changed"),
        "the history names no field: {history}"
    );
}

fn one_field_is_saved_although_others_hold_values_that_cannot_be_typed(kind: Kind) {
    let site = lab(kind, &PARIS);
    awkward(&site, kind);
    let before = stored(&site, "lab_sheet");
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("body", "new")
        .set("lines-0-text", "new");
    assert_eq!(
        alice.submit(&form, "_save").status,
        302,
        "the times were not touched"
    );
    let after = stored(&site, "lab_sheet");
    assert_eq!(
        after[0].replace("\"new\"", "\"\\na\\rb \""),
        before[0],
        "only the body was changed"
    );
    assert!(
        stored(&site, "lab_line")[0].contains("00:30:00.5"),
        "{:?}",
        stored(&site, "lab_line")
    );
    // A time that was entered must be unambiguous.
    let form = alice.form(SHEET, "title").set("moment_1", "02:31:00");
    let reply = alice.submit(&form, "_save");
    assert!(
        reply.errors("moment").contains("it may be ambiguous"),
        "{}",
        reply.words()
    );
}

fn a_list_saves_one_field_although_others_hold_values_that_cannot_be_typed(kind: Kind) {
    let site = lab(kind, &PARIS);
    awkward(&site, kind);
    let before = stored(&site, "lab_sheet");
    let alice = ALICE.browser(&site);
    assert_eq!(
        alice
            .submit(&alice.form(SHEETS, "form-0-state"), "_save")
            .status,
        302
    );
    assert_eq!(
        stored(&site, "lab_sheet"),
        before,
        "a list that is sent back untouched changes nothing"
    );
    let reply = alice.submit(
        &alice
            .form(SHEETS, "form-0-state")
            .set("form-0-state", "shut"),
        "_save",
    );
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        stored(&site, "lab_sheet")[0],
        before[0].replace("legacy", "shut"),
        "only the state was changed"
    );
}

fn an_untouched_time_keeps_the_value_that_another_user_saved(kind: Kind) {
    let site = lab(kind, &PARIS);
    awkward(&site, kind);
    let alice = ALICE.browser(&site);
    let (form, list) = (
        alice.form(SHEET, "title"),
        alice.form(SHEETS, "form-0-state"),
    );
    site.connect()
        .batch_execute("UPDATE lab_sheet SET moment = '2026-10-25 01:30:00.75'")
        .unwrap();
    assert_eq!(
        alice.submit(&form.set("state", "open"), "_save").status,
        302
    );
    assert_eq!(
        alice.submit(&list.set("form-0-price", "7"), "_save").status,
        302
    );
    let row = &stored(&site, "lab_sheet")[0];
    assert!(
        row.contains("01:30:00.75") && row.contains("open"),
        "both saves keep the colleague's time: {row}"
    );
}

fn a_default_time_that_the_clocks_show_twice_can_be_saved(kind: Kind) {
    let site = lab(kind, &PARIS);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("lines-0-text", "Milk");
    // As if the page had been made in that night: the values that it showed are sent back.
    let night = form
        .set("lines-0-made_at_0", "2026-10-25")
        .set("lines-0-made_at_1", "02:30:00");
    let mut fields = vec![
        ("initial-lines-0-made_at_0", "2026-10-25"),
        ("initial-lines-0-made_at_1", "02:30:00"),
    ];
    let sent = night.values_of(&["lines-0-_loaded"]);
    fields.extend(
        sent.iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let reply = alice.post(SHEET, &[&fields[..], &[("_save", "")]].concat());
    assert_eq!(
        reply.status,
        302,
        "the time was not typed: {}",
        reply.words()
    );
}

on_both!(
    a_form_that_is_sent_back_untouched_changes_nothing_in_the_database,
    one_field_is_saved_although_others_hold_values_that_cannot_be_typed,
    a_list_saves_one_field_although_others_hold_values_that_cannot_be_typed,
    an_untouched_time_keeps_the_value_that_another_user_saved,
    a_default_time_that_the_clocks_show_twice_can_be_saved
);
