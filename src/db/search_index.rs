//! The names of search indexes, and whether a database has them.

use std::fmt::Write as _;

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};
use md5::{Digest as _, Md5};

use super::{Conn, Kind, KnowsDialect, Sql, like_escaped, upper_end};
use crate::error::Result;

/// The beginning of the name of each search index.
const PREFIX: &str = "nuages_search_";
/// The longest name of a table that is a part of the name of its index. PostgreSQL allows names of 63 bytes, and SQLite's
/// triggers add up to 7.
const LONGEST: usize = 42;

/// The ends of the names of the triggers that keep an index on SQLite.
pub const TRIGGERS: [&str; 3] = ["_insert", "_update", "_delete"];

/// Returns the name of the search index of a table. On SQLite the index is a table of this name.
pub fn search_index_name(table: &str) -> String {
    if table.len() <= LONGEST {
        return format!("{PREFIX}{table}");
    }
    let mut end = LONGEST - 9;
    while !table.is_char_boundary(end) {
        end -= 1;
    }
    let mut name = format!("{PREFIX}{}_", &table[..end]);
    for byte in Md5::digest(table.as_bytes()).iter().take(4) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Whether the database has the search index called `name`, with everything that keeps it up to date. A program that
/// makes a table of SQLite anew drops the triggers, and the index is then not used.
pub fn has_search_index(conn: &mut Conn, name: &str) -> Result<bool> {
    let sql = match conn {
        Conn::Postgres(_) => {
            Sql::new("SELECT COUNT(*) FROM pg_index WHERE indisvalid AND indexrelid = to_regclass(")
                .bind(format!("\"{}\"", name.replace('"', "\"\"")))
                .raw(")")
        }
        Conn::Sqlite(_) => {
            let mut sql = Sql::new("SELECT COUNT(*) FROM sqlite_master WHERE name IN (").bind(name);
            for end in TRIGGERS {
                sql = sql.raw(", ").bind(format!("{name}{end}"));
            }
            sql.raw(")")
        }
    };
    let wanted = match conn {
        Conn::Postgres(_) => 1,
        Conn::Sqlite(_) => 4,
    };
    let rows = sql.returns(&[Kind::BigInt]).load(conn)?;
    let count = rows.first().and_then(|row| row.first()?.as_i64());
    Ok(count == Some(wanted))
}

/// The texts to look up in a search index.
#[derive(Debug, Clone)]
pub(crate) struct IndexedTexts {
    /// The name of the index.
    pub(crate) index: &'static str,
    /// The table with its primary key.
    pub(crate) table: (&'static str, &'static str),
    /// The columns that are searched.
    pub(crate) columns: Vec<&'static str>,
    /// The query of FTS5.
    pub(crate) fts5_query: String,
    /// The words, each of which is in one of the columns.
    pub(crate) words: Vec<String>,
}

/// Whether the key in a column is that of a row that a search index returns; an expression of Diesel.
#[derive(Debug, Clone)]
pub struct InSearchIndex<C> {
    column: C,
    texts: IndexedTexts,
    /// A pattern of LIKE for each word.
    patterns: Vec<String>,
}

impl<C> InSearchIndex<C> {
    /// Creates the expression for the primary key in `column`.
    pub(crate) fn new(column: C, texts: IndexedTexts) -> Self {
        let pattern = |word: &String| format!("%{}%", like_escaped(word));
        let patterns = texts.words.iter().map(pattern).collect();
        Self {
            column,
            texts,
            patterns,
        }
    }
}

impl<C: Expression> Expression for InSearchIndex<C> {
    type SqlType = Bool;
}

impl<G, C: ValidGrouping<G>> ValidGrouping<G> for InSearchIndex<C> {
    type IsAggregate = C::IsAggregate;
}

impl<T, C: AppearsOnTable<T>> AppearsOnTable<T> for InSearchIndex<C> {}
impl<T, C: SelectableExpression<T>> SelectableExpression<T> for InSearchIndex<C> {}

impl<C> QueryId for InSearchIndex<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB, C> QueryFragment<DB> for InSearchIndex<C>
where
    DB: KnowsDialect + HasSqlType<Text>,
    C: QueryFragment<DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let texts = &self.texts;
        self.column.walk_ast(out.reborrow())?;
        if !out.backend().is_postgres() {
            out.push_sql(" IN (SELECT rowid FROM ");
            out.push_identifier(texts.index)?;
            out.push_sql(" WHERE ");
            out.push_identifier(texts.index)?;
            out.push_sql(" MATCH ");
            out.push_bind_param::<Text, String>(&texts.fts5_query)?;
            out.push_sql(")");
            return Ok(());
        }

        let (table, key) = texts.table;
        // As one value PostgreSQL cannot read the table in another order instead.
        out.push_sql(" = ANY(ARRAY(SELECT ");
        out.push_identifier(key)?;
        out.push_sql(" FROM ");
        out.push_identifier(table)?;
        out.push_sql(" AS indexed WHERE ");
        for (at, pattern) in self.patterns.iter().enumerate() {
            out.push_sql(if at > 0 { " AND (" } else { "(" });
            for (at, column) in texts.columns.iter().enumerate() {
                out.push_sql(if at > 0 {
                    " OR UPPER(indexed."
                } else {
                    "UPPER(indexed."
                });
                out.push_identifier(column)?;
                out.push_sql(upper_end());
                out.push_sql(" LIKE UPPER(");
                out.push_bind_param::<Text, String>(pattern)?;
                out.push_sql(upper_end());
                out.push_sql(" ESCAPE '\\'");
            }
            out.push_sql(")");
        }
        out.push_sql("))");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::search_index_name;

    #[test]
    fn long_names_of_tables_are_cut_and_stay_different() {
        assert_eq!(
            search_index_name("catalog_product"),
            "nuages_search_catalog_product"
        );
        let (one, other) = (
            format!("{}1", "ä".repeat(40)),
            format!("{}2", "ä".repeat(40)),
        );
        let names = [search_index_name(&one), search_index_name(&other)];
        assert_ne!(names[0], names[1], "the names of two tables");
        assert!(names[0].len() + "_insert".len() <= 63, "{}", names[0]);
    }
}
