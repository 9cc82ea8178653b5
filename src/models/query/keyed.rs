//! Pages by key: a page continues behind the row at which another one ended, so that an index finds
//! it in constant time.
//!
//! Rows without a value of the first column come last, in either direction. Each database would
//! read them at another place of the index, so rows with and without a value are read separately.

use super::{Builder, Query};
use crate::db::{Conn, Sql, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Lookup, Order};

/// The place in a list at which a page begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// The first row after the row with these values of the columns of the order.
    After(Vec<Value>),
    /// The last row before the row with these values.
    Before(Vec<Value>),
    /// The last row of the list.
    End,
}

impl Place {
    fn is_backwards(&self) -> bool {
        !matches!(self, Self::After(_))
    }

    fn values(&self) -> &[Value] {
        match self {
            Self::After(values) | Self::Before(values) => values,
            Self::End => &[],
        }
    }
}

/// The rows with, or without, a value of the first column of the order.
struct Part {
    /// `None` if the column cannot be NULL.
    is_empty: Option<bool>,
}

impl Query {
    /// Whether [`pks_at`](Self::pks_at) can continue this order by an index: all its columns belong to
    /// the model itself, an index begins with the first one, and the others are never NULL.
    pub fn is_keyed(&self) -> bool {
        let is_own = |key: &Order| key.path.steps.is_empty() && key.path.aggregation().is_none();
        let Some((first, rest)) = self.order.split_first() else {
            return false;
        };
        is_own(first)
            && self.begins_an_index(first.path.column)
            && rest
                .iter()
                .all(|key| is_own(key) && !self.model.is_nullable(&key.path))
    }

    /// Whether an index of all rows begins with this column of the model.
    pub(crate) fn begins_an_index(&self, column: &str) -> bool {
        let mut indexes = self.model.indexes.iter();
        self.model.column(column).is_some_and(|field| {
            field.primary_key || field.unique || field.db_index || field.relation.is_some()
        }) || indexes.any(|index| index.is_complete() && index.begins_with(column))
    }

    /// Returns the primary keys of up to `limit` rows from `place` on, the nearest first. The order
    /// must be [keyed](Self::is_keyed).
    pub fn pks_at(&self, conn: &mut Conn, place: &Place, limit: i64) -> Result<Vec<Value>> {
        let Some(first) = self.order.first() else {
            return Ok(Vec::new());
        };
        let mut parts = vec![Part { is_empty: None }];
        if self.model.is_nullable(&first.path) {
            parts = [false, true]
                .map(|yes| Part {
                    is_empty: Some(yes),
                })
                .into();
        }
        if place.is_backwards() {
            parts.reverse();
        }
        let begins = place.values().first().map(Value::is_null);
        let mut pks = Vec::new();
        let mut values = place.values();
        let of_place =
            |part: &Part| begins.is_none() || part.is_empty.is_none() || part.is_empty == begins;
        for part in parts.iter().skip_while(|part| !of_place(part)) {
            let wanted = limit.saturating_sub(i64::try_from(pks.len()).unwrap_or(limit));
            if wanted <= 0 {
                break;
            }
            let sql = self.part_at(part, values, place.is_backwards(), wanted);
            let rows = sql.returns(&[self.model.pk().sql]).load(conn)?;
            pks.extend(rows.into_iter().flatten());
            // The other part is read from its beginning.
            values = &[];
        }
        Ok(pks)
    }

    /// Returns `SELECT pk …` for the rows of `part` behind the row with these values.
    fn part_at(&self, part: &Part, values: &[Value], is_backwards: bool, limit: i64) -> Sql {
        let skipped = usize::from(part.is_empty == Some(true));
        let order: Vec<Order> = self.order[skipped..]
            .iter()
            .map(|key| Order {
                path: key.path.clone(),
                descending: key.descending != is_backwards,
            })
            .collect();
        let mut conditions = self.conditions.clone();
        if let (Some(is_empty), Some(first)) = (part.is_empty, self.order.first()) {
            conditions.push(Condition::Is {
                path: first.path.clone(),
                lookup: Lookup::IsNull,
                values: vec![is_empty.into()],
            });
        }
        let values = values.get(skipped..).unwrap_or_default();
        if !values.is_empty() {
            let keys = order.iter().cloned().zip(values.iter().cloned());
            conditions.push(Condition::Behind(keys.collect()));
        }

        let mut builder = Builder::new(self.model);
        let pk = builder.column(&ColumnPath::own(self.model.pk().column));
        let filter = builder.conditions(&conditions);
        let mut sorted = Sql::default();
        for (at, key) in order.iter().enumerate() {
            // Without NULLS LAST: this part has no NULL, or only NULL.
            sorted = sorted
                .raw(if at > 0 { ", " } else { " ORDER BY " })
                .append(builder.order_column(&key.path))
                .raw(if key.descending { " DESC" } else { "" });
        }
        Sql::new("SELECT ")
            .append(pk)
            .append(builder.from())
            .append(filter)
            .append(sorted)
            .raw(" LIMIT ")
            .number(limit)
    }
}

impl Builder {
    /// Returns the condition that a row comes after the row with these values, none of which is NULL.
    pub(super) fn behind(&mut self, keys: &[(Order, Value)]) -> Sql {
        let Some(((first, value), rest)) = keys.split_first() else {
            return Sql::new("(1 = 0)");
        };
        let is = |lookup| Condition::Is {
            path: first.path.clone(),
            lookup,
            values: vec![value.clone()],
        };
        let (beyond, from) = if first.descending {
            (is(Lookup::Lt), is(Lookup::Lte))
        } else {
            (is(Lookup::Gt), is(Lookup::Gte))
        };
        if rest.is_empty() {
            return self.condition(&beyond);
        }
        if rest
            .iter()
            .all(|(key, _)| key.descending == first.descending)
        {
            return self.row_behind(keys, first.descending);
        }
        // The first comparison is for the index.
        let (from, beyond) = (self.condition(&from), self.condition(&beyond));
        let rest = self.behind(rest);
        Sql::new("(")
            .append(from)
            .raw(" AND (")
            .append(beyond)
            .raw(" OR ")
            .append(rest)
            .raw("))")
    }

    /// Compares whole rows, which an index of all columns finds at once.
    fn row_behind(&mut self, keys: &[(Order, Value)], descending: bool) -> Sql {
        let (mut columns, mut values) = (Sql::new("("), Sql::new("("));
        for (at, (key, value)) in keys.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            columns = columns.raw(comma).append(self.order_column(&key.path));
            let bound = match self.model().resolve(&key.path) {
                Some(field) => field.bound(value.clone()),
                None => Sql::default().bind(value.clone()),
            };
            values = values.raw(comma).append(bound);
        }
        columns
            .raw(if descending { ") < " } else { ") > " })
            .append(values)
            .raw(")")
    }
}
