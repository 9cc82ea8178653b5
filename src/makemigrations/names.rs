//! The names that Django gives to indexes and constraints
//! (`django/db/backends/base/schema.py`, `django/db/models/indexes.py`).

use std::fmt::Write as _;

use md5::{Digest as _, Md5};

/// The longest name on PostgreSQL, in bytes.
const POSTGRES_LIMIT: usize = 63;
/// The longest name that Django makes on databases without a limit.
const SQLITE_LIMIT: usize = 200;

/// Returns the first `length` hexadecimal digits of the MD5 of all texts (Django's `names_digest`).
fn digest(texts: &[&str], length: usize) -> String {
    let mut hash = Md5::new();
    for text in texts {
        hash.update(text.as_bytes());
    }
    let mut digits = String::with_capacity(32);
    for byte in hash.finalize() {
        let _ = write!(digits, "{byte:02x}");
    }
    digits.truncate(length);
    digits
}

/// Returns the name of an index or a constraint on these columns: `catalog_product_category_id_35bf920b`
/// with a suffix such as `_uniq` (Django's `_create_index_name`).
pub(super) fn constraint_name(
    table: &str,
    columns: &[&str],
    suffix: &str,
    is_postgres: bool,
) -> String {
    let limit = if is_postgres {
        POSTGRES_LIMIT
    } else {
        SQLITE_LIMIT
    };
    let mut texts = vec![table];
    texts.extend(columns);
    let mut end = format!("{}{suffix}", digest(&texts, 8));

    let whole = format!("{table}_{}_{end}", columns.join("_"));
    if whole.len() <= limit {
        return whole;
    }
    if end.len() > limit / 3 {
        end = first(&end, limit / 3).to_owned();
    }
    let other = (limit - end.len()) / 2 - 1;
    let name = format!(
        "{}_{}_{end}",
        first(table, other),
        first(&columns.join("_"), other)
    );
    never_odd_start(name)
}

/// Returns the name of the constraint of a foreign key (Django's `_fk_constraint_name`).
pub(super) fn foreign_key_name(
    table: &str,
    column: &str,
    to_table: &str,
    to_column: &str,
) -> String {
    constraint_name(
        table,
        &[column],
        &format!("_fk_{to_table}_{to_column}"),
        true,
    )
}

/// Returns the name of an index of `Meta.indexes` that has none of its own (Django's
/// `Index.set_name_with_model`). A column with `-` before it is in descending order.
pub fn index_name(table: &str, columns: &[String]) -> String {
    let mut texts = vec![table];
    texts.extend(columns.iter().map(String::as_str));
    texts.push("idx");

    let column = columns
        .first()
        .map_or("", |column| column.trim_start_matches('-'));
    let name = format!(
        "{}_{}_{}_idx",
        first(table, 11),
        first(column, 7),
        digest(&texts, 6)
    );
    if name.starts_with(|c: char| c == '_' || c.is_ascii_digit()) {
        format!("D{}", &name[1..])
    } else {
        name
    }
}

/// Returns the name that PostgreSQL gives to a constraint without one: `table_column_key`
/// (`makeObjectName` in PostgreSQL's `indexcmds.c`).
pub(super) fn postgres_own_name(table: &str, column: &str, label: &str) -> String {
    let room = POSTGRES_LIMIT - label.len() - 1 - usize::from(!column.is_empty());
    let (mut of_table, mut of_column) = (table.len(), column.len());
    while of_table + of_column > room {
        if of_table > of_column {
            of_table -= 1;
        } else {
            of_column -= 1;
        }
    }

    let table = first(table, of_table);
    match first(column, of_column) {
        "" => format!("{table}_{label}"),
        column => format!("{table}_{column}_{label}"),
    }
}

/// Returns at most the first `length` bytes, without cutting a character.
fn first(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Oracle allows no name that begins with `_` or a digit, so that Django makes none.
fn never_odd_start(name: String) -> String {
    if name.starts_with(|c: char| c == '_' || c.is_ascii_digit()) {
        format!("D{}", &name[..name.len() - 1])
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::{constraint_name, foreign_key_name, index_name, postgres_own_name};

    /// The names are those in the migrations of the shop, which Django made.
    #[test]
    fn names_are_those_of_django() {
        let names = [
            constraint_name("catalog_category", &["parent_id"], "", true),
            constraint_name("catalog_tag", &["name"], "_like", true),
            constraint_name(
                "catalog_product_tags",
                &["product_id", "tag_id"],
                "_uniq",
                false,
            ),
            foreign_key_name(
                "catalog_product_tags",
                "product_id",
                "catalog_product",
                "id",
            ),
        ];
        assert_eq!(
            names,
            [
                "catalog_category_parent_id_f61bd017",
                "catalog_tag_name_c2802f4e_like",
                "catalog_product_tags_product_id_tag_id_daa0ee1f_uniq",
                "catalog_product_tags_product_id_293d7e82_fk_catalog_product_id",
            ]
        );
    }

    /// The expected names are answers of Django 5.2: `schema_editor._create_index_name(…)` and
    /// `Index.set_name_with_model`.
    #[test]
    fn long_names_are_cut_as_in_django() {
        let table = "a_table_with_a_very_long_name_indeed_so_long";
        let column = "a_column_with_a_very_long_name_indeed";
        let names = [
            constraint_name(table, &[column], "", true),
            constraint_name(table, &[column, "second"], "_uniq", true),
            constraint_name("1st", &["column"], "", true),
            foreign_key_name(table, column, table, "id"),
        ];
        assert_eq!(names, EXPECTED_LONG);
        assert_eq!(
            index_name("orders_order", &["-created_at".into(), "status".into()]),
            EXPECTED_INDEX
        );
    }

    const EXPECTED_LONG: [&str; 4] = [
        "a_table_with_a_very_long_n_a_column_with_a_very_long__55d8fa59",
        "a_table_with_a_very_long_a_column_with_a_very_lon_c52d9846_uniq",
        "1st_column_f8f674fa",
        "a_table_with_a_very__a_column_with_a_very_55d8fa59_fk_a_table_w",
    ];
    const EXPECTED_INDEX: &str = "orders_orde_created_4a9c8f_idx";

    #[test]
    fn names_of_postgresql_are_cut_from_the_longer_part() {
        assert_eq!(
            postgres_own_name("helpdesk_ticket", "number", "key"),
            "helpdesk_ticket_number_key"
        );
        let long = "a".repeat(60);
        assert_eq!(
            postgres_own_name(&long, "number", "key"),
            format!("{}_number_key", "a".repeat(52))
        );
        assert_eq!(postgres_own_name("tag", "", "pkey"), "tag_pkey");
    }
}
