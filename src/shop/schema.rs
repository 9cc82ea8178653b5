//! The tables of the catalog, as its migrations create them. Their primary
//! keys have 64 bits.

use nuages::db::sql_types;

diesel::table! {
    catalog_category (id) {
        id -> BigInt,
        name -> Text,
        slug -> Text,
        description -> Text,
        parent_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    catalog_tag (id) {
        id -> BigInt,
        name -> Text,
        slug -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};
    use super::sql_types::{Decimal, TimestampTz};

    catalog_product (id) {
        id -> BigInt,
        name -> Text,
        slug -> Text,
        sku -> Text,
        description -> Text,
        price -> Decimal,
        stock -> Integer,
        is_active -> Bool,
        image -> Text,
        released_on -> Nullable<Date>,
        created_at -> TimestampTz,
        updated_at -> TimestampTz,
        category_id -> BigInt,
    }
}

diesel::table! {
    catalog_product_tags (id) {
        id -> BigInt,
        product_id -> BigInt,
        tag_id -> BigInt,
    }
}

diesel::joinable!(catalog_product -> catalog_category (category_id));
diesel::joinable!(catalog_product_tags -> catalog_product (product_id));
diesel::joinable!(catalog_product_tags -> catalog_tag (tag_id));

diesel::allow_tables_to_appear_in_same_query!(
    catalog_category,
    catalog_product,
    catalog_product_tags,
    catalog_tag,
);
