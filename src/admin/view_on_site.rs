//! Redirects from a row in the admin to its page on the site.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::AdminRequest;
use crate::error::{Error, Result};
use crate::http::{redirect, site_root};
use crate::models::content_types::ContentType;
use crate::models::{Query, parse};

/// `GET /admin/r/7/42/`: the row 42 of the model with content type 7 (Django's `shortcut`).
pub(super) async fn view_on_site(
    request: AdminRequest,
    place: Path<(String, String)>,
) -> Result<HttpResponse> {
    let (content_type, pk) = place.into_inner();
    let content_type = content_type.parse().map_err(|_| Error::NotFound)?;
    let url = request.db.run(move |conn| {
        let Some(model) = ContentType::model(conn, content_type)? else {
            return Ok(None);
        };
        let (Some(url), Some(pk)) = (&model.absolute_url, parse(model.pk(), &pk)) else {
            return Ok(None);
        };
        let rows = Query::new(model)
            .with_pks(vec![pk])
            .order_by(Vec::new())
            .rows(conn, &url.paths, Some(1), 0)?;
        Ok(rows.first().map(|values| url.say(values).into_owned()))
    });
    let url = url.await?.ok_or(Error::NotFound)?;
    if !url.starts_with('/') || url.starts_with("//") {
        return Ok(redirect(&url));
    }
    Ok(redirect(format!(
        "{}{url}",
        site_root(&request.http, &request.settings)
    )))
}
