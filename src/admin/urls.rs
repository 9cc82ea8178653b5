//! The admin's URLs, which are the same as Django's.

use super::autocomplete::autocomplete;
use super::catch_all::catch_all;
use super::change_form::{add, add_post, change, change_post, to_change};
use super::changelist::{change_list, change_list_post, delete_view, save_view, to_list};
use super::delete::{delete, delete_form};
use super::docs;
use super::export;
use super::find::find;
use super::import;
use super::index::{app_index, index};
use super::jsi18n::jsi18n;
use super::revisions::{
    all_changes, deleted_rows, history, restore, restore_form, revert, revert_form, undo, undo_form,
};
use super::tasks;
use super::view_on_site::view_on_site;
use crate::http::Access::Staff;
use crate::http::{Urls, get, path, post};

/// Returns every URL below `/admin/` except those of accounts, which come before these.
#[expect(
    clippy::too_many_lines,
    reason = "a table of URLs is read line by line"
)]
pub fn urls() -> Urls {
    Urls::new([
        path("/admin/", "admin:index", Staff, get(index).post(index)),
        path(
            "/admin/autocomplete/",
            "admin:autocomplete",
            Staff,
            get(autocomplete),
        ),
        path(
            "/admin/doc/models/",
            "admin:doc_models",
            Staff,
            get(docs::models),
        ),
        path(
            "/admin/doc/models/{name}/",
            "admin:doc_model",
            Staff,
            get(docs::model),
        ),
        path("/admin/jsi18n/", "admin:jsi18n", Staff, get(jsi18n)),
        path(
            "/admin/r/{content_type}/{pk:.+}/",
            "admin:view_on_site",
            Staff,
            get(view_on_site).post(view_on_site),
        ),
        path(
            "/admin/history/",
            "admin:all_changes",
            Staff,
            get(all_changes),
        ),
        path("/admin/search/", "admin:search", Staff, get(find)),
        path(
            "/admin/undo/{batch}/",
            "admin:undo",
            Staff,
            get(undo_form).post(undo),
        ),
        path("/admin/tasks/", "admin:tasks", Staff, get(tasks::list)),
        path(
            "/admin/tasks/{id}/again/",
            "admin:task_again",
            Staff,
            post(tasks::again),
        ),
        path(
            "/admin/tasks/{id}/delete/",
            "admin:task_delete",
            Staff,
            post(tasks::delete),
        ),
        // A missing page is a 404 for every method.
        path(
            "/admin/{app}/",
            "admin:app_list",
            Staff,
            get(app_index).post(app_index),
        ),
        path(
            "/admin/{app}/{model}/",
            "admin:changelist",
            Staff,
            get(change_list).post(change_list_post),
        ),
        path(
            "/admin/{app}/{model}/export/",
            "admin:export",
            Staff,
            get(export::export).post(export::export_selected),
        ),
        path(
            "/admin/{app}/{model}/import/",
            "admin:import",
            Staff,
            get(import::import_form).post(import::upload),
        ),
        path(
            "/admin/{app}/{model}/views/",
            "admin:views",
            Staff,
            get(to_list).post(save_view),
        ),
        path(
            "/admin/{app}/{model}/views/{view}/delete/",
            "admin:delete_view",
            Staff,
            post(delete_view),
        ),
        path(
            "/admin/{app}/{model}/bulk/",
            "admin:bulk",
            Staff,
            get(to_list),
        ),
        path(
            "/admin/{app}/{model}/deleted/",
            "admin:deleted",
            Staff,
            get(deleted_rows),
        ),
        path(
            "/admin/{app}/{model}/deleted/{entry}/restore/",
            "admin:restore",
            Staff,
            get(restore_form).post(restore),
        ),
        path(
            "/admin/{app}/{model}/{pk:.+}/history/{entry}/revert/",
            "admin:revert",
            Staff,
            get(revert_form).post(revert),
        ),
        path(
            "/admin/{app}/{model}/{pk:.+}/delete/",
            "admin:delete",
            Staff,
            get(delete_form).post(delete),
        ),
        path(
            "/admin/{app}/{model}/{pk:.+}/history/",
            "admin:history",
            Staff,
            get(history).post(history),
        ),
        path(
            "/admin/{app}/{model}/add/",
            "admin:add",
            Staff,
            get(add).post(add_post),
        ),
        path(
            "/admin/{app}/{model}/{pk:.+}/change/",
            "admin:change",
            Staff,
            get(change).post(change_post),
        ),
        // Behind the pages of a row whose key is "import".
        path(
            "/admin/{app}/{model}/import/{id}/",
            "admin:import_file",
            Staff,
            get(import::import).post(import::import_post),
        ),
        path(
            "/admin/{app}/{model}/{pk:.+}/",
            "admin:object",
            Staff,
            get(to_change).post(to_change),
        ),
        // This must be the last entry, because it matches every URL.
        path(
            "/admin/{rest:.*}",
            "admin:catch_all",
            Staff,
            get(catch_all).post(catch_all),
        ),
    ])
}
