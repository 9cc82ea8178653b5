//! What every page knows.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use askama::Template;

use super::Site;
use super::frame::{SafeHtml, site_of};
use crate::auth::{User, visitor};
use crate::csrf::Csrf;
use crate::error::Error;
use crate::messages::{Message, Messages};
use crate::sessions::Session;

/// What the frame of a page needs, whatever the page; a view gets it by asking for it.
#[derive(Clone)]
pub struct Page {
    /// The path of the request, as it came.
    pub path: String,
    /// Who is asking, if they are logged in.
    pub user: Option<Rc<User>>,
    /// The site that the page belongs to.
    pub site: &'static Site,
    csrf: Csrf,
    messages: Messages,
    session: Session,
}

#[derive(Template)]
#[template(path = "pages/_account_menu.html")]
struct AccountMenu<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "pages/_messages.html")]
struct MessageList {
    messages: Vec<Message>,
}

impl Page {
    /// The frame of a page that asks nothing of the database: for errors.
    pub fn bare(request: &HttpRequest) -> Self {
        Self {
            path: request.path().to_owned(),
            user: visitor::known(request),
            site: site_of(request),
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

    /// Whether the page is the one at `url`, or below it.
    pub fn is_below(&self, url: &str) -> bool {
        self.path.starts_with(url)
    }

    /// The links to log in, or to the profile, the admin and the log-out button of the visitor.
    pub fn account_menu(&self) -> askama::Result<SafeHtml> {
        AccountMenu { page: self }.render().map(SafeHtml)
    }

    /// The messages, each in an element of its own. They are shown once.
    pub fn messages_html(&self) -> askama::Result<SafeHtml> {
        MessageList {
            messages: self.messages(),
        }
        .render()
        .map(SafeHtml)
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
            Ok(Self {
                user,
                messages: Messages::of(&request),
                ..Self::bare(&request)
            })
        }
        .boxed_local()
    }
}
