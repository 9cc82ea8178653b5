//! Rows that somebody else deleted while a form was open.

use diesel::connection::SimpleConnection as _;
use nuages::project::Project;

use super::{SHEET, SHEETS, lab, stored};
use crate::shop::INSTALLED;
use crate::shop::catalog::models::Product;
use crate::shop::schema::catalog_product as product;
use crate::support::{ALICE, BOB, Database, Kind, TestSite};

/// Creates two lines below the first sheet, and a second sheet.
fn rows(site: &TestSite) {
    let code = "00112233-4455-6677-8899-aabbccddeeff";
    let code = if site.database.url.starts_with("sqlite") {
        code.replace('-', "")
    } else {
        code.to_owned()
    };
    let sql = format!(
        "INSERT INTO lab_line (sheet_id, text, is_done, made_at, due_on, grade, price, code, state, moment, scan)
             VALUES (1, 'Milk', true, '2026-01-01 00:00:00', '2026-01-01', 3, 1, '{code}', 'open', NULL, ''),
                    (1, 'Bread', true, '2026-01-01 00:00:00', '2026-01-01', 3, 1, '{code}', 'open', NULL, '');
         INSERT INTO lab_sheet (changed_at, title, is_public, body, state, paper)
             VALUES ('2025-01-01 00:00:00', 'Second', false, '', 'open', '')"
    );
    site.connect().batch_execute(&sql).unwrap();
}

fn an_untouched_inline_row_that_has_gone_is_skipped_with_a_message(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "New")
        .set("lines-1-text", "Rye");
    site.connect()
        .batch_execute("DELETE FROM lab_line WHERE text = 'Milk'")
        .unwrap();
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "the line that has gone was not touched: {}",
        reply.words()
    );
    let page = alice.follow(&reply).words();
    assert!(page.contains("1 line was deleted meanwhile."), "{page}");
    let lines = stored(&site, "lab_line");
    assert!(
        lines.len() == 1 && lines[0].contains("Rye"),
        "the other line was changed: {lines:?}"
    );
}

fn a_touched_inline_row_that_has_gone_is_named_and_keeps_what_was_typed(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "New")
        .set("lines-0-text", "Cream");
    site.connect()
        .batch_execute("DELETE FROM lab_line WHERE text = 'Milk'")
        .unwrap();
    let mut reply = alice.submit(&form, "_save");
    for attempt in ["first", "second"] {
        assert_eq!(
            reply.status, 200,
            "{attempt}: what was typed has nowhere to go"
        );
        assert!(
            reply.words().contains("This line was deleted meanwhile"),
            "{attempt}: {}",
            reply.words()
        );
        assert_eq!(
            reply.form(SHEET, "title").value("lines-0-text"),
            "Cream",
            "{attempt}: what was typed is kept"
        );
        reply = alice.submit(&reply.form(SHEET, "title"), "_save");
    }
    let reply = alice.submit(
        &reply.form(SHEET, "title").set("lines-0-DELETE", "on"),
        "_save",
    );
    assert_eq!(
        reply.status,
        302,
        "a tick goes on without it: {}",
        reply.words()
    );
    assert!(stored(&site, "lab_sheet")[0].contains("New") && stored(&site, "lab_line").len() == 1);
}

fn an_untouched_inline_row_that_was_moved_to_another_parent_is_skipped_with_a_message(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "New")
        .set("lines-1-text", "Rye");
    site.connect()
        .batch_execute("UPDATE lab_line SET sheet_id = 2 WHERE text = 'Milk'")
        .unwrap();
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "the line that was moved was not touched: {}",
        reply.words()
    );
    let page = alice.follow(&reply).words();
    assert!(
        page.contains("1 line was moved to another sheet meanwhile."),
        "{page}"
    );
    let lines = stored(&site, "lab_line").join("\n");
    assert!(
        lines.contains("Milk") && lines.contains("Rye"),
        "one line was changed, the other stays: {lines}"
    );
}

fn a_touched_inline_row_that_was_moved_is_named_and_stays_at_its_new_parent(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "New")
        .set("lines-0-text", "Cream");
    site.connect()
        .batch_execute("UPDATE lab_line SET sheet_id = 2 WHERE text = 'Milk'")
        .unwrap();
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 200, "what was typed has nowhere to go");
    assert!(
        reply
            .words()
            .contains("This line was moved to another sheet meanwhile"),
        "{}",
        reply.words()
    );
    assert_eq!(
        reply.form(SHEET, "title").value("lines-0-text"),
        "Cream",
        "what was typed is kept"
    );
    let reply = alice.submit(
        &reply.form(SHEET, "title").set("lines-0-DELETE", "on"),
        "_save",
    );
    assert_eq!(
        reply.status,
        302,
        "a tick goes on without it: {}",
        reply.words()
    );
    let lines = stored(&site, "lab_line");
    assert!(
        lines.len() == 2 && lines.join("\n").contains("Milk"),
        "the moved line was not deleted: {lines:?}"
    );
}

