//! The filters of a list: their state in the URL, and their choices.

mod dates;
mod related;
mod values;

use std::time::Instant;

use super::params::Params;
use super::tally::{Bounds, Tally};
use super::{Problem, Site, lookup};
use crate::admin::options::{FilterKind, ListFilter, OwnFilter};
use crate::db::Conn;
use crate::error::Result;
use crate::models::{ColumnPath, Condition, DisplayShape, Field, Meta, Query, RelationTarget};
use crate::words::capfirst;
use related::Search;

enum Offer {
    Boolean,
    Choices,
    Dates,
    Related {
        target: RelationTarget,
        used_only: bool,
    },
    AllValues,
    Empty,
    Own(OwnFilter),
}

/// A filter, and its state in the URL.
pub(super) struct Filter {
    /// The title.
    pub(super) title: String,
    /// The field in the spelling of URLs, or the parameter of a custom filter.
    name: String,
    path: ColumnPath,
    field: &'static Field,
    offer: Offer,
    /// The parameters of the filter.
    expected: Vec<String>,
    /// The condition, if the filter is active.
    pub(super) condition: Option<Condition>,
}

/// A choice of a filter.
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) url: String,
    pub(super) is_chosen: bool,
    /// The condition; `None` for all rows.
    condition: Option<Condition>,
    /// The number of matching rows, if requested.
    pub(super) count: Option<Tally>,
}

/// The choices of a filter, as the page shows them.
pub(super) struct Shown {
    pub(super) title: String,
    pub(super) choices: Vec<Choice>,
    pub(super) search: Option<Search>,
    pub(super) is_active: bool,
    /// The URL of the list without this filter.
    pub(super) without: String,
}

impl Choice {
    fn all(params: &Params, remove: &[&str], is_chosen: bool, text: &str) -> Self {
        Self {
            text: text.to_owned(),
            url: params.link(&[], remove),
            is_chosen,
            condition: None,
            count: None,
        }
    }
}

/// Returns the rows that the relation at `path`, which ends at `model`, can refer to.
fn target(field: &'static Field, path: &ColumnPath, model: &'static Meta) -> RelationTarget {
    let relation = field.relation.as_ref();
    let relation = relation.filter(|_| !path.column.is_empty());
    relation.map_or_else(|| RelationTarget::new(model), RelationTarget::from_relation)
}

impl Filter {
    pub(super) fn new(
        site: Site,
        filter: &'static ListFilter,
        params: &Params,
    ) -> Result<Self, Problem> {
        let model = site.registered.model;
        let (path, kind) = match filter {
            ListFilter::Own(own) => {
                let name = own.parameter_name.to_owned();
                return Ok(Self {
                    title: capfirst(own.title),
                    condition: params.get(&name).map(own.condition),
                    expected: vec![name.clone()],
                    name,
                    path: ColumnPath::own(model.pk().column),
                    field: model.pk(),
                    offer: Offer::Own(*own),
                });
            }
            ListFilter::Field(path, kind) => (path, *kind),
        };
        let name = model.spelled(path);
        let field = model.resolve(path).unwrap_or_else(|| model.pk());
        let offer = match (kind, model.related(path)) {
            (FilterKind::Empty, _) => Offer::Empty,
            (FilterKind::AllValues, _) => Offer::AllValues,
            (kind, Some(model)) => Offer::Related {
                target: target(field, path, model),
                used_only: kind == FilterKind::UsedOnly,
            },
            _ if field.kind.shape() == DisplayShape::YesNo => Offer::Boolean,
            _ if field.has_choices() => Offer::Choices,
            _ if field.kind.shape().has_day() => Offer::Dates,
            _ => Offer::AllValues,
        };
        let with = |lookup: &str| format!("{name}__{lookup}");
        let expected = match &offer {
            Offer::Related { target, .. } => vec![
                format!("{name}__{}__exact", target.key().name),
                with("isnull"),
            ],
            Offer::Dates => vec![with("gte"), with("lt"), with("isnull")],
            Offer::AllValues => vec![name.clone(), with("isnull")],
            Offer::Empty => vec![with("isempty")],
            _ => vec![with("exact"), with("isnull")],
        };
        let title = match path.steps.last() {
            Some(crate::models::Step::Many(many)) if path.column.is_empty() => model
                .many(many)
                .map_or_else(|| capfirst(&name), crate::models::ManyToMany::label),
            _ => field.label(),
        };
        let mut filter = Self {
            title,
            name,
            path: path.clone(),
            field,
            offer,
            expected,
            condition: None,
        };
        filter.condition = filter.asked(site, params)?;
        Ok(filter)
    }

