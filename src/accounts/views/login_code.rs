//! The second step of a login, which asks for the code.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::login::safe_next;
use super::{private, private_redirect};
use crate::accounts::forms;
use crate::auth::two_factor::{self, Outcome, Pending};
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, QueryDict};
use crate::messages::{Level, Messages};
use crate::pages::{Page, replaceable};
use crate::settings::Settings;
use crate::words::counted;

const LOGIN: &str = "/accounts/login/";

/// The page that asks for the second factor.
#[derive(Template)]
#[template(path = "registration/login_code.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct LoginCode {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the field `code`.
    pub form: Form,
    /// The name of the user who has entered the right password.
    pub username: String,
    /// Whether the page asks for a recovery code.
    pub recovery: bool,
}

replaceable!(LoginCode);

/// `GET /accounts/login/code/`; with `recovery`, asks for a recovery code. With `next`, asks a user
/// who is logged in without a second factor for it.
pub(in crate::accounts) async fn login_code_form(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    query: QueryDict,
) -> Result<HttpResponse> {
    if let Some(next) = query.get("next") {
        let next = safe_next(&request, &settings, next).unwrap_or(&settings.login_redirect_url);
        if let Some(elsewhere) = two_factor::step_up(&request, next).await? {
            return Ok(private_redirect(&elsewhere));
        }
    }
    let Some(Pending { user, .. }) = two_factor::pending(&request).await? else {
        return Ok(private_redirect(LOGIN));
    };
    let recovery = query.get("recovery").is_some();
    private(
        &request,
        &LoginCode {
            page,
            form: forms::login_code(recovery),
            username: user.username,
            recovery,
        },
    )
}

/// `POST /accounts/login/code/`
pub(in crate::accounts) async fn login_code(
    request: HttpRequest,
    page: Page,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    let Some(pending) = two_factor::pending(&request).await? else {
        Messages::from_request(&request)
            .add(Level::WARNING, "That took too long. Please log in again.");
        return Ok(private_redirect(LOGIN));
    };
    let recovery = query.get("recovery").is_some();
    let mut form = forms::login_code(recovery).bind(&data);
    let (username, next) = (pending.user.username.clone(), pending.next.clone());
    if form.is_valid() {
        match two_factor::answer(&request, pending, form.value("code")).await? {
            Outcome::LoggedIn(left) => {
                if let Some(left) = left {
                    Messages::from_request(&request).add(Level::WARNING, used_up(left));
                }
                return Ok(private_redirect(&next));
            }
            Outcome::Ended => {
                Messages::from_request(&request)
                    .add(Level::WARNING, "Too many wrong codes. Please log in again.");
                return Ok(private_redirect(&two_factor::with_next(LOGIN, &next)));
            }
            Outcome::Wrong => form.add_error(
                "code",
                "This code is wrong, or was used before. Enter another one.",
            ),
            Outcome::Wait(wait) => form.add_error("code", please_wait(wait)),
        }
    }
    private(
        &request,
        &LoginCode {
            page,
            form,
            username,
            recovery,
        },
    )
}

fn used_up(left: usize) -> String {
    match left {
        0 => "That was your last recovery code: make new ones now.".to_owned(),
        1 => "You have one recovery code left.".to_owned(),
        left => format!("You have {left} recovery codes left."),
    }
}

fn please_wait(wait: TimeDelta) -> String {
    let minutes = counted((wait.num_seconds() + 59) / 60, "minute", "minutes");
    format!("Too many codes were wrong. Try again in {minutes}, or use a recovery code now.")
}
