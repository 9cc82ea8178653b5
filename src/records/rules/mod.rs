//! Rules that belong to a model itself. They apply in every admin site, to every registration and
//! every inline of the model, and to every model that describes the same table. The hooks of a site
//! author can only forbid more.
//!
//! They protect tables with which users could gain permissions.

mod accounts;

pub(crate) use accounts::outranks;

use super::Hooks;
use crate::models::Meta;

/// Tables that only superusers may change, because they grant permissions or define their meaning.
const CHANGED_BY_SUPERUSERS: [&str; 5] = [
    "auth_permission",
    "django_content_type",
    "auth_user_groups",
    "auth_user_user_permissions",
    "auth_group_permissions",
];

/// The table of sessions: a session key is enough to be logged in as its user.
const SESSIONS: &str = "django_session";

/// The prefix of our own tables, which hold encrypted secrets and session keys.
const OWN_TABLES: &str = "nuages_";

static NONE: Hooks = Hooks::NONE;

static USERS: Hooks = Hooks {
    // Nobody may guess a hash letter by letter.
    lookup_allowed: Some(|lookup| !lookup.starts_with("password")),
    has_permission: Some(accounts::has_permission),
    readonly_fields: Some(accounts::readonly_fields),
    check: Some(accounts::check_user),
    save_model: Some(accounts::save_user),
    ..Hooks::NONE
};

static GROUPS: Hooks = Hooks {
    check: Some(accounts::check_group),
    ..Hooks::NONE
};

static READ_ONLY: Hooks = Hooks {
    has_permission: Some(|permissions, action, _| action == "view" || permissions.is_superuser()),
    ..Hooks::NONE
};

static SUPERUSERS: Hooks = Hooks {
    has_permission: Some(|permissions, _, _| permissions.is_superuser()),
    ..Hooks::NONE
};

/// Returns the rules of `model`.
pub(super) fn for_model(model: &Meta) -> &'static Hooks {
    match model.table {
        "auth_user" => &USERS,
        "auth_group" => &GROUPS,
        table if CHANGED_BY_SUPERUSERS.contains(&table) => &READ_ONLY,
        table if table == SESSIONS || table.starts_with(OWN_TABLES) => &SUPERUSERS,
        _ => &NONE,
    }
}
