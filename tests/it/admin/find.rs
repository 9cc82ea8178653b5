//! Search and pick without scripts, in forms and lists.

use crate::shop::catalog::models::{Category, Product, TAGS};
use crate::shop::schema::{catalog_category as category, catalog_product as product};
use crate::shop::{INSTALLED, catalog};
use nuages::admin::{AdminSite, Inline, ModelAdmin};
use nuages::project::Project;

use diesel::connection::SimpleConnection as _;

use crate::admin::shop;
use crate::support::{self, ALICE, BOB, CHARLIE, Database, Kind, TestSite};

const ADD: &str = "/admin/catalog/product/add/";
const LAMP: &str = "/admin/catalog/product/1/change/";
const ORDER: &str = "/admin/orders/order/add/";
const GOODS: &str = "/admin/catalog/category/1/change/";

/// Registers models whose form and inlines have relations with search, to one and to many rows.
fn register(site: AdminSite) -> AdminSite {
    let searched = |it: ModelAdmin<Product>| it.autocomplete_fields((product::category_id, TAGS));
    let inside = |it| {
        searched(it).fields((
            product::name,
            product::slug,
            product::sku,
            product::price,
            TAGS,
        ))
    };
    let site = catalog::admin::register(site)
        .unregister::<Product>()
        .unregister::<Category>();
    site.register(|it| searched(it).search_fields((product::name,)))
        .register::<Category>(|it| {
            it.search_fields((category::name,))
                .autocomplete_fields((category::parent_id,))
                .inlines([Inline::stacked(inside).extra(1)])
        })
}

/// Creates a shop with two products, and tags "t 1" to "t 25".
fn site(kind: Kind) -> TestSite {
    static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    BOB.save(conn);
    let tagged = |name: &str, from: usize| {
        (from..from + 13).fold(support::product(name), |it, n| it.tag(&format!("t {n}")))
    };
    tagged("Lamp", 1).save(conn);
    tagged("Shade", 13).category("Lamps").save(conn);
    TestSite::for_project(database, &[("DEBUG", "1")], &PROJECT)
}

fn a_row_is_searched_and_picked_and_typed_values_are_kept(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(LAMP, "name")
        .set("name", "Torch")
        .set("price", "half")
        .choose("is_active", &[]);
    let form = alice
        .submit(&form, "_find=category")
        .form(LAMP, "name")
        .set("_find-category", "LAMPS");
    let page = alice.submit(&form, "_find=category");
    assert_eq!(page.status, 200);
    assert!(
        page.shows(&["1 match for “LAMPS”. Choose it, then save."]),
        "{}",
        page.words()
    );
    assert!(page.queries() <= 16, "{}", page.header("server-timing"));
    let form = page.form(LAMP, "name");
    let kept =
        ["name", "price", "is_active", "category", "_find-category"].map(|name| form.value(name));
    assert_eq!(kept, ["Torch", "half", "", "1", ""]);
    assert_eq!(
        (page.errors("price"), page.text().contains("Error: ")),
        (String::new(), false)
    );
    // The chosen category is kept during a search for another field.
    let form = alice
        .submit(&form.set("category", "2"), "_find=tags")
        .form(LAMP, "name");
    let form = alice
        .submit(&form.set("_find-tags", "t 25"), "_find=tags")
        .form(LAMP, "name");
    let form = form.choose("tags", &["25"]);
    assert_eq!(form.value("category"), "2");
    assert_eq!(
        alice.submit(&form.set("price", "5"), "_continue").status,
        302
    );
    let form = alice.form(LAMP, "name");
    assert_eq!(
        (form.value("category"), form.values("tags")),
        ("2".into(), vec!["25".into()])
    );
    // An optional relation can be cleared.
    let form = alice
        .submit(&alice.form(GOODS, "name"), "_find=parent")
        .form(GOODS, "name");
    assert!(form.has("parent") && alice.submit(&form.set("parent", "2"), "_save").status == 302);
    let form = alice
        .submit(&alice.form(GOODS, "name"), "_find=parent")
        .form(GOODS, "name");
    let form = alice
        .submit(&form.set("_find-parent", "oo"), "_find=parent")
        .form(GOODS, "name");
    assert_eq!(
        form.value("parent"),
        "2",
        "what is chosen stays among the matches"
    );
    assert_eq!(alice.submit(&form.set("parent", ""), "_save").status, 302);
    assert_eq!(alice.form(GOODS, "name").value("parent"), "");
}

fn a_search_does_not_wait_for_writers(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form(GOODS, "name").set("name", "Torches");
    let mut other = site.connect();
    other
        .batch_execute(match kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => "BEGIN; SELECT 1 FROM catalog_category FOR UPDATE; SELECT 1 FROM catalog_product FOR UPDATE",
        })
        .unwrap();
    // A request that must wait for the writer, who never ends, is answered with 503.
    for button in ["_find=parent", "_addrow=products"] {
        let page = alice.submit(&form, button);
        assert_eq!(
            (page.status, page.form(GOODS, "name").value("name")),
            (200, "Torches".to_owned()),
            "{button}"
        );
    }
    other.batch_execute("ROLLBACK").unwrap();
}

