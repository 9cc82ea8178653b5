//! Additional pages of site authors, in the frame of the admin.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::AdminRequest;
use super::frame::{Crumb, Frame};
use crate::error::Result;
use crate::http::{Html, render};

#[derive(Template)]
#[template(path = "admin/own_page.html")]
struct OwnPage<'a, T: Template> {
    frame: Frame,
    content: Content<'a, T>,
}

/// Displays a template, which has escaped its values.
struct Content<'a, T>(&'a T);

impl<T: Template> fmt::Display for Content<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.render().map_err(|_| fmt::Error)?)
    }
}

impl<T: Template> HtmlSafe for Content<'_, T> {}

impl AdminRequest {
    /// Renders an additional page: `content` below this title, in the frame of the admin. `above`
    /// are the breadcrumbs between the index page and this one.
    ///
    /// Include its URL before those of the admin, with an access rule;
    /// [`AppAdmin::link`](super::AppAdmin::link) adds it to the menu:
    ///
    /// ```
    /// use askama::Template;
    /// use nuages::admin::AdminRequest;
    /// use nuages::http::{Access, Html, Urls, get, path};
    ///
    /// #[derive(Template)]
    /// #[template(source = "<p>{{ count }} copies</p>", ext = "html")]
    /// struct Report {
    ///     count: i64,
    /// }
    ///
    /// async fn report(request: AdminRequest) -> nuages::error::Result<Html> {
    ///     request.page("Report", Vec::new(), &Report { count: 3 })
    /// }
    ///
    /// fn urls() -> Urls {
    ///     Urls::new([path("/admin/report/", "report", Access::Staff, get(report))]).include(nuages::urls::batteries())
    /// }
    /// ```
    pub fn page(
        &self,
        title: &str,
        mut above: Vec<Crumb>,
        content: &impl Template,
    ) -> Result<Html> {
        above.push(Crumb::new(title, ""));
        render(&OwnPage {
            frame: self.frame(title, above),
            content: Content(content),
        })
    }
}
