//! Kinds of fields that a declaration can name, abstract bases and proxies.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Bytes, Duration, IpAddress, Json, Opaque, Uuid};
use nuages::models::{FieldKind, FilePathOptions, IpProtocol, Query, Record};
use nuages::prelude::*;

use crate::club::{Dated, club, today};
use crate::support::{ALICE, Kind, TestSite};

/// A sample of each kind of field.
#[nuages::model(app = "club", base = Dated, display = "short")]
pub struct Sample {
    #[field(primary_key, default = new_uuid, editable = false)]
    pub key: Uuid,
    #[field(max_length = 5, choices_from = sizes)]
    pub short: String,
    pub small: i16,
    #[field(positive)]
    pub small_positive: i16,
    #[field(positive)]
    pub positive: i32,
    pub large: i64,
    #[field(positive)]
    pub large_positive: i64,
    pub length: Option<Duration>,
    #[field(editable = true)]
    pub raw: Option<Bytes>,
    #[field(protocol = "ipv4")]
    pub address: Option<IpAddress>,
    pub document: Option<Json>,
    pub is_done: bool,
    #[field(file_path = FilePathOptions { matching: Some("^kinds"), ..FilePathOptions::new("tests/declared") })]
    pub path: Option<String>,
    #[field(db_type = "int4range")]
    pub span: Option<Opaque>,
    #[field(db_type = "integer[]")]
    pub parts: Option<Opaque>,
}

fn new_uuid() -> Uuid {
    Uuid(uuid::Uuid::new_v4())
}

fn sizes() -> Vec<(String, String)> {
    vec![
        ("s".to_owned(), "Small".to_owned()),
        ("l".to_owned(), "Large".to_owned()),
    ]
}

/// The samples that are done.
#[nuages::model(
    app = "club",
    proxy_for = Sample,
    table = club_sample,
    ordering = ["-short"],
    verbose_name = "finished sample",
    permissions = [("praise_sample", "Can praise")],
)]
pub(crate) struct FinishedSample;

fn site(kind: Kind) -> TestSite {
    club(kind)
}

#[test]
fn columns_have_djangos_types() {
    let types: Vec<(&str, String, String)> = Sample::meta()
        .fields
        .iter()
        .map(|field| {
            let types = field.db_type();
            (field.column, types.sqlite, types.postgres)
        })
        .collect();
    let expected = [
        ("made_on", "date", "date"),
        ("note", "varchar(20)", "varchar(20)"),
        ("key", "char(32)", "uuid"),
        ("short", "varchar(5)", "varchar(5)"),
        ("small", "smallint", "smallint"),
        ("small_positive", "smallint unsigned", "smallint"),
        ("positive", "integer unsigned", "integer"),
        ("large", "bigint", "bigint"),
        ("large_positive", "bigint unsigned", "bigint"),
        ("length", "bigint", "interval"),
        ("raw", "BLOB", "bytea"),
        ("address", "char(39)", "inet"),
        ("document", "text", "jsonb"),
        ("is_done", "bool", "boolean"),
        ("path", "varchar(100)", "varchar(100)"),
        ("span", "int4range", "int4range"),
        ("parts", "integer[]", "integer[]"),
    ];
    let expected = expected.map(|(name, one, other)| (name, one.to_owned(), other.to_owned()));
    assert_eq!(types, expected);
    let address = Sample::meta().field("address").unwrap();
    assert_eq!(address.kind, FieldKind::GenericIpAddress(IpProtocol::V4));
}

fn numbers_outside_their_column_are_errors_beside_the_field(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/club/sample/add/", "small");
    assert_eq!(
        form.value("is_done"),
        "",
        "a NOT NULL boolean starts unticked"
    );
    let form = form
        .set("short", "l")
        .set("made_on", "2024-01-01")
        .set("note", "n")
        .set("small", "32768")
        .set("small_positive", "-1")
        .set("positive", "2147483648")
        .set("large", "9223372036854775808")
        .set("large_positive", "-5");
    let reply = alice.submit(&form, "_save");
    for (field, error) in [
        ("small", "Ensure this value is less than or equal to 32767."),
        (
            "small_positive",
            "Ensure this value is greater than or equal to 0.",
        ),
        (
            "positive",
            "Ensure this value is less than or equal to 2147483647.",
        ),
        (
            "large",
            "Ensure this value is less than or equal to 9223372036854775807.",
        ),
        (
            "large_positive",
            "Ensure this value is greater than or equal to 0.",
        ),
    ] {
        assert_eq!(reply.errors(field), error, "{field}");
    }
}

