//! The admin's URLs, which are Django's.

use super::index::{app_index, index};
use crate::http::Access::Staff;
use crate::http::{Urls, get, path};

/// Every URL below `/admin/`.
pub fn urls() -> Urls {
    Urls::new([
        path("/admin/", "admin:index", Staff, get(index)),
        path("/admin/{app}/", "admin:app_list", Staff, get(app_index)),
    ])
}
