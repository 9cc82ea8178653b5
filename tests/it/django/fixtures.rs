//! `loaddata demo`, of each side.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dump::{assert_same, texts};
use super::nuages;
use crate::support::{Client, Database, TestSite};

const TABLES: [&str; 6] =
    ["auth_user", "catalog_category", "catalog_tag", "catalog_product", "orders_order", "orders_orderitem"];
/// Without their ids, which Django gives in any order.
const TAGGED: &str = "SELECT concat(product_id, ' ', tag_id) FROM catalog_product_tags ORDER BY product_id, tag_id";

/// The objects of a fixture by model and key. Their tags are a set.
fn objects(json: &str) -> BTreeMap<String, Value> {
    let mut objects: Vec<Value> = serde_json::from_str(json).unwrap();
    for tags in objects.iter_mut().filter_map(|object| object["fields"]["tags"].as_array_mut()) {
        tags.sort_by_key(Value::as_i64);
    }
    objects.into_iter().map(|object| (format!("{} {}", object["model"], object["pk"]), object)).collect()
}

/// The names and prices in the table, on every page.
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

with_django! {
    fn what_nuages_loads_django_reads(kind, django) {
        let database = Database::migrated(kind);
        nuages(&database, &["loaddata", "demo"]);
        let read = objects(&django.shell(&database, include_str!("read_shop.py")));
        let demo = objects(include_str!("../../../src/apps/catalog/fixtures/demo.json"));
        assert_eq!(read.len(), demo.len());
        for (key, object) in &demo {
            assert_eq!(read.get(key), Some(object));
        }
    }

    fn what_django_loads_nuages_serves(kind, django) {
        let database = Database::empty(kind);
        let priced: Vec<(String, String)> =
            serde_json::from_str(&django.shell(&database, include_str!("load_demo.py"))).unwrap();
        assert_eq!(priced.len(), 58);
        // Each side stores the same.
        let ours = Database::migrated(kind);
        nuages(&ours, &["loaddata", "demo"]);
        assert_same(&django.stored(&database, &TABLES), &django.stored(&ours, &TABLES));
        assert_eq!(texts(&database, TAGGED, 1), texts(&ours, TAGGED, 1));
        let site = TestSite::with(database, &[], ::nuages::urls::urls);
        let client = site.client();
        assert_eq!(listed(&client), priced);
        let (_, price) = priced.iter().find(|(name, _)| name == "Halo reading lamp").unwrap();
        assert!(client.get("/products/halo-reading-lamp/").shows(&["Halo reading lamp", price]));
    }
}
