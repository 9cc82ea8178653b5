//! The values of every kind of field: their texts and fixtures beside Django's, and rows that each side reads from the other.

use chrono_tz::Tz;
use diesel::prelude::*;
use nuages::models::{DisplayValue, Field, Model as _, Query, Record};
use serde_json::{Map, Value, json};

use super::cleaning::{Sample, catalog_sample, script};
use super::lookups::rows;
use super::project::Django;
use crate::support::{Database, Kind};

fn records(database: &Database) -> Vec<Record> {
    Query::new(Sample::meta())
        .records(&mut database.connect(), None, 0)
        .unwrap()
}

/// Returns one value for each field of the row, by name.
fn by_name(row: &Record, value: impl Fn(&'static Field) -> Option<Value>) -> Value {
    let fields = row.model.fields.iter();
    let pairs = fields.filter_map(|field| Some((field.name.to_owned(), value(field)?)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// Returns the fields of a fixture as `dumpdata` writes them. Each value is read back.
fn fixture(row: &Record) -> Value {
    by_name(row, |field| {
        let (column, value) = (field.column_type(), row.value(field));
        if field.primary_key {
            return None;
        }
        if value.is_null() {
            return Some(Value::Null);
        }
        let json = column.value_type().to_json(column.kind, value);
        let again = column.value_type().parse_json(column, &json, Tz::UTC);
        assert_eq!(again.as_ref(), Ok(value), "{}: {json}", field.name);
        Some(json)
    })
}

/// Returns the texts of the values. Those of floats and JSON documents are not compared, because
/// forms and fixtures have their own texts for them.
fn texts(row: &Record) -> Value {
    by_name(row, |field| {
        let value = row.value(field);
        let text = || match field.display(value) {
            // The column says how many decimal places a number has.
            DisplayValue::Number(number) => json!(number.to_string()),
            _ => json!(value.to_string()),
        };
        match field.name {
            "weight" | "extra" => None,
            _ if value.is_null() => Some(Value::Null),
            _ => Some(text()),
        }
    })
}

fn answer(django: &Django, database: &Database, act: &str) -> Value {
    let ours = json!({ "act": act, "rows": rows() });
    let script = script(&ours, include_str!("values.py"));
    serde_json::from_str(&django.shell(database, &script)).unwrap()
}

fn values_of_every_kind_are_written_and_read_as_in_django(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    let answered = answer(django, &database, "write");

    let ours = records(&database);
    assert_eq!(ours.len(), rows().as_array().unwrap().len());
    for (at, row) in ours.iter().enumerate() {
        let theirs = &answered["fixture"][at];
        assert_eq!(theirs["pk"], json!(row.pk().as_i64()), "row {at}");
        assert_eq!(fixture(row), theirs["fields"], "the fixture of row {at}");
        assert_eq!(texts(row), answered["texts"][at], "the texts of row {at}");
    }

    // Nuages writes the rows again, from the fixture of Django.
    let conn = &mut database.connect();
    diesel::delete(catalog_sample::table).execute(conn).unwrap();
    for object in answered["fixture"].as_array().unwrap() {
        let mut row = Record::new(Sample::meta());
        row.set(catalog_sample::id, object["pk"].as_i64().unwrap());
        for field in Sample::meta()
            .fields
            .iter()
            .filter(|field| !field.primary_key)
        {
            let (column, json) = (field.column_type(), &object["fields"][field.name]);
            let value = match json {
                Value::Null => nuages::db::Value::Null(field.sql),
                json => column
                    .value_type()
                    .parse_json(column, json, Tz::UTC)
                    .unwrap(),
            };
            row.set_value(field, value);
        }
        row.insert(conn).unwrap();
    }
    assert_eq!(records(&database), ours, "the same rows as Django's");
    assert_eq!(answer(django, &database, "read"), answered);
}
with_django!(values_of_every_kind_are_written_and_read_as_in_django);
