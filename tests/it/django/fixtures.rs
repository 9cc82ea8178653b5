//! `loaddata demo` of both sides.

use std::collections::BTreeMap;

use nuages::settings::DjangoVersion;
use serde_json::Value;

use super::dump::{assert_same, texts};
use super::{made_by, nuages};
use crate::django::project::Django;
use crate::support::{Client, Database, Kind, TestSite};

const TABLES: [&str; 6] = [
    "auth_user",
    "catalog_category",
    "catalog_tag",
    "catalog_product",
    "orders_order",
    "orders_orderitem",
];
/// Links without their ids, which Django assigns in any order.
const TAGGED: &str =
    "SELECT concat(product_id, ' ', tag_id) FROM catalog_product_tags ORDER BY product_id, tag_id";

/// Returns the objects of a fixture by model and primary key. Their tags are a set.
fn objects(json: &str) -> BTreeMap<String, Value> {
    let mut objects: Vec<Value> = serde_json::from_str(json).unwrap();
    for tags in objects
        .iter_mut()
        .filter_map(|object| object["fields"]["tags"].as_array_mut())
    {
        tags.sort_by_key(Value::as_i64);
    }
    objects
        .into_iter()
        .map(|object| (format!("{} {}", object["model"], object["pk"]), object))
        .collect()
}

/// Returns the names and prices in the table, on every page.
fn listed(client: &Client) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for page in 1.. {
        let html = client.get(&format!("/products/?page={page}")).text();
        let text = |cell: &str| cell.rsplit('>').next().unwrap().replace("&#39;", "'");
        for row in html.split("<tr").skip(2) {
            let cells: Vec<&str> = row.split("</td>").collect();
            found.push((text(cells[0].trim_end_matches("</a>")), text(cells[2])));
        }
        if !html.contains(&format!("href=\"?page={}\"", page + 1)) {
            break;
        }
    }
    found
}

/// Rows with extreme values of their columns.
const ODD: &str = r#"[
    {"model": "catalog.category", "pk": 900, "fields": {"name": "Crème 🍮", "slug": "creme", "parent": 901}},
    {"model": "catalog.category", "pk": 901, "fields": {"name": "\"&' \\ %s", "slug": "odd", "description": "a\r\n\tb\u00a0"}},
    {"model": "catalog.product", "pk": 900, "fields": {"name": "Old", "slug": "old", "sku": "O/1", "category": 900, "price": "0.10",
        "released_on": "0001-01-01", "created_at": "0001-01-01T00:00:00.000001Z", "updated_at": "1899-12-31T23:59:59.999999Z"}},
    {"model": "catalog.product", "pk": 901, "fields": {"name": "New", "slug": "new", "sku": "O/2", "category": 901, "price": "99999999.99",
        "stock": 2147483647, "is_active": false, "released_on": "9999-12-31", "created_at": "9999-12-31T23:59:59.123456Z", "updated_at": "2026-03-29T01:00:00+02:00"}},
    {"model": "auth.group", "pk": 90, "fields": {"name": "Gröup", "permissions": [["add_tag", "catalog", "tag"], ["view_order", "orders", "order"]]}},
    {"model": "auth.user", "pk": 900, "fields": {"username": "änn", "password": "!x", "date_joined": "2026-01-02T03:04:05.000600Z",
        "groups": [90], "user_permissions": [["view_user", "auth", "user"]]}},
    {"model": "admin.logentry", "pk": 90, "fields": {"action_time": "2026-01-02T03:04:05.100000Z", "user": 900, "content_type": ["catalog", "tag"],
        "object_id": null, "object_repr": "…", "action_flag": 3, "change_message": "[]"}},
    {"model": "admin.logentry", "pk": 91, "fields": {"action_time": "2026-01-02T03:04:05Z", "user": 900, "content_type": null,
        "object_id": "1", "object_repr": "", "action_flag": 1, "change_message": ""}},
    {"model": "sessions.session", "pk": "abcdefghijklmnopqrstuvwxyz012345", "fields": {"session_data": "x:y", "expire_date": "2030-01-01T00:00:00Z"}}
]"#;

/// Returns the output of `nuages dumpdata`.
fn dumped(database: &Database, words: &[&str]) -> String {
    let done = database.nuages(words);
    assert!(
        done.status.success(),
        "nuages {words:?}: {}",
        super::said(&done)
    );
    String::from_utf8(done.stdout).unwrap()
}

