//! Sessions, in Django's table and encoding.

pub mod codec;
pub mod expiry;
mod middleware;
mod session;
mod store;

pub use middleware::sessions;
pub use session::Session;
pub use store::SessionRow;

use crate::migration;
use crate::models::{AppConfig, ModelName};

/// The app that holds the table.
pub const APP: AppConfig = AppConfig {
    label: "sessions",
    models: &[ModelName::new("session", "session")],
    migrations: &[migration!("sessions", "0001_initial")],
};
