//! The admin: lists, forms and history for any described model, at Django's URLs.

mod app_admin;
mod autocomplete;
pub(crate) mod background;
mod bulk_edit;
mod catch_all;
mod changelist;
mod checks;
pub mod dashboard;
mod delete;
mod docs;
mod change_form;
mod export;
mod find;
pub mod frame;
mod history;
mod import;
mod index;
mod jsi18n;
mod last_save;
mod object;
mod own_page;
pub mod options;
mod popup;
mod request;
mod revisions;
mod run_action;
mod site;
mod tasks;
pub mod urls;
mod view_on_site;

pub use crate::records::{Actor, Done, Flag, LogEntry, change_message};
pub use app_admin::{App, AppAdmin, MenuLink};
pub(crate) use changelist::searched;
pub use options::{FormField, Inline, ModelAdmin};
pub use popup::popup_response;
pub use request::AdminRequest;
pub use site::{AdminSite, RegisteredModel, quote, unquote};

use crate::migration;
use crate::models::{AppConfig, Model as _};

/// The app of the table `django_admin_log`.
pub const APP: AppConfig = AppConfig {
    label: "admin",
    verbose_name: "Administration",
    models: &[LogEntry::meta],
    migrations: &[migration!(
        "admin",
        "0001_initial",
        [
            "0001_initial",
            "0002_logentry_remove_auto_add",
            "0003_logentry_add_action_flag_choices"
        ]
    )],
};
