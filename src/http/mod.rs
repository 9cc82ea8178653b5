//! HTTP: URLs, request bodies, responses, files and middleware.

mod body;
mod client_address;
mod cookies;
mod diagnostics;
mod host;
mod media;
mod media_root;
pub mod middleware;
mod next;
mod query;
mod request;
mod response;
mod script_name;
mod static_files;
mod urls;
mod user_agent;

pub use body::{FIELD_COUNT, Kept, KeptFiles, PostData, UploadedFile, field_count};
pub use client_address::client_address;
pub use cookies::{cookie, delete_cookie, set_cookie};
pub use diagnostics::urls as diagnostics;
pub use host::{host_of, is_allowed, site_root, split_host};
pub use media::{harmless, serve as media};
pub use media_root::MediaRoot;
pub use middleware::is_secure;
pub use next::is_safe_next;
pub use query::QueryDict;
pub use request::full_path;
pub(crate) use request::{app_data, settings_and_db};
pub use response::{
    Html, escaped_uri, local_url, never_cache, permanent_redirect, redirect, render, render_around,
    text, uncached, vary_on_cookie,
};
pub use static_files::{SiteFiles, StaticFile, assets, favicon, serve as static_file};
pub use urls::{Access, Url, UrlTable, Urls, View, get, path, post};
pub use user_agent::device;
