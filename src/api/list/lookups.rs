//! Lookups in the URL of a list: which are allowed, and their conditions.

use chrono_tz::Tz;

use crate::admin::options::ListFilter;
use crate::admin::{AdminSite, RegisteredModel};
use crate::api::model::ApiModel;
use crate::db::{Kind, Value};
use crate::error::Problem;
use crate::models::{Condition, Lookup, LookupError, Meta, Parameter, Step, parse_in};
use crate::records::Actor;

const UNKNOWN: &str = "There is no such parameter, field or lookup.";
const FORBIDDEN: &str = "This lookup is not allowed.";

/// Returns the condition of the parameter `key` with these values, any of which may match.
pub(super) fn condition(
    site: &AdminSite,
    model: &ApiModel,
    actor: &Actor,
    (key, values): (&str, &[&str]),
    zone: Tz,
) -> Result<Condition, Problem> {
    let wrong = |text: &str| Problem::parameter(key, text);
    let parameter = model.meta().parameter(key).map_err(|_| wrong(UNKNOWN))?;
    if !is_allowed(site, model.registered, actor, key, &parameter) {
        return Err(wrong(FORBIDDEN));
    }

    let mut texts = Vec::with_capacity(values.len());
    for text in values {
        texts.push(text_for(&parameter, text).ok_or_else(|| wrong(&refusal(text)))?);
    }
    let first_wrong = || wrong(&refusal(values.first().copied().unwrap_or_default()));
    if parameter.lookup == Lookup::Range {
        return range(&parameter, &texts, zone).ok_or_else(first_wrong);
    }
    parameter
        .condition(&texts, zone)
        .map_err(|error| match error {
            LookupError::Unknown => wrong(UNKNOWN),
            LookupError::Value => first_wrong(),
        })
}

fn refusal(text: &str) -> String {
    let short: String = text.chars().take(100).collect();
    format!("{short:?} is not a valid value for this lookup.")
}

/// Returns the text in Django's spelling: JSON writes `true`, and Django `True`. Returns `None` if a truth value is neither.
fn text_for<'a>(parameter: &Parameter, text: &'a str) -> Option<&'a str> {
    let is_truth = parameter.lookup == Lookup::IsNull
        || parameter.lookup == Lookup::Exact && parameter.field.target().sql == Kind::Bool;
    if !is_truth {
        return Some(text);
    }
    match text {
        "true" | "True" | "1" => Some("1"),
        "false" | "False" | "0" => Some("0"),
        _ => None,
    }
}

/// Returns the condition of `price__range=10,20`.
fn range(parameter: &Parameter, texts: &[&str], zone: Tz) -> Option<Condition> {
    let field = parameter.field.target();
    let each = texts.iter().map(|text| {
        let (from, to) = text.split_once(',')?;
        let values: Vec<Value> = vec![parse_in(field, from, zone)?, parse_in(field, to, zone)?];
        Some(Condition::Is {
            path: parameter.path.clone(),
            lookup: Lookup::Range,
            values,
        })
    });
    each.collect::<Option<_>>().map(Condition::Any)
}

/// Whether `actor` may look up rows by this parameter: what the list of the admin allows, and columns of a row that a
/// foreign key or a many-to-many field refers to. A related model must be one that the actor may view: otherwise the number
/// of rows would tell what its columns hold.
fn is_allowed(
    site: &AdminSite,
    registered: &RegisteredModel,
    actor: &Actor,
    key: &str,
    parameter: &Parameter,
) -> bool {
    let steps = &parameter.path.steps;
    if parameter.field.secret || !registered.policy().hooks_permit_lookup(key) {
        return false;
    }
    let is_short = match steps[..] {
        [] => return true,
        [Step::Forward(_) | Step::Many(_)] => true,
        _ => false,
    };
    if !is_short
        && !registered
            .policy()
            .lookup_allowed(key, declared(registered))
    {
        return false;
    }

    let mut model: &'static Meta = registered.model;
    let mut rest = key;
    for (at, step) in steps.iter().enumerate() {
        let is_secret = matches!(step, Step::Forward(column) if model.column(column).is_some_and(|field| field.secret));
        let Some(next) = model.follow(*step).filter(|_| !is_secret) else {
            return false;
        };
        rest = rest.split_once("__").map_or("", |(_, rest)| rest);

        let policy = site.policy(next);
        let is_last = at + 1 == steps.len();
        let is_key = is_last
            && parameter.field.primary_key
            && matches!(step, Step::Forward(_) | Step::Many(_));
        if !is_key && !policy.may(&actor.permissions, "view", None) {
            return false;
        }
        if !rest.is_empty() && !policy.hooks_permit_lookup(rest) {
            return false;
        }
        model = next;
    }
    true
}

/// Returns the lookups that the filters and the date navigation of the admin's list make.
fn declared(registered: &RegisteredModel) -> impl Iterator<Item = String> + '_ {
    let (model, options) = (registered.model, &registered.options);
    let filters = options
        .list_filter
        .iter()
        .filter_map(|filter| match filter {
            ListFilter::Field(path, _) => Some(model.spelled(path)),
            ListFilter::Own(_) => None,
        });
    let dates = options.date_hierarchy.iter();
    filters.chain(dates.map(|path| model.spelled(path)))
}
