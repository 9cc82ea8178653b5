//! The primary keys of many rows, in little memory.

use super::Query;
use crate::db::{Conn, Kind, Value};
use crate::error::Result;
use crate::models::ColumnPath;

/// The primary keys of the rows of a [`Query`], in its order. A million whole numbers take 8 MB.
#[derive(Debug, Clone, Default)]
pub struct KeyList {
    numbers: Vec<i64>,
    /// The keys, if they are not whole numbers.
    others: Vec<Value>,
    kind: Option<Kind>,
}

impl KeyList {
    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        self.numbers.len() + self.others.len()
    }

    /// Whether the list has no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns up to `size` keys from number `start` on.
    pub fn chunk(&self, start: usize, size: usize) -> Vec<Value> {
        let end = start.saturating_add(size).min(self.len());
        if !self.others.is_empty() {
            return self.others.get(start..end).unwrap_or_default().to_vec();
        }
        let numbers = self.numbers.get(start..end).unwrap_or_default();
        numbers.iter().map(|number| self.value(*number)).collect()
    }

    fn value(&self, number: i64) -> Value {
        match self.kind {
            Some(Kind::SmallInt) => i16::try_from(number).unwrap_or_default().into(),
            Some(Kind::Integer) => i32::try_from(number).unwrap_or_default().into(),
            _ => number.into(),
        }
    }

    fn push(&mut self, key: Value) {
        match key.as_i64() {
            Some(number) if self.others.is_empty() => {
                self.kind = Some(key.kind());
                self.numbers.push(number);
            }
            _ => {
                let numbers = std::mem::take(&mut self.numbers);
                let numbers: Vec<Value> = numbers.into_iter().map(|one| self.value(one)).collect();
                self.others.extend(numbers);
                self.others.push(key);
            }
        }
    }
}

impl Query {
    /// Returns the primary keys of all rows, read one by one.
    pub fn key_list(&self, conn: &mut Conn) -> Result<KeyList> {
        let key = ColumnPath::own(self.model.pk().column);
        let sql = self.rows_sql(std::slice::from_ref(&key), None, 0, None);
        let mut keys = KeyList::default();
        sql.returns(&[self.kind(&key)]).each(conn, |mut row| {
            if let Some(key) = row.pop() {
                keys.push(key);
            }
            Ok(())
        })?;
        Ok(keys)
    }
}