fn a_deleted_row_can_be_left_out_without_the_permission_to_delete(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let sql = "INSERT INTO auth_permission (name, content_type_id, codename)
               SELECT action || ' ' || model, id, action || '_' || model FROM django_content_type,
               (SELECT 'view' AS action UNION SELECT 'change') AS actions WHERE app_label = 'lab'";
    site.connect().batch_execute(sql).unwrap();
    BOB.may(
        &site,
        &["view_sheet", "change_sheet", "view_line", "change_line"],
    );
    let bob = BOB.browser(&site);
    let form = bob
        .form(SHEET, "title")
        .set("lines-0-text", "Cream")
        .set("lines-1-text", "Rye");
    site.connect()
        .batch_execute("DELETE FROM lab_line WHERE text = 'Milk'")
        .unwrap();
    let form = bob.submit(&form, "_save").form(SHEET, "title");
    let reply = bob.submit(&form.set("lines-0-DELETE", "on"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert!(
        stored(&site, "lab_line")[0].contains("Rye"),
        "{:?}",
        stored(&site, "lab_line")
    );
}

fn a_refused_page_leaves_no_gap_where_a_row_has_gone(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "")
        .set("lines-1-text", "Rye")
        .set("lines-2-text", "Eggs");
    site.connect()
        .batch_execute("DELETE FROM lab_line WHERE text = 'Milk'")
        .unwrap();
    let reply = alice.submit(&form, "_save");
    assert!(
        reply.status == 200 && reply.words().contains("1 line was deleted meanwhile."),
        "{}",
        reply.words()
    );
    let reply = alice.submit(&reply.form(SHEET, "title").set("title", "New"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let lines = stored(&site, "lab_line").join("\n");
    assert!(
        lines.contains("Rye") && lines.contains("Eggs"),
        "no line was lost: {lines}"
    );
}

fn an_untouched_row_of_a_list_that_has_gone_is_skipped_with_a_message(kind: Kind) {
    let site = lab(kind, &[]);
    rows(&site);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEETS, "form-0-state");
    let gone = usize::from(form.value("form-0-id") != "2");
    let other = 1 - gone;
    site.connect()
        .batch_execute("DELETE FROM lab_sheet WHERE id = 2")
        .unwrap();
    let reply = alice.submit(
        &form.clone().set(&format!("form-{other}-price"), "7"),
        "_save",
    );
    assert_eq!(reply.status, 302, "{}", reply.words());
    let page = alice.follow(&reply).words();
    assert!(
        page.contains("1 sheet was deleted meanwhile.") && page.contains("1 sheet was changed"),
        "{page}"
    );

    // A row that was changed here is named, with the entered values, and the next save continues
    // without it.
    let form = form
        .set(&format!("form-{other}-price"), "8")
        .set(&format!("form-{gone}-state"), "shut");
    let reply = alice.submit(&form, "_save");
    let words = reply.words();
    assert!(
        reply.status == 200
            && words.contains("was deleted meanwhile. You had typed: State “Shut”."),
        "{words}"
    );
    let reply = alice.submit(&reply.form(SHEETS, "form-0-state"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert!(
        stored(&site, "lab_sheet")[0].contains('8'),
        "{:?}",
        stored(&site, "lab_sheet")
    );
}

fn a_chosen_row_that_was_deleted_meanwhile_is_named_as_deleted(kind: Kind) {
    let site = lab(kind, &[]);
    let conn = &mut site.connect();
    crate::support::product("Lamp").tag("red").save(conn);
    conn.batch_execute(
        "INSERT INTO catalog_tag (id, name, slug) VALUES (50, 'blue', 'blue');
         INSERT INTO catalog_category (id, name, slug, description) VALUES (60, 'Toys', 'toys', '')",
    ).unwrap();
    let alice = ALICE.browser(&site);
    let path = "/admin/catalog/product/1/change/";
    let told = "Select a valid choice. The";
    let save = |field: &str, value: &str, before: &dyn Fn()| {
        let form = alice.form(path, "name");
        before();
        let mut fields = form.sent("_save");
        if field == "category" {
            fields.retain(|(name, _)| name != field);
        }
        fields.push((field.to_owned(), value.to_owned()));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        alice.post_with(path, &[], &fields).errors(field)
    };
    // A list in the form offered the tag.
    let errors = save("tags", "50", &|| {
        site.connect()
            .batch_execute("DELETE FROM catalog_tag WHERE id = 50")
            .unwrap();
    });
    assert_eq!(
        errors,
        format!("{told} tag that you chose was deleted meanwhile.")
    );
    // A search offered the category, and the history has its deletion.
    let errors = save("category", "60", &|| {
        let reply = alice.post("/admin/catalog/category/60/delete/", &[("post", "yes")]);
        assert_eq!(reply.status, 302, "{}", reply.words());
    });
    assert_eq!(
        errors,
        format!("{told} category “Toys” that you chose was deleted meanwhile."),
        "the history knows the name of the category"
    );
    // Rows that never existed get Django's text.
    let errors = save("tags", "999", &|| {});
    assert_eq!(
        errors,
        "Select a valid choice. 999 is not one of the available choices."
    );
    let errors = save("category", "999", &|| {});
    assert_eq!(
        errors,
        "Select a valid choice. That choice is not one of the available choices."
    );
}

/// A shop in whose list of products the category can be changed.
static SHOP: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site| {
    crate::shop::register(site)
        .unregister::<Product>()
        .register::<Product>(|it| {
            it.list_display((product::name, product::category_id))
                .list_editable((product::category_id,))
        })
});

fn a_row_chosen_in_a_list_that_was_deleted_meanwhile_is_named_as_deleted(kind: Kind) {
    const PRODUCTS: &str = "/admin/catalog/product/";
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for persona in [&ALICE, &BOB] {
        persona.save(conn);
    }
    crate::support::product("Lamp").save(conn);
    conn.batch_execute(
        "INSERT INTO catalog_category (id, name, slug, description) VALUES (60, 'Toys', 'toys', '')",
    )
    .unwrap();
    let site = TestSite::for_project(database, &[], &SHOP);
    BOB.may(&site, &["view_product", "change_product"]);
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));
    let forms = [&alice, &bob].map(|browser| {
        browser
            .form(PRODUCTS, "form-0-category")
            .set("form-0-category", "60")
    });
    let reply = alice.post("/admin/catalog/category/60/delete/", &[("post", "yes")]);
    assert_eq!(reply.status, 302, "{}", reply.words());

    let errors = [&alice, &bob]
        .into_iter()
        .zip(&forms)
        .map(|(browser, form)| browser.submit(form, "_save").errors("form-0-category"));

    assert_eq!(
        errors.collect::<Vec<_>>(),
        [
            "Select a valid choice. The category “Toys” that you chose was deleted meanwhile.",
            "Select a valid choice. The category that you chose was deleted meanwhile."
        ],
        "the errors for Alice, and for Bob, who may not view categories"
    );
}

fn a_link_to_a_deleted_tag_does_not_prevent_a_save(kind: Kind) {
    let site = lab(kind, &[]);
    let conn = &mut site.connect();
    crate::support::product("Lamp")
        .tag("red")
        .tag("blue")
        .save(conn);
    let alice = ALICE.browser(&site);
    let path = "/admin/catalog/product/1/change/";
    let form = alice.form(path, "name").set("name", "Torch");
    conn.batch_execute(
        "DELETE FROM catalog_product_tags WHERE tag_id = 1; DELETE FROM catalog_tag WHERE id = 1",
    )
    .unwrap();
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "the tags were not touched: {}",
        reply.words()
    );
    assert_eq!(
        alice.form(path, "name").values("tags"),
        ["2"],
        "the other tag stays"
    );
}

on_both!(
    an_untouched_inline_row_that_has_gone_is_skipped_with_a_message,
    a_touched_inline_row_that_has_gone_is_named_and_keeps_what_was_typed,
    an_untouched_inline_row_that_was_moved_to_another_parent_is_skipped_with_a_message,
    a_touched_inline_row_that_was_moved_is_named_and_stays_at_its_new_parent,
    a_deleted_row_can_be_left_out_without_the_permission_to_delete,
    a_refused_page_leaves_no_gap_where_a_row_has_gone,
    an_untouched_row_of_a_list_that_has_gone_is_skipped_with_a_message,
    a_chosen_row_that_was_deleted_meanwhile_is_named_as_deleted,
    a_row_chosen_in_a_list_that_was_deleted_meanwhile_is_named_as_deleted,
    a_link_to_a_deleted_tag_does_not_prevent_a_save
);
