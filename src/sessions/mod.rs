//! Sessions, in Django's table.

pub mod codec;
pub mod expiry;

use diesel::prelude::*;

use crate::db::Timestamp;
use crate::migration;
use crate::models::{AppConfig, ModelName};
use crate::schema::django_session;

/// The app that holds the table.
pub const APP: AppConfig = AppConfig {
    label: "sessions",
    models: &[ModelName::new("session", "session")],
    migrations: &[migration!("sessions", "0001_initial")],
};

/// What the server keeps for a visitor.
#[derive(Debug, Clone, PartialEq, Eq, Identifiable, Queryable, Selectable)]
#[diesel(table_name = django_session, primary_key(session_key))]
pub struct Session {
    /// 32 characters, as in the cookie.
    pub session_key: String,
    /// Signed JSON.
    pub session_data: String,
    /// Until when it counts.
    pub expire_date: Timestamp,
}
