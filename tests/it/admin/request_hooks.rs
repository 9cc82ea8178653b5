//! Options of `ModelAdmin` that depend on the request: Django's `get_…` methods, `save_related` and the responses.

use askama::Template;
use diesel::prelude::*;
use nuages::admin::options::{Fieldset, Inline};
use nuages::admin::{AdminRequest, AdminSite};
use nuages::db::Decimal;
use nuages::http::{Html, PostData, redirect};
use nuages::models::{FieldList, via};
use nuages::project::Project;

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Category, Product, Tag};
use crate::shop::orders::models::OrderItem;
use crate::shop::orders::models::orders_orderitem as item;
use crate::shop::schema::{catalog_category, catalog_product as product_table, catalog_tag};
use crate::support::{ALICE, BOB, Client, Database, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";
const FORM: &str = "/admin/catalog/product/1/change/";

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);

fn register(site: AdminSite) -> AdminSite {
    site.register::<Product>(|it| {
        it.list_display((
            product_table::name,
            product_table::stock,
            product_table::price,
        ))
        .list_editable((product_table::stock, product_table::price))
        .list_filter((
            product_table::is_active,
            via(product_table::category_id, catalog_category::name),
        ))
        .fieldset("Names", (product_table::name, product_table::slug))
        .fieldset("Numbers", (product_table::stock, product_table::price))
        .inlines([Inline::tabular::<OrderItem>(|it| {
            it.get_fields(|request| {
                if request.user.is_superuser {
                    FieldList::new((item::quantity, item::unit_price, item::order_id))
                } else {
                    FieldList::new((item::quantity,))
                }
            })
        })])
        .get_list_display(|request, mut columns| {
            columns.retain(|column| request.user.is_superuser || !column.is(product_table::price));
            columns
        })
        .get_list_filter(|request, mut filters| {
            let category = || via(product_table::category_id, catalog_category::name);
            filters.retain(|filter| request.user.is_superuser || !filter.is(category()));
            filters
        })
        .get_fieldsets(|request, mut groups| {
            if request.record.is_some() {
                groups.push(Fieldset::of("Dates", (product_table::released_on,)));
            }
            groups
        })
        .get_form(|request, form| {
            if !request.user.is_superuser {
                form.exclude((product_table::price,));
                form.readonly((product_table::slug,));
            }
        })
        .get_inlines(|request, mut inlines| {
            inlines.retain(|inline| inline.is::<OrderItem>() && request.user.username == "alice");
            inlines
        })
        .get_urls(|urls| {
            urls.get("report/", "report", "view", report)
                .form("rename/", "rename", "change", rename)
        })
    })
    .register::<Tag>(|it| {
        it.get_fields(|_| FieldList::new((catalog_tag::slug, catalog_tag::name)))
            .response_add(|_, saved| {
                (saved.name == "elsewhere").then(|| redirect(format!("/elsewhere/{}/", saved.pk)))
            })
            .response_change(|request, saved| {
                request.messages.success(format!("{} it is.", saved.name));
                Some(redirect("/changed/"))
            })
    })
    .register::<Category>(|it| {
        it.save_related(|conn, category, saving| {
            let who = saving.user.map_or("", |user| &user.username);
            let text = format!("by {who}, new: {}", saving.created);
            let id = category.pk().as_i64().unwrap();
            diesel::update(catalog_category::table.find(id))
                .set(catalog_category::description.eq(text))
                .execute(conn)?;
            Ok(())
        })
    })
}

#[derive(Template)]
#[template(source = "<p>{{ text }}</p>", ext = "html")]
struct Report {
    text: &'static str,
}

async fn report(request: AdminRequest) -> nuages::error::Result<Html> {
    let text = "Nothing to report";
    request.page("Report", Vec::new(), &Report { text })
}

async fn rename(request: AdminRequest, post: Option<PostData>) -> nuages::error::Result<Html> {
    let text = if post.is_some_and(|post| post.fields.get("name").is_some()) {
        "Renamed"
    } else {
        "Rename?"
    };
    request.page("Rename", Vec::new(), &Report { text })
}

on_both!(
    get_form_leaves_a_field_out_and_a_sent_value_is_not_saved,
    get_fieldsets_sees_the_row_and_get_fields_orders_a_form,
    get_list_display_hides_a_column_and_its_control,
    get_list_filter_hides_a_filter_and_refuses_its_parameter,
    get_inlines_chooses_the_inlines_of_a_user,
    save_related_runs_when_the_row_is_saved,
    response_add_and_response_change_replace_the_redirect,
    get_urls_adds_pages_below_the_model_for_its_users,
);

fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    ALICE.save(conn);
    BOB.save(conn);
    product("Lamp").save(conn);
    TestSite::for_project(database, &[], &PROJECT)
}

fn bob(site: &TestSite) -> Client {
    BOB.may(
        site,
        &[
            "view_product",
            "change_product",
            "add_orderitem",
            "view_orderitem",
        ],
    );
    BOB.browser(site)
}

fn price(site: &TestSite) -> Decimal {
    product_table::table
        .select(product_table::price)
        .first(&mut site.connect())
        .unwrap()
}

