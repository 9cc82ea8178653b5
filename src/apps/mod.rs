//! The installed apps.

pub mod accounts;
pub mod catalog;
pub mod orders;

use std::sync::LazyLock;

use crate::admin::AdminSite;
use crate::db::migrations::Migration;
use crate::models::{AppConfig, content_types};
use crate::{admin, auth, sessions};

/// The installed apps, in the order of Django's `INSTALLED_APPS` (content types are numbered in it).
pub static INSTALLED: [AppConfig; 6] =
    [admin::APP, auth::APP, content_types::APP, sessions::APP, catalog::APP, orders::APP];

/// The admin: each app's models.
pub fn admin_site() -> &'static AdminSite {
    static SITE: LazyLock<AdminSite> = LazyLock::new(|| {
        let site = AdminSite::new(&INSTALLED);
        orders::admin::register(catalog::admin::register(accounts::admin::register(site)))
    });
    &SITE
}

/// Every migration, each behind those it needs.
pub fn migrations() -> Vec<Migration> {
    let apps = [content_types::APP, auth::APP, admin::APP, sessions::APP, catalog::APP, orders::APP];
    apps.iter().flat_map(|app| app.migrations).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_installed_app_is_migrated() {
        let migrations = migrations();
        for app in INSTALLED {
            let planned = migrations.iter().filter(|migration| migration.app == app.label).count();
            assert_eq!(planned, app.migrations.len(), "{}", app.label);
        }
    }
}
