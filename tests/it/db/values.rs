//! Values are the same after they were written to either database and read back.

use chrono::{NaiveDate, NaiveTime, TimeZone as _, Utc};
use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Decimal, Json, Kind as Column, Sql, Timestamp, Uuid, Value};

use crate::support::{Database, Kind};

const SQLITE: &str = "CREATE TABLE odds (a smallint, b integer, c bigint, d real, e bool, f text, g decimal, h date, i time, j datetime, k char(32), l text)";
const POSTGRES: &str = "CREATE TABLE odds (a smallint, b integer, c bigint, d double precision, e boolean, f text, g numeric(30, 10), h date, i time, j timestamptz, k uuid, l jsonb)";
const KINDS: [Column; 12] = [
    Column::SmallInt,
    Column::Integer,
    Column::BigInt,
    Column::Double,
    Column::Bool,
    Column::Text,
    Column::Decimal,
    Column::Date,
    Column::Time,
    Column::Timestamp,
    Column::Uuid,
    Column::Json,
];
const COLUMNS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

fn round_trip(conn: &mut Conn, row: &[Value]) -> Vec<Value> {
    let mut insert = Sql::new("INSERT INTO ").ident("odds").raw(" VALUES (");
    for (index, value) in row.iter().enumerate() {
        insert = if index > 0 { insert.raw(", ") } else { insert }.bind(value.clone());
    }
    assert_eq!(insert.raw(")").execute(conn).unwrap(), 1);
    let mut select = Sql::new("SELECT ");
    for (index, name) in COLUMNS.iter().enumerate() {
        select = if index > 0 { select.raw(", ") } else { select }.ident(name);
    }
    let mut rows = select
        .raw(" FROM ")
        .ident("odds")
        .returns(&KINDS)
        .load(conn)
        .unwrap();
    Sql::new("DELETE FROM odds").execute(conn).unwrap();
    rows.remove(0)
}

fn every_kind_of_value_is_read_as_it_was_written(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    conn.batch_execute(match conn {
        Conn::Sqlite(_) => SQLITE,
        Conn::Postgres(_) => POSTGRES,
    })
    .unwrap();
    let row: Vec<Value> = vec![
        i16::MIN.into(),
        i32::MAX.into(),
        i64::MIN.into(),
        0.1_f64.into(),
        true.into(),
        "'; DROP TABLE odds; -- \u{1f4a9} é".into(),
        "12345678.9".parse::<Decimal>().unwrap().into(),
        NaiveDate::from_ymd_opt(2024, 2, 29).unwrap().into(),
        NaiveTime::from_hms_micro_opt(23, 59, 59, 5).unwrap().into(),
        Timestamp::from(Utc.timestamp_micros(1_700_000_000_123_456).unwrap()).into(),
        Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()).into(),
        Json::from(serde_json::json!({"a": [1, 2.5, null, "é\""]})).into(),
    ];
    assert_eq!(round_trip(conn, &row), row);
    let nulls: Vec<Value> = KINDS.iter().map(|kind| Value::Null(*kind)).collect();
    assert_eq!(round_trip(conn, &nulls), nulls);
}

fn decimals_are_exact_in_either_storage_form(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    conn.batch_execute(match conn {
        Conn::Sqlite(_) => "CREATE TABLE d (x decimal)",
        Conn::Postgres(_) => "CREATE TABLE d (x numeric)",
    })
    .unwrap();
    for text in [
        "0",
        "10",
        "-10",
        "0.1",
        "19.99",
        "99999999.99",
        "-0.01",
        "1000000000000",
        "123456789012345",
    ] {
        Sql::new("INSERT INTO d VALUES (")
            .bind(text.parse::<Decimal>().unwrap())
            .raw(")")
            .execute(conn)
            .unwrap();
        let rows = Sql::new("SELECT x FROM d")
            .returns(&[Column::Decimal])
            .load(conn)
            .unwrap();
        assert_eq!(rows, [[Value::Decimal(text.parse().unwrap())]], "{text}");
        Sql::new("DELETE FROM d").execute(conn).unwrap();
    }
}

on_both!(
    every_kind_of_value_is_read_as_it_was_written,
    decimals_are_exact_in_either_storage_form
);
