//! The date navigation above a list: years, then months, then days.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Months, NaiveDate, TimeDelta};

use super::last_spans::Span;
use super::params::Params;
use super::{Problem, Site};
use crate::db::{Conn, Kind, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Field, Lookup, Query};
use crate::python::{MONTHS, int_within_i64};

/// If the dates span more years than this, the years are found one by one.
const MANY_YEARS: i32 = 150;

/// The date navigation, and its level in the URL.
pub(super) struct Hierarchy {
    name: String,
    pub(super) path: ColumnPath,
    field: &'static Field,
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    /// The condition of the span in the URL.
    pub(super) condition: Option<Condition>,
}

/// The dates of the list that are already known.
pub(super) enum AtHand<'a> {
    /// All dates.
    All(Vec<&'a Value>),
    /// Whether each of these spans has dates; they may not be the spans that are shown.
    Spans(&'a [Span], &'a [bool]),
    /// No dates are known; `many` is whether the list has a large share of all rows.
    None { many: bool },
}

/// The date navigation for the page.
#[derive(Default)]
pub(super) struct Dates {
    pub(super) label: String,
    /// Links to wider spans.
    pub(super) up: Vec<(String, String)>,
    pub(super) here: String,
    /// Links to narrower spans.
    pub(super) down: Vec<(String, String)>,
}

/// Makes the links of the date navigation.
struct DateLinks<'a> {
    params: &'a Params,
    /// The beginning of the parameters' names: `created_at__`.
    prefix: String,
}

impl DateLinks<'_> {
    /// Returns the text before and after the number in links to many spans, which differ only in
    /// that number.
    fn ends(&self, part: &str, within: &[(&str, String)]) -> (String, String) {
        let prefix = &self.prefix;
        let named: Vec<(String, &str)> = within
            .iter()
            .map(|(part, text)| (format!("{prefix}{part}"), text.as_str()))
            .collect();
        let set: Vec<(&str, &str)> = named
            .iter()
            .map(|(name, text)| (name.as_str(), *text))
            .collect();
        self.params
            .link_ends(&format!("{prefix}{part}"), &set, &[prefix])
    }

    /// Returns the link to one span.
    fn to(&self, parts: &[(&str, String)]) -> String {
        match parts {
            [] => self.params.link(&[], &[&self.prefix]),
            [(part, number), within @ ..] => {
                let (before, after) = self.ends(part, within);
                format!("{before}{number}{after}")
            }
        }
    }
}

/// The list whose dates are shown.
struct DateSource<'a> {
    hierarchy: &'a Hierarchy,
    site: Site,
    query: &'a Query,
    at_hand: AtHand<'a>,
}

impl DateSource<'_> {
    /// Returns the days of a month that have rows, with links.
    fn days(
        &self,
        conn: &mut Conn,
        links: &DateLinks<'_>,
        year: i32,
        month: u32,
    ) -> Result<Vec<(String, String)>> {
        let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
        let next = first + Months::new(1);
        let all = first.iter_days().take_while(|day| *day < next).collect();
        let days = self.find(conn, all, next, |day| day)?;

        let within = [("month", month.to_string()), ("year", year.to_string())];
        let (before, after) = links.ends("day", &within);
        let link = |day: NaiveDate| {
            let day = day.day();
            let text = format!("{} {day}", month_name(month));
            (text, format!("{before}{day}{after}"))
        };
        Ok(days.into_iter().map(link).collect())
    }

    /// Returns the months of a year that have rows, with links.
    fn months(
        &self,
        conn: &mut Conn,
        links: &DateLinks<'_>,
        year: i32,
    ) -> Result<Vec<(String, String)>> {
        let all = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 1));
        let next = NaiveDate::from_ymd_opt(year + 1, 1, 1).unwrap_or_default();
        let first_of_month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
        let months = self.find(conn, all.collect(), next, first_of_month)?;

        let (before, after) = links.ends("month", &[("year", year.to_string())]);
        let link = |first: NaiveDate| {
            let month = first.month();
            let text = format!("{} {year}", month_name(month));
            (text, format!("{before}{month}{after}"))
        };
        Ok(months.into_iter().map(link).collect())
    }

    /// Returns the years that have rows, with links.
    fn years(
        &self,
        conn: &mut Conn,
        links: &DateLinks<'_>,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<(String, String)>> {
        let is_loaded = matches!(self.at_hand, AtHand::All(_));
        let years = if last.year() - first.year() > MANY_YEARS && !is_loaded {
            self.hierarchy
                .far_apart(conn, self.site, self.query, first, last)?
        } else {
            let all =
                (first.year()..=last.year()).filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1));
            let next = NaiveDate::from_ymd_opt(last.year() + 1, 1, 1).unwrap_or(NaiveDate::MAX);
            let january = |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day);
            self.find(conn, all.collect(), next, january)?
        };

        let (before, after) = links.ends("year", &[]);
        let link = |first: NaiveDate| {
            let year = first.year();
            (year.to_string(), format!("{before}{year}{after}"))
        };
        Ok(years.into_iter().map(link).collect())
    }

    /// Returns those of the spans that contain a date of the list. The spans begin on `starts`, and
    /// the last one ends at `to`; `pick` returns the start of a date's span.
    fn find(
        &self,
        conn: &mut Conn,
        starts: Vec<NaiveDate>,
        to: NaiveDate,
        pick: fn(NaiveDate) -> NaiveDate,
    ) -> Result<BTreeSet<NaiveDate>> {
        let (answered, many) = match &self.at_hand {
            AtHand::All(all) => {
                let days = all.iter().filter_map(|value| local_day(value, self.site));
                return Ok(days.map(pick).collect());
            }
            AtHand::Spans(spans, occurring) => (Some((*spans, *occurring)), true),
            AtHand::None { many } => (None, *many),
        };
        self.hierarchy
            .occurring(conn, self.site, self.query, (&starts, to), answered, many)
    }
}

