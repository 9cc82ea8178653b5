//! [`ModelUrls`]: pages of a site author below the URL of a model's admin.

use std::fmt;

use actix_web::dev::Handler;
use actix_web::{FromRequest, Responder};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::admin::AdminRequest;
use crate::error::Result;
use crate::http::{Access, Url, Urls, form, get, path, post};
use crate::models::Meta;
use crate::words::leaked;

/// Pages below the URL of a model's admin (Django's `get_urls`). Each is for staff who may do an action with the model:
/// `view`, `add`, `change` or `delete`.
///
/// ```
/// use askama::Template;
/// use nuages::admin::{AdminRequest, ModelAdmin};
/// use nuages::auth::Group;
/// use nuages::http::Html;
///
/// #[derive(Template)]
/// #[template(source = "<p>{{ count }} groups</p>", ext = "html")]
/// struct Report {
///     count: i64,
/// }
///
/// /// `/admin/auth/group/report/`
/// async fn report(request: AdminRequest) -> nuages::error::Result<Html> {
///     request.page("Report", Vec::new(), &Report { count: 3 })
/// }
///
/// fn groups(admin: ModelAdmin<Group>) -> ModelAdmin<Group> {
///     admin.get_urls(|urls| urls.get("report/", "report", "view", report))
/// }
/// ```
///
/// The name of this URL is `admin:auth_group_report`.
pub struct ModelUrls {
    model: &'static Meta,
    urls: Vec<Url>,
}

impl fmt::Debug for ModelUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.urls.iter().map(|url| url.pattern);
        f.debug_list().entries(patterns).finish()
    }
}

/// A handler that requires a permission on the model.
#[derive(Clone)]
struct Permitted<F> {
    model: &'static Meta,
    action: &'static str,
    handler: F,
}

impl<F, Args> Handler<(AdminRequest, Args)> for Permitted<F>
where
    F: Handler<Args>,
    F::Output: 'static,
    Args: 'static,
{
    type Output = Result<F::Output>;
    type Future = LocalBoxFuture<'static, Self::Output>;

    fn call(&self, (request, args): (AdminRequest, Args)) -> Self::Future {
        let allowed = request
            .model(self.model.app, &self.model.name)
            .and_then(|registered| request.must(registered, self.action, None));
        let handler = self.handler.clone();
        async move {
            allowed?;
            Ok(handler.call(args).await)
        }
        .boxed_local()
    }
}

impl ModelUrls {
    pub(in crate::admin) fn new(model: &'static Meta) -> Self {
        Self {
            model,
            urls: Vec::new(),
        }
    }

    pub(in crate::admin) fn into_urls(self) -> Urls {
        Urls::new(self.urls)
    }

    fn permitted<F>(&self, action: &'static str, handler: F) -> Permitted<F> {
        Permitted {
            model: self.model,
            action,
            handler,
        }
    }

    fn add(mut self, below: &str, name: &str, view: crate::http::View) -> Self {
        let Meta {
            app, name: model, ..
        } = self.model;
        let pattern = leaked(format!("/admin/{app}/{model}/{below}"));
        let name = leaked(format!("admin:{app}_{model}_{name}"));
        self.urls.push(path(pattern, name, Access::Staff, view));
        self
    }

    /// Adds a page that only shows something.
    #[must_use]
    pub fn get<F, Args>(self, below: &str, name: &str, action: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let view = get(self.permitted(action, handler));
        self.add(below, name, view)
    }

    /// Adds a page whose handler answers GET and POST.
    #[must_use]
    pub fn form<F, Args>(self, below: &str, name: &str, action: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let view = form(self.permitted(action, handler));
        self.add(below, name, view)
    }

    /// Adds a URL for a button.
    #[must_use]
    pub fn post<F, Args>(self, below: &str, name: &str, action: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let view = post(self.permitted(action, handler));
        self.add(below, name, view)
    }
}