fn every_kind_is_saved_and_shown(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/club/sample/add/", "small");
    let form = form
        .set("short", "l")
        .set("made_on", "2024-01-01")
        .set("note", "n")
        .set("small", "-3")
        .set("small_positive", "3")
        .set("positive", "4")
        .set("large", "5")
        .set("large_positive", "6")
        .set("length", "1 02:03:04")
        .set("address", "192.0.2.1")
        .set("document", "{\"a\": 1}")
        .set("path", "tests/declared/kinds.rs");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());

    let row = Query::new(Sample::meta())
        .records(&mut site.connect(), None, 0)
        .unwrap()
        .remove(0);
    assert_eq!(
        row.get(club_sample::length).unwrap().text(),
        "1 day, 2:03:04"
    );
    assert_eq!(
        row.get(club_sample::path).unwrap().text(),
        "tests/declared/kinds.rs"
    );
    assert!(!row.get(club_sample::is_done).unwrap().is_true());
    let list = alice.get("/admin/club/sample/");
    assert!(
        list.words().contains("Large"),
        "the label of a computed choice: {}",
        list.words()
    );

    let value = match kind {
        Kind::Sqlite => "UPDATE club_sample SET span = '[1,5)', parts = '{1,2}'",
        Kind::Postgres => "UPDATE club_sample SET span = '[1,5)', parts = ARRAY[1, 2]",
    };
    site.connect().batch_execute(value).unwrap();
    let url = format!("/admin/club/sample/{}/change/", row.pk());
    let page = alice.get(&url).words();
    assert!(
        page.contains("[1,5)") && page.contains("{1,2}"),
        "unknown types are shown: {page}"
    );
    let reply = alice.submit(&alice.form(&url, "small").set("small", "9"), "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    let row = Query::new(Sample::meta())
        .records(&mut site.connect(), None, 0)
        .unwrap()
        .remove(0);
    assert_eq!(row.get(club_sample::small).unwrap().text(), "9");
    assert_eq!(
        row.get(club_sample::span).unwrap().text(),
        "[1,5)",
        "and kept"
    );

    let form = alice
        .form("/admin/club/sample/add/", "small")
        .choose("path", &["tests/declared/main.rs"]);
    let reply = alice.submit(&form, "_save");
    assert!(
        reply
            .errors("path")
            .contains("is not one of the available choices"),
        "the name does not match the pattern: {}",
        reply.errors("path")
    );
}

fn a_proxy_has_its_own_admin_and_the_rows_of_its_model(kind: Kind) {
    let site = site(kind);
    let conn = &mut site.connect();
    let proxy = FinishedSample::meta();
    assert_eq!(proxy.object_label(), "club.FinishedSample");
    assert_eq!(proxy.verbose_name_plural, "finished samples");
    assert_eq!(proxy.proxy_for(), Some(Sample::meta()));
    for (short, note) in [("s", "one"), ("l", "two")] {
        let mut row = Record::new(proxy);
        row.set(club_sample::short, short);
        row.set(club_sample::note, note);
        row.set(
            club_sample::made_on,
            NaiveDate::from_ymd_opt(2024, 1, 1).unwrap(),
        );
        row.set(club_sample::small, 1_i16);
        row.set(club_sample::small_positive, 1_i16);
        row.set(club_sample::positive, 1_i32);
        row.set(club_sample::large, 1_i64);
        row.set(club_sample::large_positive, 1_i64);
        row.set(club_sample::is_done, true);
        row.insert(conn).unwrap();
    }
    assert_eq!(Query::new(Sample::meta()).count(conn).unwrap(), 2);
    let order = Query::new(proxy).records(conn, None, 0).unwrap();
    let shorts: Vec<String> = order
        .iter()
        .map(|row| row.get(club_sample::short).unwrap().text())
        .collect();
    assert_eq!(shorts, ["s", "l"], "the proxy has its own order");
    conn.batch_execute(
        "INSERT INTO django_content_type (app_label, model) VALUES ('club', 'finishedsample')",
    )
    .unwrap();

    let alice = ALICE.browser(&site);
    let list = alice.get("/admin/club/finishedsample/");
    assert!(
        list.words().contains("2 finished samples"),
        "{}",
        list.words()
    );
    let link = order[0].pk().text();
    let url = format!("/admin/club/finishedsample/{link}/delete/");
    let token = alice.token(&url);
    let reply = alice.post(&url, &[("post", "yes"), ("csrfmiddlewaretoken", &token)]);
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(Query::new(Sample::meta()).count(conn).unwrap(), 1);
}

on_both!(
    numbers_outside_their_column_are_errors_beside_the_field,
    every_kind_is_saved_and_shown,
    a_proxy_has_its_own_admin_and_the_rows_of_its_model,
);

/// A model with an option that does not fit its column, which only the builder allows.
mod wrong {
    use nuages::models::{Description, Model};

    diesel::table! {
        club_wrong (id) { id -> BigInt, day -> Date, count -> Integer, name -> Text, low -> Integer, high -> Integer, }
    }
    use club_wrong as wrong;

    #[derive(diesel::Identifiable)]
    #[diesel(table_name = club_wrong)]
    pub(super) struct Wrong {
        id: i64,
    }

    impl Model for Wrong {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.field(wrong::day, |field| field.min(3))
                .field(wrong::count, |field| {
                    field.email(20).default(|| "three".into())
                })
                .field(wrong::name, |field| field.auto_now().default(|| 3.into()))
                .field(wrong::low, |field| field.min(5).default(|| 3.into()))
                .field(wrong::high, |field| field.max(5).default(|| 7.into()))
        }
    }
}

#[test]
fn check_names_options_that_do_not_fit_their_column() {
    let mut found = Vec::new();
    for field in &wrong::Wrong::meta().fields {
        found.extend(nuages::models::check_field(wrong::Wrong::meta(), field));
    }
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    let expected = [
        "(nuages.E006) club.Wrong.day, min: min and max are for numbers. Use a validator of your own.",
        "(nuages.E006) club.Wrong.count, kind: a column of type Integer cannot hold a email address (20). \
         Remove the option, or change the column.",
        "(nuages.E006) club.Wrong.count, default: the default is of type Text, and the column of type Integer. \
         Write a default of that type.",
        "(nuages.E006) club.Wrong.name, auto_now: only a date, a time or a moment can be set to the current \
         time. Remove it.",
        "(nuages.E006) club.Wrong.name, default: the default is of type Integer, and the column of type Text. \
         Write a default of that type.",
        "(nuages.E006) club.Wrong.low, default: the default 3 is less than the minimum 5. Change one of them.",
        "(nuages.E006) club.Wrong.high, default: the default 7 is greater than the maximum 5. Change one of them.",
    ];
    assert_eq!(found, expected);
}
