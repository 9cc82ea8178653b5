//! Fields that only PostgreSQL has, beside a running Django.

use std::io::Write as _;
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection as _;
use nuages::db::{Array, HStore, Range};
use nuages::models::{Query, Record};
use nuages::prelude::*;
use serde_json::{Value as Json, json};

use crate::shop::INSTALLED;
use crate::support::{ALICE, Database, Kind, TestSite};

/// A shelf with a value of each kind.
#[nuages::model(app = "club")]
pub struct Shelf {
    #[field(max_length = 10, size = 3, blank)]
    pub tags: Array<String>,
    pub counts: Option<Array<i32>>,
    #[field(max_digits = 6, decimal_places = 2)]
    pub prices: Option<Array<Decimal>>,
    pub days: Option<Array<NaiveDate>>,
    pub ages: Option<Range<i32>>,
    pub big: Option<Range<i64>>,
    pub span: Option<Range<Decimal>>,
    pub period: Option<Range<NaiveDate>>,
    pub slot: Option<Range<Timestamp>>,
    #[field(blank)]
    pub notes: HStore,
}

const APP: AppConfig = AppConfig {
    label: "club",
    verbose_name: "Club",
    models: &[Shelf::meta],
    migrations: &[],
};

static APPS: [AppConfig; 7] = [
    INSTALLED[0],
    INSTALLED[1],
    INSTALLED[2],
    INSTALLED[3],
    INSTALLED[4],
    INSTALLED[5],
    APP,
];

fn register(site: AdminSite) -> AdminSite {
    site.register::<Shelf>(|it| {
        it.list_display((
            club_shelf::tags,
            club_shelf::counts,
            club_shelf::ages,
            club_shelf::notes,
        ))
        .list_filter((club_shelf::ages,))
        .search_fields((club_shelf::tags,))
    })
}

/// Returns a site with an empty table, or `None` without PostgreSQL.
fn site(test: &str) -> Option<TestSite> {
    static PROJECT: Project = Project::new("Club", &APPS, crate::shop::urls, register);
    if !Kind::postgres_is_there(test) {
        return None;
    }
    let database = Database::migrated(Kind::Postgres);
    let conn = &mut database.connect();
    ALICE.save(conn);
    conn.batch_execute("CREATE EXTENSION IF NOT EXISTS hstore")
        .unwrap();
    crate::tables::create(conn, Kind::Postgres, Shelf::meta());
    conn.batch_execute(
        "INSERT INTO django_content_type (app_label, model) VALUES ('club', 'shelf')",
    )
    .unwrap();
    Some(TestSite::for_project(database, &[], &PROJECT))
}

const FORM: [(&str, &str); 15] = [
    ("tags", "red, two words,\"q\""),
    ("counts", "3,-1,3"),
    ("prices", "1.5,20"),
    ("days", "2024-02-29,2025-01-01"),
    ("ages_0", "18"),
    ("ages_1", "65"),
    ("big_0", ""),
    ("big_1", "9000000000"),
    ("span_0", "1.25"),
    ("span_1", "2.5"),
    ("period_0", "2024-01-01"),
    ("period_1", ""),
    ("slot_0", "2024-01-01 10:30:00"),
    ("slot_1", "2024-01-01 12:00:00"),
    ("notes", "{\"long name\": \"é\", \"a\": null, \"n\": 5}"),
];

const WRONG: [(&str, &str); 12] = [
    ("tags", "a,b,,d"),
    ("counts", "1,x"),
    ("prices", "1.555"),
    ("days", "soon"),
    ("ages_0", "5"),
    ("ages_1", "1"),
    ("big_0", "x"),
    ("span_0", "x"),
    ("period_0", "soon"),
    ("slot_0", "soon"),
    ("slot_1", "later"),
    ("notes", "[1]"),
];

