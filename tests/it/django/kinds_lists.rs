//! Lists, filters, lookups, searches and the history of lengths of time, bytes and IP addresses, beside Django's.

use std::collections::BTreeMap;

use diesel::prelude::*;
use nuages::admin::AdminSite;
use nuages::admin::options::all_values;
use nuages::models::Query;
use nuages::models::{Model as _, Record};
use nuages::project::Project;
use nuages::schema::django_admin_log::dsl::{change_message, django_admin_log, id};
use serde_json::{Value, json};

use super::kinds::{Kinds, catalog_kinds as kinds};
use super::project::Django;
use crate::shop::INSTALLED;
use crate::support::{ALICE, Client, Database, Kind, Reply, TestSite};

static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site: AdminSite| {
    site.register::<Kinds>(|it| {
        it.list_display((kinds::id, kinds::length, kinds::address))
            .list_filter((all_values(kinds::length), all_values(kinds::address)))
            .search_fields((kinds::address,))
    })
});

/// Microseconds, the text of some bytes, and an address.
const ROWS: [(Option<i64>, Option<&str>, Option<&str>); 6] = [
    (Some(0), Some(""), Some("192.0.2.1")),
    (Some(93_784_000_005), Some("abc"), Some("2001:db8::1")),
    (Some(-3_600_000_000), Some("abc"), Some("::ffff:192.0.2.9")),
    (Some(86_400_000_000), Some("x"), Some("10.0.0.10")),
    (Some(86_400_000_000), None, Some("192.0.2.1")),
    (None, None, None),
];

/// The query strings of the list.
const QUERIES: [&str; 20] = [
    "",
    "o=1",
    "o=2",
    "o=-2.1",
    "o=3",
    "o=-3",
    "length=1+day%2C+0%3A00%3A00",
    "length__gte=3600",
    "length__lt=0",
    "length__isnull=True",
    "length__isnull=False",
    "address=192.0.2.1",
    "address=2001%3ADB8%3A0%3A0%3A%3A1",
    "address__in=192.0.2.1,10.0.0.10",
    "address__startswith=192",
    "address__isnull=True",
    "raw__isnull=True",
    "q=192.0",
    "q=db8",
    "q=nothing",
];

/// Primary keys, and the fields that are sent to their forms.
const CHANGES: [(i64, [(&str, &str); 2]); 5] = [
    (1, [("length", "2 03:00:00"), ("address", "192.0.2.1")]),
    (2, [("length", ""), ("address", "2001:DB8::2")]),
    (3, [("length", "-1 23:00:00"), ("address", "")]),
    (4, [("length", "1 00:00:00"), ("address", "10.0.0.10")]),
    (5, [("length", "soon"), ("address", "10.0.0.300")]),
];

/// Returns the text of the cells of one column, from top to bottom.
fn cells(page: &Reply, label: &str) -> Vec<String> {
    let html = page.text();
    html.split(&format!(" data-label=\"{label}\">"))
        .skip(1)
        .map(|rest| plain(rest.split("</td>").next().unwrap_or_default()))
        .collect()
}

/// Removes the tags of a piece of HTML.
fn plain(html: &str) -> String {
    let pieces = html.split('<').map(|piece| match piece.split_once('>') {
        Some((_, text)) => text,
        None => piece,
    });
    pieces.collect()
}

/// Returns the texts of a list's cells, row by row, or that the query is refused.
fn listed(client: &Client, query: &str) -> Value {
    let page = client.get(&format!("/admin/catalog/kinds/?{query}"));
    if page.status != 200 {
        return json!("refused");
    }
    let (lengths, addresses) = (cells(&page, "Length"), cells(&page, "Address"));
    let rows: Vec<_> = lengths.into_iter().zip(addresses).collect();
    json!(rows)
}

