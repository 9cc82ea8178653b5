//! Loads a list with a fixed number of queries, for any number of rows.

use super::filters::Shown;
use super::hierarchy::{AtHand, Dates};
use super::last_spans::Span;
use super::list::List;
use super::params::{AFTER, BEFORE};
use super::tally::Tally;
use crate::db::{Conn, Paginator, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Row, Summary};

/// The largest number of search results whose primary keys and dates are kept in memory.
const FEW: i64 = 300;

/// A result counts as large if it holds at least one of every this many rows of the table.
const MANY: i64 = 10;

/// The data of a list.
pub(super) struct Loaded {
    pub(super) rows: Vec<Row>,
    /// The number of matching rows.
    pub(super) count: Tally,
    /// The number of all rows; `None` if it is not counted.
    pub(super) whole: Option<Tally>,
    /// The number of the page, from 1; `None` if it is not known.
    pub(super) page: Option<i64>,
    pub(super) filters: Vec<Shown>,
    pub(super) dates: Option<Dates>,
    /// The ends of the page, for links to the pages around it, if there are too many rows to count.
    pub(super) keys: Option<PageKeys>,
    /// The part of the list that was searched; `None` for all rows.
    pub(super) covered: Option<Covered>,
}

/// The keys of the first and the last row of a page; `None` if there is nothing before, or behind, the
/// page, or a URL cannot have the key.
pub(super) struct PageKeys {
    /// Whether pages can continue behind a row.
    pub(super) is_keyed: bool,
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    pub(super) has_more: bool,
}

/// The number of rows from the beginning of the list that were searched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered(pub(super) i64);

/// The data that are known before the page is loaded.
#[derive(Default)]
struct Preloaded {
    /// Primary key and date of every search result, if there are few.
    keys: Option<Vec<Row>>,
    /// A page number with its rows, if they were loaded with the count.
    rows: Option<(i64, Vec<Row>)>,
    count: i64,
    whole: Option<i64>,
    /// The first and the last date.
    ends: Option<(Value, Value)>,
    /// Spans, and whether each has a date.
    spans: Option<(Vec<Span>, Vec<bool>)>,
}

impl List {
    /// Loads the list; returns `None` if the page does not exist.
    pub(super) fn load(&mut self, conn: &mut Conn) -> Result<Option<Loaded>> {
        if self.is_large(conn)? {
            self.use_search_index(conn)?;
            return self.load_large(conn);
        }
        let most = self.site.registered.options.list_max_show_all;
        let per_page = self.per_page();
        let number = self.params.page();
        let mut before = self.preload(conn, per_page, most, number)?;
        let count = before.count;
        if !self.is_page(number, count) {
            return Ok(None);
        }
        let is_all = self.is_whole(count);
        let paginator = Paginator { count, per_page };
        let page = if is_all { 1 } else { number };
        let mut rows = match (
            before.rows.take().filter(|(of, _)| *of == page),
            &before.keys,
        ) {
            (Some((_, rows)), _) => rows,
            (None, Some(keys)) => {
                let skipped = usize::try_from(paginator.offset(page)).unwrap_or(usize::MAX);
                let shown = keys
                    .iter()
                    .skip(skipped)
                    .take(usize::try_from(per_page).unwrap_or(usize::MAX));
                self.rows_of(conn, shown.filter_map(|key| key.first().cloned()).collect())?
            }
            (None, None) if is_all => self.query.rows(conn, &self.columns.paths, None, 0)?,
            (None, None) => self.page(conn, &before, per_page, paginator.offset(page))?,
        };
        if !is_all {
            rows.truncate(usize::try_from(per_page).unwrap_or(usize::MAX));
        }
        let dates = self.dates(conn, &before, &rows)?;
        let mut filters = Vec::with_capacity(self.filters.len());
        for (at, filter) in self.filters.iter().enumerate() {
            let rest = self.has_facets.then(|| self.without(at));
            filters.extend(filter.shown(
                conn,
                self.site,
                &self.params,
                &self.base,
                rest.as_ref(),
            )?);
        }
        if let (Some(whole), false) = (before.whole, self.base.is_filtered()) {
            self.site.registered.last_size.set(whole);
        }
        Ok(Some(Loaded {
            rows,
            count: Tally::Exact(count),
            whole: before.whole.map(Tally::Exact),
            page: Some(page),
            filters,
            dates,
            keys: None,
            covered: None,
        }))
    }

