//! Creates the tables of models from their descriptions.

use std::fmt::Write as _;

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Value};
use nuages::models::{DbDefault, Field, FieldKind, Meta};

use crate::support::Kind;

/// Creates the table of `model` and its link tables.
pub(crate) fn create(conn: &mut Conn, kind: Kind, model: &Meta) {
    let mut parts: Vec<String> = model.fields.iter().map(|it| column(kind, it)).collect();
    for check in &model.check_constraints {
        parts.push(format!("CONSTRAINT {} CHECK ({})", check.name, check.check));
    }
    for columns in &model.unique_together {
        parts.push(format!("UNIQUE ({})", columns.join(", ")));
    }
    let table = model.table;
    run(
        conn,
        &format!("CREATE TABLE {table} ({})", parts.join(", ")),
    );
    for unique in &model.unique_constraints {
        let (name, columns) = (unique.name, unique.columns.join(", "));
        let condition = unique.condition.map(|sql| format!(" WHERE {sql}"));
        let condition = condition.unwrap_or_default();
        run(
            conn,
            &format!("CREATE UNIQUE INDEX {name} ON {table} ({columns}){condition}"),
        );
    }
    for many in model.plain_many() {
        let (from, to) = (many.from_column, many.to_column);
        run(
            conn,
            &format!(
                "CREATE TABLE {} (id {}, {from} bigint NOT NULL, {to} bigint NOT NULL, UNIQUE ({from}, {to}))",
                many.through(),
                serial(kind)
            ),
        );
    }
}

fn run(conn: &mut Conn, sql: &str) {
    conn.batch_execute(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn serial(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "integer PRIMARY KEY AUTOINCREMENT",
        Kind::Postgres => "bigserial PRIMARY KEY",
    }
}

fn column(kind: Kind, field: &Field) -> String {
    let name = field.column;
    if field.kind == FieldKind::Auto {
        return format!("{name} {}", serial(kind));
    }
    let types = field.db_type();
    let is_postgres = kind == Kind::Postgres;
    let mut sql = format!(
        "{name} {}",
        if is_postgres {
            types.postgres
        } else {
            types.sqlite
        }
    );
    if let Some(column) = field.generated_as {
        let expression = if is_postgres {
            column.postgres
        } else {
            column.sqlite
        };
        return format!("{sql} GENERATED ALWAYS AS ({expression}) STORED");
    }
    if let Some(default) = field.db_default {
        let _ = write!(sql, " DEFAULT ({})", default_sql(kind, default));
    }
    if field.primary_key {
        sql.push_str(" PRIMARY KEY");
    } else if field.unique {
        sql.push_str(" UNIQUE");
    }
    if !field.null {
        sql.push_str(" NOT NULL");
    }
    if let Some(check) = field
        .db_check()
        .and_then(|check| check.sql(name, is_postgres))
    {
        let _ = write!(sql, " CHECK ({check})");
    }
    if let Some(relation) = field.relation.as_ref().filter(|it| it.db_constraint) {
        let (table, to) = (relation.to().table, relation.target().column);
        let _ = write!(
            sql,
            " REFERENCES {table} ({to}) DEFERRABLE INITIALLY DEFERRED"
        );
    }
    sql
}

fn default_sql(kind: Kind, default: DbDefault) -> String {
    match default {
        DbDefault::Now => "CURRENT_TIMESTAMP".to_owned(),
        DbDefault::Sql { sqlite, postgres } => match kind {
            Kind::Sqlite => sqlite.to_owned(),
            Kind::Postgres => postgres.to_owned(),
        },
        DbDefault::Value(value) => match value() {
            Value::Text(text) => format!("'{text}'"),
            other => other.to_string(),
        },
    }
}
