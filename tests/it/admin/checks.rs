//! `nuages check`: errors in the declarations of site authors.

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Product, TAGS, Tag};
use crate::shop::orders::models::orders_order as order;
use crate::shop::orders::models::{Order, OrderItem};
use crate::shop::schema::catalog_product as product;
use diesel::prelude::*;
use nuages::admin::{AdminSite, FormField, Inline, ModelAdmin};
use nuages::auth::User;
use nuages::models::{Description, Finding, Model, check};
use nuages::schema::auth_user as user;

fn ids(found: &[Finding]) -> Vec<(&'static str, &'static str)> {
    found
        .iter()
        .map(|finding| (finding.id, finding.option))
        .collect()
}

fn products(it: ModelAdmin<Product>) -> ModelAdmin<Product> {
    it.list_display((product::name, product::price))
        .list_editable((product::name, product::stock, product::created_at))
        .list_display_links(())
        .date_hierarchy(product::price)
        .list_per_page(0)
        .fields((product::name,))
        .fieldset("", (product::name, product::name))
        .raw_id_fields((product::name,))
        .autocomplete_fields((product::category_id, TAGS))
        .filter_horizontal((product::category_id,))
        .radio_fields((product::price,))
        .formfield((product::price,), FormField::new().textarea(3))
        .prepopulated_fields(product::slug, (product::created_at,))
        .inlines([Inline::tabular::<Tag>(|it| it)])
}

#[test]
fn a_wrong_admin_is_reported_with_the_option_and_the_remedy() {
    let site = AdminSite::new(&INSTALLED)
        .register::<Tag>(|it| it)
        .register(products)
        .register::<User>(|it| it.list_display((user::username, user::password)))
        .register::<Order>(|it| {
            it.list_display((order::number,))
                .inlines([Inline::stacked::<OrderItem>(|it| it).min_num(3).max_num(2)])
        });
    let found = site.check();
    let expected = [
        ("admin.E124", "list_editable"),
        ("admin.E122", "list_editable"),
        ("admin.E122", "list_editable"),
        ("admin.E125", "list_editable"),
        ("admin.E128", "date_hierarchy"),
        ("admin.E118", "list_per_page"),
        ("admin.E005", "fields"),
        ("admin.E012", "fieldsets"),
        ("admin.E003", "raw_id_fields"),
        ("admin.E039", "autocomplete_fields"),
        ("admin.E040", "autocomplete_fields"),
        ("admin.E020", "filter_horizontal"),
        ("admin.E023", "radio_fields"),
        ("nuages.E107", "formfield"),
        ("admin.E028", "prepopulated_fields"),
        ("admin.E202", "model"),
        ("nuages.E103", "list_display"),
        ("admin.E204", "max_num"),
    ];
    assert_eq!(ids(&found), expected, "{found:#?}");
    let said = found[1].to_string();
    assert_eq!(
        said,
        "(admin.E122) the admin of catalog.Product, list_editable: stock is not in list_display. Add it there."
    );
}

#[derive(Identifiable)]
#[diesel(table_name = product)]
struct Stray {
    id: i64,
}

impl Model for Stray {
    fn describe(it: Description<Self>) -> Description<Self> {
        it.label("catalog.Stray")
    }
}

#[test]
fn a_model_that_no_app_lists_is_reported() {
    let found = AdminSite::new(&INSTALLED)
        .register::<Stray>(|it| it)
        .check();
    assert_eq!(ids(&found), [("nuages.E108", "register")], "{found:#?}");
}

#[test]
fn check_finds_nothing_in_the_shop() {
    assert_eq!(crate::shop::SHOP.admin_site().check(), []);
    assert_eq!(check(&INSTALLED), []);
}
