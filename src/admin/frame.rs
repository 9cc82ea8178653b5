//! What every page of the admin shows around its content.

use super::{AdminRequest, AdminSite, MenuLink, Registered};
use crate::pages::Page;

/// A page above the one that is shown.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// What people read.
    pub text: String,
    /// Where it is; empty for the page itself, or one that may not be entered.
    pub url: String,
}

impl Crumb {
    /// A page above.
    pub fn new(text: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            url: url.into(),
        }
    }

    /// The app of `known`, then its list at `list_url`.
    pub fn to(known: &Registered, list_url: String) -> Vec<Self> {
        let model = known.model;
        let app = crate::models::app_verbose_name(model.app);
        vec![
            Self::new(app, format!("/admin/{}/", model.app)),
            Self::new(
                crate::models::capfirst(&model.verbose_name_plural),
                list_url,
            ),
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
    /// Its list, if the user may see it.
    pub url: Option<String>,
    /// Its add form, if the user may add.
    pub add_url: Option<String>,
    /// Whether the user may change rows, not only look at them.
    pub may_change: bool,
    /// Its picture.
    pub icon: &'static str,
    /// Whether the page is one of its pages.
    pub is_current: bool,
}

/// An app in the menu.
#[derive(Debug, Clone)]
pub struct MenuApp {
    /// What people read.
    pub name: String,
    /// `catalog`
    pub label: &'static str,
    /// Its page.
    pub url: String,
    /// Its picture; "" for none.
    pub icon: &'static str,
    /// Its models.
    pub models: Vec<MenuModel>,
    /// Its other pages, and whether the page is one of them.
    pub links: Vec<(MenuLink, bool)>,
}

/// The apps and models with which the user may do something.
pub(super) fn menu(request: &AdminRequest) -> Vec<MenuApp> {
    let path = request.http.path();
    let entry = |known: &Registered| {
        let url = known.url();
        MenuModel {
            name: crate::models::capfirst(&known.model.verbose_name_plural),
            one: known.model.verbose_name.clone(),
            object_name: known.model.name.clone(),
            is_current: path.starts_with(&url),
            add_url: request
                .may(known, "add", None)
                .then(|| format!("{url}add/")),
            may_change: request.may(known, "change", None),
            url: request.may(known, "view", None).then_some(url),
            icon: known.options.icon,
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
            .filter(|known| request.may_anything(known))
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

/// What `admin/base.html` needs, whatever the page.
#[derive(Clone)]
pub struct Frame {
    /// Who asks, messages, tokens.
    pub page: Page,
    /// The site.
    pub site: &'static AdminSite,
    /// The page's heading and title.
    pub title: String,
    /// The pages above.
    pub crumbs: Vec<Crumb>,
    /// The menu.
    pub apps: Vec<MenuApp>,
    /// Whether it is for a pop-up window: no menu, no header.
    pub is_popup: bool,
}

impl Frame {
    /// A token for a form on this page.
    pub fn csrf_token(&self) -> String {
        self.page.csrf_token()
    }
}
