//! [`Site`]: the details of a site that the framework's own pages show.

use std::fmt;

use super::{AnyPageTemplate, DefaultFrame, Frame};
use crate::forms::html::RenderField;
use crate::http::assets;
use askama::Template as _;

/// Renders a page of the framework inside the frame of a site.
pub type RenderFrame = fn(&Frame<'_>) -> askama::Result<String>;

/// The name, logo, navigation, footer, colours and frame of a site.
///
/// Login, account and error pages appear inside the frame. A site that does not define a frame gets
/// a plain one, which shows the other details.
#[derive(Clone, Copy)]
pub struct Site {
    /// The name, as visitors read it: at the end of each title, and beside the logo.
    pub name: &'static str,
    /// The description of pages without one of their own, for search engines; "" for none.
    pub description: &'static str,
    /// The URL of the logo, an image of 28 by 28 pixels; "" for none.
    pub logo: &'static str,
    /// The URL of the icon in the browser's tab.
    pub favicon: &'static str,
    /// The links in the header and the footer.
    pub navigation: &'static [NavigationLink],
    /// The text in the footer; "" for none.
    pub footer: &'static str,
    /// The URL of a style sheet that sets the custom properties of `tokens.css` to other colours, in public pages and in
    /// the admin; "" for none.
    pub colors: &'static str,
    /// Renders the framework's pages.
    pub frame: RenderFrame,
    /// The site's own templates for pages of the framework.
    pub templates: &'static [&'static dyn AnyPageTemplate],
    /// Renders the fields of forms; `None` for the framework's HTML.
    pub form_field: Option<RenderField>,
}

/// A link of a site's navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavigationLink {
    /// The text of the link.
    pub label: &'static str,
    /// The target of the link.
    pub url: &'static str,
}

impl Site {
    /// Creates a site with only a name.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            description: "",
            logo: "",
            favicon: assets::FAVICON_SVG,
            navigation: &[],
            footer: "",
            colors: "",
            frame: |frame| {
                DefaultFrame {
                    frame,
                    site: frame.page.site,
                }
                .render()
            },
            templates: &[],
            form_field: None,
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