    /// Whether `count` rows fit on one page.
    pub(super) fn is_whole(&self, count: i64) -> bool {
        let options = &self.site.registered.options;
        self.params.has("all") && count <= options.list_max_show_all || count <= self.per_page()
    }

    /// Returns the number of the last page of `count` rows.
    pub(super) fn last_page(&self, count: i64) -> i64 {
        let per_page = self.per_page();
        Paginator { count, per_page }.num_pages()
    }

    /// Returns the number of rows on a page.
    pub(super) fn per_page(&self) -> i64 {
        self.site.registered.options.list_per_page.max(1)
    }

    /// Returns the number of rows before page `number`; `None` if no list is that long.
    pub(super) fn offset(&self, number: i64) -> Option<i64> {
        let before = number.checked_sub(1).filter(|before| *before >= 0)?;
        before.checked_mul(self.per_page())
    }

    /// Whether page `number` of `count` rows exists. Like Django, a list of one page has every number.
    pub(super) fn is_page(&self, number: i64, count: i64) -> bool {
        self.is_whole(count) || (1..=self.last_page(count)).contains(&number)
    }

    /// Whether the page in the URL exists; the first one always does.
    pub(super) fn has_page(&self, conn: &mut Conn) -> Result<bool> {
        let number = self.params.page();
        if number == 1 || self.params.has(AFTER) || self.params.has(BEFORE) {
            return Ok(true);
        }
        if number > 1 && self.is_large(conn)? {
            let Some(offset) = self.offset(number) else {
                return Ok(false);
            };
            let pk = ColumnPath::own(self.query.model().pk().column);
            return Ok(!self.query.rows(conn, &[pk], Some(1), offset)?.is_empty());
        }
        Ok(self.is_page(number, self.query.count(conn)?))
    }

    /// Counts the rows, and loads other data that cost as much as counting.
    fn preload(&self, conn: &mut Conn, per_page: i64, most: i64, number: i64) -> Result<Preloaded> {
        let wants_all = self.params.has("all");
        let dates = self.hierarchy.as_ref().map(|dates| &dates.path);
        let counts_whole =
            self.site.registered.options.show_full_result_count && self.is_narrowed();
        if self.is_searched && !wants_all {
            if let Some(keys) = self.query.few(conn, dates, FEW.max(per_page))? {
                let whole = counts_whole.then(|| self.base.count(conn)).transpose()?;
                return Ok(Preloaded {
                    count: counted(&keys),
                    keys: Some(keys),
                    whole,
                    ..Preloaded::default()
                });
            }
        } else if self.is_narrowed() && (number == 1 || wants_all) {
            // One additional row shows whether there are more rows to count.
            let limit = if wants_all {
                per_page.max(most)
            } else {
                per_page
            };
            let rows = self
                .query
                .rows(conn, &self.columns.paths, Some(limit + 1), 0)?;
            let count = counted(&rows);
            if count <= limit {
                let whole = counts_whole.then(|| self.base.count(conn)).transpose()?;
                return Ok(Preloaded {
                    count,
                    rows: Some((1, rows)),
                    whole,
                    ..Preloaded::default()
                });
            }
            let asked = self
                .query
                .summary(conn, counts_whole.then_some(&self.base), dates)?;
            return Ok(Preloaded {
                rows: Some((1, rows)),
                count: asked.count,
                whole: asked.whole,
                ends: asked.ends,
                ..Preloaded::default()
            });
        }
        if !self.is_narrowed() && !wants_all && number >= 1 {
            // The requested page nearly always exists.
            let offset = (number - 1).saturating_mul(per_page);
            let (paths, spans) = (&self.columns.paths, self.site.registered.last_spans.get());
            let found =
                self.query
                    .rows_and_summary(conn, paths, (per_page, offset), dates, &spans)?;
            if let Some((
                rows,
                Summary {
                    count,
                    ends,
                    occurring,
                    ..
                },
            )) = found
            {
                let spans = occurring.map(|occurring| (spans, occurring));
                return Ok(Preloaded {
                    rows: Some((number, rows)),
                    count,
                    whole: Some(count),
                    ends,
                    spans,
                    keys: None,
                });
            }
        }
        let asked = self
            .query
            .summary(conn, counts_whole.then_some(&self.base), dates)?;
        let whole = if self.is_narrowed() {
            asked.whole
        } else {
            Some(asked.count)
        };
        Ok(Preloaded {
            count: asked.count,
            whole,
            ends: asked.ends,
            ..Preloaded::default()
        })
    }

