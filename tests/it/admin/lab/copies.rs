//! "Save as new", and forms with very many fields.

use diesel::connection::SimpleConnection as _;

use super::{SHEET, SHEETS, lab, stored};
use crate::support::{ALICE, TestSite, product};

fn media(site: &TestSite, name: &str) -> std::path::PathBuf {
    site.database.dir.path().join("media").join(name)
}

/// The path in the last column of a row.
fn path_in(row: &str) -> String {
    row.rsplit("Text(\"").next().unwrap().split('"').next().unwrap().to_owned()
}

on_both! {
    fn a_copy_has_files_of_its_own(kind: Kind) {
        let site = lab(kind, &[]);
        let alice = ALICE.browser(&site);
        let form = alice.form(SHEET, "title").attach("paper", "a.txt", "text/plain", b"paper");
        let form = form.set("lines-0-text", "Milk").attach("lines-0-scan", "b.txt", "text/plain", b"scan");
        assert_eq!(alice.submit(&form, "_save").status, 302);

        // The first attempt is refused; the page that comes back still makes a copy with the files.
        let refused = alice.submit(&alice.form(SHEET, "title").set("title", ""), "_saveasnew");
        assert_eq!(refused.status, 200, "{}", refused.words());
        let reply = alice.submit(&refused.form(SHEET, "title").set("title", "Copy"), "_saveasnew");
        assert_eq!(reply.status, 302, "{}", reply.words());

        for (table, content) in [("lab_sheet", "paper"), ("lab_line", "scan")] {
            let rows = stored(&site, table);
            assert_eq!(rows.len(), 2, "{table}: {rows:?}");
            let (one, two) = (path_in(&rows[0]), path_in(&rows[1]));
            assert_ne!(one, two, "{table}: each row has a file of its own");
            for path in [one, two] {
                assert_eq!(std::fs::read_to_string(media(&site, &path)).unwrap(), content, "{table}: {path}");
            }
        }
    }

    fn a_copy_can_clear_or_replace_the_file_and_needs_none_that_is_missing(kind: Kind) {
        let site = lab(kind, &[]);
        let alice = ALICE.browser(&site);
        let form = alice.form(SHEET, "title").attach("paper", "a.txt", "text/plain", b"paper");
        assert_eq!(alice.submit(&form, "_save").status, 302);
        let form = || alice.form(SHEET, "title");
        assert_eq!(alice.submit(&form().set("paper-clear", "on"), "_saveasnew").status, 302);
        let other = form().attach("paper", "c.txt", "text/plain", b"other");
        assert_eq!(alice.submit(&other, "_saveasnew").status, 302);
        std::fs::remove_file(media(&site, &path_in(&stored(&site, "lab_sheet")[0]))).unwrap();
        assert_eq!(alice.submit(&form(), "_saveasnew").status, 302, "a file that is missing is missing in both");
        let rows = stored(&site, "lab_sheet");
        let paths: Vec<String> = rows.iter().map(|row| path_in(row)).collect();
        assert_eq!((paths[1].as_str(), paths[3].as_str()), ("", paths[0].as_str()), "{paths:?}");
        assert_eq!(std::fs::read_to_string(media(&site, &paths[2])).unwrap(), "other");
    }

    fn a_product_with_more_tags_than_a_form_may_have_fields_is_saved(kind: Kind) {
        let site = lab(kind, &[]);
        let conn = &mut site.connect();
        product("Lamp").save(conn);
        conn.batch_execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
                 INSERT INTO catalog_tag (id, name, slug) SELECT i, 't' || i, 't' || i FROM n;
             INSERT INTO catalog_product_tags (product_id, tag_id) SELECT 1, id FROM catalog_tag",
        ).unwrap();
        let alice = ALICE.browser(&site);
        let path = "/admin/catalog/product/1/change/";
        let form = alice.form(path, "name").set("name", "Torch");
        assert_eq!(form.values("tags").len(), 1001);
        let reply = alice.submit(&form, "_save");
        assert_eq!(reply.status, 302, "the form is the server's own: {}", reply.words());
        assert_eq!(alice.form(path, "name").values("tags").len(), 1001, "no tag was lost");

        // The limit holds for what no page of this site made.
        let fields = vec![("tags", "1"); 1001];
        assert_eq!(alice.post(path, &fields).status, 400, "an unsigned form keeps the limit");
    }

    fn inlines_and_lists_with_more_fields_than_the_limit_are_saved(kind: Kind) {
        let site = lab(kind, &[("DATA_UPLOAD_MAX_NUMBER_FIELDS", "60")]);
        let code = "00112233-4455-6677-8899-aabbccddeeff";
        let code = if site.database.url.starts_with("sqlite") { code.replace('-', "") } else { code.to_owned() };
        site.connect().batch_execute(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
                 INSERT INTO lab_line (sheet_id, text, is_done, made_at, due_on, grade, price, code, state, moment, scan)
                 SELECT 1, 'Milk', true, '2026-01-01 00:00:00', '2026-01-01', 3, 1, '{code}', 'open', NULL, '' FROM n;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
                 INSERT INTO lab_sheet (changed_at, title, is_public, body, state, paper)
                 SELECT '2025-01-01 00:00:00', 'x', false, '', 'open', '' FROM n"
        )).unwrap();
        let alice = ALICE.browser(&site);
        let form = alice.form(SHEET, "title").set("lines-29-text", "Bread");
        let reply = alice.submit(&form, "_save");
        assert_eq!(reply.status, 302, "30 lines with 12 fields each: {}", reply.words());
        assert_eq!(stored(&site, "lab_line").iter().filter(|line| line.contains("Bread")).count(), 1);
        let form = alice.form(SHEETS, "form-0-state").set("form-40-price", "7");
        let reply = alice.submit(&form, "_save");
        assert_eq!(reply.status, 302, "41 rows with 5 fields each: {}", reply.words());
        let reply = alice.submit(&alice.form(SHEETS, "form-0-state").set("form-40-price", "x"), "_save");
        let form = reply.form(SHEETS, "form-0-state").set("form-40-price", "8");
        assert_eq!(alice.submit(&form, "_save").status, 302, "a page that is shown again can be sent, too");
    }
}