/// Lookups, each as in a URL and as in Python.
fn lookups() -> Vec<(&'static str, &'static str, Json)> {
    vec![
        ("tags__contains", "{red}", json!(["red"])),
        (
            "tags__contained_by",
            "[\"red\", \"x\"]",
            json!(["red", "x"]),
        ),
        ("tags__overlap", "{x,red}", json!(["x", "red"])),
        ("tags__len", "3", json!(3)),
        ("tags", "{}", json!([])),
        ("counts__contains", "{3}", json!([3])),
        ("counts__isnull", "1", json!(true)),
        ("ages__contains", "20", json!(20)),
        ("ages__contained_by", "[0,100)", json!([0, 100])),
        ("ages__overlap", "[60,70)", json!([60, 70])),
        ("ages__fully_lt", "[70,80)", json!([70, 80])),
        ("ages__fully_gt", "[1,5)", json!([1, 5])),
        ("ages__adjacent_to", "[65,70)", json!([65, 70])),
        ("ages__isempty", "1", json!(true)),
        ("ages", "[18,65)", json!([18, 65])),
        ("notes__has_key", "a", json!("a")),
        ("notes__has_keys", "a,n", json!(["a", "n"])),
        ("notes__has_any_keys", "x,n", json!(["x", "n"])),
        ("notes__contains", "{\"n\": \"5\"}", json!({"n": "5"})),
    ]
}

/// Lets Django save the form, and returns what it says; `None` without Django.
fn django(site: &TestSite) -> Option<Json> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = folder.join(".venv/bin/python");
    if !python.exists() {
        return None;
    }
    let mut child = Command::new(python)
        .arg(folder.join("tests/declared/native.py"))
        .arg(&site.database.url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let tests: Vec<(&str, Json)> = lookups()
        .into_iter()
        .map(|(name, _, value)| (name, value))
        .collect();
    let form = |pairs: &[(&str, &str)]| -> Json {
        let map = pairs
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).into()));
        Json::Object(map.collect())
    };
    let asked = json!({"form": form(&FORM), "wrong": form(&WRONG), "lookups": tests});
    let mut input = child.stdin.take().unwrap();
    input.write_all(asked.to_string().as_bytes()).unwrap();
    drop(input);
    let done = child.wait_with_output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn rows(site: &TestSite) -> Vec<Record> {
    Query::new(Shelf::meta())
        .records(&mut site.connect(), None, 0)
        .unwrap()
}

/// Returns the fields of a row as a fixture has them.
fn fixture(row: &Record) -> Json {
    let fields = Shelf::meta()
        .fields
        .iter()
        .filter(|field| !field.primary_key);
    let pairs = fields.map(|field| {
        let value = row.value(field);
        let json = if value.is_null() {
            Json::Null
        } else {
            field.kind.field_type().to_json(field.kind, value)
        };
        (field.name.to_owned(), json)
    });
    Json::Object(pairs.collect())
}

#[test]
fn own_kinds_of_postgresql_are_those_of_django() {
    let Some(site) = site("own_kinds_of_postgresql_are_those_of_django") else {
        return;
    };
    let alice = ALICE.browser(&site);
    let url = "/admin/club/shelf/add/";
    let fill = |pairs: &[(&'static str, &'static str)]| {
        let mut form = alice.form(url, "tags");
        for (name, text) in pairs {
            form = form.set(name, text);
        }
        form
    };

    let refused = alice.submit(&fill(&WRONG), "_save");
    assert_eq!(refused.status, 200);
    let saved = alice.submit(&fill(&FORM), "_save");
    assert_eq!(saved.status, 302, "{}", saved.words());
    let empty = alice.submit(&fill(&[]), "_save");
    assert_eq!(empty.status, 302, "{}", empty.words());

    let Some(said) = django(&site) else { return };
    assert_eq!(said["errors"], json!({}));
    let columns: Vec<(&str, String)> = Shelf::meta()
        .fields
        .iter()
        .filter(|field| !field.primary_key)
        .map(|field| (field.column, field.db_type().postgres))
        .collect();
    assert_eq!(json!(columns), said["columns"]);
    for (field, error) in said["wrong"].as_object().unwrap() {
        assert_eq!(refused.errors(field), error.as_str().unwrap(), "{field}");
    }

    let ours = rows(&site);
    let theirs = said["rows"].as_array().unwrap();
    assert_eq!(
        theirs[0]["fields"], theirs[2]["fields"],
        "saved by us, and by Django"
    );
    for (our, their) in ours.iter().zip(theirs) {
        assert_eq!(fixture(our), their["fields"], "the fixture");
    }

    for (name, text, _) in lookups() {
        let parameter = Shelf::meta().parameter(name).unwrap();
        let condition = parameter.condition(&[text], chrono_tz::Tz::UTC).unwrap();
        let found = Query::new(Shelf::meta())
            .filter(condition)
            .records(&mut site.connect(), None, 0)
            .unwrap();
        let mut keys: Vec<i64> = found.iter().filter_map(|row| row.pk().as_i64()).collect();
        keys.sort_unstable();
        assert_eq!(json!(keys), said["lookups"][name], "{name}");
    }
}

