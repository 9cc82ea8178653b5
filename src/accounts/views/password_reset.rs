//! The page that sends a reset link by mail to users who forgot their password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::accounts::forms;
use crate::auth::throttle::may_mail;
use crate::auth::{User, audit, normalize, tokens};
use crate::clock;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, host_of, site_root};
use crate::mail::{self, EmailMessage};
use crate::pages::{Page, replaceable};
use crate::settings::Settings;
use crate::tasks;

const DONE: &str = "/accounts/password_reset/done/";

/// The page that asks for an email address to send a link to.
#[derive(Template)]
#[template(path = "registration/password_reset_form.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct PasswordReset {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the field `email`.
    pub form: Form,
}

/// The page after a link was requested.
#[derive(Template)]
#[template(path = "registration/password_reset_done.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct PasswordResetDone {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
}

replaceable!(PasswordReset, PasswordResetDone);

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
    let mut mails = Vec::new();
    for user in users {
        let token = tokens::make_token(
            &user.token_subject(),
            &settings.secret_key,
            clock::now(),
            settings.time_zone,
        );
        let link = format!(
            "{root}/accounts/reset/{}/{token}/",
            tokens::encode_uid(user.id)
        );
        audit::note(&request, "password_reset_requested", &user.username);
        let text = ResetText {
            user,
            host,
            link: &link,
        };
        let html = ResetHtml {
            user,
            host,
            link: &link,
        };
        let subject = format!("Password reset on {host}");
        mails.push(
            EmailMessage::new(subject, text.render()?, [user.email.as_str()]).html(html.render()?),
        );
    }
    db.atomic(move |conn| enqueue(conn, mails)).await?;
    Ok(private_redirect(DONE))
}

/// Enqueues the mails. Without any, one mail is enqueued and deleted again in the same transaction, so that the time of the
/// response does not reveal whether the address belongs to a user.
fn enqueue(conn: &mut Conn, mails: Vec<EmailMessage>) -> Result<()> {
    if mails.is_empty() {
        let id = mail::SEND
            .enqueue(conn, EmailMessage::new("", "", ["nobody@invalid"]))?
            .id;
        tasks::delete(conn, id)?;
    }
    mails.into_iter().try_for_each(|mail| mail.enqueue(conn))
}

/// `GET /accounts/password_reset/done/`
pub(in crate::accounts) async fn password_reset_done(
    request: HttpRequest,
    page: Page,
) -> Result<HttpResponse> {
    private(&request, &PasswordResetDone { page })
}
