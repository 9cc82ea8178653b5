//! One text looked for in several columns.

use nuages::apps::catalog::models::Category;
use nuages::db::Value;
use nuages::models::{Condition, IntoPath, Lookup, Model as _, Query, via_self};
use nuages::schema::catalog_category as category;

use crate::support::Database;

fn contains(path: impl IntoPath<category::table>, what: &str) -> Condition {
    Condition::Is { path: path.into_path(), lookup: Lookup::IContains, values: vec![Value::Text(what.to_owned())] }
}

on_both! {
    fn a_text_is_found_in_any_of_several_columns_and_null_is_unknown(kind: Kind) {
        let database = Database::migrated(kind);
        let conn = &mut database.connect();
        let insert = |id: i64, name: &str, slug: &str, parent: Option<i64>| Category {
            id, name: name.to_owned(), slug: slug.to_owned(), description: String::new(), parent_id: parent,
        };
        let rows = [insert(1, "Light", "a", None), insert(2, "Lamps", "b", Some(1)), insert(3, "50 %", "lamp", Some(1)), insert(4, "Desks", "c", None)];
        for row in rows {
            diesel::RunQueryDsl::execute(diesel::insert_into(category::table).values(row), conn).unwrap();
        }
        let mut found = |condition: Condition| -> Vec<i64> {
            let pks = Query::new(Category::meta()).filter(condition).pks(conn).unwrap();
            let mut pks: Vec<i64> = pks.iter().filter_map(Value::as_i64).collect();
            pks.sort_unstable();
            pks
        };
        let any = |what: &str| {
            let parent = via_self(category::parent_id, category::name);
            Condition::Any(vec![contains(category::name, what), contains(category::slug, what), contains(parent, what)])
        };
        assert_eq!(found(any("LAMP")), [2, 3]);
        assert_eq!(found(any("light")), [1, 2, 3]);
        assert_eq!(found(any("%")), [3]);
        assert_eq!(found(any("nothing")), [0; 0]);
        // Who has no parent may have one whose name fits: that is unknown, and so is its opposite.
        assert_eq!(found(Condition::Not(Box::new(any("lamp")))), [0; 0]);
        assert_eq!(found(Condition::Not(Box::new(any("light")))), [0; 0]);
        assert_eq!(found(Condition::Not(Box::new(any("desk")))), [2, 3]);
    }
}
