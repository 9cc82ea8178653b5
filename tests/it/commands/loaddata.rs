//! `loaddata`

use std::fs::File;
use std::io::Write as _;

use crate::shop::orders::models::orders_order;
use crate::shop::schema::{catalog_category, catalog_product, catalog_product_tags, catalog_tag};
use diesel::prelude::*;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Database, Kind, TestSite};

fn said(output: &std::process::Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn the_demo_shop_can_be_loaded_and_browsed(kind: Kind) {
    let database = Database::migrated(kind);
    // Loading twice has the same result as loading once.
    for _ in 0..2 {
        let done = database.nuages(&["loaddata", "demo"]);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    let conn = &mut database.connect();
    assert_eq!(catalog_product::table.count().get_result(conn), Ok(60_i64));
    assert!(orders_order::table.count().get_result::<i64>(conn).unwrap() >= 40);
    let site = TestSite::with(database, &[], crate::shop::urls);
    assert!(site.client().get("/").shows(&["Halo reading lamp"]));
    let picture = site.client().get("/media/products/halo-reading-lamp.webp");
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, "image/webp")
    );
    assert!(picture.bytes.starts_with(b"RIFF"));
}

fn rows_are_added_and_overwritten(kind: Kind) {
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
    assert!(
        load(&one.replace("\"A\"", "\"B\"").replace("[1]", "[]"))
            .status
            .success()
    );
    let conn = &mut database.connect();
    assert_eq!(
        catalog_category::table
            .find(7_i64)
            .select(catalog_category::name)
            .first(conn),
        Ok("B".to_owned())
    );
    assert_eq!(
        catalog_product_tags::table.count().get_result(conn),
        Ok(0_i64)
    );
    // New rows get higher primary keys.
    let row = (catalog_tag::name.eq("next"), catalog_tag::slug.eq("next"));
    let id: i64 = diesel::insert_into(catalog_tag::table)
        .values(row)
        .returning(catalog_tag::id)
        .get_result(conn)
        .unwrap();
    assert_eq!(id, 2);
}

fn a_fixture_is_loaded_whole_or_not_at_all(kind: Kind) {
    let database = Database::migrated(kind);
    let file = database.dir.path().join("x.json");
    for (json, told) in [
        ("nonsense", "not a fixture"),
        (
            r#"[{"model": "catalog.tag", "pk": 1, "fields": {"name": "T", "slug": "t"}}, {"model": "catalog.product", "pk": 7, "fields": {"name": "P", "slug": "p", "sku": "p", "category": 1, "price": "cheap"}}]"#,
            "(catalog.product:pk=7) price: \"cheap\" is not a decimal number",
        ),
        (
            r#"[{"model": "catalog.tag", "pk": 1, "fields": {"name": "T", "slug": "t"}}, {"model": "catalog.category", "pk": 7, "fields": {"name": "P", "slug": "p", "parent": 77}}]"#,
            "catalog_category",
        ),
        (
            r#"[{"model": "catalog.tag", "pk": 1, "fields": {"name": "T", "slug": "t"}}, {"model": "catalog.tag", "pk": 2, "fields": {"name": "T", "slug": "t"}}]"#,
            "x.json",
        ),
    ] {
        std::fs::write(&file, json).unwrap();
        let done = database.nuages(&["loaddata", "x.json"]);
        assert_eq!(done.status.code(), Some(1));
        let error = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(error.contains(told), "{error}");
    }
    assert_eq!(
        catalog_tag::table
            .count()
            .get_result(&mut database.connect()),
        Ok(0_i64)
    );
}

