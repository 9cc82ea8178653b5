//! The page that sets up an authenticator.

use actix_web::http::header::{CONTENT_ENCODING, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::login::safe_next;
use super::{check_own_password, has_two_factor, private, private_redirect, recovery_codes};
use crate::accounts::forms;
use crate::auth::totp::{Qr, Secret};
use crate::auth::two_factor::{self, TwoFactor};
use crate::auth::{CurrentUser, User, audit, kept_forms};
use crate::clock;
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, QueryDict, host_of};
use crate::messages::{Level, Messages};
use crate::pages::{Page, replaceable};
use crate::sessions::Session;
use crate::settings::Settings;

/// The session key of the new secret, which is stored encrypted until a code of it was entered.
const SECRET: &str = "_nuages_new_secret";
const STATUS: &str = "/accounts/two-factor/";
/// The message on the page if the key that its user has scanned ended with the session.
const NEW_KEY: &str = "The key below is a new one: delete the entry that you have just made in your app, and scan again.";

/// The page that sets up the second factor.
#[derive(Template)]
#[template(path = "accounts/two_factor_set_up.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct TwoFactorSetUp {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the fields `code` and `password`.
    pub form: Form,
    /// The QR code of `uri`.
    pub qr: Option<Qr>,
    /// The secret for an authenticator app, as a URI.
    pub uri: String,
    /// The secret in groups of four characters, for typing.
    pub secret: String,
    /// The URL that continues from the page.
    pub next: String,
    /// Whether the user must have a second factor.
    pub is_required: bool,
}

replaceable!(TwoFactorSetUp);

impl TwoFactorSetUp {
    fn new(
        request: &HttpRequest,
        page: Page,
        user: &User,
        settings: &Settings,
        secret: &Secret,
        form: Form,
    ) -> Self {
        let (site, text) = (host_of(request), secret.to_base32());
        let groups: Vec<&str> = (0..text.len())
            .step_by(4)
            .filter_map(|at| text.get(at..(at + 4).min(text.len())))
            .collect();
        Self {
            page,
            form,
            qr: secret.qr(site, &user.username),
            uri: secret.uri(site, &user.username),
            secret: groups.join(" "),
            next: String::new(),
            is_required: settings.require_staff_two_factor && user.is_staff,
        }
    }

    /// Renders the page without compression: otherwise the length of a page that holds the secret
    /// and text from another person (`next`) would reveal the secret.
    fn shown(self, request: &HttpRequest) -> Result<HttpResponse> {
        let mut response = private(request, &self)?;
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
        Ok(response)
    }
}

/// `GET /accounts/two-factor/set-up/`
pub(in crate::accounts) async fn two_factor_set_up(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    query: QueryDict,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let next = query.get("next").unwrap_or_default().to_owned();
    if has_two_factor(&db, &user).await? {
        return Ok(private_redirect(STATUS));
    }
    let known = kept(&request, &user, &settings);
    let was_refused = kept_forms::warn_about_secrets(&request).await?;
    if was_refused && known.is_none() {
        Messages::from_request(&request).add(Level::WARNING, NEW_KEY);
    }
    let secret = known.unwrap_or_else(|| {
        let secret = Secret::generate();
        Session::from_request(&request).insert(
            SECRET,
            two_factor::seal(&secret, user.id, &settings.secret_key),
        );
        secret
    });
    let form = forms::two_factor_set_up();
    TwoFactorSetUp {
        next,
        ..TwoFactorSetUp::new(&request, page, &user, &settings, &secret, form)
    }
    .shown(&request)
}

/// `POST /accounts/two-factor/set-up/`: turns the second factor on if the code is correct.
pub(in crate::accounts) async fn turn_two_factor_on(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    let next = data.get("next").to_owned();
    let Some(secret) = kept(&request, &user, &settings) else {
        return Ok(private_redirect(STATUS));
    };
    if has_two_factor(&db, &user).await? {
        return Ok(private_redirect(STATUS));
    }
    let mut form = forms::two_factor_set_up().bind(&data);
    let step = secret.verify(form.value("code"), clock::now().timestamp(), None);
    if form.is_clean("code") && step.is_none() {
        form.add_error(
            "code",
            "This code is wrong. Is the clock of your phone right? Enter the one that is shown now.",
        );
    }
    check_own_password(&request, &mut form, &user).await?;
    let Some(step) = step.filter(|_| form.is_valid()) else {
        let screen = TwoFactorSetUp::new(&request, page, &user, &settings, &secret, form);
        return TwoFactorSetUp { next, ..screen }.shown(&request);
    };
    let (id, shared) = (user.id, settings.clone());
    let codes = db
        .atomic(move |conn| TwoFactor::turn_on(conn, id, &secret, step, &shared))
        .await?;
    Session::from_request(&request).remove(SECRET);
    two_factor::verified(&request, user.id);
    audit::note(&request, "two_factor_on", &user.username);
    let next = safe_next(&request, &settings, &next).unwrap_or(STATUS);
    recovery_codes::show(&request, page, Form::default(), codes, next)
}

/// Returns the secret that the session already holds, so that a reload shows the same one.
fn kept(request: &HttpRequest, user: &User, settings: &Settings) -> Option<Secret> {
    let sealed = Session::from_request(request).get_str(SECRET)?;
    two_factor::unseal(&sealed, user.id, settings.secret_keys()).map(|(secret, _)| secret)
}
