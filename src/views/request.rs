//! [`FormRequest`]: a request for the form of a row.

use actix_web::web;

use crate::db::Value;
use crate::forms::html::HtmlForm;
use crate::http::PostData;
use crate::models::Record;
use crate::records::Actor;
use crate::settings::Settings;

/// The purpose of the form.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// Adds a row.
    New,
    /// Changes the row with this primary key.
    Row(Value),
    /// Deletes the row with this primary key.
    Delete(Value),
    /// Validates the values only.
    Nothing,
}

/// The result of a request.
pub(super) enum Done {
    /// The form is to be shown.
    Form(Box<HtmlForm>),
    /// The row was saved or deleted, or the values are valid.
    Saved(Record),
}

/// A request for a form.
pub(super) struct FormRequest {
    pub(super) target: Target,
    /// The submitted data; `None` if the form is only shown.
    pub(super) post: Option<PostData>,
    /// The path of the page, which identifies the form.
    pub(super) place: String,
    pub(super) user_id: Option<i32>,
    pub(super) actor: Actor,
    pub(super) settings: web::Data<Settings>,
}
