//! Users, groups, permissions and passwords, in Django's tables and encodings.

mod access;
pub mod api_tokens;
pub mod audit;
mod authenticate;
mod backends;
mod current_user;
mod descriptions;
pub mod django_version;
mod former_secrets;
pub mod hash_pool;
pub mod hashers;
pub mod kept_forms;
mod login_attempt;
mod models;
pub mod normalize;
mod own_sessions;
pub mod password_validation;
mod passwords;
pub mod permissions;
pub mod recovery_codes;
pub mod session_hash;
pub(crate) mod signals;
pub mod throttle;
pub mod tokens;
pub mod totp;
pub mod two_factor;
pub mod visitor;

pub use access::access;
pub use authenticate::{authenticate, renew_hash, set_password};
pub(crate) use backends::Backends;
pub use backends::{AuthenticationBackend, BackendFuture, Credentials, ModelBackend};
pub use current_user::CurrentUser;
pub use login_attempt::{LoginAttempt, login_attempt};
pub use models::{Group, NewUser, Permission, User, normalized_email};
pub use own_sessions::{OwnSession, OwnSessions};
pub use passwords::{hash_password, hash_password_again, is_password_of};
pub use signals::{OnUserEvent, UserEvent};

use crate::migration;
use crate::models::{AppConfig, Model as _};

/// The app of Django's `auth_…` tables.
pub const APP: AppConfig = AppConfig {
    label: "auth",
    verbose_name: "Authentication and Authorization",
    models: &[Permission::meta, Group::meta, User::meta],
    migrations: &[migration!(
        "auth",
        "0001_initial",
        [
            "0001_initial",
            "0002_alter_permission_name_max_length",
            "0003_alter_user_email_max_length",
            "0004_alter_user_username_opts",
            "0005_alter_user_last_login_null",
            "0006_require_contenttypes_0002",
            "0007_alter_validators_add_error_messages",
            "0008_alter_user_username_max_length",
            "0009_alter_user_last_name_max_length",
            "0010_alter_group_name_max_length",
            "0011_update_proxy_permissions",
            "0012_alter_user_first_name_max_length",
        ]
    )],
};

/// The app of Nuages' own tables `nuages_…`, which every project with logins needs. It has no
/// models, so that the content types and permissions are the same as Django's.
pub const NUAGES: AppConfig = AppConfig {
    label: "nuages",
    verbose_name: "Nuages",
    models: &[],
    migrations: &[
        migration!("nuages", "0001_login_throttle"),
        migration!("nuages", "0002_two_factor"),
        migration!("nuages", "0003_sessions"),
        migration!("nuages", "0004_submissions"),
        migration!("nuages", "0005_kept_forms"),
        migration!("nuages", "0006_api"),
        migration!("nuages", "0007_history"),
        migration!("nuages", "0008_tasks"),
        migration!("nuages", "0009_imports"),
        migration!("nuages", "0010_import_changes"),
    ],
};
