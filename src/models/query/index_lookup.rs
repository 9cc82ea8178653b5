//! The lookup in a search index, as SQL of both databases.

use super::Query;
use super::compare::compare;
use crate::db::{Kind, Sql, Value, is_folded_differently};
use crate::models::{Condition, Lookup, Meta};

/// The length of the tokens of both databases, in characters.
pub(super) const TOKEN: usize = 3;
/// The number of characters of each part of a text that the index compares.
const LONGEST: usize = 32;
/// The number of words that are looked up in an index. Each further word is compared with the candidates.
pub(super) const WORDS: usize = 8;

/// Returns `SELECT …` with the primary keys of the rows of all queries.
pub(super) fn all_keys(queries: &[Query]) -> Sql {
    let mut sql = Sql::default();
    for (at, rows) in queries.iter().enumerate() {
        sql = if at > 0 { sql.raw(" UNION ALL ") } else { sql };
        let keys = rows.pks_sql();
        sql = match (&rows.conditions[..], &rows.model.search_index) {
            // The index of SQLite has the keys, so that the table is not read.
            ([Condition::MayContain { columns, words }], Some(index)) => {
                sql.append_either(keys, matching_rowids(&index.name, columns, words))
            }
            _ => sql.append(keys),
        };
    }
    sql
}

/// Returns `SELECT rowid …` for SQLite with the rows whose columns may contain each of `words`.
fn matching_rowids(index: &'static str, columns: &[&'static str], words: &[String]) -> Sql {
    Sql::new("SELECT rowid FROM ")
        .ident(index)
        .raw(" WHERE ")
        .ident(index)
        .raw(" MATCH ")
        .bind(fts5_query(columns, words))
}

/// Returns the condition that the columns of the search index of `model` may contain each of `words`. `column` returns a
/// column of the model in the statement.
pub(super) fn may_contain(
    model: &'static Meta,
    column: &dyn Fn(&'static str) -> Sql,
    columns: &[&'static str],
    words: &[String],
) -> Sql {
    let Some(index) = &model.search_index else {
        return Sql::new("(1 = 1)");
    };
    let mut postgres = Sql::new("(");
    for (at, word) in words.iter().enumerate() {
        postgres = postgres.raw(if at > 0 { " AND (" } else { "(" });
        for (at, name) in columns.iter().enumerate() {
            let text = || column(name);
            let bound = |value: Value| Sql::default().bind(value);
            let word = [Value::Text(word.clone())];
            let contains = compare(&text, Kind::Text, Lookup::IContains, &word, &bound);
            let or = if at > 0 { " OR " } else { "" };
            postgres = postgres.raw(or).append(contains);
        }
        postgres = postgres.raw(")");
    }
    let sqlite = column(model.pk().column)
        .raw(" IN (")
        .append(matching_rowids(&index.name, columns, words))
        .raw(")");
    Sql::default().append_either(postgres.raw(")"), sqlite)
}

/// Returns a query of FTS5: the columns contain the parts of each word.
pub(in crate::models) fn fts5_query(columns: &[&'static str], words: &[String]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let mut found: Vec<String> = words.iter().flat_map(|word| phrases(word)).collect();
    found.dedup();
    let found: Vec<String> = found
        .iter()
        .map(|phrase| format!("({{{}}} : {})", columns.join(" "), quoted(phrase)))
        .collect();
    found.join(" AND ")
}

/// Returns the parts of a word that FTS5 finds wherever the comparison finds the word: without the letters that the two
/// fold differently.
pub(super) fn phrases(word: &str) -> Vec<String> {
    // The upper case of `ı` is `I`, but texts that are compared with ASCII letters alone are not folded beyond ASCII.
    let is_ascii = word.is_ascii();
    let is_dotless = |letter: char| !is_ascii && matches!(letter, 'i' | 'I');
    let parts = word.split(|letter| is_folded_differently(letter) || is_dotless(letter));
    parts
        .map(|part| part.chars().take(LONGEST).collect::<String>())
        .filter(|part| part.chars().count() >= TOKEN)
        .take(WORDS)
        .collect()
}