fn get_form_leaves_a_field_out_and_a_sent_value_is_not_saved(kind: Kind) {
    let site = site(kind);
    let bob = bob(&site);

    let form = bob.form(FORM, "name");
    assert!(!form.has("price"), "the price is left out for Bob");
    assert!(!form.has("slug"), "the slug is only shown to Bob");
    assert!(ALICE.browser(&site).form(FORM, "name").has("price"));
    let mut fields = form.set("name", "Torch").values_of(&[]);
    for (name, value) in [("price", "0.01"), ("slug", "forged"), ("_save", "Save")] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(bob.post(FORM, &fields).status, 302);

    let (name, slug): (String, String) = product_table::table
        .select((product_table::name, product_table::slug))
        .first(&mut site.connect())
        .unwrap();
    assert_eq!((name.as_str(), slug.as_str()), ("Torch", "lamp"));
    assert_eq!(price(&site), Decimal::new(1000, 2));
}

fn get_fieldsets_sees_the_row_and_get_fields_orders_a_form(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);

    let change = alice.get(FORM).text();
    assert!(change.contains("Dates") && change.contains("name=\"released_on\""));
    let add = alice.get(&format!("{PRODUCTS}add/")).text();
    assert!(
        !add.contains("name=\"released_on\""),
        "a new row has no dates"
    );

    let tag = alice.get("/admin/catalog/tag/add/").text();
    let at = |name: &str| tag.find(&format!("name=\"{name}\"")).unwrap();
    assert!(at("slug") < at("name"), "the slug comes first");
}

fn get_list_display_hides_a_column_and_its_control(kind: Kind) {
    let site = site(kind);
    let bob = bob(&site);

    let list = bob.form(PRODUCTS, "form-0-stock");
    assert!(!list.has("form-0-price"), "Bob sees no prices");
    assert!(!bob.get(PRODUCTS).words().contains("Price"));
    let reply = bob.submit(&list.set("form-0-stock", "9"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        price(&site),
        Decimal::new(1000, 2),
        "the hidden column keeps its value"
    );

    let alice = ALICE.browser(&site);
    let list = alice.form(PRODUCTS, "form-0-price");
    let reply = alice.submit(&list.set("form-0-price", "12.00"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(price(&site), Decimal::new(1200, 2));
}

fn get_list_filter_hides_a_filter_and_refuses_its_parameter(kind: Kind) {
    let site = site(kind);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));

    for (query, hers, his) in [
        ("is_active__exact=1", 200, 200),
        ("category__name=Goods", 200, 400),
    ] {
        let url = format!("{PRODUCTS}?{query}");
        assert_eq!(alice.get(&url).status, hers, "Alice, {query}");
        assert_eq!(bob.get(&url).status, his, "Bob, {query}");
    }
    let offers = |client: &Client| client.get(PRODUCTS).text().contains("category__name=Goods");
    assert!(offers(&alice), "a superuser has the filter");
    assert!(!offers(&bob), "Bob has not");
}

fn get_inlines_chooses_the_inlines_of_a_user(kind: Kind) {
    let site = site(kind);
    let (alice, bob) = (ALICE.browser(&site), bob(&site));
    assert!(alice.form(FORM, "name").has("order_items-TOTAL_FORMS"));
    assert!(alice.form(FORM, "name").has("order_items-0-unit_price"));
    assert!(!bob.form(FORM, "name").has("order_items-TOTAL_FORMS"));
}

fn save_related_runs_when_the_row_is_saved(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/catalog/category/1/change/", "name");
    assert_eq!(
        alice.submit(&form.set("name", "Things"), "_save").status,
        302
    );
    let text: String = catalog_category::table
        .select(catalog_category::description)
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(text, "by alice, new: false");
}

fn response_add_and_response_change_replace_the_redirect(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let add = |name: &str| {
        let form = alice.form("/admin/catalog/tag/add/", "name");
        alice.submit(&form.set("name", name).set("slug", name), "_save")
    };
    assert_eq!(add("here").header("location"), "/admin/catalog/tag/");
    assert_eq!(add("elsewhere").header("location"), "/elsewhere/2/");

    let form = alice.form("/admin/catalog/tag/1/change/", "name");
    let reply = alice.submit(&form.set("name", "there"), "_save");
    assert_eq!(reply.header("location"), "/changed/");
    let list = alice.get("/admin/catalog/tag/").words();
    assert!(list.contains("There it is."), "{list}");
}

fn get_urls_adds_pages_below_the_model_for_its_users(kind: Kind) {
    let site = site(kind);
    let (report, rename) = (format!("{PRODUCTS}report/"), format!("{PRODUCTS}rename/"));

    let anonymous = site.client().get(&report);
    assert_eq!(anonymous.status, 302);
    assert!(
        anonymous
            .header("location")
            .starts_with("/admin/login/?next=")
    );
    let before = BOB.browser(&site);
    assert_eq!(before.get(&report).status, 403, "Bob has no permission yet");
    BOB.may(&site, &["view_product"]);
    let reply = before.get(&report);
    assert_eq!(reply.status, 200);
    assert!(
        reply.words().contains("Nothing to report"),
        "{}",
        reply.words()
    );
    assert_eq!(
        before.get(&rename).status,
        403,
        "it needs another permission"
    );

    let alice = ALICE.browser(&site);
    assert!(alice.get(&rename).words().contains("Rename?"));
    let token = alice.token(FORM);
    let fields = [("csrfmiddlewaretoken", token.as_str()), ("name", "x")];
    let reply = alice.post_with(&rename, &[], &fields);
    assert!(reply.words().contains("Renamed"), "{}", reply.words());
    let slashless = alice.get(report.trim_end_matches('/'));
    assert_eq!(slashless.status, 301);
}
