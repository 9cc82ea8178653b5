//! Deletions with dependent rows, on both databases.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]
mod models;
#[expect(
    dead_code,
    unused_imports,
    reason = "this needs databases and no sites"
)]
#[macro_use]
#[path = "../it/support/mod.rs"]
mod support;

#[expect(
    dead_code,
    reason = "the support of the tests needs the shop's apps, not its pages"
)]
#[path = "../../src/shop/mod.rs"]
mod shop;

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Value};
use nuages::models::{
    Collector, ColumnPath, Condition, Deleted, Lookup, Meta, Model, Preview, Query,
};

use crate::models::{
    Box, Knot, Label, Memo, Note, Pin, Ring, Seal, Shelf, Tack, Tray, Wire, set_up,
};
use crate::support::{Database, Kind};

fn run(conn: &mut Conn, sql: &str) {
    conn.batch_execute(sql).unwrap();
}

fn pks(conn: &mut Conn, model: &'static Meta) -> Vec<i64> {
    let mut pks: Vec<i64> = Query::new(model)
        .pks(conn)
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    pks.sort_unstable();
    pks
}

fn rows<M: Model>(pks: impl IntoIterator<Item = i64>) -> Query {
    Query::new(M::meta()).with_pks(pks.into_iter().map(Value::BigInt).collect())
}

fn delete(conn: &mut Conn, rows: Query) -> Deleted {
    conn.atomic(|conn| Collector::new(rows).delete(conn, |_, _| Ok(())))
        .unwrap()
}

fn counts(preview: &Preview) -> Vec<(String, i64)> {
    preview
        .counts
        .iter()
        .map(|(model, count)| (model.name.clone(), *count))
        .collect()
}

/// Creates two boxes, each with a tray that contains two more, one inside the other.
fn boxes(conn: &mut Conn) {
    run(
        conn,
        "INSERT INTO lab_box VALUES (1, 'one'), (2, 'two');
         INSERT INTO lab_tray VALUES (1, 'a', 1, NULL), (2, 'b', NULL, 1), (3, 'c', NULL, 2), (4, 'd', 2, NULL);",
    );
}

fn rows_behind_a_cascade_are_deleted_at_any_depth(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    boxes(conn);
    let preview = Collector::new(rows::<Box>([1])).preview(conn, 10).unwrap();
    assert_eq!(
        counts(&preview),
        [("box".to_owned(), 1), ("tray".to_owned(), 3)]
    );
    let inner = &preview.tree[0].children[0].children[0].children[0];
    assert_eq!((inner.kind.as_str(), inner.name.as_str()), ("Tray", "c"));
    assert_eq!(
        delete(conn, rows::<Box>([1])),
        Deleted { roots: 1, rows: 4 }
    );
    assert_eq!(
        (pks(conn, Box::meta()), pks(conn, Tray::meta())),
        (vec![2], vec![4])
    );
}

fn protect_forbids_and_names_who(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    boxes(conn);
    run(conn, "INSERT INTO lab_seal VALUES (7, 'wax', 3)");
    let obstacles = Collector::new(rows::<Box>([1, 2]))
        .obstacles(conn, 10)
        .unwrap();
    assert_eq!((obstacles.len(), obstacles[0].count), (1, 1));
    assert_eq!(
        (
            obstacles[0].key.model.name.as_str(),
            obstacles[0].rows[0].1.as_str()
        ),
        ("seal", "wax")
    );
    assert!(
        Collector::new(rows::<Box>([2]))
            .obstacles(conn, 10)
            .unwrap()
            .is_empty()
    );
    // A deletion without this check is refused by the database, and no row is deleted.
    assert!(
        conn.atomic(|conn| Collector::new(rows::<Box>([1])).delete(conn, |_, _| Ok(())))
            .is_err()
    );
    assert_eq!(
        (pks(conn, Box::meta()), pks(conn, Tray::meta()).len()),
        (vec![1, 2], 4)
    );
    assert_eq!(pks(conn, Seal::meta()), [7]);
}

fn restrict_forbids_unless_the_row_goes_another_way(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    boxes(conn);
    run(
        conn,
        "INSERT INTO lab_pin VALUES (1, 'goes', 2, 1), (2, 'stays', 4, 1)",
    );
    assert!(
        Collector::new(rows::<Box>([1]))
            .obstacles(conn, 10)
            .unwrap()
            .is_empty()
    );
    let obstacles = Collector::new(rows::<Box>([2]))
        .obstacles(conn, 10)
        .unwrap();
    assert_eq!(obstacles[0].rows, [(Value::BigInt(2), "stays".to_owned())]);
    delete(conn, rows::<Box>([1]));
    assert!(pks(conn, Pin::meta()).is_empty());
}