fn a_gzip_fixture_is_loaded_and_other_compressed_files_are_refused(kind: Kind) {
    let database = Database::migrated(kind);
    let folder = database.dir.path();
    let tag = |id: i64| {
        format!(
            r#"{{"model": "catalog.tag", "pk": {id}, "fields": {{"name": "T{id}", "slug": "t{id}"}}}}"#
        )
    };
    for (id, name, text) in [
        (1, "x.json.gz", format!("[{}]", tag(1))),
        (2, "y.jsonl.gz", tag(2)),
    ] {
        let mut file = GzEncoder::new(
            File::create(folder.join(name)).unwrap(),
            Compression::fast(),
        );
        file.write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
        // Like Django, finds the file also by its name without extensions.
        for named in [name, &name[..1]] {
            let done = database.nuages(&["loaddata", named]);
            assert!(
                done.status.success(),
                "{named} must be loaded: {}",
                said(&done)
            );
        }
        let names = catalog_tag::table
            .find(id)
            .select(catalog_tag::name)
            .first(&mut database.connect());
        assert_eq!(names, Ok(format!("T{id}")), "{name} holds this tag");
    }

    for ending in ["bz2", "lzma", "xz", "zip"] {
        let name = format!("z.json.{ending}");
        std::fs::write(folder.join(&name), "x").unwrap();
        let done = database.nuages(&["loaddata", &name]);
        let expected =
            format!("loaddata reads no .{ending} files. Decompress it, or compress it with gzip.");
        assert!(
            !done.status.success() && said(&done).contains(&expected),
            "{name}: {}",
            said(&done)
        );
    }
    let done = database.nuages(&["dumpdata", "-o", "x.json.gz"]);
    assert!(
        !done.status.success() && said(&done).contains("dumpdata writes no .gz files"),
        "{}",
        said(&done)
    );
    std::fs::write(folder.join("broken.json.gz"), "[]").unwrap();
    let done = database.nuages(&["loaddata", "broken.json.gz"]);
    assert!(
        !done.status.success() && said(&done).contains("broken.json.gz: "),
        "{}",
        said(&done)
    );
}

fn objects_without_a_model_are_left_out_and_named(kind: Kind) {
    let database = Database::migrated(kind);
    std::fs::write(
        database.dir.path().join("x.json"),
        r#"[
        {"model": "sites.site", "pk": 1, "fields": {"domain": "example.com"}},
        {"model": "sites.site", "pk": 2, "fields": {"domain": "example.org"}},
        {"model": "catalog.tag", "pk": 1, "fields": {"name": "T", "slug": "t", "colour": "red"}}]"#,
    )
    .unwrap();
    let done = database.nuages(&["loaddata", "x"]);
    assert!(done.status.success(), "{}", said(&done));
    for line in [
        "Installed 1 object(s) from 1 fixture(s)",
        "Left out: 2 objects of the model sites.site, which this project does not have",
        "Left out: 1 value of catalog.tag.colour, which this project does not describe",
    ] {
        assert!(said(&done).contains(line), "{line}: {}", said(&done));
    }
    let done = database.nuages(&["loaddata", "nowhere"]);
    assert_eq!(
        (
            done.status.code(),
            said(&done).contains("No fixture named 'nowhere' found.")
        ),
        (Some(1), true),
        "{}",
        said(&done)
    );
}

