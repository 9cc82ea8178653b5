//! [`AdminRequest`]: the user of an admin page, and the user's permissions.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::frame::{Crumb, Frame};
use super::options::Inline;
use super::{Actor, AdminSite, RegisteredModel};
use crate::auth::permissions::Permissions;
use crate::auth::{User, visitor};
use crate::db::{Db, PageNumber};
use crate::error::{Error, Result};
use crate::http::{QueryDict, app_data, full_path};
use crate::messages::Messages;
use crate::models::{Query, Record};
use crate::pages::Page;
use crate::settings::Settings;

/// A request for an admin page by a member of staff; other users are redirected to the login page.
pub struct AdminRequest {
    /// The site.
    pub site: &'static AdminSite,
    /// The user.
    pub user: Rc<User>,
    /// The user's permissions.
    pub permissions: Rc<Permissions>,
    /// The database.
    pub db: Db,
    /// The settings.
    pub settings: web::Data<Settings>,
    /// The query string.
    pub query: QueryDict,
    /// Messages for the next page.
    pub messages: Messages,
    /// The request itself.
    pub http: HttpRequest,
    page: Page,
}

impl FromRequest for AdminRequest {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let http = request.clone();
        async move {
            let here = || full_path(&http);
            let page = Page::extract(&http).await?;
            let Some(user) = page.user.clone().filter(|user| user.is_staff) else {
                return Err(Error::StaffRequired(here()));
            };
            let permissions = visitor::permissions(&http).await?;
            Ok(Self {
                site: site(&http),
                user,
                permissions,
                db: app_data::<Db>(&http).get_ref().clone(),
                settings: app_data::<Settings>(&http).clone(),
                query: QueryDict::from_request(&http)?,
                messages: Messages::from_request(&http),
                page,
                http,
            })
        }
        .boxed_local()
    }
}

/// Returns the admin site of `request`.
pub(super) fn site(request: &HttpRequest) -> &'static AdminSite {
    app_data::<&'static AdminSite>(request).get_ref()
}

impl Actor {
    /// Returns the rows that the user may see (Django's `get_queryset`).
    pub fn queryset(&self, registered: &RegisteredModel) -> Query {
        registered.policy().queryset(&self.user)
    }

    /// See [`AdminRequest::may`].
    pub fn may(&self, registered: &RegisteredModel, action: &str, record: Option<&Record>) -> bool {
        registered.policy().may(&self.permissions, action, record)
    }

    /// Like [`may`](Self::may), for the rows of an inline.
    pub fn may_inside(&self, inline: &Inline, action: &str) -> bool {
        inline.policy().may(&self.permissions, action, None)
    }
}

impl AdminRequest {
    /// Returns the user and the permissions, for use in database jobs.
    pub fn actor(&self) -> Actor {
        Actor {
            user: (*self.user).clone(),
            permissions: (*self.permissions).clone(),
        }
    }

    /// Returns the model at `/admin/<app>/<model>/`; [`Error::NotFound`] if no such model is registered.
    pub fn model(&self, app: &str, model: &str) -> Result<&'static RegisteredModel> {
        self.site.find(app, model).ok_or(Error::NotFound)
    }

    /// Whether the user may `view`, `add`, `change` or `delete`; permission to change includes
    /// permission to view. `record` is the row, if the question is about one.
    pub fn may(&self, registered: &RegisteredModel, action: &str, record: Option<&Record>) -> bool {
        registered.policy().may(&self.permissions, action, record)
    }

    /// Returns [`Error::PermissionDenied`] unless the user [`may`](Self::may).
    pub fn must(
        &self,
        registered: &RegisteredModel,
        action: &str,
        record: Option<&Record>,
    ) -> Result<()> {
        if self.may(registered, action, record) {
            Ok(())
        } else {
            Err(Error::PermissionDenied)
        }
    }

    /// Whether hooks do not limit the rows of the model that the user may see.
    pub(super) fn sees_all_rows(&self, registered: &RegisteredModel) -> bool {
        self.user.is_superuser || !registered.policy().limits_rows(&self.user)
    }

    /// Whether the user has any permission on the model; then menus show it.
    pub fn may_anything(&self, registered: &RegisteredModel) -> bool {
        ["view", "add", "change", "delete"]
            .iter()
            .any(|action| self.may(registered, action, None))
    }

    /// Whether the page is for a pop-up window.
    pub fn is_popup(&self) -> bool {
        self.query.get("_popup").is_some()
    }

    /// Returns the page of a list that the parameter `p` asks for.
    pub(super) fn page_number(&self) -> PageNumber {
        let number = self.query.get("p").unwrap_or_default();
        number.parse().unwrap_or_default()
    }

    /// Returns the frame of a page with this title below these pages; "Home" comes first.
    pub fn frame(&self, title: impl Into<String>, crumbs: Vec<Crumb>) -> Frame {
        let apps = if self.is_popup() {
            Vec::new()
        } else {
            super::frame::menu(self)
        };
        Frame {
            page: self.page.clone(),
            site: self.site,
            title: title.into(),
            crumbs,
            apps,
            media: self.site.media_at(self.http.path()),
            is_popup: self.is_popup(),
            shows_tasks: super::tasks::may_view(self),
        }
    }
}
