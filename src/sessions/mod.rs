//! Sessions, in Django's table and encoding.

pub mod codec;
pub mod expiry;

mod atomic;
mod decoded_cache;
mod event_data;
mod middleware;
mod session;
mod store;
mod visit;

pub use codec::{Data, TypedData};
pub(crate) use event_data::Changes as SessionChanges;
pub use event_data::EventData;
pub use middleware::sessions;
pub use session::Session;
pub use store::SessionRow;
pub use visit::{Origin, Visit};

use crate::migration;
use crate::models::{AppConfig, Model as _};

/// The app of the table `django_session`.
pub const APP: AppConfig = AppConfig {
    label: "sessions",
    verbose_name: "Sessions",
    models: &[SessionRow::meta],
    migrations: &[migration!("sessions", "0001_initial")],
};
