//! Searches inside of texts by search indexes.
//!
//! An index returns candidates, and the query compares each of them as it would without the index. So the rows are the same,
//! whatever the tokenizer of the database takes for the same letter.

use super::index_lookup::{TOKEN, WORDS, all_keys, phrases};
use super::{Query, Row};
use crate::db::{Conn, Kind, Sql, Value, has_search_index};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Lookup, Meta, Step};

/// The rows that search indexes return for the conditions of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchCandidates {
    /// Few rows. With this condition the query reads only them.
    Few(Condition),
    /// So many rows that reading all rows in their order may find a page sooner than this condition.
    Many(Condition),
}

/// The candidates of one word.
#[derive(Debug, Clone)]
struct Candidates {
    /// The columns of the model itself that its index has.
    own: Vec<&'static str>,
    /// The text to look up in these columns.
    word: String,
    /// The rows that match by another table.
    others: Vec<Query>,
}

impl Query {
    /// Returns the rows to which search indexes limit this query: `Few` are up to `limit`. Returns `None` if no index
    /// can be used.
    pub fn search_candidates(
        &self,
        conn: &mut Conn,
        limit: i64,
    ) -> Result<Option<SearchCandidates>> {
        if self.model.search_index.is_none() {
            return Ok(None);
        }
        let mut words = Vec::new();
        for condition in &self.conditions {
            if let Condition::All(parts) = condition {
                for part in parts {
                    words.extend(self.candidates(conn, part)?);
                }
            }
        }
        // The longest word probably has the fewest candidates.
        words.sort_by_key(|candidates| std::cmp::Reverse(candidates.word.chars().count()));
        words.truncate(WORDS);

        let choices = self.choices(&words);
        for narrow in &choices {
            if candidate_count(conn, narrow, limit)? <= limit {
                return Ok(Some(SearchCandidates::Few(narrow.clone())));
            }
        }
        Ok(choices.into_iter().next().map(SearchCandidates::Many))
    }

    /// Returns the same query, limited by a search index if the index returns up to `limit` rows.
    pub fn with_few_candidates(self, conn: &mut Conn, limit: i64) -> Result<Self> {
        Ok(match self.search_candidates(conn, limit)? {
            Some(SearchCandidates::Few(narrow)) => self.filter(narrow),
            _ => self,
        })
    }

    /// Returns the conditions of which each alone limits the query to candidates, the most promising one first.
    fn choices(&self, words: &[Candidates]) -> Vec<Condition> {
        let Some(first) = words.first() else {
            return Vec::new();
        };
        let is_one_lookup = |word: &Candidates| word.others.is_empty() && word.own == first.own;
        if words.iter().all(is_one_lookup) {
            let all = words.iter().map(|word| word.word.clone()).collect();
            return vec![Condition::InAny(vec![self.containing(&first.own, all)])];
        }
        let alone = |word: &Candidates| {
            let mut queries = word.others.clone();
            if !word.own.is_empty() {
                queries.push(self.containing(&word.own, vec![word.word.clone()]));
            }
            Condition::InAny(queries)
        };
        words.iter().map(alone).collect()
    }

    fn containing(&self, columns: &[&'static str], words: Vec<String>) -> Self {
        let columns = columns.to_vec();
        let contained = Condition::MayContain { columns, words };
        Self::new(self.model).order_by(Vec::new()).filter(contained)
    }

    /// Returns the candidates of a word: of a condition that one of several columns contains the word. Returns `None` if
    /// one of these columns has no index.
    fn candidates(&self, conn: &mut Conn, condition: &Condition) -> Result<Option<Candidates>> {
        let Condition::Any(parts) = condition else {
            return Ok(None);
        };
        let mut found = Candidates {
            own: Vec::new(),
            word: String::new(),
            others: Vec::new(),
        };
        for part in parts {
            let Condition::Is {
                path,
                lookup: Lookup::IContains | Lookup::IStartsWith | Lookup::IExact,
                values,
            } = part
            else {
                return Ok(None);
            };
            let Some(word) = values.first().and_then(Value::as_str) else {
                return Ok(None);
            };
            if let Some(step) = path.steps.first() {
                found
                    .others
                    .extend(self.by_relation(conn, part, path, *step)?);
                continue;
            }
            let has_index = indexed(conn, self.model, word)?
                .is_some_and(|columns| columns.contains(&path.column));
            if !has_index {
                return Ok(None);
            }
            found.own.push(path.column);
            word.clone_into(&mut found.word);
        }
        Ok((!found.own.is_empty()).then_some(found))
    }

    /// Returns the rows whose related rows match `part`. The related rows are read by their own index, or else all of
    /// them are compared: a table that others refer to is mostly smaller.
    fn by_relation(
        &self,
        conn: &mut Conn,
        part: &Condition,
        path: &ColumnPath,
        step: Step,
    ) -> Result<Option<Self>> {
        let all = Self::new(self.model).order_by(Vec::new());
        let (Step::Forward(key), Some(next)) = (step, self.model.follow(step)) else {
            // The condition on many rows is a subquery of its own.
            return Ok(Some(all.filter(part.clone())));
        };
        let Condition::Is { lookup, values, .. } = part else {
            return Ok(None);
        };
        let rest = Condition::Is {
            path: ColumnPath {
                steps: path.steps[1..].to_vec(),
                column: path.column,
            },
            lookup: *lookup,
            values: values.clone(),
        };
        let related = Self::new(next)
            .order_by(Vec::new())
            .filter(Condition::All(vec![Condition::Any(vec![rest])]));
        let word = related.candidates_of_all(conn)?;
        let related = match word {
            Some(narrow) => related.filter(narrow),
            None => related,
        };
        Ok(Some(
            all.filter(Condition::leads_to(self.model, key, related)),
        ))
    }

    /// Returns the condition for the candidates of the only word of this query.
    fn candidates_of_all(&self, conn: &mut Conn) -> Result<Option<Condition>> {
        let Some(Condition::All(parts)) = self.conditions.first() else {
            return Ok(None);
        };
        let mut words = Vec::new();
        for part in parts {
            words.extend(self.candidates(conn, part)?);
        }
        Ok(self.choices(&words).into_iter().next())
    }
}

/// Returns the number of candidates, or `limit + 1` if there are more. A row that matches in two ways counts twice.
fn candidate_count(conn: &mut Conn, narrow: &Condition, limit: i64) -> Result<i64> {
    let Condition::InAny(queries) = narrow else {
        return Ok(0);
    };
    let sql = Sql::new("SELECT COUNT(*) FROM (")
        .append(all_keys(queries))
        .raw(" LIMIT ")
        .number(limit.saturating_add(1))
        .raw(") AS candidates");
    let rows: Vec<Row> = sql.returns(&[Kind::BigInt]).load(conn)?;
    Ok(rows
        .first()
        .and_then(|row| row.first()?.as_i64())
        .unwrap_or_default())
}

/// Returns the columns of the model's search index if the database has it and it can find `word`.
pub(in crate::models) fn indexed(
    conn: &mut Conn,
    model: &'static Meta,
    word: &str,
) -> Result<Option<&'static [&'static str]>> {
    let is_long = match conn {
        Conn::Postgres(_) => word.chars().count() >= TOKEN,
        Conn::Sqlite(_) => !phrases(word).is_empty(),
    };
    let Some(index) = model.search_index.as_ref().filter(|_| is_long) else {
        return Ok(None);
    };
    Ok(has_search_index(conn, &index.name)?.then_some(index.columns.as_slice()))
}
