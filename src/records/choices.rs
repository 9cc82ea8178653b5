//! Decides which rows a relation may be set to, and how many of them are offered at once.

use super::Policy;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{Query, RelationTarget};

/// The most rows in a list from which one is chosen. The rows of larger tables are searched, or their keys are typed.
pub const MAX_CHOICES: i64 = 250;

/// The most rows in a list from which several can be chosen.
pub const MAX_MULTIPLE_CHOICES: i64 = 1000;

/// The most rows that the filter of a list offers.
pub const MAX_FILTER_CHOICES: i64 = 200;

/// The rows in one answer to a search for choices.
pub const SEARCHED_CHOICES: i64 = 20;

/// The largest number of rows of a search index that a search for choices reads. If there are more, a search in the order of
/// the list finds the choices of a page sooner.
pub const SEARCH_CANDIDATES: i64 = 10_000;

impl Policy<'_> {
    /// Returns the rows that a relation to the model may be set to, in the order in which they are offered. Like Django,
    /// offers rows that the user may not see in the list of the model.
    pub fn choices(&self) -> Query {
        self.ordered(Query::new(self.model))
    }

    /// Loads the keys and names of all rows that the relation with this target may be set to. Returns `None` if there are
    /// more than `most`.
    pub fn load_choices(
        &self,
        conn: &mut Conn,
        target: &RelationTarget,
        most: i64,
    ) -> Result<Option<Vec<(Value, String)>>> {
        let rows = target.rows(self.choices()).named(conn, Some(most + 1), 0)?;

        let are_few = i64::try_from(rows.len()).is_ok_and(|count| count <= most);
        Ok(are_few.then_some(rows))
    }
}
