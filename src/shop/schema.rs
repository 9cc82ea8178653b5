//! The tables of the shop, as the migrations of `catalog` and `orders` create them. Their primary
//! keys have 64 bits.

use nuages::db::sql_types;
use nuages::schema::auth_user;

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

diesel::table! {
    use diesel::sql_types::{BigInt, Integer};
    use super::sql_types::Decimal;

    orders_orderitem (id) {
        id -> BigInt,
        quantity -> Integer,
        unit_price -> Decimal,
        order_id -> BigInt,
        product_id -> BigInt,
    }
}

diesel::joinable!(catalog_product -> catalog_category (category_id));
diesel::joinable!(catalog_product_tags -> catalog_product (product_id));
diesel::joinable!(catalog_product_tags -> catalog_tag (tag_id));
diesel::joinable!(orders_order -> auth_user (customer_id));
diesel::joinable!(orders_orderitem -> orders_order (order_id));
diesel::joinable!(orders_orderitem -> catalog_product (product_id));

diesel::allow_tables_to_appear_in_same_query!(
    catalog_category,
    catalog_product,
    catalog_product_tags,
    catalog_tag,
    orders_order,
    orders_orderitem,
);
