//! The same actions in either admin give the same rows, files, permissions and history.

use base64::Engine as _;
use serde_json::Value;

use super::project::Django;
use crate::support::{ALICE, BOB, Client, Database, Kind, TestSite, picture};

pub(super) fn crew(kind: Kind) -> Database {
    let database = Database::migrated(kind);
    for persona in [&ALICE, &BOB] {
        persona.save(&mut database.connect());
    }
    database
}

/// Returns the data that Django finds in the database; if `act` is "write", Django first writes it.
pub(super) fn said(django: &Django, database: &Database, act: &str) -> Value {
    let picture = base64::engine::general_purpose::STANDARD.encode(picture(8, 6));
    let script = format!(
        "ACT = {act:?}\nPICTURE = {picture:?}\n{}",
        include_str!("admin.py")
    );
    serde_json::from_str(&django.shell(database, &script)).unwrap()
}

fn send(client: &Client, page: &str, fields: &[(&str, &str)], tags: Option<&[&str]>) {
    let path = format!("/admin/catalog/{page}");
    let form = client.form(&path, "name");
    let form = fields
        .iter()
        .fold(form, |form, (name, value)| form.set(name, value));
    let form = match tags {
        Some(tags) => form.choose("tags", tags),
        None => form,
    };
    let form = match page {
        "product/add/" if fields[0].1 == "Whistler" => {
            form.attach("image", "a whistler.png", "image/png", &picture(8, 6))
        }
        _ => form,
    };
    let reply = client.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{path}: {}", reply.words());
}

/// Does the same as the script, with Nuages' pages.
fn write(site: &TestSite) {
    let alice = ALICE.browser(site);
    send(
        &alice,
        "category/add/",
        &[("name", "Kettles"), ("slug", "kettles")],
        None,
    );
    for tag in ["steel", "new"] {
        send(&alice, "tag/add/", &[("name", tag), ("slug", tag)], None);
    }
    let rest = [
        ("category", "1"),
        ("description", "Two\r\nlines"),
        ("price", "30"),
        ("stock", "5"),
        ("released_on", "2026-11-20"),
    ];
    let product = |own: [(&'static str, &'static str); 3]| [&own[..], &rest].concat();
    let first = product([("name", "Whistler"), ("slug", "whistler"), ("sku", "W/1")]);
    send(&alice, "product/add/", &first, Some(&["1", "2"]));
    let second = product([("name", "Second <b>"), ("slug", "second"), ("sku", "W/2")]);
    send(&alice, "product/add/", &second, None);
    send(
        &alice,
        "product/1/change/",
        &[("price", "31.50"), ("released_on", "")],
        Some(&["2"]),
    );
    send(&alice, "product/1/change/", &[], None);
    send(
        &alice,
        "product/2/change/",
        &[("name", "Gone"), ("price", "31.50"), ("released_on", "")],
        None,
    );
    assert_eq!(
        alice
            .submit(&alice.form("/admin/catalog/product/2/delete/", "post"), "")
            .status,
        302
    );
    let group = alice
        .form("/admin/auth/group/add/", "name")
        .set("name", "clerks");
    let given = ["change_product", "view_order", "view_product"].map(|name| permission(site, name));
    let group = group.choose("permissions", &given.each_ref().map(String::as_str));
    assert_eq!(alice.submit(&group, "_save").status, 302);
}

pub(super) fn permission(site: &TestSite, name: &str) -> String {
    use diesel::prelude::*;
    use nuages::schema::auth_permission::dsl::{auth_permission, codename, id};
    let found: i32 = auth_permission
        .filter(codename.eq(name))
        .select(id)
        .first(&mut site.connect())
        .unwrap();
    found.to_string()
}

fn the_empty_choice_has_the_label_of_the_django_version(kind: Kind, django: &Django) {
    let script = "from catalog.models import Category\nprint(Category._meta.get_field('parent').formfield().empty_label)";
    let database = crew(kind);
    let expected = django.shell(&database, script);
    let version = django.version.to_string();
    let site = TestSite::with(database, &[("DJANGO_VERSION", &version)], crate::shop::urls);

    let page = ALICE.browser(&site).get("/admin/catalog/category/add/");

    let option = format!("<option value=\"\">{}</option>", expected.trim());
    assert!(
        page.shows(&[&option]),
        "Django {version} labels the empty choice of the parent {expected:?}: {}",
        page.text()
    );
}

fn either_admin_does_the_same(kind: Kind, django: &Django) {
    let theirs = crew(kind);
    let expected = said(django, &theirs, "write");
    let ours = TestSite::with(crew(kind), &[], crate::shop::urls);
    write(&ours);
    let found = said(django, &ours.database, "read");
    for part in ["product", "rest", "clerks", "bob", "log"] {
        assert_eq!(found[part], expected[part], "{part}");
    }

    // Nuages can read the data that Django wrote.
    let site = TestSite::with(theirs, &[], crate::shop::urls);
    let alice = ALICE.browser(&site);
    let history = alice.get("/admin/catalog/product/1/history/").words();
    for entry in expected["log"].as_array().unwrap() {
        if (entry[1].as_str(), entry[2].as_str()) == (Some("product"), Some("1")) {
            assert!(
                history.contains(entry[6].as_str().unwrap()),
                "{entry}: {history}"
            );
        }
    }
    assert_eq!(
        alice.get("/media/products/a_whistler.png").bytes,
        picture(8, 6)
    );
    let form = alice.form("/admin/catalog/product/1/change/", "name");
    assert_eq!(
        (form.value("price"), form.values("tags")),
        ("31.50".to_owned(), vec!["2".to_owned()])
    );
    let bob = BOB.browser(&site);
    let pages = [
        "catalog/product/",
        "catalog/product/1/delete/",
        "orders/order/",
        "catalog/tag/",
    ];
    assert_eq!(
        pages.map(|page| bob.get(&format!("/admin/{page}")).status),
        [200, 403, 200, 403]
    );
}

with_django!(
    either_admin_does_the_same,
    the_empty_choice_has_the_label_of_the_django_version
);
