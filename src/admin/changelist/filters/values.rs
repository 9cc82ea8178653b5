//! Filters by values: yes and no, choices, all occurring values, empty or not, and those of the
//! site author.

use super::{Choice, Filter, OwnFilter, Site};
use crate::admin::changelist::params::Params;
use crate::db::{Conn, Kind, Value};
use crate::error::Result;
use crate::models::{Condition, Lookup, Query};

/// The largest number of values that are offered.
const MOST: i64 = 1000;

impl Filter {
    fn is(&self, lookup: Lookup, value: Value) -> Condition {
        Condition::Is {
            path: self.path.clone(),
            lookup,
            values: vec![value],
        }
    }

    /// Returns the condition that the column has this value, or NULL.
    fn has(&self, value: Value) -> Condition {
        if value.is_null() {
            self.is(Lookup::IsNull, true.into())
        } else {
            self.is(Lookup::Exact, value)
        }
    }

    /// Returns the choice `value` of the parameter `set`, which removes `other`.
    fn choice(
        params: &Params,
        text: &str,
        set: (&str, &str),
        other: &str,
        condition: Condition,
    ) -> Choice {
        Choice {
            text: text.to_owned(),
            url: params.link(&[set], &[other]),
            is_chosen: params.all(set.0).iter().any(|value| value == set.1),
            condition: Some(condition),
            count: None,
        }
    }
}

pub(super) fn boolean(filter: &Filter, params: &Params) -> Vec<Choice> {
    let (exact, isnull) = (&filter.expected[0], &filter.expected[1]);
    let (value, null) = (params.get(exact), params.get(isnull));
    let word =
        |key: &str, word: &'static str| filter.field.choice_label(key).unwrap_or(word.into());
    let is_chosen = |wanted: Option<&str>| value == wanted && null.is_none_or(str::is_empty);
    let mut choices = vec![Choice::all(
        params,
        &[exact, isnull],
        is_chosen(None),
        "All",
    )];
    for (key, text, yes) in [
        ("1", word("True", "Yes"), true),
        ("0", word("False", "No"), false),
    ] {
        let condition = filter.is(Lookup::Exact, yes.into());
        let choice = Filter::choice(params, &text, (exact, key), isnull, condition);
        choices.push(Choice {
            is_chosen: is_chosen(Some(key)),
            ..choice
        });
    }
    if filter.field.null {
        let condition = filter.is(Lookup::IsNull, true.into());
        choices.push(Filter::choice(
            params,
            &word("", "Unknown"),
            (isnull, "True"),
            exact,
            condition,
        ));
    }
    choices
}

pub(super) fn choices(filter: &Filter, params: &Params) -> Vec<Choice> {
    let (exact, isnull) = (&filter.expected[0], &filter.expected[1]);
    let mut choices = vec![Choice::all(
        params,
        &[exact, isnull],
        !params.has(exact) && !params.has(isnull),
        "All",
    )];
    for (key, text) in filter.field.all_choices() {
        let value =
            crate::models::parse(filter.field, &key).unwrap_or(Value::Null(filter.field.sql));
        choices.push(Filter::choice(
            params,
            &text,
            (exact, &key),
            isnull,
            filter.is(Lookup::Exact, value),
        ));
    }
    choices
}

pub(super) fn all(
    filter: &Filter,
    conn: &mut Conn,
    site: Site,
    params: &Params,
    base: &Query,
) -> Result<Vec<Choice>> {
    let (exact, isnull) = (&filter.expected[0], &filter.expected[1]);
    let mut choices = vec![Choice::all(
        params,
        &[exact, isnull],
        !params.has(exact) && !params.has(isnull),
        "All",
    )];
    let mut none = None;
    for value in base.distinct(conn, &filter.path, MOST)? {
        // A URL parameter cannot represent this value.
        if value.unreadable().is_some() {
            continue;
        }
        let condition = filter.has(value.clone());
        if value.is_null() {
            none = Some(Filter::choice(
                params,
                site.empty(),
                (isnull, "True"),
                exact,
                condition,
            ));
        } else {
            let text = value.to_string();
            choices.push(Filter::choice(
                params,
                &text,
                (exact, &text),
                isnull,
                condition,
            ));
        }
    }
    choices.extend(none);
    Ok(choices)
}

/// Returns the condition of rows with an empty value.
pub(super) fn empty(filter: &Filter) -> Condition {
    let mut empty = Vec::new();
    if filter.field.sql == Kind::Text {
        empty.push(filter.is(Lookup::Exact, "".into()));
    }
    if filter.field.null {
        empty.push(filter.is(Lookup::IsNull, true.into()));
    }
    Condition::Any(empty)
}

pub(super) fn emptiness(filter: &Filter, params: &Params) -> Vec<Choice> {
    let name = &filter.expected[0];
    let none = empty(filter);
    let some = Condition::Not(Box::new(none.clone()));
    vec![
        Choice::all(params, &[name], !params.has(name), "All"),
        Filter::choice(params, "Empty", (name, "1"), name, none),
        Filter::choice(params, "Not empty", (name, "0"), name, some),
    ]
}

pub(super) fn own(filter: &OwnFilter, params: &Params) -> Vec<Choice> {
    let name = filter.parameter_name;
    let value = params.get(name);
    let mut choices = vec![Choice::all(params, &[name], value.is_none(), "All")];
    for (key, text) in filter.lookups {
        let choice = Filter::choice(params, text, (name, key), name, (filter.condition)(key));
        choices.push(Choice {
            is_chosen: value == Some(key),
            ..choice
        });
    }
    choices
}