/// Returns the objects of a dump as a sorted set, and their links likewise.
fn as_set(json: &str) -> Vec<String> {
    let mut objects: Vec<Value> =
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    for object in &mut objects {
        for name in ["groups", "permissions", "user_permissions"] {
            if let Some(links) = object["fields"].get_mut(name).and_then(Value::as_array_mut) {
                links.sort_by_key(ToString::to_string);
            }
        }
    }
    let mut texts: Vec<String> = objects.iter().map(ToString::to_string).collect();
    texts.sort();
    texts
}

fn django_reads_fixtures_that_nuages_loaded(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    nuages(&database, &["loaddata", "demo"]);
    let read = objects(&django.shell(&database, include_str!("read_shop.py")));
    let demo = objects(include_str!("../../../src/shop/catalog/fixtures/demo.json"));
    assert_eq!(read.len(), demo.len());
    for (key, object) in &demo {
        assert_eq!(read.get(key), Some(object));
    }
}

fn nuages_serves_fixtures_that_django_loaded(kind: Kind, django: &Django) {
    let database = Database::empty(kind);
    let priced: Vec<(String, String)> =
        serde_json::from_str(&django.shell(&database, include_str!("load_demo.py"))).unwrap();
    assert_eq!(priced.len(), 58);
    // Each side stores the same rows.
    let ours = Database::migrated(kind);
    nuages(&ours, &["loaddata", "demo"]);
    assert_same(
        &django.stored(&database, &TABLES),
        &django.stored(&ours, &TABLES),
    );
    assert_eq!(texts(&database, TAGGED, 1), texts(&ours, TAGGED, 1));
    let site = TestSite::with(database, &[], crate::shop::urls);
    let client = site.client();
    assert_eq!(listed(&client), priced);
    let (_, price) = priced
        .iter()
        .find(|(name, _)| name == "Halo reading lamp")
        .unwrap();
    assert!(
        client
            .get("/products/halo-reading-lamp/")
            .shows(&["Halo reading lamp", price])
    );
}

fn a_dump_of_each_side_can_be_loaded_by_the_other(kind: Kind, django: &Django) {
    let ours = Database::migrated(kind);
    nuages(&ours, &["loaddata", "demo"]);
    std::fs::write(ours.dir.path().join("odd.json"), ODD).unwrap();
    nuages(&ours, &["loaddata", "odd.json"]);
    for natural in [&[][..], &["--natural-foreign", "--natural-primary"]] {
        let dump = [&["dumpdata", "--indent", "1"], natural].concat();
        let file = |database: &Database, text: &str| {
            let path = database.dir.path().join("dump.json");
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        // Nuages, then Django.
        let written = dumped(&ours, &dump);
        assert_eq!(
            as_set(&django.manage(&ours, &dump)),
            as_set(&written),
            "{natural:?}: both dump one database alike"
        );
        // A dump has milliseconds only, written as .000 if there are only microseconds.
        let written = written.replace(".000Z", "Z");
        // Django 6 numbers content types in alphabetical order, and refuses a dump that has other numbers for them.
        // Such a dump is loaded into a database with the same numbers.
        let has_other_numbers = natural.is_empty() && django.version != DjangoVersion::V5_2;
        let theirs = if has_other_numbers {
            Database::migrated(kind)
        } else {
            made_by(django, kind)
        };
        django.manage(
            &theirs,
            &["loaddata", "--verbosity=0", &file(&theirs, &written)],
        );
        let read = django.manage(&theirs, &dump);
        assert_eq!(
            as_set(&read),
            as_set(&written),
            "{natural:?}: what Django reads and writes again"
        );
        assert_eq!(
            as_set(&dumped(&theirs, &dump)),
            as_set(&read),
            "{natural:?}: Nuages dumps Django's database as Django does"
        );
        // Django, then Nuages.
        let again = Database::migrated(kind);
        nuages(&again, &["loaddata", &file(&again, &read)]);
        assert_eq!(
            as_set(&dumped(&again, &dump)),
            as_set(&read),
            "{natural:?}: what Nuages reads and writes again"
        );
        assert_eq!(
            as_set(&django.manage(&again, &dump)),
            as_set(&read),
            "{natural:?}: what Django finds then"
        );
    }
}

with_django!(
    django_reads_fixtures_that_nuages_loaded,
    nuages_serves_fixtures_that_django_loaded,
    a_dump_of_each_side_can_be_loaded_by_the_other
);
