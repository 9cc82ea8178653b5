//! The admin: so far its history, in Django's table.

use diesel::prelude::*;

use crate::db::Timestamp;
use crate::migration;
use crate::models::{AppConfig, ModelName};
use crate::schema::django_admin_log;

/// The app that holds the table.
pub const APP: AppConfig = AppConfig {
    label: "admin",
    models: &[ModelName::new("logentry", "log entry")],
    migrations: &[migration!(
        "admin",
        "0001_initial",
        ["0001_initial", "0002_logentry_remove_auto_add", "0003_logentry_add_action_flag_choices"]
    )],
};

/// One act of a user of the admin.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = django_admin_log)]
pub struct LogEntry {
    /// Primary key.
    pub id: i32,
    /// When.
    pub action_time: Timestamp,
    /// The object's primary key, as text.
    pub object_id: Option<String>,
    /// What the object was called, cut to 200 characters.
    pub object_repr: String,
    /// 1 add, 2 change, 3 delete.
    pub action_flag: i16,
    /// JSON: what was done.
    pub change_message: String,
    /// The object's model.
    pub content_type_id: Option<i32>,
    /// Who.
    pub user_id: i32,
}
