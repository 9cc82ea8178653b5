//! [`AppAdmin`]: the options of an app in the admin's menus.

use super::RegisteredModel;
use crate::models::app_verbose_name;

/// Options of an app on the index page and in the menu:
/// `AppAdmin::new("catalog").icon("box").order(1)`.
#[derive(Debug, Clone)]
pub struct AppAdmin {
    pub(super) label: &'static str,
    icon: &'static str,
    order: Option<i32>,
    links: Vec<MenuLink>,
}

/// A menu link to a page that does not belong to a model.
#[derive(Debug, Clone)]
pub struct MenuLink {
    /// The text of the link.
    pub text: &'static str,
    /// The URL of the page.
    pub url: &'static str,
    /// The icon.
    pub icon: &'static str,
}

impl AppAdmin {
    /// Creates the options of the app with this label: without an icon, sorted by name.
    pub fn new(label: &'static str) -> Self {
        Self {
            label,
            icon: "",
            order: None,
            links: Vec::new(),
        }
    }

    /// Sets the icon, a symbol of `static/icons.svg`.
    #[must_use]
    pub fn icon(mut self, symbol: &'static str) -> Self {
        self.icon = symbol;
        self
    }

    /// Sets the position. Apps with a number come first, in ascending order; the others follow by
    /// name.
    #[must_use]
    pub fn order(mut self, number: i32) -> Self {
        self.order = Some(number);
        self
    }

    /// Adds a link below the app's models. All staff see the link; the URL of the page has its own
    /// access rule. [`AdminRequest::page`](super::AdminRequest::page) renders such a page in the
    /// frame of the admin.
    #[must_use]
    pub fn link(mut self, text: &'static str, url: &'static str, icon: &'static str) -> Self {
        self.links.push(MenuLink { text, url, icon });
        self
    }
}

/// An app of the admin, as menus show it.
#[derive(Debug)]
pub struct App {
    /// The name for people.
    pub name: String,
    /// `catalog`
    pub label: &'static str,
    /// The icon; "" for none.
    pub icon: &'static str,
    /// Links to pages that do not belong to a model.
    pub links: Vec<MenuLink>,
    order: Option<i32>,
    /// The indexes of the app's models in the registry, sorted by name.
    pub(super) models: Vec<usize>,
}

/// Returns the apps of these models and the apps with options, in menu order.
pub(super) fn apps(registry: &[RegisteredModel], app_options: &[AppAdmin]) -> Vec<App> {
    let mut labels: Vec<&'static str> = Vec::new();
    let with_links = app_options
        .iter()
        .filter(|app| !app.links.is_empty())
        .map(|app| app.label);
    for label in registry
        .iter()
        .map(|registered| registered.model.app)
        .chain(with_links)
    {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let app = |label: &'static str| {
        let mut models: Vec<usize> = (0..registry.len())
            .filter(|at| registry[*at].model.app == label)
            .collect();
        models.sort_by_cached_key(|at| registry[*at].model.verbose_name_plural.to_lowercase());
        let AppAdmin {
            icon, order, links, ..
        } = app_options
            .iter()
            .find(|app| app.label == label)
            .cloned()
            .unwrap_or_else(|| AppAdmin::new(label));
        App {
            name: app_verbose_name(label),
            label,
            icon,
            links,
            order,
            models,
        }
    };
    let mut apps: Vec<App> = labels.into_iter().map(app).collect();
    apps.sort_by_cached_key(|app| (app.order.is_none(), app.order, app.name.to_lowercase()));
    apps
}
