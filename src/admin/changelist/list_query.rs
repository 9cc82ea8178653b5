//! The rows of a list, for pages that use all of them.

use super::params::Params;
use super::{actions, listed};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::error::{Error, Result};
use crate::http::QueryDict;
use crate::models::Query;

/// The rows that a query string selects.
pub(in crate::admin) enum ListQuery {
    /// All rows of the list, in its order.
    Rows(Box<Query>),
    /// The query string has an invalid lookup: the list redirects.
    Wrong,
}

/// Returns the rows of the list for these parameters: all pages, in the order of the list.
pub(in crate::admin) fn list_query(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    query: &QueryDict,
) -> Result<ListQuery> {
    let is_without_boxes = actions::offered(request, registered).is_empty();
    match listed(request, registered, Params::new(query), is_without_boxes) {
        Ok(list) => Ok(ListQuery::Rows(Box::new(list.query))),
        Err(super::Problem::Lookup) => Ok(ListQuery::Wrong),
        Err(super::Problem::Refused(reason)) => Err(Error::BadRequest(reason)),
    }
}
