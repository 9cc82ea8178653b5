//! Questions that are asked in another way than one would write them, because that is faster.

use diesel::prelude::*;
use nuages::apps::catalog::models::{Category, Product};
use nuages::db::Value;
use nuages::models::{Condition, IntoPath, Lookup, Model as _, Path, Query, desc, via_self};
use nuages::schema::{catalog_category as category, catalog_product as product};

use crate::support::{Database, product as draft};

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
            diesel::insert_into(category::table).values(row).execute(conn).unwrap();
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
    fn a_page_merged_from_both_halves_of_an_index_is_the_page_of_the_list(kind: Kind) {
        let database = Database::migrated(kind);
        let conn = &mut database.connect();
        for (at, name) in ["b", "a", "c", "b", "d", "a", "e", "C", "é", "b"].into_iter().enumerate() {
            let row = draft(&format!("Product {at}")).save(conn);
            diesel::update(product::table.find(row.id)).set(product::name.eq(name)).execute(conn).unwrap();
        }
        diesel::update(product::table.filter(product::id.eq_any([2, 3, 4, 8]))).set(product::is_active.eq(false)).execute(conn).unwrap();
        let up = Query::new(Product::meta());
        let down = up.clone().order_by(nuages::models::Ordering::into_ordering((desc(product::name), desc(product::id))));
        let mixed = up.clone().order_by(nuages::models::Ordering::into_ordering((desc(product::name), product::id)));
        let hidden = up.clone().filter(Condition::of(product::is_active, false));
        for list in [up, down, mixed, hidden] {
            let pk = [Path::own("id"), Path::own("name")];
            let all = list.rows(conn, &pk, None, 0).unwrap();
            for (limit, offset) in [(3, 0), (3, 2), (4, 5), (20, 0), (20, 9), (3, 10), (3, 100)] {
                let page = list.rows(conn, &pk, Some(limit), offset).unwrap();
                let (limit, offset) = (usize::try_from(limit).unwrap(), usize::try_from(offset).unwrap());
                let wanted: Vec<_> = all.iter().skip(offset).take(limit).cloned().collect();
                assert_eq!(page, wanted, "{limit} from {offset}");
            }
        }
    }
}
