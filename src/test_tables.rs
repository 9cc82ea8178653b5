//! Tables for the models of unit tests: a copy of some of the shop's tables, which are not part of
//! the library.

use crate::db::sql_types;

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

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use super::sql_types::{Decimal, TimestampTz};

    orders_order (id) {
        id -> BigInt,
        number -> Text,
        email -> Text,
        status -> Text,
        note -> Text,
        total -> Decimal,
        created_at -> TimestampTz,
        paid_at -> Nullable<TimestampTz>,
        customer_id -> Nullable<Integer>,
    }
}
