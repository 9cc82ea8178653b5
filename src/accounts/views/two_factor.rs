//! The page that shows whether the user's login needs a code.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::private;
use crate::auth::CurrentUser;
use crate::auth::two_factor::TwoFactor as Stored;
use crate::db::Db;
use crate::error::Result;
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

/// The page about the second factor.
#[derive(Template)]
#[template(path = "accounts/two_factor.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct TwoFactor {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// `since 2 Jan 2024` if the second factor is on; "" if it is on and the day is unknown.
    pub since: Option<String>,
    /// The number of unused recovery codes.
    pub codes_left: usize,
    /// Whether the user must have a second factor.
    pub is_required: bool,
}

replaceable!(TwoFactor);

/// `GET /accounts/two-factor/`
pub(in crate::accounts) async fn two_factor(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let id = user.id;
    let (stored, codes_left) = db
        .run(move |conn| Ok((Stored::find(conn, id)?, Stored::codes_left(conn, id)?)))
        .await?;
    let day = |stored: Stored| match stored.created_at {
        Some(time) => format!(
            "since {}",
            time.utc()
                .with_timezone(&settings.time_zone)
                .format("%-d %b %Y")
        ),
        None => String::new(),
    };
    let is_required = settings.require_staff_two_factor && user.is_staff;
    private(
        &request,
        &TwoFactor {
            page,
            since: stored.map(day),
            codes_left,
            is_required,
        },
    )
}