    /// Returns the rows with these primary keys, in the order of the list.
    pub(super) fn rows_of(&self, conn: &mut Conn, pks: Vec<Value>) -> Result<Vec<Row>> {
        let rows = self
            .base
            .clone()
            .order_by(self.query.order().to_vec())
            .with_pks(pks);
        rows.rows(conn, &self.columns.paths, None, 0)
    }

    /// Returns the rows of a page.
    fn page(
        &self,
        conn: &mut Conn,
        before: &Preloaded,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Row>> {
        // If a search has many results, a page of them is among the first rows of the table. Search
        // a quarter more rows than needed on average, rounded up to a power of two, because each
        // number makes another statement.
        let first = |whole: i64| {
            let first =
                (offset + limit).saturating_mul(whole) / before.count.max(1) * 5 / 4 + limit;
            u64::try_from(first)
                .ok()
                .and_then(|first| i64::try_from(first.next_power_of_two()).ok())
                .unwrap_or(first)
        };
        let first = before
            .whole
            .map(|whole| (first(whole), whole))
            .filter(|(first, whole)| first * 4 < *whole);
        if let (true, Some((first, _))) = (self.is_searched, first) {
            let pks = self
                .query
                .among_first(conn, &self.base, first, limit, offset)?;
            if i64::try_from(pks.len()).is_ok_and(|found| found == limit.min(before.count - offset))
            {
                return self.rows_of(conn, pks);
            }
        }
        self.query
            .rows(conn, &self.columns.paths, Some(limit), offset)
    }

    fn dates(&self, conn: &mut Conn, before: &Preloaded, rows: &[Row]) -> Result<Option<Dates>> {
        let Some(hierarchy) = &self.hierarchy else {
            return Ok(None);
        };
        let mut values: Vec<&Value> = match &before.keys {
            Some(keys) => keys.iter().filter_map(|key| key.get(1)).collect(),
            None => rows
                .iter()
                .filter_map(|row| row.get(self.date_at))
                .collect(),
        };
        values.retain(|value| sort_key(value).is_some());
        let is_known = before.keys.is_some() || counted(rows) >= before.count;
        if is_known {
            values.sort_by_key(|value| sort_key(value));
        }
        let is_unreadable =
            |(first, last): &(Value, Value)| first.unreadable().or(last.unreadable()).is_some();
        let readable = match &before.ends {
            Some(ends) if !is_known && is_unreadable(ends) => {
                hierarchy.readable_ends(conn, self.site, &self.query)?
            }
            ends => ends.clone().filter(|ends| !is_unreadable(ends)),
        };
        let ends = match &readable {
            Some((first, last)) => Some((first, last)),
            None => values.first().copied().zip(values.last().copied()),
        };
        let many = before
            .whole
            .is_some_and(|whole| before.count.saturating_mul(MANY) >= whole);
        let at_hand = match &before.spans {
            _ if is_known => AtHand::All(values),
            Some((spans, occurring)) => AtHand::Spans(spans, occurring),
            None => AtHand::None { many },
        };
        hierarchy.dates(conn, self.site, &self.params, &self.query, ends, at_hand)
    }
}

fn counted(rows: &[Row]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

fn sort_key(value: &Value) -> Option<chrono::NaiveDateTime> {
    match value {
        Value::Date(day) => Some(day.and_time(chrono::NaiveTime::MIN)),
        Value::Timestamp(time) => Some(time.utc().naive_utc()),
        _ => None,
    }
}