/// Saves a form, and returns the status, the history's message, and what is stored.
fn change(site: &TestSite, client: &Client, pk: i64, fields: &[(&str, &str)]) -> Value {
    let path = format!("/admin/catalog/kinds/{pk}/change/");
    let form = client.form(&path, "length");
    let form = fields
        .iter()
        .fold(form, |form, (name, value)| form.set(name, value));
    let status = client.submit(&form, "_save").status;

    let conn = &mut site.connect();
    let message: Option<String> = django_admin_log
        .order(id.desc())
        .select(change_message)
        .first(conn)
        .optional()
        .unwrap();
    let row: Record = Query::new(Kinds::meta())
        .with_pks(vec![pk.into()])
        .records(conn, None, 0)
        .unwrap()
        .remove(0);
    let text = |value: &nuages::db::Value| {
        if value.is_null() {
            "None".to_owned()
        } else {
            value.to_string()
        }
    };
    json!([
        status,
        message,
        text(row.get(kinds::length).unwrap()),
        text(row.get(kinds::address).unwrap())
    ])
}

fn lists_and_history_of_the_kinds_are_djangos(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    let fields = |fields: &[(&'static str, &'static str)]| -> BTreeMap<&str, &str> {
        fields.iter().copied().collect()
    };
    let changes = CHANGES.map(|(pk, changed)| (pk, fields(&changed)));
    let ours = json!({ "rows": ROWS, "queries": QUERIES, "changes": changes });
    let script = format!(
        "OURS = {}\n{}",
        json!(ours.to_string()),
        include_str!("kinds_lists.py")
    );

    // Django creates the table, so its changes are made first; Nuages starts from the same rows.
    let answered: Value = serde_json::from_str(&django.shell(&database, &script)).unwrap();
    restore(&database);
    let site = TestSite::for_project(database, &[], &PROJECT);
    let alice = ALICE.browser(&site);

    let is_of_filter = |link: &String| link.starts_with("?length") || link.starts_with("?address");
    let links = alice.get("/admin/catalog/kinds/").links();
    let filters: Vec<String> = links.into_iter().filter(is_of_filter).collect();
    assert_eq!(json!(filters), answered["lists"][""]["filters"]);
    for query in QUERIES {
        let theirs = &answered["lists"][query];
        if kind == Kind::Sqlite && theirs == "refused" && query.starts_with("length") {
            // Django's backend for SQLite takes no text for a length of time.
            assert_ne!(listed(&alice, query), json!("refused"), "{query}");
            continue;
        }
        let mut rows = theirs.get("rows").unwrap_or(theirs).clone();
        if query.starts_with("o=") {
            move_empty_rows_to_the_end(&mut rows);
        }
        assert_eq!(listed(&alice, query), rows, "{query}");
    }
    for ((pk, fields), theirs) in CHANGES.iter().zip(answered["changes"].as_array().unwrap()) {
        assert_eq!(&change(&site, &alice, *pk, fields), theirs, "row {pk}");
    }
}
with_django!(lists_and_history_of_the_kinds_are_djangos);

/// Moves rows without values to the end, where Nuages lists them in either direction and on both
/// databases. Django follows the database.
fn move_empty_rows_to_the_end(rows: &mut Value) {
    let rows = rows.as_array_mut().unwrap();
    rows.sort_by_key(|row| row == &json!(["-", "-"]));
}

/// Writes the rows as they were before Django changed them.
fn restore(database: &Database) {
    let conn = &mut database.connect();
    diesel::delete(kinds::table).execute(conn).unwrap();
    for (pk, (length, raw, address)) in (1_i64..).zip(ROWS) {
        let mut row = Record::new(Kinds::meta());
        row.set(kinds::id, pk);
        if let Some(micros) = length {
            row.set(kinds::length, nuages::db::Duration(micros));
        }
        if let Some(text) = raw {
            row.set(kinds::raw, nuages::db::Bytes(text.as_bytes().into()));
        }
        if let Some(text) = address {
            row.set(
                kinds::address,
                text.parse::<nuages::db::IpAddress>().unwrap(),
            );
        }
        row.insert(conn).unwrap();
    }
}
