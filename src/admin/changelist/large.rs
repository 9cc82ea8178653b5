//! Loads a list of a large table. A statement reads no more rows than the page and the limit of counting need, or
//! the database stops it after `LIST_BUDGET`. Only a page by its number skips all rows before it.

use super::filters::Shown;
use super::hierarchy::{AtHand, Dates};
use super::list::List;
use super::load::{Covered, Loaded, PageKeys};
use super::params::{AFTER, BEFORE, COUNT, END, SEARCH};
use super::tally::Tally;
use crate::admin::options::SearchMode;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Condition, Lookup, Place, Query, Row, parse};

/// Numbers of rows from the beginning of a list, for a search that cannot read all rows in time. The list uses
/// the largest number that can be searched in time.
const SEARCHED: [i64; 3] = [2_000, 20_000, 200_000];

/// A search of many candidates, which finds every row, may take the usual budget this many times.
const SLOWER: u32 = 20;

/// The rows of a page, its number, and whether other rows precede and follow it.
struct PageRows {
    rows: Vec<Row>,
    /// Whether there are rows before and behind the page.
    more: (bool, bool),
    /// The number of the page, if it is known.
    number: Option<i64>,
    covered: Option<Covered>,
}

impl List {
    /// Whether the table has more rows than a list counts.
    pub(super) fn is_large(&self, conn: &mut Conn) -> Result<bool> {
        let last = &self.site.registered.last_size;
        let count = if let Some(count) = last.get() {
            count
        } else {
            let all = Query::new(self.query.model());
            let count = all.count_up_to(conn, self.bounds.limit)?;
            last.set(count);
            count
        };
        Ok(count > self.bounds.limit)
    }

    /// Loads the list of a large table; returns `None` if the page does not exist.
    pub(super) fn load_large(&self, conn: &mut Conn) -> Result<Option<Loaded>> {
        let count = self.tally(conn)?;
        let Some(page) = self.large_page(conn, count)? else {
            return Ok(None);
        };
        // Every row is on this page.
        let is_whole = page.more == (false, false) && page.covered.is_none();
        let count = match page.rows.len() {
            shown if is_whole => Tally::Exact(i64::try_from(shown).unwrap_or(i64::MAX)),
            _ => count,
        };
        let whole = (!self.is_narrowed()).then_some(count);
        let dates = self.large_dates(conn, &page, is_whole)?;
        let filters = self.large_filters(conn)?;
        let keys = self.keys(&page.rows, page.more);

        Ok(Some(Loaded {
            rows: page.rows,
            count,
            whole,
            page: page.number,
            filters,
            dates,
            keys: (count.exact().is_none() || page.number.is_none()).then_some(keys),
            covered: page.covered,
        }))
    }

    /// Counts the rows as far as that is quick.
    fn tally(&self, conn: &mut Conn) -> Result<Tally> {
        let (limit, budget) = (self.bounds.limit, self.bounds.budget);
        if self.params.get(COUNT) == Some("exact") {
            return Ok(Tally::Exact(self.query.count(conn)?));
        }
        let is_slow = self.is_searched && !self.is_indexed && self.many_candidates.is_none();
        if is_slow && self.site.registered.last_size.is_search_slow() {
            return Ok(Tally::Unknown);
        }
        let counted = conn.within(budget, |conn| self.query.count_up_to(conn, limit))?;
        let tally = counted.map_or(Tally::Unknown, |count| Tally::counted(count, limit));
        if self.query.is_filtered() {
            return Ok(tally);
        }
        match tally {
            Tally::Exact(count) => self.site.registered.last_size.set(count),
            Tally::MoreThan(_) => {
                let estimate = self.query.estimated_total(conn)?;
                let estimate = estimate.filter(|estimate| *estimate > limit);
                return Ok(estimate.map_or(tally, Tally::About));
            }
            _ => {}
        }
        Ok(tally)
    }