fn set_null_clears_the_key_and_keeps_the_row(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    boxes(conn);
    run(conn, "INSERT INTO lab_note VALUES (1, 'x', 1), (2, 'y', 2)");
    let preview = Collector::new(rows::<Box>([1])).preview(conn, 10).unwrap();
    assert_eq!(
        (preview.clearings.len(), preview.clearings[0].count),
        (1, 1)
    );
    delete(conn, rows::<Box>([1]));
    let notes = Query::new(Note::meta()).records(conn, None, 0).unwrap();
    let keys: Vec<_> = notes
        .iter()
        .map(|note| note.value(Note::meta().column("box_id").unwrap()).as_i64())
        .collect();
    assert_eq!(
        (keys.len(), keys.contains(&None), keys.contains(&Some(2))),
        (2, true, true)
    );
}

fn rows_that_only_the_database_deletes_are_counted_and_deleted(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    boxes(conn);
    run(
        conn,
        "INSERT INTO lab_wire VALUES (1, 'w1', 1), (2, 'w2', 1), (3, 'w3', 2);
         INSERT INTO lab_tack VALUES (1, 't1', 1), (2, 't2', 3);
         INSERT INTO lab_memo VALUES (1, 'm1', 1), (2, 'm2', 2);
         INSERT INTO lab_shelf VALUES (1, 's1', 1), (2, 's2', 2);",
    );
    let preview = Collector::new(rows::<Box>([1])).preview(conn, 10).unwrap();
    let expected = [("box", 1), ("tray", 3), ("wire", 2), ("tack", 1)]
        .map(|(name, count)| (name.to_owned(), count));
    assert_eq!(
        counts(&preview),
        expected,
        "the preview must count what ON DELETE CASCADE takes along"
    );
    let mut cleared: Vec<_> = preview
        .clearings
        .iter()
        .map(|clearing| (clearing.key.model.name.as_str(), clearing.count))
        .collect();
    cleared.sort_unstable();
    assert_eq!(
        cleared,
        [("memo", 1), ("shelf", 1)],
        "the preview must count the rows whose key the database changes"
    );

    delete(conn, rows::<Box>([1]));
    assert_eq!(
        (pks(conn, Wire::meta()), pks(conn, Tack::meta())),
        (vec![3], vec![2]),
        "wires and tacks of box 2 stay"
    );
    let key_of = |conn: &mut Conn, model: &'static Meta| {
        let found = Query::new(model)
            .with_pks(vec![Value::BigInt(1)])
            .records(conn, None, 0)
            .unwrap();
        found[0].value(model.column("box_id").unwrap()).as_i64()
    };
    assert_eq!(
        key_of(conn, Memo::meta()),
        None,
        "ON DELETE SET NULL clears the key"
    );
    assert_eq!(
        key_of(conn, Shelf::meta()),
        Some(2),
        "ON DELETE SET DEFAULT gives the key the column's default"
    );
}

fn circles_through_several_models_go_as_a_whole(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    run(
        conn,
        "INSERT INTO lab_box VALUES (1, 'one');
         INSERT INTO lab_ring VALUES (1, 'r1', 1, NULL), (2, 'r2', NULL, 11), (3, 'r3', NULL, NULL);
         INSERT INTO lab_knot VALUES (11, 'k1', 1), (12, 'k2', 2), (13, 'k3', 3);
         UPDATE lab_ring SET knot_id = 12 WHERE id = 1;",
    );
    let preview = Collector::new(rows::<Box>([1])).preview(conn, 10).unwrap();
    let expected = [
        ("box".to_owned(), 1),
        ("ring".to_owned(), 2),
        ("knot".to_owned(), 2),
    ];
    assert_eq!(counts(&preview), expected);
    assert_eq!(delete(conn, rows::<Box>([1])).rows, 5);
    assert_eq!(
        (pks(conn, Ring::meta()), pks(conn, Knot::meta())),
        (vec![3], vec![13])
    );
    assert_eq!(delete(conn, rows::<Knot>([13])).rows, 1);
    assert_eq!(delete(conn, rows::<Ring>([3])).rows, 1);
}

