//! The admin's URLs, which are the same as Django's.

use super::autocomplete::autocomplete;
use super::catch_all::catch_all;
use super::change_form::{add, add_post, change, change_post, to_change};
use super::changelist::{change_list, change_list_post};
use super::delete::{delete, delete_form};
use super::docs;
use super::history::history;
use super::index::{app_index, index};
use super::jsi18n::jsi18n;
use super::view_on_site::view_on_site;
use crate::http::Access::Staff;
use crate::http::{Urls, get, path};

/// Returns every URL below `/admin/` except those of accounts, which come before these.
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
