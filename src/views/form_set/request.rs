//! [`FormSetRequest`]: a request for the forms of several rows.

use actix_web::web;

use crate::http::PostData;
use crate::records::Actor;
use crate::settings::Settings;
use crate::views::options::FormOptions;

/// A request for the forms of several rows.
pub(super) struct FormSetRequest {
    pub(super) options: FormOptions,
    pub(super) extra: usize,
    pub(super) max: usize,
    pub(super) can_delete: bool,
    /// The submitted data; `None` if the forms are only shown.
    pub(super) post: Option<PostData>,
    /// The path of the page, which identifies the form.
    pub(super) place: String,
    pub(super) user_id: Option<i32>,
    pub(super) actor: Actor,
    pub(super) settings: web::Data<Settings>,
}
