//! Forms over models that the shop does not have: every kind of field, all kinds of defaults,
//! nested inlines.

mod copies;
mod gone;
mod logged_in_again;
mod sent_twice;
mod session_ended;
mod session_ended_deletion;
mod session_ended_list;
mod survival;
mod unreadable;
mod untouched;

use crate::shop::INSTALLED;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::admin::{AdminSite, Inline};
use nuages::db::{Conn, Sql, Value};
use nuages::models::{Description, Model, OnDelete};
use nuages::project::Project;

use crate::support::{ALICE, BOB, CHARLIE, Database, Kind, TestSite};

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Double, Date, Nullable, Text, Time};
    use nuages::db::sql_types::{Decimal, Json, TimestampTz, Uuid};

    lab_sheet (id) {
        id -> BigInt,
        // Not the last column on purpose: saved columns are in order only if the code sorts them.
        changed_at -> TimestampTz,
        title -> Text,
        is_public -> Bool,
        body -> Text,
        price -> Nullable<Decimal>,
        weight -> Nullable<Double>,
        is_known -> Nullable<Bool>,
        day -> Nullable<Date>,
        hour -> Nullable<Time>,
        moment -> Nullable<TimestampTz>,
        code -> Nullable<Uuid>,
        extra -> Nullable<Json>,
        state -> Text,
        paper -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Nullable, SmallInt, Text};
    use nuages::db::sql_types::{Decimal, TimestampTz, Uuid};

    lab_line (id) {
        id -> BigInt,
        sheet_id -> BigInt,
        text -> Text,
        is_done -> Bool,
        made_at -> TimestampTz,
        due_on -> Date,
        grade -> SmallInt,
        price -> Decimal,
        code -> Uuid,
        state -> Text,
        moment -> Nullable<TimestampTz>,
        scan -> Text,
    }
}

#[derive(Identifiable)]
#[diesel(table_name = lab_sheet)]
pub(crate) struct Sheet {
    id: i64,
}

#[derive(Identifiable)]
#[diesel(table_name = lab_line)]
pub(crate) struct Line {
    id: i64,
}

const STATES: [&str; 2] = ["open", "shut"];

impl Model for Sheet {
    fn describe(it: Description<Self>) -> Description<Self> {
        use lab_sheet as sheet;
        it.field(sheet::changed_at, |field| field.auto_now())
            .field(sheet::title, |field| field.max_length(50))
            .field(sheet::body, |field| field.blank())
            .field(sheet::price, |field| field.decimal(12, 3))
            .field(sheet::state, |field| {
                field
                    .max_length(10)
                    .text_choices(&STATES)
                    .default(|| "open".into())
            })
            .field(sheet::paper, |field| field.file("lab/").blank())
    }
}

impl Model for Line {
    fn describe(it: Description<Self>) -> Description<Self> {
        use lab_line as line;
        it.field(line::sheet_id, |field| {
            field.to::<Sheet>(OnDelete::Cascade).related_name("lines")
        })
        .field(line::text, |field| field.max_length(50))
        .field(line::made_at, |field| field.default_now())
        .field(line::due_on, |field| {
            field.default(|| chrono::Utc::now().date_naive().into())
        })
        // An integer of another width than the column's: the form must not treat it as a change.
        .field(line::grade, |field| field.default(|| 3_i64.into()))
        .field(line::price, |field| {
            field.decimal(8, 2).default(|| 1_i32.into())
        })
        .field(line::code, |field| {
            field.default(|| Value::Uuid(nuages::db::Uuid(uuid::Uuid::new_v4())))
        })
        .field(line::state, |field| {
            field
                .max_length(10)
                .text_choices(&STATES)
                .default(|| "open".into())
        })
        .field(line::scan, |field| field.file("lab/").blank())
    }
}

fn register(site: AdminSite) -> AdminSite {
    use lab_sheet as sheet;
    crate::shop::register(site).register::<Sheet>(|it| {
        it.list_display((sheet::title, sheet::state, sheet::moment, sheet::price))
            .list_editable((sheet::state, sheet::moment, sheet::price))
            .save_as()
            .inlines([Inline::stacked::<Line>(|it| it).extra(2)])
    })
}

static PROJECT: Project = Project::new("Lab", &INSTALLED, crate::shop::urls, register);

/// The URL of the first sheet's form.
const SHEET: &str = "/admin/lab/sheet/1/change/";
const SHEETS: &str = "/admin/lab/sheet/";

fn tables(conn: &mut Conn, kind: Kind) {
    let (serial, json) = match kind {
        Kind::Sqlite => ("integer PRIMARY KEY AUTOINCREMENT", "text"),
        Kind::Postgres => ("bigserial PRIMARY KEY", "jsonb"),
    };
    let (moment, code) = match kind {
        Kind::Sqlite => ("datetime", "char(32)"),
        Kind::Postgres => ("timestamptz", "uuid"),
    };
    let sql = format!(
        "CREATE TABLE lab_sheet (id {serial}, changed_at {moment} NOT NULL, title text NOT NULL, is_public bool NOT NULL,
             body text NOT NULL, price decimal, weight double precision, is_known bool, day date, hour time,
             moment {moment}, code {code}, extra {json}, state varchar(10) NOT NULL, paper varchar(100) NOT NULL);
         CREATE TABLE lab_line (id {serial}, sheet_id bigint NOT NULL REFERENCES lab_sheet (id), text text NOT NULL,
             is_done bool NOT NULL, made_at {moment} NOT NULL, due_on date NOT NULL, grade smallint NOT NULL,
             price decimal NOT NULL, code {code} NOT NULL, state varchar(10) NOT NULL, moment {moment},
             scan varchar(100) NOT NULL);
         INSERT INTO django_content_type (app_label, model) VALUES ('lab', 'sheet'), ('lab', 'line');
         INSERT INTO lab_sheet (changed_at, title, is_public, body, state, paper)
             VALUES ('2025-01-01 00:00:00', 'First', false, '', 'open', '')"
    );
    conn.batch_execute(&sql).unwrap();
}

/// Creates a site with one sheet and no lines, on which all personas have accounts.
fn lab(kind: Kind, settings: &[(&str, &str)]) -> TestSite {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for persona in [&ALICE, &BOB, &CHARLIE] {
        persona.save(conn);
    }
    tables(conn, kind);
    TestSite::for_project(database, settings, &PROJECT)
}

/// Returns a whole table as text, row by row, without the column that every save writes.
fn stored(site: &TestSite, table: &'static str) -> Vec<String> {
    let without = if table == "lab_sheet" {
        "changed_at"
    } else {
        ""
    };
    let model = if table == "lab_sheet" {
        Sheet::meta()
    } else {
        Line::meta()
    };
    let fields: Vec<_> = model
        .fields
        .iter()
        .filter(|field| field.column != without)
        .collect();
    let mut sql = Sql::new("SELECT ");
    for (at, field) in fields.iter().enumerate() {
        sql = sql.raw(if at > 0 { ", " } else { "" }).ident(field.column);
    }
    let kinds: Vec<_> = fields.iter().map(|field| field.sql).collect();
    let rows = sql
        .raw(" FROM ")
        .ident(table)
        .raw(" ORDER BY id")
        .returns(&kinds)
        .load(&mut site.connect())
        .unwrap();
    rows.iter().map(|row| format!("{row:?}")).collect()
}
