//! The page that sends a reset link by mail to users who forgot their password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::Utc;

use super::{private, private_redirect};
use crate::accounts::forms;
use crate::auth::throttle::may_mail;
use crate::auth::{User, audit, normalize, tokens};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::framed;
use crate::http::{PostData, host_of, site_root};
use crate::mail::Mail;
use crate::pages::Page;
use crate::settings::Settings;

const DONE: &str = "/accounts/password_reset/done/";

#[derive(Template)]
#[template(path = "registration/password_reset_form.html", blocks = ["title", "head", "content"])]
struct PasswordReset {
    page: Page,
    form: Form,
}

#[derive(Template)]
#[template(path = "registration/password_reset_done.html", blocks = ["title", "head", "content"])]
struct PasswordResetDone {
    page: Page,
}

framed!(PasswordReset, PasswordResetDone);

#[derive(Template)]
#[template(path = "registration/password_reset_email.txt")]
struct ResetText<'a> {
    user: &'a User,
    host: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "registration/password_reset_email.html")]
struct ResetHtml<'a> {
    user: &'a User,
    host: &'a str,
    link: &'a str,
}

/// `GET /accounts/password_reset/`
pub(in crate::accounts) async fn password_reset_form(
    request: HttpRequest,
    page: Page,
) -> Result<HttpResponse> {
    private(
        &request,
        &PasswordReset {
            page,
            form: forms::password_reset(),
        },
    )
}

/// `POST /accounts/password_reset/`. The response does not reveal whether the address belongs to a
/// user, or whether a mail is sent.
pub(in crate::accounts) async fn password_reset(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    let form = forms::password_reset().bind(&data);
    if !form.is_valid() {
        return private(&request, &PasswordReset { page, form });
    }
    let typed = form.value("email").to_owned();
    let is_sent = may_mail(&request, &typed).await?;
    let users = db
        .run(move |conn| User::who_may_reset(conn, &typed))
        .await?;
    let host = host_of(&request);
    let root = site_root(&request, &settings);
    // The database compares addresses loosely. An address that only looks the same must get no
    // mail.
    let typed = form.value("email");
    let users: Vec<&User> = users
        .iter()
        .filter(|user| normalize::same_email(typed, &user.email))
        .collect();
    if !is_sent {
        let asked_for: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
        audit::warn(&request, "password_reset_blocked", &asked_for.join(" "));
        return Ok(private_redirect(DONE));
    }
    if users.is_empty() {
        audit::note(&request, "password_reset_requested", "");
    }
    for user in users {
        let token = tokens::make_token(
            &user.token_subject(),
            &settings.secret_key,
            Utc::now(),
            settings.time_zone,
        );
        let link = format!(
            "{root}/accounts/reset/{}/{token}/",
            tokens::encode_uid(user.id)
        );
        audit::note(&request, "password_reset_requested", &user.username);
        let mail = Mail {
            to: user.email.clone(),
            subject: format!("Password reset on {host}"),
            text: ResetText {
                user,
                host,
                link: &link,
            }
            .render()?,
            html: ResetHtml {
                user,
                host,
                link: &link,
            }
            .render()?,
        };
        mail.send_in_background(settings.email.clone());
    }
    Ok(private_redirect(DONE))
}

/// `GET /accounts/password_reset/done/`
pub(in crate::accounts) async fn password_reset_done(
    request: HttpRequest,
    page: Page,
) -> Result<HttpResponse> {
    private(&request, &PasswordResetDone { page })
}
