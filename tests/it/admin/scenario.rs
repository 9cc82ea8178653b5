//! The day of a member of staff, from login to history.

use diesel::connection::SimpleConnection as _;

use crate::admin::shop;
use crate::support::{ALICE, Client, Kind, TestSite, picture};

const PRODUCTS: &str = "/admin/catalog/product/";

/// Logs in at the admin's login page.
fn alice(site: &TestSite) -> Client {
    let alice = site.client();
    let form = alice
        .form("/admin/login/", "username")
        .set("username", "alice")
        .set("password", ALICE.password);
    assert_eq!(alice.submit(&form, "").header("location"), "/admin/");
    alice
}

/// Adds a row with the model's form; the next page confirms it.
fn add(browser: &Client, model: &str, fields: &[(&str, &str)]) {
    let form = browser.form(&format!("/admin/catalog/{model}/add/"), "name");
    let form = fields
        .iter()
        .fold(form, |form, (name, value)| form.set(name, value));
    let reply = browser.submit(&form, "_save");
    assert_eq!(
        reply.header("location"),
        format!("/admin/catalog/{model}/"),
        "{}",
        reply.words()
    );
    let page = browser.follow(&reply);
    assert!(
        page.shows(&[&format!("{}</a>” was added successfully", fields[0].1)]),
        "{}",
        page.words()
    );
}

/// Adds a category, two tags, and three products, the first with a picture and both tags.
fn stock(browser: &Client) {
    add(
        browser,
        "category",
        &[("name", "Kettles"), ("slug", "kettles")],
    );
    for tag in ["steel", "new"] {
        add(browser, "tag", &[("name", tag), ("slug", tag)]);
    }
    for (name, slug, price) in [
        ("Whistler", "whistler", "30"),
        ("Copper", "copper", "80"),
        ("Ash", "ash", "30.00"),
    ] {
        let form = browser
            .form("/admin/catalog/product/add/", "name")
            .set("name", name)
            .set("slug", slug);
        let form = form
            .set("sku", slug)
            .set("category", "1")
            .set("price", price)
            .set("stock", "5");
        let form = match name {
            "Whistler" => form.choose("tags", &["1", "2"]).attach(
                "image",
                "a whistler.png",
                "image/png",
                &picture(8, 6),
            ),
            "Copper" => form.choose("is_active", &[]),
            _ => form,
        };
        let reply = browser.submit(&form, "_save");
        assert_eq!(
            (reply.status, reply.header("location")),
            (302, PRODUCTS),
            "{}",
            reply.words()
        );
    }
}

/// Whether the page contains the words in this order.
fn in_order(page: &str, words: &[&str]) -> bool {
    words
        .windows(2)
        .all(|pair| page.find(pair[0]).unwrap() < page.find(pair[1]).unwrap())
}

fn staff_adds_finds_edits_deletes_and_reads_the_history(kind: Kind) {
    let site = shop(kind);
    let alice = alice(&site);
    stock(&alice);
    assert_eq!(
        alice.get("/media/products/a_whistler.png").bytes,
        picture(8, 6)
    );

    // Search, filter, and sort by two columns: the first column is that of the boxes.
    let found = alice.get("/admin/catalog/product/?q=whist").words();
    assert!(
        found.contains("Whistler") && !found.contains("Copper") && found.contains("1 result"),
        "{found}"
    );
    let active = alice
        .get("/admin/catalog/product/?is_active__exact=1")
        .words();
    assert!(
        active.contains("Whistler") && active.contains("Ash") && !active.contains("Copper"),
        "{active}"
    );
    assert!(in_order(
        &alice.get("/admin/catalog/product/?o=4.1").text(),
        &[">Ash<", ">Whistler<", ">Copper<"]
    ));
    assert!(in_order(
        &alice.get("/admin/catalog/product/?o=-4.-1").text(),
        &[">Copper<", ">Whistler<", ">Ash<"]
    ));

    // Edit.
    let change = "/admin/catalog/product/1/change/";
    let form = alice.form(change, "name");
    assert_eq!(
        (form.value("price"), form.value("category")),
        ("30.00".into(), "1".into())
    );
    let mut tags = form.values("tags");
    tags.sort();
    assert_eq!(tags, ["1", "2"]);
    let form = form.set("price", "31.50").choose("tags", &["2"]);
    assert_eq!(alice.submit(&form, "_continue").header("location"), change);
    let form = alice.form(change, "name");
    assert_eq!(
        (form.value("price"), form.values("tags")),
        ("31.50".into(), vec!["2".to_owned()])
    );

    // Delete, after the confirmation page.
    let page = alice.get("/admin/catalog/product/1/delete/");
    assert!(page.words().contains("Whistler"), "{}", page.words());
    assert!(
        alice
            .get("/admin/catalog/category/1/delete/")
            .words()
            .contains("Copper"),
        "products forbid it"
    );
    let history = alice.get("/admin/catalog/product/1/history/").words();
    assert!(
        history.contains("Added.") && history.contains("Changed Tags and Price."),
        "{history}"
    );
    let reply = alice.submit(&page.form("/admin/catalog/product/1/delete/", "post"), "");
    assert_eq!(reply.header("location"), PRODUCTS);
    assert!(
        alice
            .follow(&reply)
            .words()
            .contains("“Whistler” was deleted successfully")
    );
    assert!(
        !alice
            .get(PRODUCTS)
            .words()
            .replace("“Whistler”", "")
            .contains("Whistler")
    );
    // As in Django the file is kept, and the history can still be read.
    assert_eq!(alice.get("/media/products/a_whistler.png").status, 200);
    assert!(alice.get("/admin/").words().contains("Whistler"));
}

