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

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    nuages_api_token (id) {
        id -> BigInt,
        user_id -> Integer,
        name -> Text,
        hash -> Text,
        is_read_only -> Bool,
        created_at -> TimestampTz,
        expires_at -> Nullable<TimestampTz>,
        last_used_at -> Nullable<TimestampTz>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use super::sql_types::TimestampTz;

    nuages_idempotency_key (key) {
        key -> Text,
        user_id -> Integer,
        made_at -> TimestampTz,
        digest -> Text,
        answer -> Text,
    }
}

diesel::joinable!(nuages_api_token -> auth_user (user_id));

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
    use super::sql_types::TimestampTz;

    nuages_history (id) {
        id -> BigInt,
        parent_id -> Nullable<BigInt>,
        log_id -> Nullable<Integer>,
        batch -> Nullable<Text>,
        made_at -> TimestampTz,
        user_id -> Nullable<Integer>,
        action -> SmallInt,
        model -> Text,
        object_id -> Text,
        name -> Text,
        changes -> Text,
        undone_at -> Nullable<TimestampTz>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    nuages_batch (key) {
        key -> Text,
        made_at -> TimestampTz,
        user_id -> Nullable<Integer>,
        model -> Text,
        title -> Text,
        row_count -> Integer,
        undone_at -> Nullable<TimestampTz>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Text};
    use super::sql_types::TimestampTz;

    nuages_view (id) {
        id -> BigInt,
        user_id -> Integer,
        model -> Text,
        name -> Text,
        query -> Text,
        shared -> Bool,
        made_at -> TimestampTz,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text};
    use super::sql_types::TimestampTz;

    nuages_task (id) {
        id -> BigInt,
        name -> Text,
        arguments -> Text,
        is_private -> Bool,
        priority -> SmallInt,
        queue_name -> Text,
        run_after -> TimestampTz,
        status -> Text,
        attempts -> Integer,
        failures -> Integer,
        enqueued_at -> TimestampTz,
        started_at -> Nullable<TimestampTz>,
        last_attempted_at -> Nullable<TimestampTz>,
        finished_at -> Nullable<TimestampTz>,
        worker -> Nullable<Text>,
        lease_until -> Nullable<TimestampTz>,
        error -> Text,
        return_value -> Text,
        progress_done -> Nullable<BigInt>,
        progress_total -> Nullable<BigInt>,
        progress_text -> Text,
        user_id -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use super::sql_types::TimestampTz;

    nuages_import (id) {
        id -> BigInt,
        user_id -> Integer,
        model -> Text,
        file_name -> Text,
        key -> Text,
        mode -> Text,
        header -> Text,
        mapping -> Text,
        state -> Text,
        is_partial -> Bool,
        total -> BigInt,
        new_rows -> BigInt,
        changed_rows -> BigInt,
        unchanged_rows -> BigInt,
        wrong_rows -> BigInt,
        problem -> Text,
        sample -> Text,
        task_id -> Nullable<BigInt>,
        made_at -> TimestampTz,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Text};

    nuages_import_row (import_id, number) {
        import_id -> BigInt,
        number -> BigInt,
        line -> BigInt,
        cells -> Text,
        is_ragged -> Bool,
        errors -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};

    nuages_import_change (import_id, number) {
        import_id -> BigInt,
        number -> BigInt,
        object_id -> Text,
        labels -> Text,
        changes -> Text,
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
diesel::allow_tables_to_appear_in_same_query!(nuages_api_token, auth_user);
