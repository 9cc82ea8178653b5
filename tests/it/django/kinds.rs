//! Lengths of time, bytes and IP addresses in Django's columns: the same texts, the same forms and
//! the same rows for a lookup.

use diesel::prelude::*;
use nuages::db::Value as Stored;
use nuages::forms::model::{ModelField, Typed, clean, texts};
use nuages::models::{Description, Meta, Model, Query, Record, parse};
use serde_json::{Value, json};

use super::dump::assert_same;
use super::project::Django;
use crate::support::{Database, Kind};

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable};
    use nuages::db::sql_types::{Duration, IpAddress};

    catalog_kinds (id) {
        id -> BigInt,
        length -> Nullable<Duration>,
        raw -> Nullable<Binary>,
        address -> Nullable<IpAddress>,
    }
}

#[derive(Identifiable)]
#[diesel(table_name = catalog_kinds)]
pub(super) struct Kinds {
    id: i64,
}

impl Model for Kinds {
    fn describe(it: Description<Self>) -> Description<Self> {
        it
    }
}

/// Microseconds, bytes in base64, and an address.
const ROWS: [(Option<i64>, Option<&str>, Option<&str>); 6] = [
    (Some(0), Some(""), Some("192.0.2.1")),
    (Some(93_784_000_005), Some("AAECJ1z/"), Some("2001:db8::1")),
    (
        Some(-3_600_000_000),
        Some("aXQncw=="),
        Some("::ffff:192.0.2.9"),
    ),
    (Some(86_400_000_000), Some("YWJj"), Some("10.0.0.10")),
    (Some(9_000_000_000_000_000_000), Some("YSJi"), Some("::1")),
    (None, None, None),
];

const TYPED: [(&str, &str); 18] = [
    ("length", "30"),
    ("length", "1 02:03:04.5"),
    ("length", "1 day, 2:03:04"),
    ("length", "-1 23:00:00"),
    ("length", "P1DT2H"),
    ("length", "3 days -04:05:06"),
    ("length", "soon"),
    ("length", ""),
    ("length", "1:2:3:4"),
    ("address", " 192.0.2.1 "),
    ("address", "192.0.2.01"),
    ("address", "2001:DB8:0:0::1"),
    ("address", "::FFFF:192.0.2.1"),
    ("address", "2001::db8::1"),
    ("address", "fe80::1%eth0"),
    ("address", "localhost"),
    ("address", "01234567890123456789012345678901234567890"),
    ("address", ""),
];

const FOUND: [&str; 10] = [
    "length=1 day, 0:00:00",
    "length__gt=3600",
    "length__lte=0",
    "length__isnull=True",
    "address=192.0.2.1",
    "address=2001:DB8:0:0::1",
    "address__contains=192.0.2",
    "address__startswith=10.",
    "address__iexact=2001:DB8::1",
    "raw__isnull=True",
];

fn meta() -> &'static Meta {
    Kinds::meta()
}

fn fields() -> Vec<ModelField> {
    ["length", "raw", "address"]
        .iter()
        .filter_map(|name| ModelField::find(meta(), name))
        .collect()
}

/// The same as Django answers, from the rows of `database`.
fn ours(database: &Database) -> Value {
    let records = Query::new(meta())
        .records(&mut database.connect(), None, 0)
        .unwrap();
    let seen: Vec<Value> = records.iter().map(|row| each(row, &text)).collect();
    let fixture: Vec<Value> = records
        .iter()
        .filter(|row| {
            row.get(catalog_kinds::raw)
                .is_some_and(|raw| !raw.is_null())
        })
        .map(|row| each(row, &in_fixture))
        .collect();
    let editable = fields()
        .into_iter()
        .filter(|field| field.column().is_some_and(|column| column.editable));

    let typed = TYPED.iter().map(|(name, text)| typed(name, text));
    let found = FOUND.iter().map(|lookup| {
        let (name, value) = lookup.split_once('=').unwrap();
        let parameter = meta().parameter(name).unwrap();
        let condition = parameter.condition(&[value], chrono_tz::Tz::UTC).unwrap();
        let rows = Query::new(meta())
            .filter(condition)
            .records(&mut database.connect(), None, 0)
            .unwrap();
        let mut keys: Vec<_> = rows.iter().filter_map(|row| row.pk().as_i64()).collect();
        keys.sort_unstable();
        json!(keys)
    });
    json!({
        "seen": seen,
        "fixture": fixture,
        "fields": editable.map(ModelField::name).collect::<Vec<_>>(),
        "typed": typed.collect::<Vec<_>>(),
        "found": found.collect::<Vec<_>>(),
    })
}

