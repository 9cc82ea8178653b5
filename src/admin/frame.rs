//! The frame around the content of each admin page.

use super::options::Media;
use super::{AdminRequest, AdminSite, MenuLink, RegisteredModel};
use crate::pages::{Page, SafeHtml};

/// A page in the breadcrumbs.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// The text of the link.
    pub text: String,
    /// The URL; empty for the current page, or for a page that the user may not open.
    pub url: String,
}

impl Crumb {
    /// Creates a breadcrumb.
    pub fn new(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            url: url.into(),
        }
    }

    /// Returns the app of `registered`, then its list at `list_url`.
    pub fn to(registered: &RegisteredModel, list_url: String) -> Vec<Self> {
        let model = registered.model;
        let app = crate::models::app_verbose_name(model.app);
        vec![
            Self::new(app, format!("/admin/{}/", model.app)),
            Self::new(crate::words::capfirst(&model.verbose_name_plural), list_url),
        ]
    }
}

/// A model in the menu.
#[derive(Debug, Clone)]
pub struct MenuModel {
    /// `Products`
    pub name: String,
    /// `product`
    pub one: String,
    /// `product`, as in URLs.
    pub object_name: String,
    /// The URL of the list, if the user may see it.
    pub url: Option<String>,
    /// The URL of the add form, if the user may add rows.
    pub add_url: Option<String>,
    /// Whether the user may change rows, not only view them.
    pub may_change: bool,
    /// The icon.
    pub icon: &'static str,
    /// Whether the current page belongs to this model.
    pub is_current: bool,
}

/// An app in the menu.
#[derive(Debug, Clone)]
pub struct MenuApp {
    /// The name for people.
    pub name: String,
    /// `catalog`
    pub label: &'static str,
    /// The URL of the app's page.
    pub url: String,
    /// The icon; "" for none.
    pub icon: &'static str,
    /// The models of the app.
    pub models: Vec<MenuModel>,
    /// The other pages of the app, and whether each is the current one.
    pub links: Vec<(MenuLink, bool)>,
}

/// Returns the apps and models on which the user has any permission.
pub(super) fn menu(request: &AdminRequest) -> Vec<MenuApp> {
    let path = request.http.path();
    let entry = |registered: &RegisteredModel| {
        let url = registered.url();
        MenuModel {
            name: crate::words::capfirst(&registered.model.verbose_name_plural),
            one: registered.model.verbose_name.clone(),
            object_name: registered.model.name.clone(),
            is_current: path.starts_with(&url),
            add_url: request
                .may(registered, "add", None)
                .then(|| format!("{url}add/")),
            may_change: request.may(registered, "change", None),
            url: request.may(registered, "view", None).then_some(url),
            icon: registered.options.icon,
        }
    };
    let apps = request.site.apps().iter().map(|app| MenuApp {
        name: app.name.clone(),
        label: app.label,
        icon: app.icon,
        url: format!("/admin/{}/", app.label),
        models: request
            .site
            .models_of(app)
            .filter(|registered| request.may_anything(registered))
            .map(entry)
            .collect(),
        links: app
            .links
            .iter()
            .map(|link| (link.clone(), path == link.url))
            .collect(),
    });
    apps.filter(|app| !app.models.is_empty() || !app.links.is_empty())
        .collect()
}

/// The data of `admin/base.html`, for every page.
#[derive(Clone)]
pub struct Frame {
    /// The user, messages and tokens.
    pub page: Page,
    /// The site.
    pub site: &'static AdminSite,
    /// The heading and title of the page.
    pub title: String,
    /// The breadcrumbs.
    pub crumbs: Vec<Crumb>,
    /// The menu.
    pub apps: Vec<MenuApp>,
    /// The style sheets and scripts of the site author.
    pub media: Vec<Media>,
    /// Whether the page is in a pop-up window, without menu and header.
    pub is_popup: bool,
    /// Whether the user may open the list of tasks.
    pub shows_tasks: bool,
}

/// The parts of the admin's frame that a site replaces: the blocks of Django's `admin/base_site.html`. Each is a rendered
/// template.
///
/// ```
/// use nuages::admin::frame::{BaseSite, Frame};
/// use nuages::pages::SafeHtml;
/// use nuages::prelude::*;
///
/// #[derive(Template)]
/// #[template(source = r#"<a class="brand" href="/admin/">{{ frame.title }} at the library</a>"#, ext = "html")]
/// struct Branding<'a> {
///     frame: &'a Frame,
/// }
///
/// fn register(mut site: AdminSite) -> AdminSite {
///     site.base_site = Some(|frame| {
///         Ok(BaseSite {
///             branding: Some(SafeHtml::new(Branding { frame }.render()?)),
///             ..BaseSite::default()
///         })
///     });
///     site
/// }
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Default)]
pub struct BaseSite {
    /// Elements at the end of `<head>` (`extrahead`).
    pub extrahead: SafeHtml,
    /// The logo and the name in the header (`branding`); `None` for those of the [`AdminSite`].
    pub branding: Option<SafeHtml>,
    /// Links before the menu of the user (`userlinks`).
    pub userlinks: SafeHtml,
    /// The end of each page (`footer`).
    pub footer: SafeHtml,
}

/// Renders the parts of the admin's frame.
pub type RenderBaseSite = fn(&Frame) -> askama::Result<BaseSite>;

impl Frame {
    /// Renders the parts of the frame that the site replaces.
    pub fn base_site(&self) -> askama::Result<BaseSite> {
        let render = self.site.base_site;
        render.map_or_else(|| Ok(BaseSite::default()), |render| render(self))
    }

    /// Returns a CSRF token for a form on this page.
    pub fn csrf_token(&self) -> String {
        self.page.csrf_token()
    }

    /// Returns the one-time id of a form on this page.
    pub(crate) fn submission(&self) -> String {
        self.page.submission()
    }
}