    fn asked(&self, site: Site, params: &Params) -> Result<Option<Condition>, Problem> {
        if matches!(self.offer, Offer::Empty) {
            return match params.get(&self.expected[0]) {
                None => Ok(None),
                Some("1") => Ok(Some(values::empty(self))),
                Some("0") => Ok(Some(Condition::Not(Box::new(values::empty(self))))),
                Some(_) => Err(Problem::Lookup),
            };
        }
        let mut conditions = Vec::new();
        for name in self.expected.iter().filter(|name| params.has(name)) {
            conditions.push(lookup::condition(site, name, params.all(name))?);
        }
        Ok((!conditions.is_empty()).then_some(Condition::All(conditions)))
    }

    /// Whether the parameter `name` belongs to the filter.
    pub(super) fn expects(&self, name: &str) -> bool {
        self.expected.iter().any(|other| other == name)
    }

    /// Returns the choices for the page; `None` if there is nothing to choose. `rest` are the rows
    /// that match all other filters, if choices are to be counted.
    pub(super) fn shown(
        &self,
        conn: &mut Conn,
        site: Site,
        params: &Params,
        base: &Query,
        rest: Option<&Query>,
    ) -> Result<Option<Shown>> {
        let mut search = None;
        let mut choices = match &self.offer {
            Offer::Boolean => values::boolean(self, params),
            Offer::Choices => values::choices(self, params),
            Offer::Dates => dates::spans(self, site, params),
            Offer::Related { target, used_only } => {
                let (choices, box_to_search) =
                    related::rows(self, conn, site, params, target, used_only.then_some(base))?;
                if choices.len() < 3 && box_to_search.is_none() && self.condition.is_none() {
                    return Ok(None);
                }
                search = box_to_search;
                choices
            }
            Offer::AllValues => values::all(self, conn, site, params, base)?,
            Offer::Empty => values::emptiness(self, params),
            Offer::Own(own) if own.lookups.is_empty() => return Ok(None),
            Offer::Own(own) => values::own(own, params),
        };
        if let Some(rest) = rest {
            let counted: Vec<Condition> = choices
                .iter()
                .filter_map(|choice| choice.condition.clone())
                .collect();
            let mut counts = rest.counts(conn, &counted)?.into_iter();
            for choice in choices
                .iter_mut()
                .filter(|choice| choice.condition.is_some())
            {
                choice.count = counts.next().map(Tally::Exact);
            }
        }
        let without: Vec<&str> = self.expected.iter().map(String::as_str).collect();
        Ok(Some(Shown {
            title: self.title.clone(),
            choices,
            search,
            is_active: self.condition.is_some(),
            without: params.link(&[], &without),
        }))
    }

    /// Does the same for a large table: what takes too long is left out.
    pub(super) fn shown_within(
        &self,
        conn: &mut Conn,
        (site, params): (Site, &Params),
        base: &Query,
        rest: Option<&Query>,
        Bounds { limit, budget }: Bounds,
    ) -> Result<Option<Shown>> {
        let shown = conn.within(budget, |conn| self.shown(conn, site, params, base, None))?;
        let names: Vec<&str> = self.expected.iter().map(String::as_str).collect();
        let mut shown = match shown {
            Some(None) => return Ok(None),
            Some(Some(shown)) => shown,
            None => Shown {
                title: self.title.clone(),
                choices: vec![Choice::all(params, &names, self.condition.is_none(), "All")],
                search: None,
                is_active: self.condition.is_some(),
                without: params.link(&[], &names),
            },
        };
        let Some(rest) = rest else {
            return Ok(Some(shown));
        };
        let began = Instant::now();
        for choice in &mut shown.choices {
            let left = budget.saturating_sub(began.elapsed());
            let Some(condition) = choice.condition.clone().filter(|_| !left.is_zero()) else {
                continue;
            };
            let rows = rest.clone().filter(condition);
            let count = conn.within(left, |conn| rows.count_up_to(conn, limit))?;
            choice.count = count.map(|count| Tally::counted(count, limit));
        }
        Ok(Some(shown))
    }
}
