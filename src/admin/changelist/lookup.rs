//! URL parameters that may filter a list, and their conditions.

use super::{Problem, Site};
use crate::admin::Registered;
use crate::admin::options::ListFilter;
use crate::models::{Condition, Meta, Step};

/// Whether rows of `known` may be looked up by `key` (Django's `lookup_allowed`): over relations only where a filter or the
/// dates do the same. A field that does not exist is no secret; it is found wrong later.
pub(super) fn is_allowed(known: &Registered, key: &str) -> bool {
    if !known.options.permits_lookup(key) {
        return false;
    }
    let mut model = known.model;
    let mut relations: Vec<&str> = Vec::new();
    let mut last = "";
    let mut behind_relation = false;
    for part in key.split("__") {
        last = part;
        let Some(named) = part_of(model, part) else {
            break;
        };
        let (is_relation, is_key) = (named.next.is_some(), named.is_primary_key);
        if !behind_relation || is_relation || !is_key {
            relations.push(part);
        }
        let Some(next) = named.next else { break };
        behind_relation = true;
        model = next;
    }
    if relations.len() <= 1 {
        return true;
    }
    let way = relations.join("__");
    let longer = format!("{way}__{last}");
    let model = known.model;
    let declared = known.options.list_filter.iter().map(|filter| match filter {
        ListFilter::Field(path, _) => model.spelled(path),
        ListFilter::Own(own) => own.parameter_name.to_owned(),
    });
    let mut declared = declared.chain(
        known
            .options
            .date_hierarchy
            .as_ref()
            .map(|path| model.spelled(path)),
    );
    declared.any(|name| name == way || name == longer)
}

struct Part {
    next: Option<&'static Meta>,
    is_primary_key: bool,
}

/// What `model` knows by this name.
fn part_of(model: &'static Meta, name: &str) -> Option<Part> {
    if let Some(field) = model
        .fields
        .iter()
        .find(|field| field.name == name || field.column == name)
    {
        let next = field.relation.as_ref().map(crate::models::Relation::to);
        return Some(Part {
            next,
            is_primary_key: field.primary_key,
        });
    }
    let step = model.named_step(name)?;
    Some(Part {
        next: model
            .follow(step)
            .filter(|_| !matches!(step, Step::Forward(_))),
        is_primary_key: false,
    })
}

/// Returns the condition of the parameter `key`.
pub(super) fn condition(site: Site, key: &str, values: &[String]) -> Result<Condition, Problem> {
    let parameter = site
        .known
        .model
        .parameter(key)
        .map_err(|_| Problem::Lookup)?;
    parameter
        .condition(values, site.zone)
        .map_err(|_| Problem::Lookup)
}
