//! URL parameters that may filter a list, and their conditions.

use super::{Problem, Site};
use crate::admin::RegisteredModel;
use crate::admin::options::ListFilter;
use crate::models::Condition;

/// Whether rows of `registered`, whose list has these `filters`, may be looked up by `key` (Django's `lookup_allowed`).
pub(super) fn is_allowed(registered: &RegisteredModel, filters: &[&ListFilter], key: &str) -> bool {
    let (model, options) = (registered.model, &registered.options);
    let filters = filters.iter().map(|filter| match filter {
        ListFilter::Field(path, _) => model.spelled(path),
        ListFilter::Own(own) => own.parameter_name.to_owned(),
    });
    let dates = options
        .date_hierarchy
        .iter()
        .map(|path| model.spelled(path));

    registered
        .policy()
        .lookup_allowed(key, filters.chain(dates))
}

/// Returns the condition of the parameter `key`.
pub(super) fn condition(site: Site, key: &str, values: &[String]) -> Result<Condition, Problem> {
    let parameter = site
        .registered
        .model
        .parameter(key)
        .map_err(|_| Problem::Lookup)?;
    parameter
        .condition(values, site.zone)
        .map_err(|_| Problem::Lookup)
}
