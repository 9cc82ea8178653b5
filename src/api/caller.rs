//! [`Caller`]: the user of a request to the addresses of models.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::admin::AdminSite;
use crate::auth::{api_tokens, two_factor, visitor};
use crate::db::Db;
use crate::error::{Error, Problem, Result};
use crate::http::{app_data, site_root};
use crate::records::Actor;
use crate::settings::Settings;

/// The user of a request, from a token or a session. A request without a user is answered with 401.
pub(super) struct Caller {
    /// The user, with their permissions.
    pub(super) actor: Actor,
    pub(super) site: &'static AdminSite,
    pub(super) settings: web::Data<Settings>,
    pub(super) db: Db,
    pub(super) http: HttpRequest,
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let http = request.clone();
        async move {
            let Some(user) = visitor::user(&http).await? else {
                return Err(api_tokens::MISSING);
            };
            if two_factor::is_missing(&http, &user) {
                let text = "This site wants a second factor of staff. Log in with a code first.";
                return Err(Problem::new(StatusCode::FORBIDDEN, text).into());
            }

            let permissions = visitor::permissions(&http).await?;
            Ok(Self {
                actor: Actor {
                    user: (*user).clone(),
                    permissions: (*permissions).clone(),
                },
                site: app_data::<&'static AdminSite>(&http).get_ref(),
                settings: app_data::<Settings>(&http).clone(),
                db: app_data::<Db>(&http).get_ref().clone(),
                http,
            })
        }
        .boxed_local()
    }
}

impl Caller {
    /// Returns the URL of the site without a slash at the end.
    pub(super) fn root(&self) -> String {
        site_root(&self.http, &self.settings)
    }

    /// Returns the text of a header of the request.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let values = self.http.headers().get_all(name);
        let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    /// Returns an error if the URL has parameters: none of them would have an effect.
    pub(super) fn must_have_no_parameters(&self) -> Result<()> {
        match form_urlencoded::parse(self.http.query_string().as_bytes()).next() {
            Some((name, _)) => {
                Err(Problem::parameter(&name, "This address has no such parameter.").into())
            }
            None => Ok(()),
        }
    }
}
