//! [`FormResult`]: what became of a form.

use actix_web::HttpResponse;

use crate::error::{Error, Result};
use crate::forms::html::HtmlForm;
use crate::http::redirect;
use crate::pages::{Framed, render_framed};

/// A form that is to be shown, or the row that it has saved.
#[derive(Debug)]
pub enum FormResult<M> {
    /// The form is to be shown: for the first time, or with errors.
    Form(HtmlForm),
    /// The form was valid, and this row was saved (or deleted, or only checked).
    Saved(M),
}

impl<M> FormResult<M> {
    /// Returns the form that is to be shown, or a redirect (as the error [`Error::Redirect`]) to the URL that `url` returns
    /// for the saved row: `let form = form.create().await?.or_redirect(|post| url::post_detail(post.id))?;`.
    pub fn or_redirect(self, url: impl FnOnce(&M) -> String) -> Result<HtmlForm> {
        match self {
            Self::Form(form) => Ok(form),
            Self::Saved(row) => Err(Error::Redirect(url(&row))),
        }
    }

    /// Shows the page that `show` makes of the form, or redirects to the URL that `url` returns for the saved row.
    pub fn respond<P: Framed>(
        self,
        show: impl FnOnce(HtmlForm) -> P,
        url: impl FnOnce(&M) -> String,
    ) -> Result<HttpResponse> {
        match self {
            Self::Form(form) => Ok(render_framed(&show(form))?.into()),
            Self::Saved(row) => Ok(redirect(url(&row))),
        }
    }
}
