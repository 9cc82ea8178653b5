//! From requests to answers: URLs, pages, files and the middleware around them.

mod diagnostics;
mod host;
mod media;
pub mod middleware;
mod page;
mod query;
mod response;
mod static_files;
mod urls;

pub use diagnostics::urls as diagnostics;
pub use host::{is_allowed, split_host};
pub use media::serve as media;
pub use page::Page;
pub use query::QueryDict;
pub use response::{Html, redirect, render, text};
pub use static_files::{assets, favicon, serve as static_file};
pub use urls::{Access, Url, UrlTable, Urls, View, get, path};
