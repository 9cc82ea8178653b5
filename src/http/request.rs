//! Reads the parts of a request that many handlers need: the URL, and the data of the running app.

use actix_web::{HttpRequest, web};

use super::UrlTable;
use crate::db::Db;
use crate::settings::Settings;

/// Returns the path of `request` with its query (Django's `get_full_path`).
pub fn full_path(request: &HttpRequest) -> String {
    request
        .uri()
        .path_and_query()
        .map_or_else(String::new, ToString::to_string)
}

/// Returns the app data of type `T`. Only for types that the server always provides.
#[expect(
    clippy::expect_used,
    reason = "the server provides them; see `commands::runserver`"
)]
pub(crate) fn app_data<T: 'static>(request: &HttpRequest) -> &web::Data<T> {
    request
        .app_data::<web::Data<T>>()
        .expect("the server provides this app data")
}

/// Returns the settings and the database of the running app.
pub(crate) fn settings_and_db(request: &HttpRequest) -> (&web::Data<Settings>, &web::Data<Db>) {
    (app_data(request), app_data(request))
}

/// Whether the view of `request` is one for programs ([`View::api`](super::View::api)).
pub(crate) fn is_api_view(request: &HttpRequest) -> bool {
    let Some(pattern) = request.match_pattern() else {
        return false;
    };
    let urls = request.app_data::<web::Data<UrlTable>>();
    urls.is_some_and(|urls| urls.is_api(&pattern))
}
