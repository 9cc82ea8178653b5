//! Loads rows and writes them as JSON.

use std::collections::HashMap;

use super::json::{push_text, push_value};
use super::model::{ApiField, ApiModel};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::models::{ColumnPath, Meta, Query, Record, Row};
use crate::signing::hex;

use sha2::{Digest as _, Sha256};

/// Bytes of a row of ordinary size.
const ROW_SIZE: usize = 512;

/// A row as JSON.
#[derive(Debug, Clone)]
pub(super) struct JsonRow {
    /// The text of the object.
    pub(super) json: String,
    /// The values at the paths that were asked for besides.
    pub(super) beside: Row,
}

impl JsonRow {
    /// Returns the `ETag` of the row: other content gives another one.
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", hex(&Sha256::digest(&self.json)[..16]))
    }
}

/// Loads up to `limit` of `rows` after the first `offset`, with these fields, and the values at the paths `beside`.
pub(super) fn load(
    conn: &mut Conn,
    model: &ApiModel,
    fields: &[ApiField],
    rows: &Query,
    (limit, offset): (i64, i64),
    beside: &[ColumnPath],
) -> Result<Vec<JsonRow>> {
    let meta = model.meta();
    let mut paths = vec![ColumnPath::own(meta.pk().column)];
    for field in fields {
        match field {
            ApiField::Column(field) => paths.push(ColumnPath::own(field.column)),
            ApiField::Display => paths.extend(meta.display.paths.iter().cloned()),
            ApiField::Many(_) => {}
        }
    }
    let own = paths.len();
    paths.extend(beside.iter().cloned());

    let mut found = rows.rows(conn, &paths, Some(limit), offset)?;
    let beside: Vec<Row> = found.iter_mut().map(|row| row.split_off(own)).collect();
    let links = Links::load(conn, meta, fields, &found)?;
    let writer = RowWriter::new(model, fields, links);
    let rows = found.iter().zip(beside);
    Ok(rows
        .map(|(row, beside)| JsonRow {
            json: writer.json(row),
            beside,
        })
        .collect())
}

/// Loads the only one of `rows`, with all fields.
pub(super) fn find(conn: &mut Conn, model: &ApiModel, rows: &Query) -> Result<JsonRow> {
    let row = load(conn, model, &model.fields, rows, (1, 0), &[])?.pop();
    row.ok_or(Error::NotFound)
}

/// Loads the row of `record` as the database has it now, with all fields.
pub(super) fn current(conn: &mut Conn, model: &ApiModel, record: &Record) -> Result<JsonRow> {
    let rows = Query::new(model.meta()).with_pks(vec![record.pk().clone()]);
    find(conn, model, &rows.order_by(Vec::new()))
}

/// The links of many-to-many fields: for each field, the keys by the text of the row's primary key.
struct Links(Vec<HashMap<String, Vec<Value>>>);

impl Links {
    fn load(conn: &mut Conn, meta: &Meta, fields: &[ApiField], rows: &[Row]) -> Result<Self> {
        let pks = || -> Vec<Value> {
            let first = rows.iter().filter_map(|row| row.first());
            first.cloned().collect()
        };
        let mut all = Vec::new();
        for field in fields {
            let ApiField::Many(many) = field else {
                continue;
            };
            let mut of_rows = many.linked_by_row(conn, meta, &pks())?;
            // The order of the links says nothing, and an ETag must not depend on it.
            for keys in of_rows.values_mut() {
                keys.sort_by_cached_key(|key| (key.as_i64(), key.text()));
                keys.dedup();
            }
            all.push(of_rows);
        }
        Ok(Self(all))
    }

    fn of(&self, at: usize, pk: &str) -> &[Value] {
        let of_rows = self.0.get(at).and_then(|of_rows| of_rows.get(pk));
        of_rows.map_or(&[], Vec::as_slice)
    }
}

/// Writes rows with the same fields.
struct RowWriter<'a> {
    model: &'a ApiModel,
    fields: &'a [ApiField],
    /// `{"id":`, `,"name":`, …
    names: Vec<String>,
    links: Links,
}

impl<'a> RowWriter<'a> {
    fn new(model: &'a ApiModel, fields: &'a [ApiField], links: Links) -> Self {
        let names = fields.iter().enumerate().map(|(at, field)| {
            let mut name = String::from(if at == 0 { "{" } else { "," });
            push_text(&mut name, field.name());
            name.push(':');
            name
        });
        Self {
            model,
            fields,
            names: names.collect(),
            links,
        }
    }

    /// Returns the JSON of a row: its primary key, and the values of the fields.
    fn json(&self, row: &[Value]) -> String {
        let mut out = String::with_capacity(ROW_SIZE);
        let mut values = row.get(1..).unwrap_or_default();
        let mut many_at = 0;
        let pk = if self.links.0.is_empty() {
            String::new()
        } else {
            row.first().map(Value::text).unwrap_or_default()
        };

        for (name, field) in self.names.iter().zip(self.fields) {
            out.push_str(name);
            match field {
                ApiField::Column(field) => {
                    if let Some((value, rest)) = values.split_first() {
                        push_value(&mut out, field, value, &self.model.script_name);
                        values = rest;
                    }
                }
                ApiField::Many(many) => {
                    push_keys(&mut out, many.to(), self.links.of(many_at, &pk));
                    many_at += 1;
                }
                ApiField::Display => {
                    let count = self.model.meta().display.paths.len().min(values.len());
                    let (of_name, rest) = values.split_at(count);
                    push_text(&mut out, &self.model.meta().display.say(of_name));
                    values = rest;
                }
            }
        }

        out.push_str(if self.names.is_empty() { "{}" } else { "}" });
        out
    }
}

fn push_keys(out: &mut String, to: &'static Meta, keys: &[Value]) {
    out.push('[');
    for (at, key) in keys.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_value(out, to.pk().target(), key, "");
    }
    out.push(']');
}
