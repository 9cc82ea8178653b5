//! The history with values: what a change was before and after, the way back, and deleted rows.

use crate::shop::orders::models::{orders_order, orders_orderitem};
use crate::shop::schema::catalog_product;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::db::{Kind as Column, Sql};
use nuages::schema::{auth_user, nuages_history};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use ureq::http::Method;

use crate::admin::shop;
use crate::support::{ALICE, BOB, CHARLIE, Client, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

fn path(pk: i64, page: &str) -> String {
    format!("{PRODUCTS}{pk}/{page}/")
}

/// Changes fields in the form of a product.
fn change(alice: &Client, pk: i64, values: &[(&str, &str)]) {
    let form = alice.form(&path(pk, "change"), "_save");
    let form = values
        .iter()
        .fold(form, |form, (name, value)| form.set(name, value));
    assert_eq!(alice.submit(&form, "_save").status, 302, "{values:?}");
}

/// Returns the URLs that revert changes, oldest first.
fn reverts(alice: &Client, pk: i64) -> Vec<String> {
    form_urls(&alice.get(&path(pk, "history")).text(), "/revert/")
}

/// Returns the URLs of the forms in `html` that end with `end`.
fn form_urls(html: &str, end: &str) -> Vec<String> {
    let parts = html.split("action=\"").skip(1);
    let urls = parts.filter_map(|part| part.split('"').next());
    urls.filter(|url| url.ends_with(end))
        .map(str::to_owned)
        .collect()
}

/// Reverts a change after its confirmation; returns the status of the last response.
fn revert(alice: &Client, url: &str) -> u16 {
    take_back(alice, url, "seen")
}

/// Sends the form that takes a change back, and its confirmation, which has this field. Returns the status of the last
/// response.
fn take_back(alice: &Client, url: &str, field: &str) -> u16 {
    let page = alice.post(url, &[]);
    if page.status != 200 {
        return page.status;
    }
    alice.submit(&page.form(url, field), "").status
}

/// Returns every stored value of all products as the database writes it, except the time of the last save, and the links to
/// their tags.
fn dump(site: &TestSite) -> String {
    let rows = Sql::default()
        .either(
            "SELECT CAST(to_jsonb(p) - 'updated_at' AS text) FROM catalog_product p ORDER BY p.id",
            "SELECT quote(id) || quote(name) || quote(slug) || quote(sku) || quote(description) || quote(price)
                 || quote(stock) || quote(is_active) || quote(image) || quote(released_on) || quote(created_at)
                 || quote(category_id) FROM catalog_product ORDER BY id",
        )
        .returns(&[Column::Text]);
    let links =
        Sql::new("SELECT product_id, tag_id FROM catalog_product_tags ORDER BY product_id, tag_id")
            .returns(&[Column::BigInt, Column::BigInt]);
    let conn = &mut site.connect();
    format!(
        "{:?} {:?}",
        rows.load(conn).unwrap(),
        links.load(conn).unwrap()
    )
}

fn a_change_is_shown_with_its_values_and_can_be_reverted(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp")
        .stock(3)
        .tag("oak")
        .save(&mut site.connect());
    let alice = ALICE.browser(&site);
    change(&alice, lamp.id, &[("stock", "4321"), ("name", "Blue lamp")]);

    let words = alice.get(&path(lamp.id, "history")).words();
    for text in [
        "before: Amber lamp",
        "after: Blue lamp",
        "before: 3",
        "after: 4321",
    ] {
        assert!(words.contains(text), "{text}: {words}");
    }
    assert!(!words.contains("changed outside"), "{words}");

    let urls = reverts(&alice, lamp.id);
    let asked = alice.post(&urls[0], &[]);
    let stock: i32 = catalog_product::table
        .select(catalog_product::stock)
        .first(&mut site.connect())
        .unwrap();
    assert_eq!((asked.status, stock), (200, 4321), "the first post asks");
    assert_eq!(revert(&alice, &urls[0]), 302);
    let row: (String, i32) = catalog_product::table
        .select((catalog_product::name, catalog_product::stock))
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(row, ("Amber lamp".to_owned(), 3));
    assert_eq!(
        reverts(&alice, lamp.id).len(),
        2,
        "the way back is a change"
    );
}

fn a_later_change_is_shown_before_it_is_replaced(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").stock(1).save(&mut site.connect());
    let alice = ALICE.browser(&site);
    for stock in ["2", "3"] {
        change(&alice, lamp.id, &[("stock", stock)]);
    }
    let first = reverts(&alice, lamp.id).remove(0);

    let blind = alice.post(&first, &[("post", "yes")]);
    assert_eq!(blind.status, 200, "the later change was not seen yet");
    assert!(blind.words().contains("Conflict"), "{}", blind.words());
    assert_eq!(revert(&alice, &first), 302);
    let stock: i32 = catalog_product::table
        .select(catalog_product::stock)
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(stock, 1);
}

fn values_that_moved_without_an_entry_are_called_changed_outside(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").stock(1).save(&mut site.connect());
    let alice = ALICE.browser(&site);
    change(&alice, lamp.id, &[("stock", "2")]);
    site.connect()
        .batch_execute("UPDATE catalog_product SET stock = 500")
        .unwrap();
    change(&alice, lamp.id, &[("stock", "3")]);

    let words = alice.get(&path(lamp.id, "history")).words();
    assert!(words.contains("changed outside: Stock"), "{words}");
}

fn an_action_on_selected_rows_is_in_their_history(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let other = product("Blue lamp").draft().save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let (one, two) = (lamp.id.to_string(), other.id.to_string());
    let chosen = [
        ("action", "make_inactive"),
        ("_selected_action", one.as_str()),
        ("_selected_action", two.as_str()),
    ];
    assert_eq!(alice.post(PRODUCTS, &chosen).status, 302);

    let words = alice.get(&path(lamp.id, "history")).words();
    assert!(words.contains("before: Yes → after: No"), "{words}");
    assert_eq!(reverts(&alice, other.id).len(), 0, "it was inactive before");
    assert_eq!(revert(&alice, &reverts(&alice, lamp.id)[0]), 302);
    let is_active: bool = catalog_product::table
        .find(lamp.id)
        .select(catalog_product::is_active)
        .first(&mut site.connect())
        .unwrap();
    assert!(is_active);
}

fn secrets_are_never_kept(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let charlie = CHARLIE.row(&site);
    let url = format!("/admin/auth/user/{}/password/", charlie.id);
    let form = alice.form(&url, "password1");
    let form = form
        .set("password1", "Second-word-987")
        .set("password2", "Second-word-987");
    assert_eq!(alice.submit(&form, "").status, 302);

    let kept: Vec<String> = nuages_history::table
        .select(nuages_history::changes)
        .load(&mut site.connect())
        .unwrap();
    assert_eq!(kept, [r#"{"password":"secret"}"#]);
    let page = alice.get(&format!("/admin/auth/user/{}/history/", charlie.id));
    assert!(
        page.words().contains("The values are not kept"),
        "{}",
        page.words()
    );
}

fn a_deleted_row_comes_back_with_its_links_and_key(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp")
        .tag("oak")
        .tag("elm")
        .description("two\nlines")
        .save(&mut site.connect());
    let before = dump(&site);
    let alice = ALICE.browser(&site);
    let url = path(lamp.id, "delete");
    let form = alice.form(&url, "post");
    assert_eq!(alice.submit(&form, "").status, 302);

    let deleted = alice.get(&format!("{PRODUCTS}deleted/"));
    assert!(
        deleted.words().contains("Amber lamp"),
        "{}",
        deleted.words()
    );
    let restore = form_urls(&deleted.text(), "/restore/").remove(0);
    let page = alice.post(&restore, &[]);
    assert_eq!(alice.submit(&page.form(&restore, "post"), "").status, 302);
    assert_eq!(dump(&site), before);
    let again = alice.post_with(
        &restore,
        &[],
        &[
            ("csrfmiddlewaretoken", &alice.token(PRODUCTS)),
            ("post", "yes"),
        ],
    );
    assert_eq!(again.status, 404, "a row is restored once");

    BOB.may(&site, &["view_product", "change_product"]);
    let bob = BOB.browser(&site);
    let reply = bob.request(Method::GET, &format!("{PRODUCTS}deleted/"), &[]);
    assert_eq!(reply.status, 403, "deleted rows need the permission to add");
}

fn an_order_comes_back_with_its_items_and_a_user_with_what_was_cleared(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let charlie = CHARLIE.row(&site);
    let sql = format!(
        "INSERT INTO orders_order (id, number, customer_id, email, status, note, total, created_at) \
         VALUES (7, 'A-7', {}, 'c@example.com', 'paid', '', 20, '2025-01-02 03:04:05'); \
         INSERT INTO orders_orderitem (id, order_id, product_id, quantity, unit_price) VALUES (70, 7, {}, 2, 10);",
        charlie.id, lamp.id
    );
    site.connect().batch_execute(&sql).unwrap();
    let alice = ALICE.browser(&site);
    let restore = |list: &str| {
        let text = alice.get(&format!("{list}deleted/")).text();
        let url = form_urls(&text, "/restore/").remove(0);
        let page = alice.post(&url, &[]);
        assert_eq!(page.status, 200);
        let done = alice.submit(&page.form(&url, "post"), "");
        assert_eq!(done.status, 302, "{}", done.words());
    };

    let url = "/admin/orders/order/7/delete/";
    assert_eq!(alice.submit(&alice.form(url, "post"), "").status, 302);
    let left: i64 = orders_orderitem::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!(left, 0);
    restore("/admin/orders/order/");
    let item: (i64, i64, i32) = orders_orderitem::table
        .select((
            orders_orderitem::id,
            orders_orderitem::order_id,
            orders_orderitem::quantity,
        ))
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(item, (70, 7, 2));

    let url = format!("/admin/auth/user/{}/delete/", charlie.id);
    assert_eq!(alice.submit(&alice.form(&url, "post"), "").status, 302);
    let customer = || -> Option<i32> {
        orders_order::table
            .select(orders_order::customer_id)
            .first(&mut site.connect())
            .unwrap()
    };
    assert_eq!(customer(), None, "the deletion clears the foreign key");
    restore("/admin/auth/user/");
    assert_eq!(customer(), Some(charlie.id), "the key is given back");
    let password: String = auth_user::table
        .find(charlie.id)
        .select(auth_user::password)
        .first(&mut site.connect())
        .unwrap();
    assert!(
        password.starts_with('!'),
        "nobody can log in with {password}"
    );
}

fn clearhistory_deletes_old_values(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").stock(1).save(&mut site.connect());
    let alice = ALICE.browser(&site);
    for stock in ["2", "3"] {
        change(&alice, lamp.id, &[("stock", stock)]);
    }
    site.connect()
        .batch_execute(
            "UPDATE nuages_history SET made_at = '2020-01-01 00:00:00' \
             WHERE id = (SELECT MIN(id) FROM nuages_history)",
        )
        .unwrap();
    let done = site.database.nuages(&["clearhistory", "--days", "30"]);
    let text = String::from_utf8_lossy(&done.stdout);
    assert!(text.contains("1 row of the history deleted"), "{text}");
    let words = alice.get(&path(lamp.id, "history")).words();
    assert!(
        words.contains("2 entries") && words.contains("after: 3") && !words.contains("after: 2"),
        "{words}"
    );
}

/// One edit of a product.
#[derive(Debug, Clone)]
enum Edit {
    Stock(i32),
    Price(u32),
    Text(String),
    Day(Option<u32>),
    Tags(Vec<usize>),
    Delete,
}

fn edits() -> impl Strategy<Value = Vec<(usize, Edit)>> {
    let edit = prop_oneof![
        (0..1000i32).prop_map(Edit::Stock),
        (1..99_999u32).prop_map(Edit::Price),
        "[a-zž \\n\"'<&]{0,12}[a-z]".prop_map(Edit::Text),
        proptest::option::of(1..28u32).prop_map(Edit::Day),
        proptest::collection::vec(0..3usize, 0..3).prop_map(Edit::Tags),
        Just(Edit::Delete),
    ];
    proptest::collection::vec((0..2usize, edit), 1..7)
}

fn reverting_all_edits_restores_the_products(kind: Kind) {
    let site = shop(kind);
    let rows = [
        product("Ash")
            .tag("oak")
            .description("a\nb")
            .save(&mut site.connect()),
        product("Birch")
            .price("2.50")
            .tag("elm")
            .tag("fir")
            .save(&mut site.connect()),
    ];
    let tags: Vec<i64> = crate::shop::schema::catalog_tag::table
        .select(crate::shop::schema::catalog_tag::id)
        .load(&mut site.connect())
        .unwrap();
    let alice = ALICE.browser(&site);
    let first = dump(&site);
    let mut runner = TestRunner::new(Config::with_cases(6));
    let check = runner.run(&edits(), |edits| {
        let mut made: Vec<String> = Vec::new();
        let mut deleted: Vec<i64> = Vec::new();
        for (row, edit) in edits {
            let pk = rows[row].id;
            if deleted.contains(&pk) {
                continue;
            }
            if matches!(edit, Edit::Delete) {
                let form = alice.form(&path(pk, "delete"), "post");
                prop_assert_eq!(alice.submit(&form, "").status, 302);
                let list = alice.get(&format!("{PRODUCTS}deleted/")).text();
                made.push(form_urls(&list, "/restore/").remove(0));
                deleted.push(pk);
                continue;
            }
            let before = reverts(&alice, pk).len();
            let form = alice.form(&path(pk, "change"), "_save");
            let form = match &edit {
                Edit::Stock(stock) => form.set("stock", &stock.to_string()),
                Edit::Price(cents) => {
                    form.set("price", &format!("{}.{:02}", cents / 100, cents % 100))
                }
                Edit::Text(text) => form.set("description", text),
                Edit::Day(day) => {
                    let day = day.map(|day| format!("2024-02-{day:02}"));
                    form.set("released_on", &day.unwrap_or_default())
                }
                Edit::Delete => form,
                Edit::Tags(some) => {
                    let keys: Vec<String> = some.iter().map(|at| tags[*at].to_string()).collect();
                    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                    form.choose("tags", &keys)
                }
            };
            prop_assert_eq!(alice.submit(&form, "_save").status, 302);
            let urls = reverts(&alice, pk);
            if urls.len() > before {
                made.push(urls.last().unwrap().clone());
            }
        }
        for url in made.iter().rev() {
            let field = if url.ends_with("/restore/") {
                "post"
            } else {
                "seen"
            };
            prop_assert_eq!(take_back(&alice, url, field), 302);
        }
        prop_assert_eq!(dump(&site), first.clone());
        Ok(())
    });
    check.unwrap();
}

/// Inserts an entry of Django's log without values, and more entries with values behind it than one page reads.
const OLD_AND_NEW: &str = "
    INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id)
        SELECT '2020-01-01 00:00:00', '7', 'Made by Django', 1, '', content.id, person.id
        FROM django_content_type content, auth_user person WHERE content.model = 'tag' AND person.username = 'alice';
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500)
        INSERT INTO django_admin_log
            (action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id)
        SELECT '2021-01-01 00:00:00', '8', 'Valued', 2, '', log.content_type_id, log.user_id FROM n, django_admin_log log;
    INSERT INTO nuages_history (log_id, batch, made_at, user_id, action, model, object_id, name, changes)
        SELECT id, 'abc', action_time, user_id, 2, 'catalog.tag', '8', 'Valued', '{}'
        FROM django_admin_log WHERE object_repr = 'Valued';
    INSERT INTO nuages_batch (key, made_at, user_id, model, title, row_count)
        SELECT 'abc', '2021-01-01 00:00:00', id, 'catalog.tag', 'Bulk edit', 4500 FROM auth_user WHERE username = 'alice'";

fn the_page_of_all_changes_reaches_entries_of_django_behind_many_others(kind: Kind) {
    let site = shop(kind);
    site.connect().batch_execute(OLD_AND_NEW).unwrap();
    let alice = ALICE.browser(&site);

    let mut url = "/admin/history/".to_owned();
    let mut pages = Vec::new();
    for _ in 0..10 {
        let page = alice.get(&url).text();
        let older = page.split("href=\"").skip(1).find_map(|part| {
            let href = part
                .split('"')
                .next()?
                .replace("&#38;", "&")
                .replace("&amp;", "&");
            (href.contains("log=") || href.contains("entry=")).then_some(href)
        });
        pages.push(page);
        match older {
            Some(older) => url = older,
            None => break,
        }
    }
    let count = |words: &str| pages.iter().filter(|page| page.contains(words)).count();
    assert_eq!(count("Made by Django"), 1, "on one of the pages: {pages:?}");
    assert_eq!(count("Bulk edit"), 1, "the batch is shown once");
}

on_both!(
    the_page_of_all_changes_reaches_entries_of_django_behind_many_others,
    a_change_is_shown_with_its_values_and_can_be_reverted,
    a_later_change_is_shown_before_it_is_replaced,
    values_that_moved_without_an_entry_are_called_changed_outside,
    an_action_on_selected_rows_is_in_their_history,
    secrets_are_never_kept,
    a_deleted_row_comes_back_with_its_links_and_key,
    an_order_comes_back_with_its_items_and_a_user_with_what_was_cleared,
    clearhistory_deletes_old_values,
    reverting_all_edits_restores_the_products,
);
