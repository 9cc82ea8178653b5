//! Columns of a file that belong to the rows to which foreign keys refer: `category__slug`.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::cell::{self, is_same};
use super::plan::Plan;
use crate::admin::export::Column;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::ModelForm;
use crate::models::{ColumnPath, Field, Query, Record, parse_in};

/// The cells of a row.
type Cells<'a> = &'a [Option<Json>];

/// The error of a row with two columns that contradict each other.
const CONTRADICTION: &str = "The columns of the file belong to different rows.";

/// The related rows that the cells of a chunk need.
pub(super) struct Related {
    /// The keys of rows, by the name of the target and the text of its value.
    keys: HashMap<(String, String), Vec<Value>>,
    /// The values of rows, by the name of the target and the text of the key.
    values: HashMap<(String, String), Value>,
}

impl Related {
    /// Returns the keys of the rows whose column has this value.
    pub(super) fn keys(&self, target: &Column, value: &str) -> &[Value] {
        let place = (target.name(), value.to_owned());
        self.keys.get(&place).map_or(&[], Vec::as_slice)
    }

    /// Returns the value that the row with this key has in the column.
    pub(super) fn value(&self, target: &Column, key: &str) -> Option<&Value> {
        self.values.get(&(target.name(), key.to_owned()))
    }
}

impl Plan<'_> {
    /// Whether the column of the file at this position decides the value of its field. Of several columns of one relation,
    /// the key decides, or else the first unique column, or else the first one.
    pub(super) fn decides(&self, at: usize) -> bool {
        let Some(Column::Related(key, _)) = self.targets.get(at).copied().flatten() else {
            return true;
        };
        let rank = |target: &Column| match target {
            Column::Own(_) | Column::Many(_) => 0,
            Column::Related(_, field) if field.unique || field.primary_key => 1,
            Column::Related(..) => 2,
        };
        let rivals = self.targets.iter().enumerate();
        let rivals = rivals.filter_map(|(at, target)| Some((at, target.as_ref()?)));
        let best = rivals
            .filter(|(_, target)| target.target_name() == key.name)
            .min_by_key(|(at, target)| (rank(target), *at));
        best.is_some_and(|(best, _)| best == at)
    }

    /// Compares a column that does not decide with the row that was found. Returns the error of another value; an empty cell
    /// says nothing.
    pub(super) fn compare_related(
        &self,
        form: &ModelForm,
        (key, field): (&'static Field, &'static Field),
        cell: &Json,
        related: &Related,
    ) -> std::result::Result<(), &'static str> {
        let text = cell::text(cell);
        if text.trim().is_empty() {
            return Ok(());
        }
        let bound = form
            .fields
            .iter()
            .find(|bound| bound.field.name() == key.name);
        let chosen = match bound {
            // The deciding column has an error already.
            Some(bound) if bound.cleaned.is_none() => return Ok(()),
            Some(bound) => bound.value().one(),
            None => Some(form.record.value(key)),
        };
        let target = Column::Related(key, field);
        let value = chosen.and_then(|key| related.value(&target, &key.text()));
        match value {
            Some(value) if is_same(field, value, &text, self.settings.time_zone) => Ok(()),
            _ => Err(CONTRADICTION),
        }
    }

    /// Loads the related rows that the cells refer to, and those that the rows refer to now.
    pub(super) fn related(
        &self,
        conn: &mut Conn,
        cells: &[Cells<'_>],
        records: &HashMap<String, Record>,
    ) -> Result<Related> {
        let mut related = Related {
            keys: HashMap::new(),
            values: HashMap::new(),
        };
        for (at, target) in self.targets.iter().enumerate() {
            if let Some(Column::Related(key, field)) = target
                && self.decides(at)
            {
                let values = self.parsed(cells, at, field);
                for (value, key_of_row) in rows(conn, key, field, field, values)? {
                    let place = (Column::Related(key, field).name(), value.text());
                    related.keys.entry(place).or_default().push(key_of_row);
                }
            }
        }

        for target in self.targets.iter().flatten() {
            let Column::Related(key, field) = target else {
                continue;
            };
            let Some(relation) = &key.relation else {
                continue;
            };
            let mut keys: Vec<Value> = records
                .values()
                .map(|record| record.value(key).clone())
                .filter(|key| !key.is_null())
                .collect();
            keys.extend(self.chosen_keys(cells, key, &related));
            let to_field = relation.target();
            for (value, key_of_row) in rows(conn, key, field, to_field, keys)? {
                let place = (target.name(), key_of_row.text());
                related.values.insert(place, value);
            }
        }
        Ok(related)
    }

    /// Returns the keys that the deciding column of this relation names.
    fn chosen_keys(&self, cells: &[Cells<'_>], key: &Field, related: &Related) -> Vec<Value> {
        let mut keys = Vec::new();
        for (at, target) in self.targets.iter().enumerate() {
            match target {
                Some(Column::Own(own)) if own.name == key.name => {
                    keys.extend(self.parsed(cells, at, own));
                }
                Some(target @ Column::Related(of, field))
                    if of.name == key.name && self.decides(at) =>
                {
                    for value in self.parsed(cells, at, field) {
                        keys.extend(related.keys(target, &value.text()).iter().cloned());
                    }
                }
                _ => {}
            }
        }
        keys
    }

    /// Returns the values of the cells of a column that can be read.
    fn parsed(&self, cells: &[Cells<'_>], at: usize, field: &'static Field) -> Vec<Value> {
        let cells = cells.iter().filter_map(|row| row.get(at)?.as_ref());
        cells
            .map(cell::text)
            .filter_map(|text| parse_in(field, &text, self.settings.time_zone))
            .collect()
    }
}

/// Returns the value of `field` and the key of each related row whose column `by` has one of `values`.
fn rows(
    conn: &mut Conn,
    key: &'static Field,
    field: &'static Field,
    by: &'static Field,
    values: Vec<Value>,
) -> Result<Vec<(Value, Value)>> {
    let Some(relation) = key.relation.as_ref().filter(|_| !values.is_empty()) else {
        return Ok(Vec::new());
    };
    let paths = [
        ColumnPath::own(field.column),
        ColumnPath::own(relation.target().column),
    ];
    let rows = Query::new(relation.to())
        .order_by(Vec::new())
        .by_key(by.column)
        .with_pks(values)
        .rows(conn, &paths, None, 0)?;
    let pairs = rows.into_iter().filter_map(|mut row| {
        let key_of_row = row.pop()?;
        Some((row.pop()?, key_of_row))
    });
    Ok(pairs.collect())
}
