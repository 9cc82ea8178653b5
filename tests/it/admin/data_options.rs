//! Options of `ModelAdmin` for the export, the import and the bulk edit of rows.

use nuages::admin::AdminSite;
use nuages::project::Project;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Category, Product};
use crate::shop::schema::catalog_product;
use crate::support::{ALICE, BOB, Database, Kind, TestSite, product};

const CATEGORIES: &str = "/admin/catalog/category/";
const PRODUCTS: &str = "/admin/catalog/product/";

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);

fn register(site: AdminSite) -> AdminSite {
    site.register::<Category>(|it| it.no_export().no_import().no_bulk_edit())
        .register::<Product>(|it| {
            it.export_fields((
                catalog_product::name,
                catalog_product::sku,
                catalog_product::category_id,
            ))
            .import_fields((catalog_product::name, catalog_product::stock))
            .import_id_fields((catalog_product::sku, catalog_product::slug))
            .has_export_permission(|request| request.user.username != "charlie")
            .has_import_permission(|request| request.user.is_superuser)
        })
}

fn shop(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    BOB.save(conn);
    product("Lamp").save(conn);
    let site = TestSite::for_project(database, &[], &PROJECT);
    BOB.may(&site, &["view_product", "change_product", "view_category"]);
    site
}

fn a_switch_removes_the_buttons_and_the_pages(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    for page in ["export/?format=csv", "export/", "import/"] {
        let reply = alice.get(&format!("{CATEGORIES}{page}"));
        assert_eq!(reply.status, 403, "{page}");
    }
    let list = alice.get(CATEGORIES).text();
    for part in ["/export/", "/import/", "bulk_edit", "export_selected"] {
        assert!(!list.contains(part), "{part} is offered");
    }
    let list = alice.get(PRODUCTS).text();
    for part in ["/export/", "/import/", "bulk_edit", "export_selected"] {
        assert!(list.contains(part), "{part} is not offered");
    }
}

fn an_export_has_only_the_fields_of_the_option(kind: Kind) {
    let site = shop(kind);
    let bob = BOB.browser(&site);
    let file = bob.get(&format!("{PRODUCTS}export/?format=csv"));
    let header = file.text().lines().next().unwrap_or_default().to_owned();
    assert_eq!(header, "name,sku,category");
    for (columns, status) in [("name,category__slug", 200), ("name,price", 400)] {
        let url = format!("{PRODUCTS}export/?format=csv&columns={columns}");
        assert_eq!(bob.get(&url).status, status, "{columns}");
    }
}

fn an_import_has_only_the_fields_and_keys_of_the_options(kind: Kind) {
    let site = shop(kind);
    let form = ALICE.browser(&site).get(&format!("{PRODUCTS}import/"));
    let text = form.text();
    let keys = text.split("name=\"key\"").nth(1).unwrap();
    let keys = keys.split("</select>").next().unwrap();
    let values = keys.split("value=\"").skip(1);
    let values: Vec<&str> = values.filter_map(|part| part.split('"').next()).collect();
    assert_eq!(values, ["sku", "slug"], "the fields that identify rows");

    let bob = BOB.browser(&site);
    assert_eq!(bob.get(&format!("{PRODUCTS}import/")).status, 403);
    assert!(!bob.get(PRODUCTS).text().contains("/import/"));
}

on_both!(
    a_switch_removes_the_buttons_and_the_pages,
    an_export_has_only_the_fields_of_the_option,
    an_import_has_only_the_fields_and_keys_of_the_options,
);
