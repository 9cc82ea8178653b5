//! "Save as new", and forms with very many fields.

use diesel::connection::SimpleConnection as _;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Product, TAGS};
use nuages::admin::AdminSite;
use nuages::project::Project;

use super::{SHEET, SHEETS, lab, stored};
use crate::support::{ALICE, Database, Kind, TestSite, product};

/// Creates a shop whose product form searches tags.
fn shop_with_searched_tags(kind: Kind) -> TestSite {
    static SEARCHED: Project =
        Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
            crate::shop::register(site)
                .unregister::<Product>()
                .register::<Product>(|it| it.autocomplete_fields((TAGS,)))
        });
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    TestSite::for_project(database, &[], &SEARCHED)
}

fn media(site: &TestSite, name: &str) -> std::path::PathBuf {
    site.database.dir.path().join("media").join(name)
}

/// Returns the path in the last column of a row.
fn path_in(row: &str) -> String {
    row.rsplit("Text(\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

fn a_copy_has_its_own_files(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .attach("paper", "a.txt", "text/plain", b"paper");
    let form =
        form.set("lines-0-text", "Milk")
            .attach("lines-0-scan", "b.txt", "text/plain", b"scan");
    assert_eq!(alice.submit(&form, "_save").status, 302);

    // The first attempt is refused; the form that is shown again still copies the files.
    let refused = alice.submit(&alice.form(SHEET, "title").set("title", ""), "_saveasnew");
    assert_eq!(refused.status, 200, "{}", refused.words());
    let reply = alice.submit(
        &refused.form(SHEET, "title").set("title", "Copy"),
        "_saveasnew",
    );
    assert_eq!(reply.status, 302, "{}", reply.words());

    for (table, content) in [("lab_sheet", "paper"), ("lab_line", "scan")] {
        let rows = stored(&site, table);
        assert_eq!(rows.len(), 2, "{table}: {rows:?}");
        let (one, two) = (path_in(&rows[0]), path_in(&rows[1]));
        assert_ne!(one, two, "{table}: each row has a file of its own");
        for path in [one, two] {
            assert_eq!(
                std::fs::read_to_string(media(&site, &path)).unwrap(),
                content,
                "{table}: {path}"
            );
        }
    }
}

fn a_copy_can_clear_or_replace_the_file(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .attach("paper", "a.txt", "text/plain", b"paper");
    assert_eq!(alice.submit(&form, "_save").status, 302);
    let form = || alice.form(SHEET, "title");
    assert_eq!(
        alice
            .submit(&form().set("paper-clear", "on"), "_saveasnew")
            .status,
        302
    );
    let other = form().attach("paper", "c.txt", "text/plain", b"other");
    assert_eq!(alice.submit(&other, "_saveasnew").status, 302);
    let rows = stored(&site, "lab_sheet");
    let paths: Vec<String> = rows.iter().map(|row| path_in(row)).collect();
    assert_eq!(paths[1], "", "{paths:?}");
    assert_eq!(
        std::fs::read_to_string(media(&site, &paths[2])).unwrap(),
        "other"
    );
}

fn a_copy_of_a_row_whose_file_is_missing_says_so_beside_the_field(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .attach("paper", "a.txt", "text/plain", b"paper");
    let form =
        form.set("lines-0-text", "Milk")
            .attach("lines-0-scan", "b.txt", "text/plain", b"scan");
    assert_eq!(alice.submit(&form, "_save").status, 302);
    for table in ["lab_sheet", "lab_line"] {
        std::fs::remove_file(media(&site, &path_in(&stored(&site, table)[0]))).unwrap();
    }

    let refused = alice.submit(&alice.form(SHEET, "title"), "_saveasnew");
    assert_eq!(
        refused.status, 200,
        "a file that is missing cannot be copied"
    );
    for field in ["paper", "lines-0-scan"] {
        let errors = refused.errors(field);
        assert!(
            errors.contains("is missing on the server"),
            "{field}: {errors:?} {}",
            refused.words()
        );
    }
    assert_eq!(
        (
            stored(&site, "lab_sheet").len(),
            stored(&site, "lab_line").len()
        ),
        (1, 1),
        "nothing was saved"
    );

    // One file is replaced, the other removed.
    let form = refused
        .form(SHEET, "title")
        .attach("paper", "c.txt", "text/plain", b"other");
    let reply = alice.submit(&form.set("lines-0-scan-clear", "on"), "_saveasnew");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let (sheets, lines) = (stored(&site, "lab_sheet"), stored(&site, "lab_line"));
    assert_ne!(
        path_in(&sheets[0]),
        path_in(&sheets[1]),
        "two rows never share a file"
    );
    assert_eq!(path_in(&lines[1]), "", "the copied line has no file");
    // A normal save of the original keeps the path, as before.
    let reply = alice.submit(&alice.form(SHEET, "title").set("title", "Again"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
}

fn more_choices_than_the_limit_can_be_added_by_hand_to_a_field_that_is_searched(kind: Kind) {
    let site = shop_with_searched_tags(kind);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    conn.batch_execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO catalog_tag (id, name, slug) SELECT i, 't' || i, 't' || i FROM n",
    )
    .unwrap();
    let alice = ALICE.browser(&site);
    let path = "/admin/catalog/product/1/change/";
    let form = alice.form(path, "name");
    let keys: Vec<String> = (1..=3000).map(|key| key.to_string()).collect();
    let mut fields = form.sent("_save");
    assert!(
        fields.iter().all(|(name, _)| name != "tags"),
        "the page shows no tag"
    );
    fields.extend(keys.iter().map(|key| ("tags".to_owned(), key.clone())));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let reply = alice.post_with(path, &[], &fields);
    assert_eq!(
        reply.status,
        302,
        "the form is the server's own, the tags were chosen by hand: {}",
        reply.words()
    );
    assert_eq!(
        alice.form(path, "name").values("tags").len(),
        3000,
        "no tag was lost"
    );
}

fn more_rows_than_the_limit_allows_can_be_added_inside_a_form(kind: Kind) {
    let site = lab(kind, &[("DATA_UPLOAD_MAX_NUMBER_FIELDS", "60")]);
    let alice = ALICE.browser(&site);
    let mut fields = alice.form(SHEET, "title").sent("_save");
    fields.retain(|(name, _)| name != "lines-TOTAL_FORMS");
    fields.push(("lines-TOTAL_FORMS".to_owned(), "92".to_owned()));
    fields.extend((2..92).map(|at| (format!("lines-{at}-text"), "Milk".to_owned())));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let reply = alice.post_with(SHEET, &[], &fields);
    assert_ne!(
        reply.status,
        400,
        "a script added 90 rows to the server's own form: {}",
        reply.words()
    );
}

fn a_product_with_more_tags_than_a_form_may_have_fields_is_saved(kind: Kind) {
    let site = lab(kind, &[]);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    conn.batch_execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
             INSERT INTO catalog_tag (id, name, slug) SELECT i, 't' || i, 't' || i FROM n;
         INSERT INTO catalog_product_tags (product_id, tag_id) SELECT 1, id FROM catalog_tag",
    )
    .unwrap();
    let alice = ALICE.browser(&site);
    let path = "/admin/catalog/product/1/change/";
    let form = alice.form(path, "name").set("name", "Torch");
    assert_eq!(form.values("tags").len(), 1001);
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "the form is the server's own: {}",
        reply.words()
    );
    assert_eq!(
        alice.form(path, "name").values("tags").len(),
        1001,
        "no tag was lost"
    );

    // The limit applies to requests that no page of this site made.
    let fields = vec![("tags", "1"); 1001];
    assert_eq!(
        alice.post(path, &fields).status,
        400,
        "an unsigned form keeps the limit"
    );
}

fn inlines_and_lists_with_more_fields_than_the_limit_are_saved(kind: Kind) {
    let site = lab(kind, &[("DATA_UPLOAD_MAX_NUMBER_FIELDS", "60")]);
    let code = "00112233-4455-6677-8899-aabbccddeeff";
    let code = if site.database.url.starts_with("sqlite") {
        code.replace('-', "")
    } else {
        code.to_owned()
    };
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
    assert_eq!(
        reply.status,
        302,
        "30 lines with 12 fields each: {}",
        reply.words()
    );
    assert_eq!(
        stored(&site, "lab_line")
            .iter()
            .filter(|line| line.contains("Bread"))
            .count(),
        1
    );
    let form = alice.form(SHEETS, "form-0-state").set("form-40-price", "7");
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "41 rows with 5 fields each: {}",
        reply.words()
    );
    let reply = alice.submit(
        &alice.form(SHEETS, "form-0-state").set("form-40-price", "x"),
        "_save",
    );
    let form = reply.form(SHEETS, "form-0-state").set("form-40-price", "8");
    assert_eq!(
        alice.submit(&form, "_save").status,
        302,
        "a page that is shown again can be sent, too"
    );
}

on_both!(
    a_copy_has_its_own_files,
    a_copy_can_clear_or_replace_the_file,
    a_copy_of_a_row_whose_file_is_missing_says_so_beside_the_field,
    more_choices_than_the_limit_can_be_added_by_hand_to_a_field_that_is_searched,
    more_rows_than_the_limit_allows_can_be_added_inside_a_form,
    a_product_with_more_tags_than_a_form_may_have_fields_is_saved,
    inlines_and_lists_with_more_fields_than_the_limit_are_saved
);
