//! The row of a page, and the URL of the list that it was chosen from.

use actix_web::HttpResponse;

use super::frame::Crumb;
use super::{AdminRequest, RegisteredModel, unquote};
use crate::error::{Error, Result};
use crate::http::{QueryDict, redirect};
use crate::messages::Level;
use crate::models::{Query, Record, parse};

/// The parameter that carries a list's query through the pages of its rows.
const FILTERS: &str = "_changelist_filters";

impl AdminRequest {
    /// Returns the rows that the user may see (Django's `get_queryset`).
    pub fn queryset(&self, registered: &RegisteredModel) -> Query {
        registered.policy().queryset(&self.user)
    }

    /// Selects the row with the quoted primary key `part`; returns `None` if the key cannot be
    /// parsed.
    pub fn row(&self, registered: &RegisteredModel, part: &str) -> Option<Query> {
        let pk = parse(registered.model.pk().target(), &unquote(part))?;
        Some(
            self.queryset(registered)
                .with_pks(vec![pk])
                .order_by(Vec::new()),
        )
    }

    /// Returns that row and its display name.
    pub async fn object(
        &self,
        registered: &RegisteredModel,
        part: &str,
    ) -> Result<Option<(Record, String)>> {
        match self.row(registered, part) {
            Some(row) => self.db.run(move |conn| row.first_named(conn)).await,
            None => Ok(None),
        }
    }

    /// Returns the response for a missing row: a redirect to the index page with a message.
    pub fn missing(&self, registered: &RegisteredModel, part: &str) -> HttpResponse {
        let (name, key) = (&registered.model.verbose_name, unquote(part));
        self.messages.add(
            Level::WARNING,
            format!("{name} with ID “{key}” doesn’t exist. Perhaps it was deleted?"),
        );
        redirect("/admin/")
    }

    /// Returns the list's query of the request, if the model preserves it.
    pub fn list_query(&self, registered: &RegisteredModel) -> Option<String> {
        let given = self.query.get(FILTERS).filter(|given| !given.is_empty());
        given
            .filter(|_| registered.options.preserve_filters)
            .map(str::to_owned)
    }

    /// Returns the URL of the list as it was when the row was chosen.
    pub fn list_url(&self, registered: &RegisteredModel) -> String {
        let Some(query) = self.list_query(registered) else {
            return registered.url();
        };
        let mut kept = QueryDict::default();
        for (name, value) in QueryDict::parse(&query)
            .iter()
            .filter(|(name, value)| says_something(name, value))
        {
            kept.push(name.to_owned(), value.to_owned());
        }
        with_query(&registered.url(), &kept)
    }

    /// Returns the breadcrumbs of a row's page: the app, then the list as it was when the row was
    /// chosen.
    pub fn crumbs(&self, registered: &RegisteredModel) -> Vec<Crumb> {
        Crumb::to(registered, self.list_url(registered))
    }

    /// Returns `url`, a page of a row, with the list's query.
    pub fn keeping_filters(&self, registered: &RegisteredModel, url: &str) -> String {
        match self.list_query(registered) {
            Some(query) => {
                let mut kept = QueryDict::default();
                kept.push(FILTERS.to_owned(), query);
                with_query(url, &kept)
            }
            None => url.to_owned(),
        }
    }

    /// Returns `url` with the list's query and all other parameters of the request, so that the
    /// form stays the same.
    pub fn staying(&self, registered: &RegisteredModel, url: &str) -> String {
        let mut kept = QueryDict::default();
        for (name, value) in self
            .query
            .last_of_each()
            .filter(|(name, value)| *name != FILTERS && !value.is_empty())
        {
            kept.push(name.to_owned(), value.to_owned());
        }
        if let Some(query) = self.list_query(registered) {
            kept.push(FILTERS.to_owned(), query);
        }
        if kept.is_empty() {
            url.to_owned()
        } else {
            with_query(url, &kept)
        }
    }

    /// Returns the field by which the opener of a pop-up window identifies rows: the primary key,
    /// or `None` if the request has no such parameter. Any other field is refused, because it would
    /// reveal data that the user may not see.
    pub fn to_field(
        &self,
        registered: &RegisteredModel,
        posted: &QueryDict,
    ) -> Result<Option<String>> {
        let given = posted
            .get("_to_field")
            .or_else(|| self.query.get("_to_field"))
            .filter(|given| !given.is_empty());
        match given {
            Some(name) if name != registered.model.pk().name => Err(Error::BadRequest(format!(
                "the field {name} cannot be referenced"
            ))),
            given => Ok(given.map(str::to_owned)),
        }
    }
}

/// Whether a parameter of a list's query is more than an empty form field. `all` has no value.
fn says_something(name: &str, value: &str) -> bool {
    !value.is_empty() || name == "all"
}

/// Returns `url` with these parameters, the last value of each name.
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
