//! Extractors for the user and the permissions of a request.

use std::ops::Deref;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::permissions::Permissions;
use super::{User, visitor};
use crate::error::Error;
use crate::http::full_path;

/// The user of the request. A visitor who is not logged in is redirected to the login page and back
/// (Django's `login_required`).
#[derive(Debug, Clone)]
pub struct CurrentUser(pub Rc<User>);

impl Deref for CurrentUser {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl FromRequest for CurrentUser {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let user = visitor::user(&request).await?;
            let here = full_path(&request);
            user.map(Self).ok_or(Error::LoginRequired(here))
        }
        .boxed_local()
    }
}

/// The permissions of the request's user; empty for a visitor who is not logged in.
impl FromRequest for Permissions {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            visitor::permissions(&request)
                .await
                .map(|permissions| Self::clone(&permissions))
        }
        .boxed_local()
    }
}
