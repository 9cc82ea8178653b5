//! The row that a page is about, and the way back to the list it was chosen from.

use actix_web::HttpResponse;

use super::frame::Crumb;
use super::request::rows_for;
use super::{AdminRequest, Registered, unquote};
use crate::error::{Error, Result};
use crate::http::{QueryDict, redirect};
use crate::messages::Level;
use crate::models::{Query, Record, parse};

/// The parameter that carries a list's query through the pages of its rows.
const FILTERS: &str = "_changelist_filters";

impl AdminRequest {
    /// The rows that the user gets to see (Django's `get_queryset`).
    pub fn queryset(&self, known: &Registered) -> Query {
        rows_for(&self.user, known)
    }

    /// The one of them that a URL calls `part`; nothing where its key cannot be read.
    pub fn row(&self, known: &Registered, part: &str) -> Option<Query> {
        let pk = parse(known.model.pk().target(), &unquote(part))?;
        Some(self.queryset(known).with_pks(vec![pk]).order_by(Vec::new()))
    }

    /// That row, with what it is called.
    pub async fn object(&self, known: &Registered, part: &str) -> Result<Option<(Record, String)>> {
        match self.row(known, part) {
            Some(row) => self.db.run(move |conn| row.first_named(conn)).await,
            None => Ok(None),
        }
    }

    /// The answer where there is no such row: the first page, which says so.
    pub fn missing(&self, known: &Registered, part: &str) -> HttpResponse {
        let (name, key) = (&known.model.verbose_name, unquote(part));
        self.messages.add(
            Level::WARNING,
            format!("{name} with ID “{key}” doesn’t exist. Perhaps it was deleted?"),
        );
        redirect("/admin/")
    }

    /// The list's query that came with the request, where the model keeps it.
    pub fn list_query(&self, known: &Registered) -> Option<String> {
        let given = self.query.get(FILTERS).filter(|given| !given.is_empty());
        given
            .filter(|_| known.options.preserve_filters)
            .map(str::to_owned)
    }

    /// The list, as it was when the row was chosen.
    pub fn list_url(&self, known: &Registered) -> String {
        let Some(query) = self.list_query(known) else {
            return known.url();
        };
        let mut kept = QueryDict::default();
        for (name, value) in QueryDict::parse(&query)
            .iter()
            .filter(|(name, value)| says_something(name, value))
        {
            kept.push(name.to_owned(), value.to_owned());
        }
        with_query(&known.url(), &kept)
    }

    /// The breadcrumbs above a page of a row: the app, then the list as it was when the row was chosen.
    pub fn crumbs(&self, known: &Registered) -> Vec<Crumb> {
        Crumb::to(known, self.list_url(known))
    }

    /// `url`, a page of a row, with the list's query.
    pub fn keeping_filters(&self, known: &Registered, url: &str) -> String {
        match self.list_query(known) {
            Some(query) => {
                let mut kept = QueryDict::default();
                kept.push(FILTERS.to_owned(), query);
                with_query(url, &kept)
            }
            None => url.to_owned(),
        }
    }

    /// The same, with whatever else the request's query says: the form stays as it was asked for.
    pub fn staying(&self, known: &Registered, url: &str) -> String {
        let mut kept = QueryDict::default();
        for (name, value) in self
            .query
            .last_of_each()
            .filter(|(name, value)| *name != FILTERS && !value.is_empty())
        {
            kept.push(name.to_owned(), value.to_owned());
        }
        if let Some(query) = self.list_query(known) {
            kept.push(FILTERS.to_owned(), query);
        }
        if kept.is_empty() {
            url.to_owned()
        } else {
            with_query(url, &kept)
        }
    }

    /// The field by which a pop-up window's opener knows rows: the primary key, or nothing was said. Anything else is
    /// refused, because it would show what the user may not see.
    pub fn to_field(&self, known: &Registered, posted: &QueryDict) -> Result<Option<String>> {
        let given = posted
            .get("_to_field")
            .or_else(|| self.query.get("_to_field"))
            .filter(|given| !given.is_empty());
        match given {
            Some(name) if name != known.model.pk().name => Err(Error::BadRequest(format!(
                "the field {name} cannot be referenced"
            ))),
            given => Ok(given.map(str::to_owned)),
        }
    }
}

/// Whether a parameter of a list's query is more than an empty field of a form. `all` says what it says by being there.
fn says_something(name: &str, value: &str) -> bool {
    !value.is_empty() || name == "all"
}

/// `url` with these parameters, the last of each name.
fn with_query(url: &str, query: &QueryDict) -> String {
    let mut written = form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.last_of_each() {
        written.append_pair(name, value);
    }
    let written = written.finish();
    if written.is_empty() {
        url.to_owned()
    } else {
        format!("{url}?{written}")
    }
}
