//! [`Project`]: what a program serves, and [`SHOP`], which `nuages` itself does.

use std::sync::OnceLock;

use crate::admin::AdminSite;
use crate::apps;
use crate::db::migrations::Migration;
use crate::http::Urls;
use crate::models::{AppConfig, content_types};
use crate::settings::Settings;
use crate::urls::urls;
use crate::{admin, auth, sessions};

/// The demo shop.
pub static SHOP: Project = Project::new("Shop", &apps::INSTALLED, urls, apps::register).with_demo();

/// A site of its own on these batteries: its apps, its URLs, and what its admin shows.
///
/// Its program is one line, `nuages::commands::main(&PROJECT)`. A process serves one project.
#[derive(Debug)]
pub struct Project {
    /// What people read.
    pub name: &'static str,
    /// Its apps, in the order of Django's `INSTALLED_APPS` (content types are numbered in it).
    pub apps: &'static [AppConfig],
    /// Its URLs.
    pub urls: fn(&Settings) -> Urls,
    /// Whether an empty database is filled with the demo shop.
    pub has_demo: bool,
    register: fn(AdminSite) -> AdminSite,
    admin_site: OnceLock<AdminSite>,
}

impl Project {
    /// A site; `register` adds its models to an admin that shows none.
    pub const fn new(
        name: &'static str,
        apps: &'static [AppConfig],
        urls: fn(&Settings) -> Urls,
        register: fn(AdminSite) -> AdminSite,
    ) -> Self {
        Self { name, apps, urls, has_demo: false, register, admin_site: OnceLock::new() }
    }

    const fn with_demo(mut self) -> Self {
        self.has_demo = true;
        self
    }

    /// Its admin.
    pub fn admin_site(&'static self) -> &'static AdminSite {
        self.admin_site.get_or_init(|| (self.register)(AdminSite::new(self.apps)))
    }

    /// Every migration, each behind those it needs: those of the batteries first, then app by app, then those of the
    /// tables that logging in needs and Django does not have.
    pub fn migrations(&self) -> Vec<Migration> {
        let batteries = [content_types::APP, auth::APP, admin::APP, sessions::APP].map(|app| app.label);
        let named = |label: &&str| self.apps.iter().find(|app| app.label == *label);
        let own = self.apps.iter().filter(|app| !batteries.contains(&app.label));
        let login = self.apps.iter().any(|app| app.label == auth::APP.label).then_some(&auth::NUAGES);
        batteries.iter().filter_map(named).chain(own).chain(login).flat_map(|app| app.migrations).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_of_an_installed_app_is_there_once() {
        let migrations = SHOP.migrations();
        for app in SHOP.apps {
            let planned = migrations.iter().filter(|migration| migration.app == app.label).count();
            assert_eq!(planned, app.migrations.len(), "{}", app.label);
        }
        assert_eq!(migrations[0].app, "contenttypes");
        assert_eq!(migrations.last().map(|last| last.app), Some("nuages"));
    }
}
