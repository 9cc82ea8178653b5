//! Searches inside of texts by a search index, for queries of Diesel.

use super::query::{fts5_query, indexed};
use super::{Condition, Model, Paths, Query, SearchCandidates};
use crate::db::{Conn, InSearchIndex, IndexedTexts, Value};
use crate::error::Result;
use crate::models::Lookup;

/// A search for words that a search index can find.
///
/// ```
/// use diesel::prelude::*;
/// use nuages::db::{Conn, ilike};
/// use nuages::error::Result;
/// use nuages::models::{Model, TextSearch};
/// # use nuages::auth::User;
/// # use nuages::schema::auth_user as user;
///
/// /// The keys of users with this text in their names.
/// fn named(conn: &mut Conn, text: &str) -> Result<Vec<i32>> {
///     let mut users = user::table.filter(ilike(user::username, format!("%{text}%"))).into_boxed();
///     if let Some(search) = TextSearch::new::<User, _>(conn, (user::username,), &[text], 1_000)? {
///         users = users.filter(search.has(user::id));
///     }
///     Ok(users.select(user::id).load(conn)?)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct TextSearch {
    texts: IndexedTexts,
    is_few: bool,
}

impl TextSearch {
    /// Looks up the rows of `M` in which each of `words` is in one of `columns`, ignoring case. Returns `None` if no index can
    /// find them: the database has none with these columns, or each word has fewer than three characters. Fewer than `few` rows
    /// [are few](Self::is_few).
    pub fn new<M: Model, P: Paths<M::Table>>(
        conn: &mut Conn,
        columns: P,
        words: &[impl AsRef<str>],
        few: i64,
    ) -> Result<Option<Self>> {
        let model = M::meta();
        let paths = columns.into_paths();
        let mut usable = Vec::new();
        for word in words {
            let word = word.as_ref();
            let in_index = indexed(conn, model, word)?;
            let has_all = |index: &[&str]| paths.iter().all(|path| index.contains(&path.column));
            if in_index.is_some_and(has_all) {
                usable.push(word.to_owned());
            }
        }
        let Some(index) = model.search_index.as_ref().filter(|_| !usable.is_empty()) else {
            return Ok(None);
        };

        let contained = |word: &String| {
            let column = |path: &super::ColumnPath| Condition::Is {
                path: path.clone(),
                lookup: Lookup::IContains,
                values: vec![Value::Text(word.clone())],
            };
            Condition::Any(paths.iter().map(column).collect())
        };
        let condition = Condition::All(usable.iter().map(contained).collect());
        let found = Query::new(model)
            .filter(condition)
            .search_candidates(conn, few)?;
        let columns: Vec<&'static str> = paths.iter().map(|path| path.column).collect();
        Ok(Some(Self {
            texts: IndexedTexts {
                index: &index.name,
                table: (model.table, model.pk().column),
                fts5_query: fts5_query(&columns, &usable),
                columns,
                words: usable,
            },
            is_few: matches!(found, Some(SearchCandidates::Few(_))),
        }))
    }

    /// Whether the index returns few rows, so that reading them is faster than reading the table in the order of a list.
    pub fn is_few(&self) -> bool {
        self.is_few
    }

    /// Returns the condition that the index returns the row whose primary key is in `column`. It returns all rows that match, and
    /// perhaps others: compare the texts as well.
    pub fn has<C>(&self, column: C) -> InSearchIndex<C> {
        InSearchIndex::new(column, self.texts.clone())
    }
}
