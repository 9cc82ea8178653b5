//! [`Query::count_up_to`] on tables with few and many keys.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Value};
use nuages::models::{ColumnPath, Condition, Lookup, Model as _, Query};

use crate::shop::catalog::models::Tag;
use crate::support::{Database, Kind};

fn insert(conn: &mut Conn, keys: &[i64]) {
    for key in keys {
        conn.batch_execute(&format!(
            "INSERT INTO catalog_tag (id, name, slug) VALUES ({key}, 'tag {key}', 'tag-{key}')"
        ))
        .unwrap();
    }
}

fn few_rows_are_counted_and_many_are_not(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let all = Query::new(Tag::meta());
    let count = |conn: &mut Conn, limit: i64| all.count_up_to(conn, limit).unwrap();
    assert_eq!(count(conn, 3), 0, "an empty table");

    insert(conn, &[1, 2, 3]);
    assert_eq!((count(conn, 3), count(conn, 2)), (3, 3));
    insert(conn, &[4, 5]);
    assert_eq!(count(conn, 3), 4, "the limit and one more");

    // The keys are far from each other, so that they say nothing about the number of rows.
    insert(conn, &[-7, 2_000_000_000]);
    assert_eq!((count(conn, 10), count(conn, 3)), (7, 4));
    let some = all.clone().filter(Condition::Is {
        path: ColumnPath::own("id"),
        lookup: Lookup::Gt,
        values: vec![Value::from(3_i64)],
    });
    assert_eq!(some.count_up_to(conn, 10).unwrap(), 3, "with a condition");
}

on_both!(few_rows_are_counted_and_many_are_not);