fn each(row: &Record, make: &dyn Fn(ModelField, &Stored) -> Value) -> Value {
    let pairs = fields().into_iter().map(|field| {
        let value = row.value(field.column().unwrap());
        let built = if value.is_null() {
            Value::Null
        } else {
            make(field, value)
        };
        (field.name().to_owned(), built)
    });
    Value::Object(pairs.collect())
}

fn text(_: ModelField, value: &Stored) -> Value {
    value.to_string().into()
}

fn in_fixture(field: ModelField, value: &Stored) -> Value {
    let column = field.column().unwrap().column_type();
    let field_type = column.value_type();
    let json = field_type.to_json(column.kind, value);
    let again = field_type.parse_json(column, &json, chrono_tz::Tz::UTC);
    assert_eq!(again.as_ref(), Ok(value), "a fixture with {json} is loaded");
    json
}

fn typed(name: &str, text: &str) -> Value {
    let field = ModelField::find(meta(), name).unwrap();
    match clean(field, &Typed::one(text), chrono_tz::Tz::UTC) {
        Ok(cleaned) => {
            let shown = texts(field, &cleaned, chrono_tz::Tz::UTC);
            let again = clean(field, &shown, chrono_tz::Tz::UTC);
            assert_eq!(
                again.as_ref(),
                Ok(&cleaned),
                "{name}: {shown:?} is read again"
            );
            cleaned.one().map(ToString::to_string).into()
        }
        Err(errors) => errors.into(),
    }
}

fn answer(django: &Django, database: &Database, act: &str) -> Value {
    let ours = json!({ "act": act, "rows": ROWS, "typed": TYPED, "found": FOUND });
    let script = format!(
        "OURS = {}\n{}",
        json!(ours.to_string()),
        include_str!("kinds.py")
    );
    serde_json::from_str(&django.shell(database, &script)).unwrap()
}

fn durations_bytes_and_addresses_are_djangos(kind: Kind, django: &Django) {
    let theirs = Database::migrated(kind);
    let answered = answer(django, &theirs, "write");
    assert_eq!(ours(&theirs), answered, "left Nuages, right Django");

    // Nuages empties the table and writes the same rows into it.
    let before = django.stored(&theirs, &["catalog_kinds"]);
    let conn = &mut theirs.connect();
    diesel::delete(catalog_kinds::table).execute(conn).unwrap();
    for (id, (length, raw, address)) in (1_i64..).zip(ROWS) {
        let mut row = Record::new(meta());
        row.set(catalog_kinds::id, id);
        if let Some(micros) = length {
            row.set(catalog_kinds::length, nuages::db::Duration(micros));
        }
        for (column, text) in [("raw", raw), ("address", address)] {
            let field = meta().column(column).unwrap();
            if let Some(value) = text.and_then(|text| parse(field, text)) {
                row.set_value(field, value);
            }
        }
        row.insert(conn).unwrap();
    }
    assert_same(&before, &django.stored(&theirs, &["catalog_kinds"]));
    assert_eq!(answer(django, &theirs, "read"), answered);
}
with_django!(durations_bytes_and_addresses_are_djangos);
