//! A list as described by its URL.

use super::chosen_columns;
use super::columns::Columns;
use super::filters::Filter;
use super::hierarchy::Hierarchy;
use super::order::{Sorting, ordering};
use super::params::Params;
use super::search::searched;
use super::tally::Bounds;
use super::{Problem, Site, lookup};
use crate::admin::options::{ChoiceLimits, Facets, HookRequest};
use crate::db::Conn;
use crate::error::Result;
use crate::models::{Condition, Query, SearchCandidates};

/// The list that a URL asks for.
pub(super) struct List {
    pub(super) site: Site,
    pub(super) params: Params,
    pub(super) columns: Columns,
    /// The number of the first column in `o`: 1 if there are boxes to tick.
    pub(super) first: i64,
    pub(super) sorting: Sorting,
    pub(super) filters: Vec<Filter>,
    pub(super) hierarchy: Option<Hierarchy>,
    /// The position of the date in a row.
    pub(super) date_at: usize,
    /// Lookups that do not belong to a filter.
    pub(super) others: Vec<(String, Vec<String>)>,
    /// The search text; empty if the model cannot be searched.
    pub(super) words: String,
    pub(super) has_nul: bool,
    pub(super) has_facets: bool,
    /// All rows that the user may see.
    pub(super) base: Query,
    /// The matching rows.
    pub(super) query: Query,
    /// The conditions except those of the filters.
    unfiltered: Vec<Condition>,
    /// Whether texts are searched.
    pub(super) is_searched: bool,
    /// The condition of the search.
    search: Option<Condition>,
    /// The rows that a search index returns, if there are too many to read all of them.
    pub(super) many_candidates: Option<Condition>,
    /// Whether a search index limits the query to a few rows.
    pub(super) is_indexed: bool,
    /// The positions of the columns of the order in a row, if pages can continue behind a row.
    pub(super) order_at: Option<Vec<usize>>,
    /// Up to how many rows are counted, and how long a statement may take for that.
    pub(super) bounds: Bounds,
    /// The limits of the rows that relations can be set to.
    pub(super) limits: ChoiceLimits,
}

impl List {
    /// Parses the URL. `first` is the number of the first column; `base` are the rows that the user
    /// may see.
    pub(super) fn new(
        site: Site,
        params: Params,
        base: Query,
        first: i64,
        request: &HookRequest<'_>,
    ) -> std::result::Result<Self, Problem> {
        let registered = site.registered;
        let options = &registered.options;
        let shown_filters = options.list_filter_for(request);
        for (name, _) in params.lookups() {
            if !lookup::is_allowed(registered, &shown_filters, name) {
                return Err(Problem::Refused(format!(
                    "filtering by {name} is not allowed"
                )));
            }
        }
        let mut filters = Vec::with_capacity(shown_filters.len());
        for filter in shown_filters {
            filters.push(Filter::new(site, filter, &params)?);
        }
        let hierarchy = options.date_hierarchy.as_ref();
        let hierarchy = hierarchy
            .map(|path| Hierarchy::new(site, path, &params))
            .transpose()?;
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
        let words = if has_nul {
            String::new()
        } else {
            given.to_owned()
        };
        unfiltered.extend(hierarchy.as_ref().and_then(|dates| dates.condition.clone()));
        let search = searched(&options.search_fields, &words);
        let is_searched = search.is_some();
        unfiltered.extend(search.clone());
        let mut columns = Columns::new(
            registered,
            chosen_columns::chosen(registered, &params, request),
        );
        let order = ordering(registered, &params, &columns.all, first);
        let sorting = Sorting::from_params(registered, &params, &columns.all, first);
        let date_at = hierarchy
            .as_ref()
            .map_or(0, |dates| columns.also(&dates.path));
        let mut query = base.clone().order_by(order);
        for condition in unfiltered.iter().chain(
            filters
                .iter()
                .filter_map(|filter| filter.condition.as_ref()),
        ) {
            query = query.filter(condition.clone());
        }
        let order_at = query.is_keyed().then(|| {
            let keys = query.order().iter();
            keys.map(|key| columns.also(&key.path)).collect()
        });
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
            is_searched,
            search,
            many_candidates: None,
            is_indexed: false,
            order_at,
            bounds: Bounds {
                limit: request.settings.lists.count_limit,
                budget: request.settings.lists.budget,
            },
            limits: options.choice_limits(request),
        })
    }

    /// Looks up the search text in the search indexes, and limits the list to the rows that they return if these are few.
    pub(super) fn use_search_index(&mut self, conn: &mut Conn) -> Result<()> {
        if !self.is_searched || self.site.registered.model.search_index.is_none() {
            return Ok(());
        }
        let limit = self.bounds.limit;
        let found = conn.within(self.bounds.budget, |conn| {
            self.query.search_candidates(conn, limit)
        })?;
        match found.flatten() {
            Some(SearchCandidates::Few(narrow)) => {
                self.query = self.query.clone().filter(narrow.clone());
                self.unfiltered.push(narrow);
                self.is_indexed = true;
            }
            Some(SearchCandidates::Many(narrow)) => self.many_candidates = Some(narrow),
            None => {}
        }
        Ok(())
    }

    /// Returns the names of the columns.
    pub(super) fn column_names(&self) -> Vec<&'static str> {
        self.columns.all.iter().map(|column| column.name).collect()
    }

    /// Whether there is a search or an active filter.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.unfiltered.is_empty() || self.filters.iter().any(|filter| filter.condition.is_some())
    }

    /// Returns the rows that match everything except the filter at `skipped`.
    pub(super) fn without(&self, skipped: usize) -> Query {
        let filters = self
            .filters
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != skipped);
        let conditions = self
            .unfiltered
            .iter()
            .chain(filters.filter_map(|(_, filter)| filter.condition.as_ref()));
        conditions.fold(self.base.clone(), |query, condition| {
            query.filter(condition.clone())
        })
    }

    /// Returns the rows that match everything except the search.
    pub(super) fn narrowed_without_search(&self) -> Query {
        let others = self
            .unfiltered
            .iter()
            .filter(|other| Some(*other) != self.search.as_ref());
        let filters = self
            .filters
            .iter()
            .filter_map(|filter| filter.condition.as_ref());
        others
            .chain(filters)
            .fold(self.base.clone(), |query, condition| {
                query.filter(condition.clone())
            })
    }
}
