//! [`Frame`]: the HTML around the content of a page, and how pages of the framework are rendered
//! inside it.

use std::any::Any;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use askama::filters::HtmlSafe;

use super::{Page, Site};
use crate::error::{Error, Result};
use crate::filters::with_zone;
use crate::http::{Html, assets};

/// A page of the framework, ready to be shown inside the frame of a site.
///
/// The template of a site's own frame shows `frame.title` (between `<title>` and `</title>`), `frame.head` (inside
/// `<head>`) and `frame.content` (inside `<main>`), and links the style sheet [`Frame::accounts_css`].
pub struct Frame<'a> {
    /// The visitor, messages and the CSRF token.
    pub page: &'a Page,
    /// The title of the page, without the name of the site.
    pub title: SafeHtml,
    /// Elements for `<head>`.
    pub head: SafeHtml,
    /// The content of the page.
    pub content: SafeHtml,
}

/// HTML that was rendered by a template, and so is not escaped again.
#[derive(Debug, Clone, Default)]
pub struct SafeHtml(pub(super) String);

/// The frame of a site that does not define one.
#[derive(Template)]
#[template(path = "pages/base.html")]
pub(super) struct DefaultFrame<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) site: &'static Site,
}

/// A page whose template has the blocks `title`, `head` and `content`. [`framed!`](crate::framed) implements it.
pub trait Framed {
    /// The visitor, messages and the CSRF token.
    fn page(&self) -> &Page;

    /// Renders the blocks `title`, `head` and `content`.
    fn blocks(&self) -> askama::Result<[String; 3]>;

    /// Returns the status of the response.
    fn status(&self) -> u16 {
        200
    }

    /// Returns the page itself, if a site may have its own template for it.
    fn as_replaceable(&self) -> Option<&dyn Any> {
        None
    }
}

impl Frame<'_> {
    /// Returns the URL of the style sheet for the framework's pages, for frames that do not link
    /// `site.css` (which contains it).
    pub fn accounts_css(&self) -> &'static str {
        assets::ACCOUNTS_CSS
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for SafeHtml {}

/// Implements [`Framed`] for templates that have a field `page` and
/// `#[template(…, blocks = ["title", "head", "content"])]`.
#[macro_export]
macro_rules! framed {
    ($($page:ty),+ $(,)?) => {$(
        impl $crate::pages::Framed for $page {
            fn page(&self) -> &$crate::pages::Page {
                &self.page
            }

            fn blocks(&self) -> ::askama::Result<[::std::string::String; 3]> {
                use ::askama::Template as _;
                Ok([self.as_title().render()?, self.as_head().render()?, self.as_content().render()?])
            }
        }
    )+};
}

/// Like [`framed!`], for pages of the framework that a site may replace.
macro_rules! replaceable {
    ($($page:ty),+ $(,)?) => {$(
        impl $crate::pages::Framed for $page {
            fn page(&self) -> &$crate::pages::Page {
                &self.page
            }

            fn blocks(&self) -> ::askama::Result<[::std::string::String; 3]> {
                use ::askama::Template as _;
                Ok([self.as_title().render()?, self.as_head().render()?, self.as_content().render()?])
            }

            fn as_replaceable(&self) -> ::std::option::Option<&dyn ::std::any::Any> {
                Some(self)
            }
        }
    )+};
}
pub(crate) use replaceable;

impl SafeHtml {
    /// Wraps HTML in which every text from outside is escaped.
    pub fn new(html: impl Into<String>) -> Self {
        Self(html.into())
    }
}

/// Returns the response with a page of `#[nuages::page]`.
#[doc(hidden)]
pub fn respond(page: &impl Framed) -> HttpResponse {
    match render_framed(page) {
        Ok(html) => {
            let mut response: HttpResponse = html.into();
            *response.status_mut() = StatusCode::from_u16(page.status()).unwrap_or_default();
            response
        }
        Err(error) => HttpResponse::from_error(error),
    }
}

/// Escapes a text for HTML.
#[doc(hidden)]
pub fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|text| text.to_string())
        .unwrap_or_default()
}

/// Renders a page inside the frame of its site.
pub fn render_framed(page: &impl Framed) -> Result<Html> {
    Ok(Html::from_rendered(
        framed_text(page).map_err(Error::Template)?,
    ))
}

/// Returns the text of a page inside the frame of its site.
pub(super) fn framed_text(page: &impl Framed) -> askama::Result<String> {
    with_zone(page.page().zone, || {
        let mut templates = page.page().site.templates.iter();
        let own = page
            .as_replaceable()
            .and_then(|it| templates.find_map(|template| template.blocks(it)));
        let blocks = own.unwrap_or_else(|| page.blocks())?;
        let [title, head, content] = blocks.map(SafeHtml);
        let page = page.page();
        (page.site.frame)(&Frame {
            page,
            title,
            head,
            content,
        })
    })
}

/// Returns the site that serves `request`.
pub(super) fn site_of(request: &HttpRequest) -> &'static Site {
    static UNNAMED: Site = Site::new("Site");
    request
        .app_data::<web::Data<&'static Site>>()
        .map_or(&UNNAMED, |site| site.get_ref())
}
