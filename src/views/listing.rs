//! [`Listing`]: a list of rows in pages.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::query_dsl::methods::LoadQuery;
use std::future::{Ready, ready};

use super::Pager;
use super::pager::PAGE;
use crate::db::{Conn, CountOf, Db, PageNumber, Paged, RowPage, load_page, paginate};
use crate::error::{Error, Result};
use crate::http::{QueryDict, app_data};
use crate::models::{FromRecord, Query};
use crate::records::Policy;

/// The rows on a page, unless the view sets another number.
const PER_PAGE: i64 = 20;

/// A page of a list, as an extractor: the parameter `page` of the URL chooses the page.
pub struct Listing {
    db: Db,
    query: QueryDict,
    per_page: i64,
}

/// The rows of one page, with the links to the other pages.
///
/// ```text
/// {% for post in posts %}…{% else %}No posts yet.{% endfor %}
/// {{ posts.pager }}
/// ```
#[derive(Debug, Clone)]
pub struct ListPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The links to the other pages.
    pub pager: Pager,
}

impl Listing {
    /// Sets the number of rows on a page; 20 by default.
    #[must_use]
    pub fn per_page(mut self, rows: i64) -> Self {
        self.per_page = rows.max(1);
        self
    }

    /// Loads the requested page of all rows of a model, in the order of the model.
    pub async fn all<M: FromRecord + Send>(self) -> Result<ListPage<M>> {
        let (number, per_page) = (self.number(), self.per_page);
        let load = move |conn: &mut Conn| {
            let rows = Policy::new(M::meta()).ordered(Query::new(M::meta()));
            load_page(
                conn,
                (number, per_page),
                |conn, limit| rows.count_up_to(conn, limit),
                |conn, limit, offset| {
                    let records = rows.records(conn, Some(limit), offset)?;
                    records.iter().map(M::from_record).collect()
                },
            )
        };
        let page = self.db.run(load).await?;
        Ok(self.list_page(page))
    }

    /// Loads the requested page of a Diesel query, which needs an order and has no limit. A page that does not exist is
    /// the last one, and a number that cannot be read is the first (Django's `Paginator.get_page`).
    pub async fn page<Q, T>(self, query: Q) -> Result<ListPage<T>>
    where
        Q: Send + 'static,
        T: Send + 'static,
        CountOf<Q>: LoadQuery<'static, Conn, i64>,
        Paged<Q>: LoadQuery<'static, Conn, T>,
    {
        let (number, per_page) = (self.number(), self.per_page);
        let page = self
            .db
            .run(move |conn| paginate(conn, query, number, per_page))
            .await?;
        Ok(self.list_page(page))
    }

    fn number(&self) -> PageNumber {
        let number = self.query.get(PAGE).unwrap_or_default();
        number.parse().unwrap_or_default()
    }

    fn list_page<T>(&self, page: RowPage<T>) -> ListPage<T> {
        ListPage {
            pager: Pager::of(&page, &self.query),
            rows: page.rows,
        }
    }
}

impl<T> ListPage<T> {
    /// Converts the rows.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> ListPage<U> {
        ListPage {
            rows: self.rows.into_iter().map(convert).collect(),
            pager: self.pager,
        }
    }

    /// Whether the page has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns each row.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }
}

impl<'a, T> IntoIterator for &'a ListPage<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl FromRequest for Listing {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(QueryDict::from_request(request).map(|query| Self {
            db: app_data::<Db>(request).get_ref().clone(),
            query,
            per_page: PER_PAGE,
        }))
    }
}