#[test]
fn own_kinds_of_postgresql_are_listed_changed_and_read_as_a_struct() {
    let Some(site) = site("own_kinds_of_postgresql_are_listed_changed_and_read_as_a_struct") else {
        return;
    };
    let conn = &mut site.connect();
    let shelf = (
        club_shelf::tags.eq(Array(vec!["red".to_owned(), "a,b".to_owned()])),
        club_shelf::counts.eq(Some(Array(vec![1, 2]))),
        club_shelf::ages.eq(Some(Range::from(18..65))),
        club_shelf::span.eq(Some("[1.5,)".parse::<Range<Decimal>>().unwrap())),
        club_shelf::slot.eq(None::<Range<Timestamp>>),
        club_shelf::notes.eq(HStore([("k".to_owned(), Some("v".to_owned()))].into())),
    );
    diesel::insert_into(club_shelf::table)
        .values(shelf)
        .execute(conn)
        .unwrap();

    let alice = ALICE.browser(&site);
    let list = alice.get("/admin/club/shelf/");
    assert_eq!(list.status, 200);
    for shown in ["red, a,b", "1, 2", "[18, 65)"] {
        assert!(list.words().contains(shown), "{shown}: {}", list.words());
    }
    let found = alice.get("/admin/club/shelf/?tags__contains=%7Bred%7D&o=2");
    assert!(found.words().contains("1 shelf"), "{}", found.words());
    let searched = alice.get("/admin/club/shelf/?q=red");
    assert!(searched.words().contains("1 shelf"), "{}", searched.words());

    let row: Shelf = club_shelf::table
        .select(Shelf::as_select())
        .first(conn)
        .unwrap();
    assert_eq!(row.counts, Some(Array(vec![1, 2])));
    assert_eq!(row.ages, Some((18..65).into()));
    assert_eq!(row.span.as_ref().unwrap().to_string(), "[1.5,)");
    assert_eq!(row.notes.0["k"].as_deref(), Some("v"));

    let url = format!("/admin/club/shelf/{}/change/", row.id);
    let form = alice.form(&url, "counts");
    assert_eq!(form.value("ages_0"), "18");
    assert_eq!(form.value("counts"), "1,2");
    let reply = alice.submit(&form.set("counts", "1,2,3"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let kept = rows(&site).remove(0);
    assert_eq!(kept.get(club_shelf::counts).unwrap().text(), "{1,2,3}");
    assert_eq!(
        kept.get(club_shelf::tags).unwrap().text(),
        "{red,\"a,b\"}",
        "an item with a comma is kept"
    );
    let history = alice.get(&format!("/admin/club/shelf/{}/history/", row.id));
    assert!(
        history.words().contains("Changed Counts"),
        "{}",
        history.words()
    );

    let read = Shelf::from_record(&kept).unwrap();
    assert_eq!(read.tags, row.tags);
}

#[test]
fn own_kinds_of_postgresql_are_refused_on_sqlite() {
    let found: Vec<String> = nuages::models::check_sqlite(Shelf::meta())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found.len(), 10);
    assert_eq!(
        found[0],
        "(nuages.E012) club.Shelf.tags, kind: only PostgreSQL has columns of this type (ArrayField), and \
         DATABASE_URL names SQLite. Use PostgreSQL, or a field of type Json."
    );
}
