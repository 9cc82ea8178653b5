//! A list as its URL asks for it, and what the database says to that.

use super::columns::Columns;
use super::filters::{Filter, Shown};
use super::hierarchy::{Dates, Hierarchy};
use super::order::{Sorting, ordering};
use super::params::Params;
use super::search::searched;
use super::{Problem, Site, lookup};
use crate::admin::options::Facets;
use crate::db::{Conn, Paginator};
use crate::error::Result;
use crate::models::{Condition, Query, Row};

/// What the URL asks for.
pub(super) struct List {
    pub(super) site: Site,
    pub(super) params: Params,
    pub(super) columns: Columns,
    /// The number of the first column in `o`: 1 behind boxes to tick.
    pub(super) first: i64,
    pub(super) sorting: Sorting,
    pub(super) filters: Vec<Filter>,
    pub(super) hierarchy: Option<Hierarchy>,
    /// Where its date stands in a row.
    date_at: usize,
    /// Lookups that belong to no filter.
    pub(super) others: Vec<(String, Vec<String>)>,
    /// What is searched for; nothing, if it cannot be.
    pub(super) words: String,
    pub(super) has_nul: bool,
    pub(super) has_facets: bool,
    /// All rows that the user may see.
    base: Query,
    /// Those that were found.
    pub(super) query: Query,
    /// Those that all but the filters leave.
    unfiltered: Vec<Condition>,
}

/// What the database says.
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    /// How many were found.
    pub(super) count: i64,
    /// How many there are; nothing, where that is not counted.
    pub(super) whole: Option<i64>,
    /// The page, from 1.
    pub(super) page: i64,
    pub(super) filters: Vec<Shown>,
    pub(super) dates: Option<Dates>,
}

impl List {
    /// Reads the URL. `first` is the number of the first column; `base` are the rows that the user may see.
    pub(super) fn new(site: Site, params: Params, base: Query, first: i64) -> Result<Self, Problem> {
        let known = site.known;
        let options = &known.options;
        for (name, _) in params.lookups() {
            if !lookup::is_allowed(known, name) {
                return Err(Problem::Refused(format!("filtering by {name} is not allowed")));
            }
        }
        let mut filters = Vec::with_capacity(options.list_filter.len());
        for filter in &options.list_filter {
            filters.push(Filter::new(site, filter, &params)?);
        }
        let hierarchy = options.date_hierarchy.as_ref();
        let hierarchy = hierarchy.map(|path| Hierarchy::new(site, path, &params)).transpose()?;
        let mut unfiltered: Vec<Condition> = Vec::new();
        let mut others = Vec::new();
        for (name, values) in params.lookups() {
            let is_taken = filters.iter().any(|filter| filter.expects(name))
                || hierarchy.as_ref().is_some_and(|dates| dates.expects(name));
            if !is_taken {
                unfiltered.push(lookup::condition(site, name, values)?);
                others.push((name.to_owned(), values.to_vec()));
            }
        }
        let given = params.get("q").unwrap_or_default();
        let has_nul = given.contains('\0');
        let words = if has_nul { String::new() } else { given.to_owned() };
        unfiltered.extend(hierarchy.as_ref().and_then(|dates| dates.condition.clone()));
        unfiltered.extend(searched(&options.search_fields, &words));
        let mut columns = Columns::of(known);
        let order = ordering(known, &params, &columns.all, first);
        let sorting = Sorting::of(known, &params, &columns.all, first);
        let date_at = hierarchy.as_ref().map_or(0, |dates| columns.also(&dates.path));
        let mut query = base.clone().order_by(order);
        for condition in unfiltered.iter().chain(filters.iter().filter_map(|filter| filter.condition.as_ref())) {
            query = query.filter(condition.clone());
        }
        let has_facets = match options.show_facets {
            Facets::Always => true,
            Facets::Allow => params.has("_facets"),
            Facets::Never => false,
        };
        Ok(Self {
            site,
            params,
            columns,
            first,
            sorting,
            filters,
            hierarchy,
            date_at,
            others,
            words,
            has_nul,
            has_facets,
            base,
            query,
            unfiltered,
        })
    }

