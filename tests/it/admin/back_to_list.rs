//! Links back to a list keep its search, filters and order, and refer to a page that exists.

use diesel::connection::SimpleConnection as _;

use crate::admin::shop;
use crate::support::{ALICE, Kind, TestSite, product};

const TAGS: &str = "/admin/catalog/tag/";
const PRODUCTS: &str = "/admin/catalog/product/";

/// Adds 201 tags: pages of 100, 100 and one.
fn add_tags(site: &TestSite) {
    let rows: Vec<String> = (1..=201)
        .map(|id| format!("({id}, 'Tag {id:03}', 'tag-{id}')"))
        .collect();
    let insert = format!(
        "INSERT INTO catalog_tag (id, name, slug) VALUES {}",
        rows.join(", ")
    );
    site.connect().batch_execute(&insert).unwrap();
}

/// Adds 201 active products and nothing else: pages of 100, 100 and one.
fn add_products(site: &TestSite) {
    let conn = &mut site.connect();
    for number in 1..=201 {
        product(&format!("Lamp {number:03}")).save(conn);
    }
}

fn deleting_the_last_row_of_the_last_page_leads_to_the_page_before(kind: Kind) {
    let site = shop(kind);
    add_tags(&site);
    let alice = ALICE.browser(&site);
    let path = format!("{TAGS}201/delete/?_changelist_filters=q%3Dtag%26o%3D1%26p%3D3");

    let reply = alice.submit(&alice.form(&path, "post"), "");

    assert_eq!(
        reply.header("location"),
        format!("{TAGS}?o=1&p=2&q=tag"),
        "the last page that is left"
    );
    let list = alice.follow(&reply);
    assert_eq!(
        list.status, 200,
        "the list is shown at once, without another redirect"
    );
    assert!(
        list.words().contains("Tag 101"),
        "the second page is shown: {}",
        list.words()
    );
}

fn an_action_that_empties_the_last_page_leads_to_the_page_before(kind: Kind) {
    let site = shop(kind);
    add_tags(&site);
    let alice = ALICE.browser(&site);
    let fields = [
        ("action", "delete_selected"),
        ("post", "yes"),
        ("_selected_action", "201"),
    ];

    let reply = alice.post(&format!("{TAGS}?q=tag&p=3"), &fields);

    assert_eq!(
        reply.header("location"),
        format!("{TAGS}?p=2&q=tag"),
        "deleted by the list's action"
    );

    add_products(&site);
    let path = format!("{PRODUCTS}?is_active__exact=1&o=1&p=3");
    let reply = alice.post(
        &path,
        &[("action", "make_inactive"), ("_selected_action", "201")],
    );

    let expected = format!("{PRODUCTS}?is_active__exact=1&o=1&p=2");
    assert_eq!(
        reply.header("location"),
        expected,
        "the product no longer matches the filter"
    );
}

fn a_saved_row_that_leaves_the_filter_leads_to_a_page_that_exists(kind: Kind) {
    let site = shop(kind);
    add_products(&site);
    let alice = ALICE.browser(&site);
    let path = format!("{PRODUCTS}201/change/?_changelist_filters=is_active__exact%3D1%26p%3D3");

    let reply = alice.submit(&alice.form(&path, "name").choose("is_active", &[]), "_save");

    let expected = format!("{PRODUCTS}?is_active__exact=1&p=2");
    assert_eq!(
        reply.header("location"),
        expected,
        "two pages are left: {}",
        reply.words()
    );
}

fn a_list_of_one_page_keeps_its_query_as_it_was(kind: Kind) {
    let site = shop(kind);
    product("Amber lamp").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let path = format!("{PRODUCTS}1/delete/?_changelist_filters=q%3Damber%26p%3D2");

    let reply = alice.submit(&alice.form(&path, "post"), "");

    assert_eq!(
        reply.header("location"),
        format!("{PRODUCTS}?q=amber&p=2"),
        "as in Django"
    );
}

fn breadcrumbs_of_the_pages_of_a_row_keep_the_filters_of_its_list(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let list = format!("{PRODUCTS}?q=amber&is_active__exact=1");
    let filters = "_changelist_filters=q%3Damber%26is_active__exact%3D1";
    for page in [
        "add".to_owned(),
        format!("{}/change", lamp.id),
        format!("{}/delete", lamp.id),
        format!("{}/history", lamp.id),
    ] {
        let links = alice.get(&format!("{PRODUCTS}{page}/?{filters}")).links();
        assert!(
            links.contains(&list),
            "{page}: the breadcrumb leads to {list}, not only to {links:?}"
        );
        let form = format!("{PRODUCTS}{}/change/", lamp.id);
        let to_form = links.iter().filter(|link| link.starts_with(&form));
        assert!(
            to_form.clone().all(|link| link.contains(filters)),
            "{page}: each link to the form keeps the filters: {:?}",
            to_form.collect::<Vec<_>>()
        );
    }

    let users = "/admin/auth/user/?q=alice";
    let form = alice.get("/admin/auth/user/1/change/?_changelist_filters=q%3Dalice");
    let password = "/admin/auth/user/1/password/?_changelist_filters=q%3Dalice";
    assert!(
        form.links().contains(&password.to_owned()),
        "the way to the password keeps them: {:?}",
        form.links()
    );
    let links = alice.get(password).links();
    assert!(
        links.contains(&users.to_owned()),
        "and the way back: {links:?}"
    );
}

on_both!(
    deleting_the_last_row_of_the_last_page_leads_to_the_page_before,
    an_action_that_empties_the_last_page_leads_to_the_page_before,
    a_saved_row_that_leaves_the_filter_leads_to_a_page_that_exists,
    a_list_of_one_page_keeps_its_query_as_it_was,
    breadcrumbs_of_the_pages_of_a_row_keep_the_filters_of_its_list
);
