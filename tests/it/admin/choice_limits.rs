//! `formfield_for_foreignkey` and `formfield_for_manytomany` limit choices, searches and submitted values alike.

use diesel::prelude::*;
use nuages::admin::options::{HookRequest, Inline};
use nuages::admin::{AdminSite, ModelAdmin};
use nuages::models::Condition;
use nuages::project::Project;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Category, Product, TAGS};
use crate::shop::orders::models::{Order, OrderItem};
use crate::shop::orders::models::{orders_order, orders_orderitem as item};
use crate::shop::schema::{catalog_category, catalog_product as product_table, catalog_tag};
use crate::support::{ALICE, BOB, Client, Database, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site| {
    register(site, |it| it.list_editable((product_table::category_id,)))
});

/// The same, with a search for categories instead of a list.
static SEARCHING: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site| {
    register(site, |it| {
        it.autocomplete_fields((product_table::category_id,))
    })
});

fn register(site: AdminSite, more: fn(ModelAdmin<Product>) -> ModelAdmin<Product>) -> AdminSite {
    site.register::<Product>(|it| {
        more(it.list_display((product_table::name, product_table::category_id)))
            .formfield_for_foreignkey(product_table::category_id, categories)
            .formfield_for_manytomany(TAGS, |request| {
                (!request.user.is_superuser).then(|| Condition::new(catalog_tag::name, "red"))
            })
    })
    .register::<Category>(|it| it.search_fields((catalog_category::name,)))
    .register::<Order>(|it| {
        it.inlines([Inline::tabular::<OrderItem>(|it| {
            it.fields((item::product_id, item::quantity, item::unit_price))
                .formfield_for_foreignkey(item::product_id, |request| {
                    (!request.user.is_superuser)
                        .then(|| Condition::new(product_table::name, "Lamp"))
                })
        })
        .extra(1)])
    })
}

/// Users who are not superusers may use the category "Mine" only.
fn categories(request: &HookRequest<'_>) -> Option<Condition> {
    (!request.user.is_superuser).then(|| Condition::new(catalog_category::name, "Mine"))
}

on_both!(
    a_form_offers_and_accepts_only_what_the_user_may_choose,
    a_row_keeps_a_choice_that_its_user_may_not_make,
    an_inline_offers_and_accepts_only_what_the_user_may_choose,
    the_list_offers_and_accepts_only_what_the_user_may_choose,
    a_search_for_choices_finds_only_what_the_user_may_choose,
);

/// Creates the products "Lamp" in "Mine" (1), with a red tag, and "Chair" in "Theirs" (2), with a blue one.
fn site(kind: Kind, project: &'static Project) -> TestSite {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    BOB.save(conn);
    product("Lamp").category("Mine").tag("red").save(conn);
    product("Chair").category("Theirs").tag("blue").save(conn);
    diesel::insert_into(orders_order::table)
        .values((
            orders_order::number.eq("A1"),
            orders_order::email.eq("a@example.com"),
            orders_order::status.eq("paid"),
            orders_order::note.eq(""),
            orders_order::total.eq(nuages::db::Decimal::new(0, 2)),
            orders_order::created_at.eq(nuages::db::Timestamp::now()),
        ))
        .execute(conn)
        .unwrap();
    TestSite::for_project(database, &[], project)
}

fn bob(site: &TestSite) -> Client {
    let names = [
        "view_product",
        "change_product",
        "view_category",
        "view_order",
        "change_order",
        "add_orderitem",
        "view_orderitem",
    ];
    BOB.may(site, &names);
    BOB.browser(site)
}

fn category_of(site: &TestSite, id: i64) -> String {
    product_table::table
        .inner_join(catalog_category::table)
        .filter(product_table::id.eq(id))
        .select(catalog_category::name)
        .first(&mut site.connect())
        .unwrap()
}

fn offers(client: &Client, url: &str, text: &str) -> bool {
    let page = client.get(url).text();
    page.split("<option").skip(1).any(|option| {
        let option = option.split("</option>").next().unwrap_or_default();
        option.contains(&format!(">{text}"))
    })
}

fn a_form_offers_and_accepts_only_what_the_user_may_choose(kind: Kind) {
    let site = site(kind, &PROJECT);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));
    let form = &format!("{PRODUCTS}1/change/");

    for text in ["Mine", "Theirs", "red", "blue"] {
        assert!(offers(&alice, form, text), "Alice may choose {text}");
        let his = ["Mine", "red"].contains(&text);
        assert_eq!(offers(&bob, form, text), his, "Bob and {text}");
    }
    let reply = bob.submit(&bob.form(form, "name").set("category", "2"), "_save");
    assert_eq!(reply.status, 200, "a category that Bob may not choose");
    assert_eq!(category_of(&site, 1), "Mine");
    let tags = bob.form(form, "name").choose("tags", &["1", "2"]);
    let reply = bob.submit(&tags, "_save");
    assert!(
        reply
            .errors("tags")
            .contains("2 is not one of the available choices"),
        "{}",
        reply.errors("tags")
    );

    let reply = alice.submit(&alice.form(form, "name").set("category", "2"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(category_of(&site, 1), "Theirs");
}

fn a_row_keeps_a_choice_that_its_user_may_not_make(kind: Kind) {
    let site = site(kind, &PROJECT);
    let bob = bob(&site);
    let form = bob.form(&format!("{PRODUCTS}2/change/"), "name");
    let reply = bob.submit(&form.set("name", "Stool"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(category_of(&site, 2), "Theirs");
}

fn an_inline_offers_and_accepts_only_what_the_user_may_choose(kind: Kind) {
    let site = site(kind, &PROJECT);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));
    let url = "/admin/orders/order/1/change/";
    assert!(offers(&alice, url, "Chair") && offers(&alice, url, "Lamp"));
    assert!(!offers(&bob, url, "Chair") && offers(&bob, url, "Lamp"));

    let add = |client: &Client, product: &str| {
        let form = client.form(url, "number");
        let form = form
            .set("items-0-product", product)
            .set("items-0-quantity", "1");
        client
            .submit(&form.set("items-0-unit_price", "1.00"), "_save")
            .status
    };
    assert_eq!(add(&bob, "2"), 200, "a product that Bob may not choose");
    assert_eq!(add(&bob, "1"), 302);
    assert_eq!(add(&alice, "2"), 302);
}

fn the_list_offers_and_accepts_only_what_the_user_may_choose(kind: Kind) {
    let site = site(kind, &PROJECT);
    let bob = bob(&site);
    assert!(offers(&bob, PRODUCTS, "Mine") && !offers(&bob, PRODUCTS, "Theirs"));

    let list = bob.form(PRODUCTS, "form-0-category");
    let at = (0..2)
        .find(|at| list.value(&format!("form-{at}-id")) == "1")
        .unwrap();
    let reply = bob.submit(&list.set(&format!("form-{at}-category"), "2"), "_save");
    assert_eq!(reply.status, 200, "a category that Bob may not choose");
    assert_eq!(category_of(&site, 1), "Mine");
}

fn a_search_for_choices_finds_only_what_the_user_may_choose(kind: Kind) {
    let site = site(kind, &SEARCHING);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));
    let url = "/admin/autocomplete/?app_label=catalog&model_name=product&field_name=category&term=";
    let (hers, his) = (alice.get(url).text(), bob.get(url).text());
    assert!(hers.contains("Mine") && hers.contains("Theirs"), "{hers}");
    assert!(his.contains("Mine") && !his.contains("Theirs"), "{his}");
}
