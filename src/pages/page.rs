//! The data that every page needs.

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

/// The data that the frame needs on every page. A view gets it as an extractor.
#[derive(Clone)]
pub struct Page {
    /// The path of the request, as it came.
    pub path: String,
    /// The logged-in user.
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
    /// Creates a page without a database query, for error pages.
    pub fn bare(request: &HttpRequest) -> Self {
        Self {
            path: request.path().to_owned(),
            user: visitor::known(request),
            site: site_of(request),
            csrf: Csrf::from_request(request),
            messages: Messages::default(),
            session: Session::from_request(request),
        }
    }

    /// Returns the same page without its user, for the page after logout.
    #[must_use]
    pub fn without_user(self) -> Self {
        Self { user: None, ..self }
    }

    /// Returns a CSRF token for a form on this page.
    pub fn csrf_token(&self) -> String {
        self.csrf.token()
    }

    /// Whether the path of the page begins with `url`.
    pub fn is_below(&self, url: &str) -> bool {
        self.path.starts_with(url)
    }

    /// Renders the links to log in, or to the visitor's profile, the admin and the log-out button.
    pub fn account_menu(&self) -> askama::Result<SafeHtml> {
        AccountMenu { page: self }.render().map(SafeHtml)
    }

    /// Renders the messages, each in its own element. They are shown once.
    pub fn messages_html(&self) -> askama::Result<SafeHtml> {
        MessageList {
            messages: self.messages(),
        }
        .render()
        .map(SafeHtml)
    }

    /// Returns the messages for the visitor and removes them.
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
                messages: Messages::from_request(&request),
                ..Self::bare(&request)
            })
        }
        .boxed_local()
    }
}
