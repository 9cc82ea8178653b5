//! Filters by date ranges.

use chrono::{Datelike as _, Months, NaiveDate, SecondsFormat, TimeDelta, TimeZone as _};

use super::{Choice, Filter, Site};
use crate::admin::changelist::params::Params;
use crate::db::{Kind, Timestamp, Value};
use crate::models::{Condition, Lookup};

pub(super) fn spans(filter: &Filter, site: Site, params: &Params) -> Vec<Choice> {
    let (gte, lt, isnull) = (
        &filter.expected[0],
        &filter.expected[1],
        &filter.expected[2],
    );
    let generic = format!("{}__", filter.name);
    // All parameters of the field, including those of the dates above the list.
    let given: Vec<(&str, &str)> = params
        .lookups()
        .filter(|(name, _)| name.starts_with(&generic))
        .filter_map(|(name, values)| Some((name, values.last()?.as_str())))
        .collect();
    let chosen = |set: &[(&str, &str)]| {
        given.len() == set.len() && set.iter().all(|pair| given.contains(pair))
    };
    let today = site.today;
    let tomorrow = today + TimeDelta::days(1);
    let month = today.with_day(1).unwrap_or(today);
    let year = month.with_month(1).unwrap_or(month);
    let any = Choice::all(params, &[&generic], given.is_empty(), "Any date");
    // Unlike "All" in other filters, this choice is counted.
    let mut choices = vec![Choice {
        condition: Some(Condition::All(Vec::new())),
        ..any
    }];
    for (text, from, to) in [
        ("Today", today, tomorrow),
        ("Past 7 days", today - TimeDelta::days(7), tomorrow),
        (
            "This month",
            month,
            month.checked_add_months(Months::new(1)).unwrap_or(tomorrow),
        ),
        (
            "This year",
            year,
            year.checked_add_months(Months::new(12)).unwrap_or(tomorrow),
        ),
    ] {
        let (since, until) = (day_text(filter, site, from), day_text(filter, site, to));
        let set = [
            (gte.as_str(), since.as_str()),
            (lt.as_str(), until.as_str()),
        ];
        let is = |lookup, day| Condition::Is {
            path: filter.path.clone(),
            lookup,
            values: vec![day],
        };
        let (first, last) = (
            site.day(filter.field.sql, from),
            site.day(filter.field.sql, to),
        );
        choices.push(Choice {
            text: text.to_owned(),
            url: params.link(&set, &[&generic]),
            is_chosen: chosen(&set),
            condition: Some(Condition::All(vec![
                is(Lookup::Gte, first),
                is(Lookup::Lt, last),
            ])),
            count: None,
        });
    }
    if filter.field.null {
        for (text, key, yes) in [("No date", "True", true), ("Has date", "False", false)] {
            let set = [(isnull.as_str(), key)];
            let values = vec![Value::Bool(yes)];
            choices.push(Choice {
                text: text.to_owned(),
                url: params.link(&set, &[&generic]),
                is_chosen: chosen(&set),
                condition: Some(Condition::Is {
                    path: filter.path.clone(),
                    lookup: Lookup::IsNull,
                    values,
                }),
                count: None,
            });
        }
    }
    choices
}

/// Returns Python's `str` of the day, or of the moment at which it begins.
fn day_text(filter: &Filter, site: Site, day: NaiveDate) -> String {
    if filter.field.sql == Kind::Date {
        return day.to_string();
    }
    let begin = site
        .zone
        .from_utc_datetime(&Timestamp::start_of(day, site.zone).utc().naive_utc());
    begin
        .to_rfc3339_opts(SecondsFormat::Secs, false)
        .replacen('T', " ", 1)
}
