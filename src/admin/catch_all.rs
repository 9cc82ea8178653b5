//! Handles all other URLs of the admin, so that only staff can find out which models exist.

use actix_web::{HttpResponse, web};

use super::AdminRequest;
use crate::error::{Error, Result};
use crate::http::{UrlTable, local_url, permanent_redirect};

/// Redirects to the same path with a slash at the end, if that page exists (Django's
/// `catch_all_view`).
pub(super) async fn catch_all(
    request: AdminRequest,
    urls: web::Data<UrlTable>,
) -> Result<HttpResponse> {
    let path = request.http.path();
    let slashed = format!("{path}/");
    let found = urls
        .pattern(&slashed)
        .filter(|_| request.settings.append_slash && !path.ends_with('/'));
    if !found.is_some_and(|pattern| exists(&request, pattern, &slashed)) {
        return Err(Error::NotFound);
    }
    let query = Some(request.http.query_string()).filter(|query| !query.is_empty());
    Ok(permanent_redirect(&local_url(&slashed, query)))
}

/// Whether the app and the model in `path` exist, if `pattern` has them.
fn exists(request: &AdminRequest, pattern: &str, path: &str) -> bool {
    let mut parts = path.trim_start_matches("/admin/").split('/');
    let (app, model) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    if pattern.starts_with("/admin/{app}/{model}/") {
        request.site.find(app, model).is_some()
    } else if pattern.starts_with("/admin/{app}/") {
        request
            .site
            .models()
            .iter()
            .any(|registered| registered.model.app == app)
    } else {
        pattern.starts_with("/admin/")
    }
}