    fn large_page(&self, conn: &mut Conn, count: Tally) -> Result<Option<PageRows>> {
        let per_page = self.per_page();
        if let Some(place) = self.place() {
            return self.page_at(conn, &place, per_page).map(Some);
        }
        let number = self.params.page();
        if let Some(count) = count.exact() {
            if !self.is_page(number, count) {
                return Ok(None);
            }
            if self.is_whole(count) {
                let rows = self.query.rows(conn, &self.columns.paths, None, 0)?;
                return Ok(Some(PageRows::only(rows)));
            }
        }
        let Some(offset) = self.offset(number) else {
            return Ok(None);
        };
        let rows = |conn: &mut Conn| {
            let paths = &self.columns.paths;
            self.query.rows(conn, paths, Some(per_page + 1), offset)
        };
        let last = &self.site.registered.last_size;
        let is_complete = !self.is_searched || self.is_indexed;
        let found = if is_complete || self.params.get(SEARCH) == Some("all") {
            Some(rows(conn)?)
        } else if let Some(narrow) = &self.many_candidates {
            match conn.within(self.bounds.budget, rows)? {
                Some(rows) => Some(rows),
                None => self.rows_of_candidates(conn, narrow, per_page + 1, offset)?,
            }
        } else if last.is_search_slow() {
            None
        } else {
            let found = conn.within(self.bounds.budget, rows)?;
            if found.is_none() {
                last.search_was_stopped();
            }
            found
        };
        let (mut rows, covered) = if let Some(rows) = found {
            (rows, None)
        } else {
            let (rows, covered) = self.searched_first(conn, per_page + 1, offset)?;
            (rows, Some(covered))
        };
        if rows.is_empty() && number > 1 {
            return Ok(None);
        }
        let shown = usize::try_from(per_page).unwrap_or(usize::MAX);
        let has_more = rows.len() > shown;
        rows.truncate(shown);

        Ok(Some(PageRows {
            rows,
            more: (number > 1, has_more),
            number: Some(number),
            covered,
        }))
    }

    /// Returns a page of the rows that a search index returns: the rows that match are far from the beginning of the list.
    fn rows_of_candidates(
        &self,
        conn: &mut Conn,
        narrow: &Condition,
        limit: i64,
        offset: i64,
    ) -> Result<Option<Vec<Row>>> {
        let query = self.query.clone().filter(narrow.clone());
        conn.within(self.bounds.budget * SLOWER, |conn| {
            query.rows(conn, &self.columns.paths, Some(limit), offset)
        })
    }

    /// Returns the rows that match exactly, and those among the first rows of the list: as many as can be
    /// searched in time.
    fn searched_first(
        &self,
        conn: &mut Conn,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Row>, Covered)> {
        let budget = self.bounds.budget;
        let mut pks = match self.exactly() {
            Some(query) => query.pks(conn)?,
            None => Vec::new(),
        };
        let (mut searched, mut found) = (0, Vec::new());
        for first in SEARCHED {
            let some = conn.within(budget, |conn| {
                self.query
                    .among_first(conn, &self.base, first, limit, offset)
            })?;
            let Some(some) = some else { break };
            (searched, found) = (first, some);
            if i64::try_from(found.len()).is_ok_and(|found| found >= limit) {
                break;
            }
        }
        let others = found
            .into_iter()
            .filter(|pk| !pks.contains(pk))
            .collect::<Vec<_>>();
        pks.extend(others);
        Ok((self.rows_of(conn, pks)?, Covered(searched)))
    }

    /// Returns the query for rows with the search text as a value of a column with an index.
    fn exactly(&self) -> Option<Query> {
        let model = self.query.model();
        let fields = self.site.registered.options.search_fields.iter();
        let indexed = fields.filter(|field| {
            field.path.steps.is_empty()
                && field.mode != SearchMode::Exact
                && self.query.begins_an_index(field.path.column)
        });
        let parts: Vec<Condition> = indexed
            .filter_map(|field| {
                let value = parse(model.resolve(&field.path)?, self.words.trim())?;
                Some(Condition::Is {
                    path: field.path.clone(),
                    lookup: Lookup::Exact,
                    values: vec![value],
                })
            })
            .collect();
        (!parts.is_empty()).then(|| {
            let narrowed = self.narrowed_without_search();
            narrowed
                .filter(Condition::Any(parts))
                .order_by(self.query.order().to_vec())
        })
    }

    /// Returns the place in the URL at which the page begins.
    fn place(&self) -> Option<Place> {
        self.order_at.as_ref()?;
        let model = self.query.model();
        let order = self.query.order();
        let values = |text: &str| {
            let texts: Vec<Option<String>> = serde_json::from_str(text).ok()?;
            if texts.len() != order.len() {
                return None;
            }
            let parsed = texts.iter().zip(order).map(|(text, key)| {
                let field = model.resolve(&key.path)?;
                match text {
                    Some(text) => parse(field, text),
                    None => Some(Value::Null(field.sql)),
                }
            });
            parsed.collect::<Option<Vec<_>>>()
        };
        if let Some(text) = self.params.get(AFTER) {
            return values(text).map(Place::After);
        }
        match self.params.get(BEFORE)? {
            END => Some(Place::End),
            text => values(text).map(Place::Before),
        }
    }

