//! HTTP: URLs, request bodies, responses, files and middleware.

mod body;
mod client_address;
mod cookies;
mod diagnostics;
mod host;
mod media;
mod media_root;
pub mod middleware;
mod named_urls;
mod next;
mod query;
mod request;
mod response;
mod script_name;
pub(crate) mod server;
mod static_files;
mod urls;
mod user_agent;

pub use body::{FIELD_COUNT, Kept, KeptFiles, PostData, UploadedFile, field_count};
pub(crate) use body::{kind as content_type, read_bytes};
pub use client_address::client_address;
pub use cookies::{cookie, delete_cookie, set_cookie};
pub use diagnostics::urls as diagnostics;
pub use host::{host_of, is_allowed, site_root, split_host};
pub use media::{harmless, serve as media};
pub use media_root::MediaRoot;
pub use middleware::is_secure;
pub(crate) use middleware::{etag_is_listed, etag_matches};
#[doc(hidden)]
pub use named_urls::{address, has_arguments};
pub use next::is_safe_next;
pub use query::QueryDict;
pub use request::full_path;
pub(crate) use request::is_api_view;
pub(crate) use request::{app_data, settings_and_db};
pub use response::{
    Html, escaped_uri, local_url, never_cache, permanent_redirect, redirect, render, render_around,
    text, uncached, vary_on_cookie,
};
pub use script_name::with_script_name;
pub use static_files::{SiteFiles, StaticFile, assets, favicon, serve as static_file};
pub use urls::{
    Access, DescribeOperation, Operation, Url, UrlTable, Urls, View, form, get, path, post,
};
pub use user_agent::device;
