//! The URLs that every site has.

use crate::accounts;
use crate::admin;
use crate::http::Access::Public;
use crate::http::{self, Urls, get, path};
use crate::pages;

/// Returns the URLs of accounts, the admin, static files and uploaded files.
pub fn batteries() -> Urls {
    let files = Urls::new([
        path(
            "/static/{path:.*}",
            "static",
            Public,
            get(http::static_file),
        ),
        path("/media/{path:.*}", "media", Public, get(http::media)),
        path(
            "/uploads/{reference}/",
            "kept_upload",
            Public,
            get(pages::kept_upload),
        ),
        path("/favicon.ico", "favicon", Public, get(http::favicon)),
    ]);
    Urls::default()
        .include(accounts::urls::urls())
        .include(accounts::admin::urls::urls())
        .include(admin::urls::urls())
        .include(files)
}