impl Hierarchy {
    pub(super) fn new(site: Site, path: &ColumnPath, params: &Params) -> Result<Self, Problem> {
        let model = site.registered.model;
        let name = model.spelled(path);
        let field = model.resolve(path).unwrap_or_else(|| model.pk());
        let mut found = Self {
            path: path.clone(),
            field,
            year: None,
            month: None,
            day: None,
            condition: None,
            name,
        };
        let given = |part: &str| params.get(&format!("{}__{part}", found.name));
        let Some(year) = given("year") else {
            return Ok(found);
        };
        let number = |text: &str| int_within_i64(text).ok_or(Problem::Lookup);
        let year = i32::try_from(number(year)?)
            .ok()
            .filter(|year| (1..=9998).contains(year))
            .ok_or(Problem::Lookup)?;
        let part = |part| given(part).map(number).transpose();
        let part = |name| Ok(part(name)?.map(|number| u32::try_from(number).unwrap_or_default()));
        let (month, day): (Option<u32>, Option<u32>) = (part("month")?, part("day")?);
        let from = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1))
            .ok_or(Problem::Lookup)?;
        let to = match (month, day) {
            (_, Some(_)) => from + TimeDelta::days(1),
            (Some(_), None) => from + Months::new(1),
            (None, None) => from + Months::new(12),
        };
        let is = |lookup, day| Condition::Is {
            path: path.clone(),
            lookup,
            values: vec![site.day(found.field.sql, day)],
        };
        found.condition = Some(Condition::All(vec![
            is(Lookup::Gte, from),
            is(Lookup::Lt, to),
        ]));
        (found.year, found.month, found.day) = (Some(year), month, day);
        Ok(found)
    }

    /// Whether the parameter `name` belongs to the date navigation.
    pub(super) fn expects(&self, name: &str) -> bool {
        let part = name
            .strip_prefix(self.name.as_str())
            .and_then(|rest| rest.strip_prefix("__"));
        self.year.is_some() && matches!(part, Some("year" | "month" | "day"))
    }

    /// Returns the name of the span: `March 2024`.
    pub(super) fn span(&self) -> Option<String> {
        let year = self.year?;
        Some(match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{} {day}, {year}", month_name(month)),
            (Some(month), None) => format!("{} {year}", month_name(month)),
            _ => year.to_string(),
        })
    }

    /// Returns the URL of the list without the span.
    pub(super) fn without(&self, params: &Params) -> String {
        params.link(&[], &[&format!("{}__", self.name)])
    }

    pub(super) fn label(&self) -> String {
        self.field.label()
    }

    /// Returns the date navigation for the page. `ends` are the first and the last of the list's
    /// dates; `at_hand` are the dates that are already known.
    pub(super) fn dates(
        &self,
        conn: &mut Conn,
        site: Site,
        params: &Params,
        query: &Query,
        ends: Option<(&Value, &Value)>,
        at_hand: AtHand<'_>,
    ) -> Result<Option<Dates>> {
        let local = |value: &Value| local_day(value, site);
        let ends = ends.and_then(|(first, last)| local(first).zip(local(last)));
        let (year, month) = self.level(params, ends);
        let source = DateSource {
            hierarchy: self,
            site,
            query,
            at_hand,
        };
        let links = DateLinks {
            params,
            prefix: format!("{}__", self.name),
        };

        let mut shown = Dates {
            label: self.label(),
            ..Dates::default()
        };
        if let Some(year) = year {
            shown.up.push(("All dates".to_owned(), links.to(&[])));
            if month.is_some() {
                let of_year = links.to(&[("year", year.to_string())]);
                shown.up.push((year.to_string(), of_year));
            }
        }
        match (year, month, self.day) {
            (Some(year), Some(month), Some(day)) => {
                let of_month =
                    links.to(&[("month", month.to_string()), ("year", year.to_string())]);
                let text = format!("{} {year}", month_name(month));
                shown.up.push((text, of_month));
                shown.here = format!("{} {day}", month_name(month));
            }
            (Some(year), Some(month), None) => {
                shown.here = format!("{} {year}", month_name(month));
                shown.down = source.days(conn, &links, year, month)?;
            }
            (Some(year), None, _) => {
                shown.here = year.to_string();
                shown.down = source.months(conn, &links, year)?;
            }
            (None, ..) => {
                let Some((first, last)) = ends else {
                    return Ok(None);
                };
                shown.down = source.years(conn, &links, first, last)?;
            }
        }
        Ok(Some(shown))
    }

    /// Returns the year and the month in the URL, or else those that contain all dates of the list.
    fn level(
        &self,
        params: &Params,
        ends: Option<(NaiveDate, NaiveDate)>,
    ) -> (Option<i32>, Option<u32>) {
        if let (None, Some((first, last))) = (self.year, ends)
            && params.get(&format!("{}__month", self.name)).is_none()
            && params.get(&format!("{}__day", self.name)).is_none()
            && first.year() == last.year()
        {
            let month = (first.month() == last.month()).then(|| first.month());
            return (Some(first.year()), month);
        }
        (self.year, self.month)
    }

    /// Returns those of the spans that contain a date of the list. The spans begin on `starts`, and
    /// the last one ends at `to`; `answered` are spans whose answer was already loaded.
    fn occurring(
        &self,
        conn: &mut Conn,
        site: Site,
        query: &Query,
        (starts, to): (&[NaiveDate], NaiveDate),
        answered: Option<(&[Span], &[bool])>,
        many: bool,
    ) -> Result<BTreeSet<NaiveDate>> {
        let days: Vec<Value> = starts
            .iter()
            .chain([&to])
            .map(|day| site.day(self.field.sql, *day))
            .collect();
        let spans: Vec<Span> = days
            .iter()
            .cloned()
            .zip(days.iter().skip(1).cloned())
            .collect();
        let found = match answered.filter(|(other, _)| *other == spans) {
            Some((_, occurring)) => occurring.to_vec(),
            None => query.occurring(conn, &self.path, &spans, many)?,
        };
        if !query.is_filtered() {
            site.registered.last_spans.set(&spans);
        }
        Ok(starts
            .iter()
            .zip(found)
            .filter(|(_, yes)| *yes)
            .map(|(first, _)| *first)
            .collect())
    }

    /// Returns the first and the last date that a page can show. They are queried if the first or
    /// last value of all is something else, such as an empty text or `infinity`.
    pub(super) fn readable_ends(
        &self,
        conn: &mut Conn,
        site: Site,
        query: &Query,
    ) -> Result<Option<(Value, Value)>> {
        let bound = |lookup, year| {
            let day = NaiveDate::from_ymd_opt(year, 1, 2).unwrap_or_default();
            Condition::Is {
                path: self.path.clone(),
                lookup,
                values: vec![site.day(self.field.sql, day)],
            }
        };
        let within = query
            .clone()
            .filter(bound(Lookup::Gte, 1))
            .filter(bound(Lookup::Lt, 9999));
        Ok(within.summary(conn, None, Some(&self.path))?.ends)
    }

    /// Returns the years of dates that are centuries apart.
    fn far_apart(
        &self,
        conn: &mut Conn,
        site: Site,
        query: &Query,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<BTreeSet<NaiveDate>> {
        let mut years = BTreeSet::new();
        let mut next = Some(first);
        while let Some(year) = next.and_then(|day| NaiveDate::from_ymd_opt(day.year(), 1, 1)) {
            years.insert(year);
            let Some(after) =
                NaiveDate::from_ymd_opt(year.year() + 1, 1, 1).filter(|after| *after <= last)
            else {
                break;
            };
            let values = vec![site.day(self.field.sql, after)];
            let later = Condition::Is {
                path: self.path.clone(),
                lookup: Lookup::Gte,
                values,
            };
            let ends = query
                .clone()
                .filter(later)
                .summary(conn, None, Some(&self.path))?
                .ends;
            next = ends.and_then(|(least, _)| local_day(&least, site));
        }
        Ok(years)
    }
}

fn local_day(value: &Value, site: Site) -> Option<NaiveDate> {
    match value {
        Value::Date(day) => Some(*day),
        Value::Timestamp(time) => Some(time.local(&site.zone).date()),
        Value::Unreadable(cell) => near(&cell.text),
        _ => None,
    }
}

/// Returns the last valid day before an invalid one: 2026-02-28 for `2026-02-30`.
fn near(text: &str) -> Option<NaiveDate> {
    let mut parts = text.get(..10)?.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month): (i32, u32) = (year.parse().ok()?, month.parse().ok()?);
    let day: u32 = day.parse().ok()?;
    (1..=day.min(31))
        .rev()
        .find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

fn month_name(month: u32) -> &'static str {
    (month as usize)
        .checked_sub(1)
        .and_then(|at| MONTHS.get(at))
        .copied()
        .unwrap_or_default()
}

impl Site {
    /// Returns the day, or the moment at which it begins, as a value of this kind.
    pub(super) fn day(self, kind: Kind, day: NaiveDate) -> Value {
        match kind {
            Kind::Timestamp => Value::Timestamp(crate::db::Timestamp::start_of(day, self.zone)),
            _ => Value::Date(day),
        }
    }
}