    fn page_at(&self, conn: &mut Conn, place: &Place, per_page: i64) -> Result<PageRows> {
        let mut pks = self.query.pks_at(conn, place, per_page + 1)?;
        let shown = usize::try_from(per_page).unwrap_or(usize::MAX);
        let has_more = pks.len() > shown;
        pks.truncate(shown);
        let more = match place {
            Place::After(_) => (true, has_more),
            Place::Before(_) => (has_more, true),
            Place::End => (has_more, false),
        };
        let is_possible = |number: &i64| *number > 1 && self.offset(*number).is_some();
        let number = match self.params.get("p") {
            Some(_) if more.0 => Some(self.params.page()).filter(is_possible),
            _ if more.0 => None,
            _ => Some(1),
        };

        Ok(PageRows {
            rows: self.rows_of(conn, pks)?,
            more,
            number,
            covered: None,
        })
    }

    /// Returns the keys of the first and the last row, for links to the pages around this one.
    fn keys(&self, rows: &[Row], more: (bool, bool)) -> PageKeys {
        let key = |row: &Row| self.key(row);
        PageKeys {
            is_keyed: self.order_at.is_some(),
            first: rows.first().filter(|_| more.0).and_then(key),
            last: rows.last().filter(|_| more.1).and_then(key),
            has_more: more.1,
        }
    }

    /// Returns the values of a row by which the list is sorted, as the URL has them; `None` if a URL cannot have
    /// them.
    fn key(&self, row: &Row) -> Option<String> {
        let mut texts = Vec::new();
        for (at, key) in self.order_at.as_ref()?.iter().zip(self.query.order()) {
            let (value, field) = (row.get(*at)?, self.query.model().resolve(&key.path)?);
            let text = (!value.is_null()).then(|| value.to_string());
            if let Some(text) = &text {
                parse(field, text).filter(|parsed| parsed == value)?;
            }
            texts.push(text);
        }
        serde_json::to_string(&texts).ok()
    }

    fn large_dates(
        &self,
        conn: &mut Conn,
        page: &PageRows,
        is_whole: bool,
    ) -> Result<Option<Dates>> {
        let Some(hierarchy) = &self.hierarchy else {
            return Ok(None);
        };
        if is_whole {
            let values = page.rows.iter().filter_map(|row| row.get(self.date_at));
            let mut values: Vec<&Value> = values.filter(|value| !value.is_null()).collect();
            values.sort_by_key(|value| value.to_string());
            let ends = values.first().copied().zip(values.last().copied());
            let at_hand = AtHand::All(values);
            return hierarchy.dates(conn, self.site, &self.params, &self.query, ends, at_hand);
        }
        if page.covered.is_some() {
            return Ok(None);
        }
        let loaded = conn.within(self.bounds.budget, |conn| {
            let ends = self.query.ends(conn, &hierarchy.path)?;
            let ends = ends.as_ref().map(|(first, last)| (first, last));
            let at_hand = AtHand::None { many: true };
            hierarchy.dates(conn, self.site, &self.params, &self.query, ends, at_hand)
        })?;
        if let Some(dates) = loaded {
            Ok(dates)
        } else {
            let nothing = AtHand::All(Vec::new());
            hierarchy.dates(conn, self.site, &self.params, &self.query, None, nothing)
        }
    }

    fn large_filters(&self, conn: &mut Conn) -> Result<Vec<Shown>> {
        let mut filters = Vec::with_capacity(self.filters.len());
        for (at, filter) in self.filters.iter().enumerate() {
            let rest = self.has_facets.then(|| self.without(at));
            let asked = (self.site, &self.params);
            filters.extend(filter.shown_within(
                conn,
                asked,
                &self.base,
                rest.as_ref(),
                self.bounds,
            )?);
        }
        Ok(filters)
    }
}

impl PageRows {
    /// The only page of a list.
    fn only(rows: Vec<Row>) -> Self {
        Self {
            rows,
            more: (false, false),
            number: Some(1),
            covered: None,
        }
    }
}
