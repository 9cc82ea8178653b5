//! `GET /api/docs/`: a page with the description of the API, and forms to try requests. The server makes it of the same
//! document as `openapi.json`.

mod operations;

use actix_web::{HttpResponse, Responder as _, web};
use askama::Template;

use super::openapi::ApiDescription;
use crate::error::Result;
use crate::framed;
use crate::http::never_cache;
use crate::pages::{Page, Site, render_framed};
use crate::settings::Settings;
use operations::{DocsGroup, DocsSchema, groups, schemas};

#[derive(Template)]
#[template(path = "api/docs.html", blocks = ["title", "head", "content"])]
struct ApiDocs {
    page: Page,
    groups: Vec<DocsGroup>,
    schemas: Vec<DocsSchema>,
    /// The token for requests of the page's script; "" for a visitor who is not logged in.
    csrf_token: String,
}

framed!(ApiDocs);

/// `GET /api/docs/`
pub(super) async fn docs(
    request: actix_web::HttpRequest,
    page: Page,
    description: web::Data<ApiDescription>,
    site: web::Data<&'static Site>,
    settings: web::Data<Settings>,
) -> Result<HttpResponse> {
    let document = description.document(&site, &settings);
    let csrf_token = if page.user.is_some() {
        page.csrf_token()
    } else {
        String::new()
    };
    let docs = ApiDocs {
        groups: groups(document),
        schemas: schemas(document),
        csrf_token,
        page,
    };
    let mut response = render_framed(&docs)?.respond_to(&request);
    never_cache(response.headers_mut());
    Ok(response)
}
