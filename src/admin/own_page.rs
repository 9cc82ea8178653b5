//! A page of an author's own, in the frame of the admin.

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

/// A template, which has escaped what it shows.
struct Content<'a, T>(&'a T);

impl<T: Template> fmt::Display for Content<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.render().map_err(|_| fmt::Error)?)
    }
}

impl<T: Template> HtmlSafe for Content<'_, T> {}

impl AdminRequest {
    /// A page of one's own: `content` below this title, in the frame of the admin. `above` are the pages between the
    /// first and this one.
    ///
    /// Its URL is put before those of the admin, and says who may enter; [`AppAdmin::link`](super::AppAdmin::link) puts
    /// it into the menu:
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
