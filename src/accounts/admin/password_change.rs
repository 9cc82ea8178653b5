//! The pages in the admin on which users change their own password.

use actix_web::HttpResponse;
use askama::Template;

use crate::accounts::admin::private;
use crate::accounts::forms;
use crate::accounts::views::{change_password, private_redirect};
use crate::admin::AdminRequest;
use crate::admin::frame::{Crumb, Frame};
use crate::auth::kept_forms;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;

#[derive(Template)]
#[template(path = "admin/password_change.html")]
struct PasswordChange {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "admin/password_change_done.html")]
struct PasswordChangeDone {
    frame: Frame,
}

/// `GET /admin/password_change/`
pub(super) async fn form(request: AdminRequest) -> Result<HttpResponse> {
    kept_forms::warn_about_secrets(&request.http).await?;
    page(&request, forms::password_change())
}

/// `POST /admin/password_change/`: keeps this session and ends the user's others.
pub(super) async fn change(request: AdminRequest, data: PostData) -> Result<HttpResponse> {
    let (changed, form) = change_password(&request.http, &request.user, &request.db, &data).await?;
    if changed {
        Ok(private_redirect("/admin/password_change/done/"))
    } else {
        page(&request, form)
    }
}

/// `GET /admin/password_change/done/`
pub(super) async fn done(request: AdminRequest) -> Result<HttpResponse> {
    let frame = frame(&request, "Password change successful");
    private(&request.http, &PasswordChangeDone { frame })
}

fn page(request: &AdminRequest, form: Form) -> Result<HttpResponse> {
    let frame = frame(
        request,
        if form.is_valid() {
            "Password change"
        } else {
            "Error: Password change"
        },
    );
    private(&request.http, &PasswordChange { frame, form })
}

fn frame(request: &AdminRequest, title: &str) -> Frame {
    request.frame(title, vec![Crumb::new("Password change", "")])
}
