//! The installed apps.

pub mod accounts;
pub mod catalog;
pub mod orders;

use crate::admin::AdminSite;
use crate::models::{AppConfig, content_types};
use crate::{admin, auth, sessions};

/// The installed apps, in the order of Django's `INSTALLED_APPS` (content types are numbered in it).
pub static INSTALLED: [AppConfig; 6] =
    [admin::APP, auth::APP, content_types::APP, sessions::APP, catalog::APP, orders::APP];

/// Shows each app's models in the admin.
pub fn register(site: AdminSite) -> AdminSite {
    orders::admin::register(catalog::admin::register(accounts::admin::register(site)))
}
