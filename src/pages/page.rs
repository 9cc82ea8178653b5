//! The data that every page needs.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono_tz::Tz;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use askama::Template;

use super::Site;
use super::frame::{SafeHtml, site_of};
use crate::auth::{User, visitor};
use crate::csrf::Csrf;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::forms::submissions::new_id;
use crate::http::QueryDict;
use crate::http::{app_data, host_of, is_safe_next, is_secure, settings_and_db, site_root};
use crate::messages::{Level, Message, Messages};
use crate::sessions::{Data, Session};
use crate::settings::Settings;

/// The data that the frame needs on every page. A view gets it as an extractor.
#[derive(Clone)]
pub struct Page {
    /// The path of the request, as it came.
    pub path: String,
    /// The logged-in user.
    pub user: Option<Rc<User>>,
    /// The site that the page belongs to.
    pub site: &'static Site,
    /// The query string of the request.
    pub query: QueryDict,
    /// The time zone in which times are shown.
    pub zone: Tz,
    csrf: Csrf,
    messages: Messages,
    session: Session,
    request: HttpRequest,
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
            query: QueryDict::parse(request.query_string()),
            zone: request
                .app_data::<web::Data<Settings>>()
                .map_or(Tz::UTC, |settings| settings.time_zone),
            csrf: Csrf::from_request(request),
            messages: Messages::default(),
            session: Session::from_request(request),
            request: request.clone(),
        }
    }

    /// Returns the same page without its user, for the page after logout.
    #[must_use]
    pub fn without_user(self) -> Self {
        Self { user: None, ..self }
    }

    /// Returns the logged-in user; a visitor who is not logged in is redirected to the login page.
    pub fn user(&self) -> Result<&User, Error> {
        self.user
            .as_deref()
            .ok_or_else(|| Error::LoginRequired(self.path.clone()))
    }

    /// Returns a CSRF token for a form on this page.
    pub fn csrf_token(&self) -> String {
        self.csrf.token()
    }

    /// Returns the one-time id of a form on this page. With it the form comes back after its user has
    /// logged in again; see `auth::kept_forms`.
    pub fn submission(&self) -> String {
        new_id(self.user_id(), self.settings())
    }

    /// Whether the path of the page begins with `url`. Only the home page is below `/`.
    pub fn is_below(&self, url: &str) -> bool {
        if url == "/" {
            return self.path == url;
        }
        self.path.starts_with(url)
    }

    /// Returns the session of the visitor, which is loaded unless this is an error page.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Returns the primary key of the logged-in user.
    pub fn user_id(&self) -> Option<i32> {
        self.user.as_ref().map(|user| user.id)
    }

    /// Returns the settings of the site.
    pub fn settings(&self) -> &Settings {
        app_data::<Settings>(&self.request)
    }

    /// Returns the database.
    pub fn db(&self) -> &Db {
        app_data::<Db>(&self.request)
    }

    /// Runs `work` in a transaction with the data of the visitor's session. See [`Session::atomic`].
    pub async fn atomic<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: FnOnce(&mut Conn, &mut Data) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (settings, db) = settings_and_db(&self.request);
        self.session.atomic(db, settings, work).await
    }

    /// Adds a message to be shown on the next page (Django's `messages.add_message`).
    pub fn add_message(&self, level: Level, text: impl Into<String>) {
        Messages::from_request(&self.request).add(level, text);
    }

    /// Returns `path` with the scheme and host of the request (Django's `build_absolute_uri`): for mails and other sites.
    pub fn absolute_url(&self, path: &str) -> String {
        format!("{}{path}", site_root(&self.request, self.settings()))
    }

    /// Returns `url` if it refers to this site, for a redirect to the value of a parameter `next`.
    pub fn safe_next(&self, url: &str) -> Option<String> {
        let is_secure = is_secure(&self.request, &self.settings().security);
        is_safe_next(url, host_of(&self.request), is_secure).then(|| url.to_owned())
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