fn several_rows_are_searched_and_picked_in_inline_rows(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(GOODS, "name")
        .set("products-0-name", "Lantern")
        .set("products-1-sku", "typed");
    let before = form.values("products-0-tags");
    assert_eq!(before.len(), 13);
    let page = alice.submit(&form, "_find=products-0-tags");
    assert!(
        page.shows(&["The first 20. Choose, then save, or search."]),
        "{}",
        page.words()
    );
    let form = page.form(GOODS, "name");
    assert_eq!(form.values("products-0-tags"), before);
    assert_eq!(
        ["products-0-name", "products-1-sku"].map(|name| form.value(name)),
        ["Lantern", "typed"]
    );
    let page = alice.submit(
        &form
            .set("products-1-sku", "")
            .set("_find-products-0-tags", "t 24"),
        "_find=products-0-tags",
    );
    let form = page
        .form(GOODS, "name")
        .choose("products-0-tags", &["1", "24"]);
    assert_eq!(alice.submit(&form, "_save").status, 302);
    let form = alice.form(GOODS, "name");
    assert_eq!(
        (
            form.value("products-0-name"),
            form.values("products-0-tags")
        ),
        ("Lantern".into(), vec!["1".into(), "24".into()])
    );
}

fn a_search_without_results_shows_a_note_and_enter_in_the_box_searches(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form(ADD, "name").set("name", "Torch");
    let form = alice.submit(&form, "_find=category").form(ADD, "name");
    for (words, said) in [
        ("sundial", "Nothing found for “sundial”."),
        ("lamp \0", "Nothing found for"),
        ("a", "1 match for “a”."),
    ] {
        // The Enter key presses the first button.
        let page = alice.submit(&form.clone().set("_find-category", words), "_save");
        assert_eq!(page.status, 200);
        assert!(
            page.shows(&[said]) && page.form(ADD, "name").value("name") == "Torch",
            "{}",
            page.words()
        );
    }
    let page = alice.submit(&form, "_save");
    assert!(
        page.shows(&["Please correct the errors below."]),
        "nothing to search for: it is saved: {}",
        page.words()
    );
    assert_eq!(
        alice
            .submit(&form, "_find=category")
            .form(ADD, "name")
            .value("category"),
        ""
    );
}

fn a_field_for_raw_keys_can_be_searched(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(ORDER, "number")
        .set("number", "R1")
        .set("customer", "9");
    let page = alice.submit(&form, "_find=customer");
    assert!(page.shows(&["bob", "charlie"]), "{}", page.words());
    let form = alice.submit(
        &page.form(ORDER, "number").set("_find-customer", "char"),
        "_find=customer",
    );
    let form = form
        .form(ORDER, "number")
        .set("customer", &CHARLIE.row(&site).id.to_string());
    assert_eq!(
        alice
            .submit(&form, "_find=items-0-product")
            .form(ORDER, "number")
            .value("customer"),
        form.value("customer")
    );
    let none = alice
        .submit(&form, "_find=customer")
        .form(ORDER, "number")
        .set("customer", "");
    assert_eq!(
        (none.value("number"), none.value("customer")),
        ("R1".into(), String::new())
    );
}

fn a_box_chooses_all_rows_that_were_found(kind: Kind) {
    let site = shop(kind);
    let sql: Vec<String> = (1..=120).map(|n| format!("('t {n}', 't-{n}')")).collect();
    site.connect()
        .batch_execute(&format!(
            "INSERT INTO catalog_tag (name, slug) VALUES {}",
            sql.join(", ")
        ))
        .unwrap();
    let alice = ALICE.browser(&site);
    let form = |page: &str| alice.form(page, "action").set("action", "delete_selected");
    let none = alice.submit(&form("/admin/catalog/tag/"), "index");
    assert!(alice.follow(&none).shows(&["Items must be selected"]));
    assert!(
        !form("/admin/catalog/tag/?q=11").has("_all"),
        "all of these are on the page"
    );
    let asked = alice.submit(&form("/admin/catalog/tag/").set("_all", "1"), "index");
    let done = alice.submit(&asked.form("/admin/catalog/tag/", "post"), "");
    assert!(
        alice
            .follow(&done)
            .shows(&["Successfully deleted 120 tags."]),
        "{}",
        done.words()
    );
}

fn a_search_needs_the_permission_to_view_the_rows(kind: Kind) {
    let site = site(kind);
    BOB.may(&site, &["add_product"]);
    let bob = BOB.browser(&site);
    let form = bob.form(ADD, "name");
    assert!(!form.has("_find=category"));
    let fields = [
        ("csrfmiddlewaretoken", form.value("csrfmiddlewaretoken")),
        ("_find", "category".into()),
        ("_find-category", "lamps".into()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let page = bob.post(ADD, &fields);
    assert!(
        page.status == 200 && !page.shows(&["Lamps"]),
        "{}",
        page.words()
    );
    BOB.may(&site, &["view_category"]);
    assert!(bob.post(ADD, &fields).shows(&["Lamps"]));
}

on_both!(
    a_row_is_searched_and_picked_and_typed_values_are_kept,
    a_search_does_not_wait_for_writers,
    several_rows_are_searched_and_picked_in_inline_rows,
    a_search_without_results_shows_a_note_and_enter_in_the_box_searches,
    a_field_for_raw_keys_can_be_searched,
    a_box_chooses_all_rows_that_were_found,
    a_search_needs_the_permission_to_view_the_rows
);