fn links_go_from_either_side(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    boxes(conn);
    run(
        conn,
        "INSERT INTO lab_label VALUES (1, 'red'), (2, 'blue');
         INSERT INTO lab_box_labels VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1);",
    );
    let preview = Collector::new(rows::<Label>([1])).preview(conn, 1).unwrap();
    assert_eq!(
        (
            preview.links[0].1,
            preview.links[0].0.verbose_name(2).as_str()
        ),
        (2, "box-label relationships")
    );
    assert_eq!(preview.tree[0].children[0].name, "red, one");
    assert_eq!(
        preview.tree[0].more,
        [(1, "box-label relationship".to_owned())]
    );
    assert_eq!(delete(conn, rows::<Label>([1])).rows, 3);
    assert_eq!(
        (pks(conn, Box::meta()), delete(conn, rows::<Box>([1])).rows),
        (vec![1, 2], 5)
    );
}

fn ten_thousand_children_go_in_chunks_and_are_counted_not_listed(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    let numbered = |range: std::ops::Range<i64>, row: &dyn Fn(i64) -> String| -> String {
        range.map(row).collect::<Vec<_>>().join(", ")
    };
    let all_boxes = numbered(0..1201, &|n| format!("({n}, 'box {n}')"));
    let trays = numbered(0..10_000, &|n| {
        format!("({n}, 'tray {n}', {}, NULL)", n % 1201)
    });
    let links = numbered(0..1201, &|n| format!("({n}, {n}, 1)"));
    run(conn, &format!("INSERT INTO lab_box VALUES {all_boxes}"));
    run(conn, &format!("INSERT INTO lab_tray VALUES {trays}"));
    run(
        conn,
        &format!(
            "INSERT INTO lab_label VALUES (1, 'red'); INSERT INTO lab_box_labels VALUES {links}"
        ),
    );

    // A selection that depends on rows which are deleted first: the boxes with a label.
    let labelled = Query::new(Box::meta()).filter(Condition::Is {
        path: ColumnPath {
            steps: vec![nuages::models::Step::Many("labels")],
            column: "",
        },
        lookup: Lookup::Exact,
        values: vec![Value::BigInt(1)],
    });
    let collector = Collector::new(labelled);
    let preview = collector.preview(conn, 20).unwrap();
    assert_eq!(
        counts(&preview),
        [("box".to_owned(), 1201), ("tray".to_owned(), 10_000)]
    );
    assert_eq!((preview.tree.len(), preview.more), (20, 1181));
    let named: usize = preview
        .tree
        .iter()
        .map(|branch| branch.children.len())
        .sum();
    assert!(named <= 40, "{named}");
    let mut chunks = Vec::new();
    let deleted = conn.atomic(|conn| {
        collector.delete(conn, |_, rows| {
            chunks.push(rows.len());
            Ok(())
        })
    });
    assert_eq!(
        deleted.unwrap(),
        Deleted {
            roots: 1201,
            rows: 1201 + 10_000 + 1201
        }
    );
    assert_eq!(chunks, [500, 500, 201]);
    assert!(pks(conn, Box::meta()).is_empty() && pks(conn, Tray::meta()).is_empty());
}

fn rows_of_a_selection_that_go_with_others_are_told_of_as_well(kind: Kind) {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    set_up(conn);
    let trays = (0..1200).map(|n| match n {
        0..600 => format!("({n}, 'tray {n}', NULL, NULL)"),
        _ => format!("({n}, 'tray {n}', NULL, {})", n - 600),
    });
    run(
        conn,
        &format!(
            "INSERT INTO lab_tray VALUES {}",
            trays.collect::<Vec<_>>().join(", ")
        ),
    );
    let mut told = Vec::new();
    let deleted = conn.atomic(|conn| {
        Collector::new(Query::new(Tray::meta())).delete(conn, |_, rows| {
            told.extend(rows.iter().filter_map(|(pk, _)| pk.as_i64()));
            Ok(())
        })
    });
    told.sort_unstable();
    assert_eq!(
        (deleted.unwrap(), told),
        (
            Deleted {
                roots: 1200,
                rows: 1200
            },
            (0..1200).collect()
        )
    );
}

on_both!(
    rows_behind_a_cascade_are_deleted_at_any_depth,
    protect_forbids_and_names_who,
    restrict_forbids_unless_the_row_goes_another_way,
    set_null_clears_the_key_and_keeps_the_row,
    rows_that_only_the_database_deletes_are_counted_and_deleted,
    circles_through_several_models_go_as_a_whole,
    links_go_from_either_side,
    ten_thousand_children_go_in_chunks_and_are_counted_not_listed,
    rows_of_a_selection_that_go_with_others_are_told_of_as_well
);
