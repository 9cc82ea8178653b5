//! `loaddata`

use diesel::prelude::*;
use nuages::schema::{catalog_category, catalog_product, catalog_product_tags, catalog_tag, orders_order};

use crate::support::{Database, TestSite};

on_both! {
    fn the_demo_shop_can_be_loaded_and_browsed(kind: Kind) {
        let database = Database::migrated(kind);
        // Twice is as good as once.
        for _ in 0..2 {
            let done = database.nuages(&["loaddata", "demo"]);
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let conn = &mut database.connect();
        assert_eq!(catalog_product::table.count().get_result(conn), Ok(60_i64));
        assert!(orders_order::table.count().get_result::<i64>(conn).unwrap() >= 40);
        let site = TestSite::with(database, &[], nuages::urls::urls);
        assert!(site.client().get("/").shows(&["Halo reading lamp"]));
        let picture = site.client().get("/media/products/halo-reading-lamp.webp");
        assert_eq!((picture.status, picture.header("content-type")), (200, "image/webp"));
        assert!(picture.bytes.starts_with(b"RIFF"));
    }

    fn rows_are_added_and_written_over(kind: Kind) {
        let database = Database::migrated(kind);
        let file = database.dir.path().join("x.json");
        let load = |json: &str| {
            std::fs::write(&file, json).unwrap();
            database.nuages(&["loaddata", "x.json"])
        };
        let one = r#"[{"model": "catalog.category", "pk": 7, "fields": {"name": "A", "slug": "a"}},
            {"model": "catalog.tag", "pk": 1, "fields": {"name": "T", "slug": "t"}},
            {"model": "catalog.product", "pk": 3, "fields": {"name": "P", "slug": "p", "sku": "p", "category": 7, "tags": [1], "price": "1.50"}}]"#;
        assert!(load(one).status.success());
        assert!(load(&one.replace("\"A\"", "\"B\"").replace("[1]", "[]")).status.success());
        let conn = &mut database.connect();
        assert_eq!(catalog_category::table.find(7_i64).select(catalog_category::name).first(conn), Ok("B".to_owned()));
        assert_eq!(catalog_product_tags::table.count().get_result(conn), Ok(0_i64));
        // What comes next is numbered behind it.
        let row = (catalog_tag::name.eq("next"), catalog_tag::slug.eq("next"));
        let id: i64 = diesel::insert_into(catalog_tag::table).values(row).returning(catalog_tag::id).get_result(conn).unwrap();
        assert_eq!(id, 2);
    }

    fn a_fixture_is_loaded_whole_or_not_at_all(kind: Kind) {
        let database = Database::migrated(kind);
        let file = database.dir.path().join("x.json");
        for (json, told) in [
            ("nonsense", "no fixture"),
            (r#"[{"model": "no.such", "pk": 1, "fields": {}}]"#, "no.such"),
            (r#"[{"model": "catalog.tag", "pk": 1, "fields": {"name": "T", "slug": "t"}}, {"model": "catalog.tag", "pk": 2, "fields": {"name": "T", "slug": "t"}}]"#, "x.json"),
        ] {
            std::fs::write(&file, json).unwrap();
            let done = database.nuages(&["loaddata", "x.json"]);
            assert_eq!(done.status.code(), Some(1));
            let error = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(error.contains(told), "{error}");
        }
        assert_eq!(catalog_tag::table.count().get_result(&mut database.connect()), Ok(0_i64));
    }
}
