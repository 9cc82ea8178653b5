//! [`Pager`]: the links to the other pages of a list.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::db::{Paginator, RowPage};
use crate::http::QueryDict;

/// The query parameter with the number of the page.
pub(super) const PAGE: &str = "page";

/// The links to the other pages of a list; `{{ pager }}` renders them.
#[derive(Debug, Clone, Template)]
#[template(path = "views/_pager.html")]
pub struct Pager {
    /// The number of this page, from 1.
    pub number: i64,
    /// The number of pages; those that are known, if not all rows were counted.
    pub num_pages: i64,
    /// The number of rows on all pages; the number that was counted, if there are more.
    pub count: i64,
    /// Whether all rows were counted. A list counts [`Paginator::COUNT_LIMIT`] rows.
    pub is_counted: bool,
    /// The URL of the previous page.
    pub previous: Option<String>,
    /// The URL of the next page.
    pub next: Option<String>,
    /// The links to pages by their number.
    pub links: Vec<PageLink>,
}

/// A page number to link to; a gap has an empty URL.
#[derive(Debug, Clone)]
pub struct PageLink {
    /// The number, or "…".
    pub label: String,
    /// The URL.
    pub url: String,
    /// Whether it is this page.
    pub current: bool,
}

impl Pager {
    /// Creates the links around page `number`. They keep the other parameters of the query.
    pub fn new(paginator: Paginator, number: i64, query: &QueryDict) -> Self {
        Self::of(
            &RowPage::<()> {
                rows: Vec::new(),
                number,
                paginator,
                is_counted: true,
            },
            query,
        )
    }

    /// Creates the links around `page`. They keep the other parameters of the query.
    pub fn of<T>(page: &RowPage<T>, query: &QueryDict) -> Self {
        let number = page.number;
        let to = |page: i64| query.with(PAGE, &page.to_string());
        let paginator = page.known();
        let num_pages = paginator.num_pages();
        let link = |page: Option<i64>| match page {
            Some(page) => PageLink {
                label: page.to_string(),
                url: to(page),
                current: page == number,
            },
            None => PageLink {
                label: "…".to_owned(),
                url: String::new(),
                current: false,
            },
        };
        let links = paginator.elided_page_range(number, 1, 1).into_iter();

        Self {
            number,
            num_pages,
            count: page.counted(),
            is_counted: page.is_counted,
            previous: (number > 1).then(|| to(number - 1)),
            next: (number < num_pages).then(|| to(number + 1)),
            links: links.map(link).collect(),
        }
    }
}

// The template has escaped its values.
impl HtmlSafe for Pager {}
