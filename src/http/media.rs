//! `/media/`: uploaded files, from `MEDIA_ROOT`.

use std::path::{Component, Path, PathBuf};

use actix_files::NamedFile;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, ContentDisposition, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::error::{Error, Result};
use crate::settings::Settings;

/// What an uploaded file may do when a browser opens it: nothing. An SVG or HTML file runs no script here.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// `GET /media/…`
pub async fn serve(
    request: HttpRequest,
    settings: web::Data<Settings>,
    path: web::Path<String>,
) -> Result<HttpResponse> {
    let path = inside(&settings.media_root, &path).ok_or(Error::NotFound)?;
    // A folder, or no file: both are nothing at this URL.
    let file = NamedFile::open_async(&path).await.map_err(|_| Error::NotFound)?;
    if !file.metadata().is_file() {
        return Err(Error::NotFound);
    }
    let kind = file.content_type();
    let shown = matches!(kind.type_().as_str(), "image" | "audio" | "video") || kind.essence_str() == "application/pdf";
    let disposition = if shown { DispositionType::Inline } else { DispositionType::Attachment };
    let file = file.set_content_disposition(ContentDisposition { disposition, parameters: Vec::new() });
    let mut response = file.into_response(&request);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, header_value(POLICY));
    if shown {
        response.headers_mut().remove(CONTENT_DISPOSITION);
    }
    Ok(response)
}

fn header_value(text: &'static str) -> actix_web::http::header::HeaderValue {
    actix_web::http::header::HeaderValue::from_static(text)
}

/// `path` below `root`, unless it leads elsewhere or to a hidden file.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    if path.contains(['\0', '\\']) {
        return None;
    }
    let mut whole = root.to_owned();
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
    fn nothing_outside_the_root_is_served() {
        let root = Path::new("/srv/media");
        assert_eq!(inside(root, "products/a.webp"), Some("/srv/media/products/a.webp".into()));
        for odd in ["../x", "a/../../x", "/etc/passwd", "a\\..\\x", "a\0b", ".env", "a/.git/config", "./a"] {
            assert_eq!(inside(root, odd), None, "{odd}");
        }
    }
}
