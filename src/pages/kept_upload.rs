//! `/uploads/…/`: shows a picture that is kept for a form and not saved yet, to the visitor who
//! chose it.

use actix_files::NamedFile;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::csrf::Csrf;
use crate::error::{Error, Result};
use crate::http::{harmless, uncached};
use crate::settings::Settings;

/// `GET /uploads/REFERENCE/`. Shows pictures only; other files are not shown before they are saved.
pub async fn kept_upload(
    request: HttpRequest,
    settings: web::Data<Settings>,
    reference: web::Path<String>,
) -> Result<HttpResponse> {
    let kept = Csrf::from_request(&request)
        .kept_files(&settings)
        .and_then(|files| files.open(&reference));
    let (file, name) = kept.ok_or(Error::NotFound)?;
    let file = NamedFile::from_file(file, name)?
        .use_etag(false)
        .use_last_modified(false);
    if file.content_type().type_() != "image" || file.content_type().subtype() == "svg" {
        return Err(Error::NotFound);
    }
    let mut response = file.disable_content_disposition().into_response(&request);
    harmless(response.headers_mut());
    Ok(uncached(response))
}
