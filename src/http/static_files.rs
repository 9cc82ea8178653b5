//! Serves the files of `static/` under `/static/`. They are compiled in, with compressed copies,
//! under names that contain a hash of their content.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, HeaderMap, IF_NONE_MATCH, IF_RANGE, RANGE, VARY,
};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;

use super::middleware::etag_matches;
use crate::error::{Error, Result};

/// A file of a `static/` folder, compiled in. [`static_files!`](crate::static_files) creates them.
#[derive(Debug)]
pub struct StaticFile {
    #[doc(hidden)]
    pub path: &'static str,
    #[doc(hidden)]
    pub hashed: &'static str,
    #[doc(hidden)]
    pub etag: &'static str,
    #[doc(hidden)]
    pub body: &'static [u8],
    #[doc(hidden)]
    pub brotli: Option<&'static [u8]>,
    #[doc(hidden)]
    pub gzip: Option<&'static [u8]>,
}

/// Creates the module `assets` from the files that `nuages_build::static_files` compiled: a
/// constant with the URL of each file, so that a template with the name of a missing file does not
/// compile, and `FILES` for `Project::static_files`.
#[macro_export]
macro_rules! static_files {
    () => {
        $crate::static_files!("static_files.rs");
    };
    ($(#[$attribute:meta])* $table:literal) => {
        /// URLs of the static files.
        $(#[$attribute])*
        pub mod assets {
            use $crate::http::StaticFile;

            include!(concat!(env!("OUT_DIR"), "/", $table));
        }
    };
}

static_files!();

/// The name changes with the content, so a browser may cache a file for a year.
const FOREVER: &str = "public, max-age=31536000, immutable";
const REVALIDATE: &str = "no-cache";

type ByName = HashMap<&'static str, (&'static StaticFile, &'static str)>;

static FRAMEWORK: LazyLock<ByName> = LazyLock::new(|| by_name(assets::FILES));

/// The static files of a site. They override the framework's files of the same name.
#[derive(Debug)]
pub struct SiteFiles(ByName);

impl SiteFiles {
    /// See [`StaticFile`].
    pub fn new(files: &'static [StaticFile]) -> Self {
        Self(by_name(files))
    }
}

fn by_name(files: &'static [StaticFile]) -> ByName {
    let names = |file: &'static StaticFile| {
        [
            (file.path, (file, REVALIDATE)),
            (file.hashed, (file, FOREVER)),
        ]
    };
    files.iter().flat_map(names).collect()
}

/// `GET /static/…`
pub async fn serve(request: HttpRequest, path: web::Path<String>) -> Result<HttpResponse> {
    respond(&request, &path)
}

/// `GET /favicon.ico`, for clients that do not read the page's `<link>`.
pub async fn favicon(request: HttpRequest) -> Result<HttpResponse> {
    respond(&request, "favicon.svg")
}

fn respond(request: &HttpRequest, path: &str) -> Result<HttpResponse> {
    let of_site = request
        .app_data::<web::Data<SiteFiles>>()
        .and_then(|files| files.0.get(path));
    let (file, cache) = of_site
        .or_else(|| FRAMEWORK.get(path))
        .ok_or(Error::NotFound)?;
    let headers = request.headers();
    let (body, encoding) = negotiated(file, headers);
    let etag = encoding.map_or(file.etag.to_owned(), |name| {
        format!("{}-{name}\"", file.etag.trim_end_matches('"'))
    });
    let mut response = HttpResponse::Ok();
    response
        .insert_header((ETAG, etag.as_str()))
        .insert_header((CACHE_CONTROL, *cache))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((VARY, "Accept-Encoding"));
    if headers
        .get(IF_NONE_MATCH)
        .is_some_and(|given| etag_matches(given, &etag))
    {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    response.insert_header((CONTENT_TYPE, content_type(file.path)));
    if let Some(name) = encoding {
        response.insert_header((CONTENT_ENCODING, name));
    }
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else {
        return Ok(response.body(Bytes::from_static(body)));
    };
    if headers
        .get(IF_RANGE)
        .is_some_and(|given| given.as_bytes() != etag.as_bytes())
    {
        return Ok(response.body(Bytes::from_static(body)));
    }
    match http_range::HttpRange::parse(range, body.len() as u64).as_deref() {
        Ok([one]) => {
            let (start, length) = (one.start, one.length);
            let end = start + length - 1;
            let part = usize::try_from(start)
                .ok()
                .zip(usize::try_from(end).ok())
                .and_then(|(a, b)| body.get(a..=b));
            Ok(response
                .status(StatusCode::PARTIAL_CONTENT)
                .insert_header((CONTENT_RANGE, format!("bytes {start}-{end}/{}", body.len())))
                .body(Bytes::from_static(part.unwrap_or_default())))
        }
        // The whole file is a valid response to a request for several ranges.
        Ok(_) => Ok(response.body(Bytes::from_static(body))),
        Err(_) => Ok(response
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .insert_header((CONTENT_RANGE, format!("bytes */{}", body.len())))
            .finish()),
    }
}

/// Returns the variant of the file that suits the client best. Ranges apply to the uncompressed
/// file.
fn negotiated(file: &StaticFile, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
    let accepts = |coding: &str| {
        let given = headers
            .get(ACCEPT_ENCODING)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        given.split(',').any(|item| {
            let (name, quality) = item.split_once(';').unwrap_or((item, ""));
            let refused = quality
                .trim()
                .strip_prefix("q=")
                .is_some_and(|q| q.parse() == Ok(0.0_f32));
            name.trim().eq_ignore_ascii_case(coding) && !refused
        })
    };
    if headers.contains_key(RANGE) {
        return (file.body, None);
    }
    match (file.brotli, file.gzip) {
        (Some(copy), _) if accepts("br") => (copy, Some("br")),
        (_, Some(copy)) if accepts("gzip") => (copy, Some("gzip")),
        _ => (file.body, None),
    }
}

fn content_type(path: &str) -> header::ContentType {
    let guess = actix_files::file_extension_to_mime(path.rsplit('.').next().unwrap_or_default());
    let text = guess.type_() == "text" || guess.subtype() == "javascript";
    let with_charset = text
        .then(|| format!("{guess}; charset=utf-8").parse().ok())
        .flatten();
    header::ContentType(with_charset.unwrap_or(guess))
}
