//! Serves uploaded files of `MEDIA_ROOT` under `/media/`, and a placeholder for missing pictures.

use std::path::{Component, Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::header::{
    ACCEPT, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, ContentDisposition, DispositionType,
    HeaderMap, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};

use super::MediaRoot;
use crate::error::{Error, Result};
use crate::settings::Settings;

/// The policy for uploaded files: they may do nothing in a browser. An SVG or HTML file runs no
/// script.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The placeholder: a grey frame with hills and a sun, visible on any background.
const PLACEHOLDER: &str = concat!(
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48" fill="none" stroke="#8a94a6" stroke-width="1.5">"##,
    r##"<rect width="64" height="48" fill="#8a94a6" fill-opacity=".14" stroke="none"/>"##,
    r##"<rect x="18" y="13" width="28" height="22" rx="2.5"/><circle cx="26" cy="20" r="2.5"/>"##,
    r##"<path d="m18.5 32 8.5-8 6 5.5 4-3.5 8.5 7"/></svg>"##
);

/// `GET /media/…`
pub async fn serve(
    request: HttpRequest,
    settings: web::Data<Settings>,
    path: web::Path<String>,
) -> Result<HttpResponse> {
    let path = plain(&path).ok_or(Error::NotFound)?;
    let opened = MediaRoot::open(&settings.media_root).and_then(|root| root.file(&path));
    let file = match opened.and_then(|file| NamedFile::from_file(file, &path)) {
        Ok(file) if file.metadata().is_file() => file,
        // Whatever the reason, this URL has no file to show.
        _ if wants_a_picture(&request) => return Ok(placeholder()),
        _ => return Err(Error::NotFound),
    };
    let kind = file.content_type();
    let shown = matches!(kind.type_().as_str(), "image" | "audio" | "video")
        || kind.essence_str() == "application/pdf";
    let disposition = if shown {
        DispositionType::Inline
    } else {
        DispositionType::Attachment
    };
    let file = file.set_content_disposition(ContentDisposition {
        disposition,
        parameters: Vec::new(),
    });
    let mut response = file.into_response(&request);
    harmless(response.headers_mut());
    if shown {
        response.headers_mut().remove(CONTENT_DISPOSITION);
    }
    Ok(response)
}

/// Sets headers that make an uploaded file harmless: the browser treats it as the type of its file
/// name, and runs no code from it.
pub fn harmless(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The response for a missing file is a page or a placeholder, depending on `Accept`.
    headers.insert(VARY, HeaderValue::from_static("Accept"));
}

/// Whether the request comes from an `<img>`, whose `Accept` begins with image types; for a link it
/// begins with HTML.
fn wants_a_picture(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(ACCEPT)
        .is_some_and(|kinds| kinds.as_bytes().starts_with(b"image/"))
}

/// Returns a 404 with a picture as its body, which browsers show.
fn placeholder() -> HttpResponse {
    let mut response = HttpResponse::NotFound()
        .content_type("image/svg+xml")
        .body(PLACEHOLDER);
    harmless(response.headers_mut());
    response
}

/// Returns `path` as a relative path of plain names; `None` if it contains `..` or a hidden file.
fn plain(path: &str) -> Option<PathBuf> {
    if path.contains(['\0', '\\']) {
        return None;
    }
    let mut whole = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) if !name.to_string_lossy().starts_with('.') => whole.push(name),
            _ => return None,
        }
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_go_upwards_or_are_hidden_are_refused() {
        assert_eq!(plain("products/a.webp"), Some("products/a.webp".into()));
        for odd in [
            "../x",
            "a/../../x",
            "/etc/passwd",
            "a\\..\\x",
            "a\0b",
            ".env",
            "a/.git/config",
            "./a",
        ] {
            assert_eq!(plain(odd), None, "{odd} should be refused");
        }
    }
}
