//! The tables of Django's own apps, as Django 5.2 creates them (`migrations/`), and Nuages' own
//! tables `nuages_…`, which Django does not use.

#![expect(
    missing_docs,
    reason = "`table!` makes the items; the columns are documented on the row structs"
)]

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

// The `id` columns of link tables are never read: they have 32 or 64 bits, depending on the
// DEFAULT_AUTO_FIELD of the Django that created them.
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

diesel::allow_tables_to_appear_in_same_query!(
    auth_group,
    auth_group_permissions,
    auth_permission,
    auth_user,
    auth_user_groups,
    auth_user_user_permissions,
    django_admin_log,
    django_content_type,
);

diesel::allow_tables_to_appear_in_same_query!(django_session, nuages_session, auth_user);