fn two_people_do_not_overwrite_each_other(kind: Kind) {
    let site = shop(kind);
    let (first, second) = (alice(&site), alice(&site));
    stock(&first);
    let change = "/admin/catalog/product/1/change/";
    let (ours, theirs) = (first.form(change, "name"), second.form(change, "name"));
    assert_eq!(
        second.submit(&theirs.set("price", "42.00"), "_save").status,
        302
    );
    // Changes of different fields are both kept.
    assert_eq!(
        first
            .submit(&ours.clone().set("stock", "17"), "_save")
            .status,
        302
    );
    let now = first.form(change, "name");
    assert_eq!(
        (now.value("price"), now.value("stock")),
        ("42.00".into(), "17".into())
    );
    // Changes of the same field: the page asks, and nothing is written meanwhile.
    let asked = first.submit(&ours.clone().set("price", "29.00"), "_save");
    assert_eq!(asked.status, 200, "{}", asked.words());
    assert!(asked.shows(&["42.00", "29.00"]), "{}", asked.words());
    assert!(
        asked
            .words()
            .contains("The history’s last entry is by you, "),
        "{}",
        asked.words()
    );
    assert_eq!(first.form(change, "name").value("price"), "42.00");
    let bobs =
        "UPDATE django_admin_log SET user_id = (SELECT id FROM auth_user WHERE username = 'bob')";
    site.connect().batch_execute(bobs).unwrap();
    let again = first.submit(&ours.set("price", "29.00"), "_save");
    assert!(
        again.shows(&["by <strong dir=\"auto\">bob</strong>"]),
        "{}",
        again.words()
    );
    assert!(again.queries() <= 22, "{}", again.header("server-timing"));
    // The second save overwrites the other value, which the user has seen.
    let reply = first.submit(&asked.form(change, "name"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(first.form(change, "name").value("price"), "29.00");
}

fn pages_need_the_same_number_of_queries_for_any_number_of_rows(kind: Kind) {
    let site = shop(kind);
    let alice = alice(&site);
    stock(&alice);
    let pages = [
        "/admin/",
        PRODUCTS,
        "/admin/catalog/product/?q=e&is_active__exact=1&o=3.1",
        "/admin/catalog/product/1/change/",
        "/admin/catalog/product/1/history/",
        "/admin/catalog/product/1/delete/",
        "/admin/catalog/category/1/delete/",
    ];
    // The first list of a model asks whether its table is large.
    alice.get(PRODUCTS);
    let count = || pages.map(|page| alice.get(page).queries());
    let few = count();
    for number in 0..30 {
        let name = format!("Extra {number}");
        crate::support::product(&name)
            .category("Kettles")
            .tag("steel")
            .tag(&name)
            .save(&mut site.connect());
    }
    assert_eq!(few, count(), "{pages:?}");
    assert!(few.iter().all(|queries| *queries <= 30), "{few:?}");
}

on_both!(
    staff_adds_finds_edits_deletes_and_reads_the_history,
    two_people_do_not_overwrite_each_other,
    pages_need_the_same_number_of_queries_for_any_number_of_rows
);
