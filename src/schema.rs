//! The tables, as Django 5.2 makes them (`migrations/`), and our own, `nuages_…`, which it does not know. Django's own ids
//! are 32 bits wide, the shop's 64.

#![expect(missing_docs, reason = "`table!` makes the items; the columns are documented on the row structs")]

use crate::db::sql_types;

diesel::table! {
    django_content_type (id) {
        id -> Integer,
        app_label -> Text,
        model -> Text,
    }
}

diesel::table! {
    auth_permission (id) {
        id -> Integer,
        name -> Text,
        content_type_id -> Integer,
        codename -> Text,
    }
}

diesel::table! {
    auth_group (id) {
        id -> Integer,
        name -> Text,
    }
}

// The link tables have ids that are 32 bits wide or 64, as the DEFAULT_AUTO_FIELD of the Django that made them said: they
// are never read.
diesel::table! {
    auth_group_permissions (group_id, permission_id) {
        group_id -> Integer,
        permission_id -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    auth_user (id) {
        id -> Integer,
        password -> Text,
        last_login -> Nullable<TimestampTz>,
        is_superuser -> Bool,
        username -> Text,
        first_name -> Text,
        last_name -> Text,
        email -> Text,
        is_staff -> Bool,
        is_active -> Bool,
        date_joined -> TimestampTz,
    }
}

diesel::table! {
    auth_user_groups (user_id, group_id) {
        user_id -> Integer,
        group_id -> Integer,
    }
}

diesel::table! {
    auth_user_user_permissions (user_id, permission_id) {
        user_id -> Integer,
        permission_id -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use super::sql_types::TimestampTz;

    django_session (session_key) {
        session_key -> Text,
        session_data -> Text,
        expire_date -> TimestampTz,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, SmallInt, Text};
    use super::sql_types::TimestampTz;

    django_admin_log (id) {
        id -> Integer,
        action_time -> TimestampTz,
        object_id -> Nullable<Text>,
        object_repr -> Text,
        action_flag -> SmallInt,
        change_message -> Text,
        content_type_id -> Nullable<Integer>,
        user_id -> Integer,
    }
}

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

diesel::table! {
    use diesel::sql_types::Text;
    use super::sql_types::TimestampTz;

    nuages_login_throttle (key) {
        key -> Text,
        empty_at -> TimestampTz,
        blocked_until -> TimestampTz,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    nuages_two_factor (user_id) {
        user_id -> Integer,
        secret -> Text,
        created_at -> TimestampTz,
        last_step -> Nullable<BigInt>,
        failures -> Integer,
        failed_at -> Nullable<TimestampTz>,
    }
}

diesel::table! {
    nuages_recovery_code (user_id, hash) {
        user_id -> Integer,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    nuages_session (session_key) {
        session_key -> Text,
        user_id -> Integer,
        created_at -> Nullable<TimestampTz>,
        last_seen -> TimestampTz,
        address -> Text,
        user_agent -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    nuages_submission (key) {
        key -> Text,
        user_id -> Nullable<Integer>,
        made_at -> TimestampTz,
        digest -> Text,
        answer -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use super::sql_types::TimestampTz;

    nuages_kept_form (key) {
        key -> Text,
        user_id -> Integer,
        made_at -> TimestampTz,
        sealed -> Text,
    }
}

diesel::joinable!(auth_permission -> django_content_type (content_type_id));
diesel::joinable!(auth_group_permissions -> auth_group (group_id));
diesel::joinable!(auth_group_permissions -> auth_permission (permission_id));
diesel::joinable!(auth_user_groups -> auth_user (user_id));
diesel::joinable!(auth_user_groups -> auth_group (group_id));
diesel::joinable!(auth_user_user_permissions -> auth_user (user_id));
diesel::joinable!(auth_user_user_permissions -> auth_permission (permission_id));
diesel::joinable!(django_admin_log -> auth_user (user_id));
diesel::joinable!(django_admin_log -> django_content_type (content_type_id));
diesel::joinable!(catalog_product -> catalog_category (category_id));
diesel::joinable!(catalog_product_tags -> catalog_product (product_id));
diesel::joinable!(catalog_product_tags -> catalog_tag (tag_id));
diesel::joinable!(orders_order -> auth_user (customer_id));
diesel::joinable!(orders_orderitem -> orders_order (order_id));
diesel::joinable!(orders_orderitem -> catalog_product (product_id));

diesel::allow_tables_to_appear_in_same_query!(
    auth_group,
    auth_group_permissions,
    auth_permission,
    auth_user,
    auth_user_groups,
    auth_user_user_permissions,
    catalog_category,
    catalog_product,
    catalog_product_tags,
    catalog_tag,
    django_admin_log,
    django_content_type,
    orders_order,
    orders_orderitem,
);

diesel::allow_tables_to_appear_in_same_query!(django_session, nuages_session, auth_user);