    /// Whether anything was searched for or filtered.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.unfiltered.is_empty() || self.filters.iter().any(|filter| filter.condition.is_some())
    }

    /// Asks the database; nothing, if there is no such page.
    pub(super) fn load(&self, conn: &mut Conn) -> Result<Option<Found>> {
        let options = &self.site.known.options;
        let (per_page, most) = (options.list_per_page.max(1), options.list_max_show_all);
        let number = self.params.page();
        let wants_all = self.params.has("all");
        let paths = &self.columns.paths;
        let dates = self.hierarchy.as_ref().map(|dates| &dates.path);
        let counts_whole = options.show_full_result_count && self.is_narrowed();
        let mut rows = None;
        let mut summary = None;
        // One row more than fits tells whether there is more to count.
        if self.is_narrowed() && (number == 1 || wants_all) {
            let limit = if wants_all { per_page.max(most) } else { per_page };
            let found = self.query.rows(conn, paths, Some(limit + 1), 0)?;
            let seen = counted(&found);
            if seen > limit {
                rows = Some(found);
            } else {
                let whole = counts_whole.then(|| self.base.count(conn)).transpose()?;
                summary = Some((seen, whole));
                rows = Some(found);
            }
        }
        let mut ends = None;
        let (count, whole) = if let Some(known) = summary {
            known
        } else {
            let asked = self.query.summary(conn, counts_whole.then_some(&self.base), dates)?;
            ends = asked.ends;
            (asked.count, asked.whole)
        };
        let whole = whole.or_else(|| (!self.is_narrowed()).then_some(count));
        let is_all = wants_all && count <= most || count <= per_page;
        let paginator = Paginator { count, per_page };
        if !is_all && !(1..=paginator.num_pages()).contains(&number) {
            return Ok(None);
        }
        let page = if is_all { 1 } else { number };
        let mut rows = match rows {
            Some(rows) if page == 1 => rows,
            _ if is_all => self.query.rows(conn, paths, None, 0)?,
            _ => self.query.rows(conn, paths, Some(per_page), paginator.offset(page))?,
        };
        if !is_all {
            rows.truncate(usize::try_from(per_page).unwrap_or(usize::MAX));
        }
        let dates = match &self.hierarchy {
            Some(hierarchy) => {
                let at_hand = counted(&rows) >= count;
                let mut values: Vec<_> = rows.iter().map(|row| &row[self.date_at]).filter(|v| !v.is_null()).collect();
                if at_hand && ends.is_none() {
                    values.sort_by_key(|value| sort_key(value));
                }
                let ends = match &ends {
                    Some((first, last)) => Some((first, last)),
                    None => values.first().copied().zip(values.last().copied()),
                };
                let all = at_hand.then_some(values);
                hierarchy.dates(conn, self.site, &self.params, &self.query, ends, all)?
            }
            None => None,
        };
        let mut filters = Vec::with_capacity(self.filters.len());
        for (at, filter) in self.filters.iter().enumerate() {
            let rest = self.has_facets.then(|| self.without(at));
            filters.extend(filter.shown(conn, self.site, &self.params, &self.base, rest.as_ref())?);
        }
        Ok(Some(Found { rows, count, whole, page, filters, dates }))
    }

    /// The rows that all but the filter at `skipped` leave.
    fn without(&self, skipped: usize) -> Query {
        let filters = self.filters.iter().enumerate().filter(|(at, _)| *at != skipped);
        let conditions = self.unfiltered.iter().chain(filters.filter_map(|(_, filter)| filter.condition.as_ref()));
        conditions.fold(self.base.clone(), |query, condition| query.filter(condition.clone()))
    }
}

fn counted(rows: &[Row]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

fn sort_key(value: &crate::db::Value) -> Option<chrono::NaiveDateTime> {
    match value {
        crate::db::Value::Date(day) => Some(day.and_time(chrono::NaiveTime::MIN)),
        crate::db::Value::Timestamp(time) => Some(time.utc().naive_utc()),
        _ => None,
    }
}
