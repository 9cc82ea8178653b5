//! Models that refer to each other in every possible way.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use nuages::db::Conn;
use nuages::models::{AppConfig, Description, ManyToMany, Model, OnDelete, install};

macro_rules! tables {
    ($($table:ident: $model:ident { $($key:ident -> $to:ident, $null:ident, $on_delete:ident);* $(;)? })+) => {
        $(
            diesel::table! {
                use super::*;

                $table (id) {
                    id -> BigInt,
                    name -> Text,
                    $($key -> $null<BigInt>,)*
                }
            }

            #[derive(Identifiable)]
            #[diesel(table_name = $table)]
            pub(crate) struct $model {
                id: i64,
            }
        )+
        $(
            impl Model for $model {
                fn describe(it: Description<Self>) -> Description<Self> {
                    let it = it.display($table::name);
                    $(let it = it.field($table::$key, |field| field.to::<$to>(OnDelete::$on_delete));)*
                    $model::more(it)
                }
            }
        )+
    };
}

tables! {
    lab_box: Box {}
    lab_tray: Tray { box_id -> Box, Nullable, Cascade; parent_id -> Tray, Nullable, Cascade }
    lab_seal: Seal { tray_id -> Tray, Nullable, Protect }
    lab_note: Note { box_id -> Box, Nullable, SetNull }
    lab_pin: Pin { tray_id -> Tray, Nullable, Restrict; box_id -> Box, Nullable, Cascade }
    lab_ring: Ring { box_id -> Box, Nullable, Cascade; knot_id -> Knot, Nullable, Cascade }
    lab_knot: Knot { ring_id -> Ring, Nullable, Cascade }
    lab_label: Label {}
    lab_wire: Wire { box_id -> Box, Nullable, DbCascade }
    lab_tack: Tack { wire_id -> Wire, Nullable, DbCascade }
    lab_memo: Memo { box_id -> Box, Nullable, DbSetNull }
    lab_shelf: Shelf { box_id -> Box, Nullable, DbSetDefault }
}

diesel::table! {
    lab_box_labels (box_id, label_id) {
        box_id -> BigInt,
        label_id -> BigInt,
    }
}

trait More: Model {
    fn more(it: Description<Self>) -> Description<Self> {
        it
    }
}

impl More for Box {
    fn more(it: Description<Self>) -> Description<Self> {
        use lab_box_labels::{box_id, label_id};
        it.many_to_many(ManyToMany::new::<Label, _, _>("labels", box_id, label_id))
    }
}
impl More for Tray {}
impl More for Seal {}
impl More for Note {}
impl More for Pin {}
impl More for Ring {}
impl More for Knot {}
impl More for Label {}
impl More for Wire {}
impl More for Tack {}
impl More for Memo {}
impl More for Shelf {}

static LAB: [AppConfig; 1] = [AppConfig {
    label: "lab",
    verbose_name: "Lab",
    models: &[
        Box::meta,
        Tray::meta,
        Seal::meta,
        Note::meta,
        Pin::meta,
        Ring::meta,
        Knot::meta,
        Label::meta,
        Wire::meta,
        Tack::meta,
        Memo::meta,
        Shelf::meta,
    ],
    migrations: &[],
}];

/// Installs the models and creates their empty tables.
pub(crate) fn set_up(conn: &mut Conn) {
    install(&LAB);
    let tables = [
        ("box", ""),
        ("tray", "box_id > box, parent_id > tray"),
        ("seal", "tray_id > tray"),
        ("note", "box_id > box"),
        ("pin", "tray_id > tray, box_id > box"),
        ("ring", "box_id > box, knot_id bigint"),
        ("knot", "ring_id > ring"),
        ("label", ""),
        ("wire", "box_id > box ON DELETE CASCADE"),
        ("tack", "wire_id > wire ON DELETE CASCADE"),
        ("memo", "box_id > box ON DELETE SET NULL"),
        // A shelf whose box is deleted gets box 2.
        ("shelf", "box_id > box ON DELETE SET DEFAULT"),
    ];
    for (table, keys) in tables {
        let mut columns = String::from("id bigint PRIMARY KEY, name text NOT NULL");
        for key in keys.split(", ").filter(|key| !key.is_empty()) {
            columns.push_str(", ");
            let column = key.split_once(" > ").map_or_else(
                || key.to_owned(),
                |(key, to)| {
                    let (to, action) = to.split_once(' ').unwrap_or((to, ""));
                    let default = if action.ends_with("DEFAULT") { "DEFAULT 2" } else { "" };
                    format!("{key} bigint {default} REFERENCES lab_{to} (id) {action} DEFERRABLE INITIALLY DEFERRED")
                },
            );
            columns.push_str(&column);
        }
        conn.batch_execute(&format!("CREATE TABLE lab_{table} ({columns})"))
            .unwrap();
    }
    let links = "id bigint, box_id bigint REFERENCES lab_box (id) DEFERRABLE INITIALLY DEFERRED, label_id bigint \
                 REFERENCES lab_label (id) DEFERRABLE INITIALLY DEFERRED";
    conn.batch_execute(&format!("CREATE TABLE lab_box_labels ({links})"))
        .unwrap();
}
