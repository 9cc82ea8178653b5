//! What every page knows.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::auth::{User, visitor};
use crate::csrf::Csrf;
use crate::error::Error;
use crate::messages::{Message, Messages};
use crate::sessions::Session;

/// What `base.html` needs, whatever the page; a view gets it by asking for it.
#[derive(Clone)]
pub struct Page {
    /// The path of the request, as it came.
    pub path: String,
    /// Who is asking, if they are logged in.
    pub user: Option<Rc<User>>,
    csrf: Csrf,
    messages: Messages,
    session: Session,
}

impl Page {
    /// The frame of a page that asks nothing of the database: for errors.
    pub fn bare(request: &HttpRequest) -> Self {
        Self {
            path: request.path().to_owned(),
            user: visitor::known(request),
            csrf: Csrf::of(request),
            messages: Messages::default(),
            session: Session::of(request),
        }
    }

    /// The same frame after its user has left.
    #[must_use]
    pub fn without_user(self) -> Self {
        Self { user: None, ..self }
    }

    /// A token for a form on this page.
    pub fn csrf_token(&self) -> String {
        self.csrf.token()
    }

    /// What happened, for the visitor to read once.
    pub fn messages(&self) -> Vec<Message> {
        self.messages.take(&self.session)
    }
}

impl FromRequest for Page {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let user = visitor::user(&request).await?;
            Ok(Self { user, messages: Messages::of(&request), ..Self::bare(&request) })
        }
        .boxed_local()
    }
}
