//! [`AppAdmin`]: everything a site author says about one app's place in menus.

use super::Registered;
use crate::models::app_verbose_name;

/// How an app is shown on the first page and in the menu: `AppAdmin::new("catalog").icon("box").order(1)`.
#[derive(Debug, Clone)]
pub struct AppAdmin {
    pub(super) label: &'static str,
    icon: &'static str,
    order: Option<i32>,
    links: Vec<MenuLink>,
}

/// A page that is no model's.
#[derive(Debug, Clone)]
pub struct MenuLink {
    /// What people read.
    pub text: &'static str,
    /// Where it is.
    pub url: &'static str,
    /// Its picture.
    pub icon: &'static str,
}

impl AppAdmin {
    /// The app with this label: without a picture, among the others by name.
    pub fn new(label: &'static str) -> Self {
        Self {
            label,
            icon: "",
            order: None,
            links: Vec::new(),
        }
    }

    /// Its picture: a symbol of `static/icons.svg`.
    #[must_use]
    pub fn icon(mut self, symbol: &'static str) -> Self {
        self.icon = symbol;
        self
    }

    /// Its place. Apps with a number come first, the smallest at the top; the others follow by what people read.
    #[must_use]
    pub fn order(mut self, number: i32) -> Self {
        self.order = Some(number);
        self
    }

    /// A link below the app's models, shown to all staff: the page itself says who may enter. See
    /// [`AdminRequest::page`](super::AdminRequest::page) for a page of one's own in the frame of the admin.
    #[must_use]
    pub fn link(mut self, text: &'static str, url: &'static str, icon: &'static str) -> Self {
        self.links.push(MenuLink { text, url, icon });
        self
    }
}

/// An app of the admin, as it stands in menus.
#[derive(Debug)]
pub struct App {
    /// What people read.
    pub name: String,
    /// `catalog`
    pub label: &'static str,
    /// Its picture; "" for none.
    pub icon: &'static str,
    /// Pages that are no model's.
    pub links: Vec<MenuLink>,
    order: Option<i32>,
    /// The places of its models among those of the site, by what people read.
    pub(super) models: Vec<usize>,
}

/// The apps of these models, and those that the author says something of, in order.
pub(super) fn apps(registry: &[Registered], said: &[AppAdmin]) -> Vec<App> {
    let mut labels: Vec<&'static str> = Vec::new();
    let with_links = said
        .iter()
        .filter(|app| !app.links.is_empty())
        .map(|app| app.label);
    for label in registry
        .iter()
        .map(|known| known.model.app)
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
        } = said
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
