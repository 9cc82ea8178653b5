//! Labels, help texts and controls that an admin changes.

use crate::shop::catalog::models::{Category, Product};
use crate::shop::schema::{catalog_category as category, catalog_product as product};
use crate::shop::{INSTALLED, catalog};
use nuages::admin::{AdminSite, FormField, Inline, ModelAdmin};
use nuages::models::FieldKind;
use nuages::project::Project;

use crate::support::{self, ALICE, Database, Kind, TestSite};

const LAMP: &str = "/admin/catalog/product/1/change/";

fn register(site: AdminSite) -> AdminSite {
    let products = |it: ModelAdmin<Product>| {
        it.formfield_overrides(
            FieldKind::Text,
            FormField::new().textarea(12).help_text("As people say it."),
        )
        .formfield_overrides(FieldKind::Char(0), FormField::new().placeholder("…"))
        .formfield(
            (product::name,),
            FormField::new().label("Title").textarea(2),
        )
        .raw_id_fields((product::category_id,))
        .formfield((product::category_id,), FormField::new().label("Shelf"))
        .formfield((product::sku,), FormField::new().help_text(""))
    };
    let inside =
        |it| products(it).fields((product::name, product::slug, product::sku, product::price));
    let site = catalog::admin::register(site)
        .unregister::<Product>()
        .unregister::<Category>();
    site.register(products).register::<Category>(|it| {
        it.formfield((category::description,), FormField::new().textarea(1))
            .inlines([Inline::tabular(inside).extra(1)])
    })
}

fn a_form_has_the_labels_and_help_of_the_admin(kind: Kind) {
    static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    support::product("Lamp").save(conn);
    let site = TestSite::for_project(database, &[], &PROJECT);
    let alice = ALICE.browser(&site);

    let page = alice.get(LAMP);
    assert!(
        page.shows(&[
            "<label for=\"id_name\">Title</label>",
            "name=\"name\" id=\"id_name\" rows=\"2\"",
            "name=\"description\" id=\"id_description\" rows=\"12\"",
            "As people say it.",
            "aria-describedby=\"id_description_helptext\"",
            "placeholder=\"…\"",
            "aria-label=\"Look up shelf\"",
        ]),
        "{}",
        page.text()
    );
    assert!(
        !page.text().contains("Stock keeping unit") && !page.text().contains("id_sku_helptext"),
        "{}",
        page.text()
    );

    // The history uses the label of the form.
    let form = page.form(LAMP, "name").set("name", "Torch");
    assert_eq!(alice.submit(&form, "_save=").status, 302);
    assert!(
        alice
            .get("/admin/catalog/product/1/history/")
            .shows(&["Changed Title."])
    );

    let page = alice.get("/admin/catalog/category/1/change/");
    assert!(
        page.shows(&[
            "<input type=\"text\" name=\"description\"",
            ">Title",
            "id=\"id_products-0-name\" rows=\"2\""
        ]),
        "{}",
        page.text()
    );
}

on_both!(a_form_has_the_labels_and_help_of_the_admin);