fn natural_keys_and_forward_references_are_resolved(kind: Kind) {
    let database = Database::migrated(kind);
    std::fs::write(database.dir.path().join("x.json"), r#"[
        {"model": "admin.logentry", "fields": {"action_time": "2026-01-02T03:04:05Z", "user": ["ann"], "content_type": ["catalog", "tag"],
            "object_id": "1", "object_repr": "T", "action_flag": 1, "change_message": ""}},
        {"model": "auth.user", "fields": {"username": "ann", "password": "!", "groups": [["staff"]], "user_permissions": [["add_tag", "catalog", "tag"]]}},
        {"model": "auth.group", "fields": {"name": "staff", "permissions": [["view_tag", "catalog", "tag"], ["view_site", "sites", "site"]]}},
        {"model": "auth.permission", "fields": {"name": "Can view site", "content_type": ["sites", "site"], "codename": "view_site"}},
        {"model": "auth.permission", "fields": {"name": "Can add tag", "content_type": ["catalog", "tag"], "codename": "add_tag"}},
        {"model": "catalog.category", "pk": 1, "fields": {"name": "Lower", "slug": "l", "parent": 2}},
        {"model": "catalog.category", "pk": 2, "fields": {"name": "Upper", "slug": "u", "parent": 2}}]"#).unwrap();
    for _ in 0..2 {
        let done = database.nuages(&["loaddata", "x.json"]);
        assert!(done.status.success(), "{}", said(&done));
        assert!(
            said(&done).contains("about models that this project does not have"),
            "{}",
            said(&done)
        );
    }
    let dump = |words: &[&str]| -> serde_json::Value {
        let done = database.nuages(
            &[
                &["dumpdata", "--natural-foreign", "--natural-primary"],
                words,
            ]
            .concat(),
        );
        serde_json::from_slice(&done.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", said(&done)))
    };
    let user = &dump(&["auth.user"])[0];
    assert_eq!(user.get("pk"), None, "a user is called by name: {user}");
    assert_eq!(user["fields"]["groups"], serde_json::json!([["staff"]]));
    assert_eq!(
        user["fields"]["user_permissions"],
        serde_json::json!([["add_tag", "catalog", "tag"]])
    );
    assert_eq!(
        dump(&["auth.group"])[0]["fields"]["permissions"],
        serde_json::json!([["view_tag", "catalog", "tag"]])
    );
    let entries = dump(&["admin"]);
    assert_eq!(
        entries.as_array().map(Vec::len),
        Some(2),
        "a log entry has no natural key, so it is added each time"
    );
    assert_eq!(
        entries[0]["fields"]["content_type"],
        serde_json::json!(["catalog", "tag"])
    );
    assert_eq!(
        dump(&["catalog.category"])[0]["fields"]["parent"],
        serde_json::json!(2)
    );
}

fn a_dump_can_be_loaded_in_each_format(kind: Kind) {
    let database = Database::migrated(kind);
    assert!(database.nuages(&["loaddata", "demo"]).status.success());
    let dump = |database: &Database, words: &[&str]| {
        let done = database.nuages(&[&["dumpdata"], words].concat());
        assert!(done.status.success(), "{words:?}: {}", said(&done));
        String::from_utf8(done.stdout).unwrap()
    };
    let plain = dump(&database, &[]);
    for (name, words) in [
        ("x.json", &["--indent", "2"][..]),
        ("x.jsonl", &["--format", "jsonl"]),
    ] {
        let other = Database::migrated(kind);
        let file = other.dir.path().join(name).display().to_string();
        assert_eq!(
            dump(&database, &[words, &["-o", &file]].concat()),
            "",
            "-o writes to the file alone"
        );
        let done = other.nuages(&["loaddata", name]);
        assert!(done.status.success(), "{name}: {}", said(&done));
        assert_eq!(dump(&other, &[]), plain, "{name}");
    }
    // Standard input.
    let other = Database::migrated(kind);
    let file = other.dir.path().join("in");
    std::fs::write(&file, &plain).unwrap();
    let mut command = crate::support::nuages(other.dir.path(), &other.url);
    let done = command
        .args(["loaddata", "-"])
        .stdin(File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(dump(&other, &[]), plain);

    let some = dump(&database, &["catalog.tag", "--pks", "1,3"]);
    assert_eq!(
        (
            some.matches("\"model\": \"catalog.tag\"").count(),
            some.matches("\"pk\": ").count()
        ),
        (2, 2),
        "{some}"
    );
    let some = dump(
        &database,
        &["catalog", "orders.order", "-e", "catalog.product"],
    );
    assert!(
        some.contains("catalog.category")
            && some.contains("\"orders.order\"")
            && !some.contains("\"catalog.product\"")
    );
    for (words, error) in [
        (&["nowhere"][..], "No installed app with label 'nowhere'."),
        (&["catalog.nothing"], "Unknown model: catalog.nothing"),
        (
            &["catalog", "--pks", "1"],
            "You can only use --pks option with one model",
        ),
    ] {
        let done = database.nuages(&[&["dumpdata"], words].concat());
        assert_eq!(
            (done.status.code(), said(&done).contains(error)),
            (Some(1), true),
            "{words:?}: {}",
            said(&done)
        );
    }
}

on_both!(
    the_demo_shop_can_be_loaded_and_browsed,
    rows_are_added_and_overwritten,
    a_fixture_is_loaded_whole_or_not_at_all,
    a_gzip_fixture_is_loaded_and_other_compressed_files_are_refused,
    objects_without_a_model_are_left_out_and_named,
    natural_keys_and_forward_references_are_resolved,
    a_dump_can_be_loaded_in_each_format
);
