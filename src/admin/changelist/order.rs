//! The order of a list: the requested order, completed to a total order.

use super::columns::Column;
use super::params::Params;
use crate::admin::RegisteredModel;
use crate::models::{ColumnPath, Meta, Order};
use crate::python::int_within_i64;

/// Sorted columns by number, most important first, each with whether it is descending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sorting(pub(super) Vec<(i64, bool)>);

/// Parses `o=-4.1`: numbers of columns, each with whether it begins with a minus.
fn asked(text: &str) -> impl Iterator<Item = (i64, bool)> + '_ {
    text.split('.').filter_map(|part| {
        // Like Python's rpartition("-").
        let (minus, number) = part
            .rsplit_once('-')
            .map_or((false, part), |(_, number)| (true, number));
        Some((int_within_i64(number)?, minus))
    })
}

/// Returns a total order of the rows. `first` is the number of the first column.
pub(super) fn ordering(
    registered: &'static RegisteredModel,
    params: &Params,
    columns: &[Column],
    first: i64,
) -> Vec<Order> {
    let model = registered.model;
    let mut orders = registered.policy().ordering().to_vec();
    if let Some(text) = params.get("o").filter(|text| !text.is_empty()) {
        let column = |number: i64| {
            usize::try_from(number.checked_sub(first)?)
                .ok()
                .and_then(|at| columns.get(at))
        };
        let keys = asked(text)
            .filter_map(|(number, minus)| Some((column(number)?.order.as_ref()?, minus)));
        orders = keys
            .map(|(key, minus)| Order {
                path: key.path.clone(),
                descending: key.descending != minus,
            })
            .collect();
        // The author's order breaks ties, the model's does not.
        orders.extend(registered.options.ordering.iter().flatten().cloned());
    }
    if !is_total(model, &orders) {
        orders.push(Order {
            path: ColumnPath::own(model.pk().column),
            descending: true,
        });
    }
    orders
        .iter()
        .flat_map(|order| model.ordered(order))
        .collect()
}

/// Whether the order is total (Django's `_get_deterministic_ordering`).
fn is_total(model: &'static Meta, orders: &[Order]) -> bool {
    let mut ordered = Vec::new();
    for order in orders.iter().filter(|order| order.path.steps.is_empty()) {
        let Some(field) = model.column(order.path.column) else {
            continue;
        };
        // A foreign key is sorted by the order of its model.
        if field.relation.is_some() {
            continue;
        }
        if field.primary_key || field.unique && !field.null {
            return true;
        }
        ordered.push(field.column);
    }
    let is_not_null = |column: &&str| model.column(column).is_some_and(|field| !field.null);
    let mut rules = model.complete_unique_rules().into_iter();
    rules.any(|rule| {
        rule.columns
            .iter()
            .all(|column| is_not_null(column) && ordered.contains(column))
    })
}

impl Sorting {
    /// Returns the columns by which the list is sorted, as the headings show it.
    pub(super) fn from_params(
        registered: &'static RegisteredModel,
        params: &Params,
        columns: &[Column],
        first: i64,
    ) -> Self {
        let mut sorting = Self::default();
        if let Some(text) = params.get("o") {
            for (number, minus) in asked(text) {
                sorting.set(number, minus);
            }
            return sorting;
        }
        for order in registered.policy().ordering() {
            let at = columns.iter().position(|column| {
                column
                    .order
                    .as_ref()
                    .is_some_and(|key| key.path == order.path)
            });
            if let Some(at) = at.and_then(|at| i64::try_from(at).ok()) {
                sorting.set(first + at, order.descending);
            }
        }
        sorting
    }

    fn set(&mut self, number: i64, descending: bool) {
        match self.0.iter_mut().find(|(other, _)| *other == number) {
            Some(registered) => registered.1 = descending,
            None => self.0.push((number, descending)),
        }
    }

    /// Returns the rank of a column, from 1, and whether it is descending.
    pub(super) fn rank(&self, number: i64) -> Option<(usize, bool)> {
        let at = self.0.iter().position(|(other, _)| *other == number)?;
        Some((at + 1, self.0[at].1))
    }

    /// Returns `o` with this column first, reversed if it is sorted already.
    pub(super) fn first(&self, number: i64) -> String {
        let turned = self.rank(number).is_some_and(|(_, descending)| !descending);
        spelled(
            [(number, turned)]
                .into_iter()
                .chain(self.0.iter().copied().filter(|(other, _)| *other != number)),
        )
    }

    /// Returns `o` with this column reversed in place.
    pub(super) fn turned(&self, number: i64) -> String {
        spelled(
            self.0
                .iter()
                .map(|&(other, descending)| (other, descending != (other == number))),
        )
    }

    /// Returns `o` without this column.
    pub(super) fn without(&self, number: i64) -> String {
        spelled(self.0.iter().copied().filter(|(other, _)| *other != number))
    }
}

fn spelled(keys: impl Iterator<Item = (i64, bool)>) -> String {
    let keys =
        keys.map(|(number, descending)| format!("{}{number}", if descending { "-" } else { "" }));
    keys.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_parts_of_an_order_are_skipped() {
        let keys = |text| asked(text).collect::<Vec<_>>();
        assert_eq!(keys("-4.1"), [(4, true), (1, false)]);
        assert_eq!(
            keys("abc.2.-x..--3.1-2"),
            [(2, false), (3, true), (2, true)]
        );
        assert_eq!(keys(""), []);
    }

    #[test]
    fn column_heads_link_to_other_orders() {
        let sorting = Sorting(vec![(4, true), (1, false)]);
        assert_eq!(sorting.first(1), "-1.-4");
        assert_eq!(sorting.turned(1), "-4.-1");
        assert_eq!(sorting.without(4), "1");
        assert_eq!(sorting.first(2), "2.-4.1");
        assert_eq!(sorting.rank(1), Some((2, false)));
    }
}
