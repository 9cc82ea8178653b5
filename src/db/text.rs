//! Case-insensitive comparison that works alike on both databases: letter by letter, like `UPPER`
//! on a PostgreSQL database with a UTF-8 locale. `Ä` matches `ä` and `Σ` matches `ς`; `ß` does not
//! match `SS`.

use std::sync::OnceLock;

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType, Text};
use diesel::sqlite::Sqlite;

use super::MultiBackend;

/// Escapes `text` for a LIKE pattern that matches `text` itself, with `\` as the escape character.
pub fn like_escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// Returns the upper case of `letter` if that is a single letter; else `letter` itself.
fn upper_letter(letter: char) -> char {
    // Greek letters with iota subscript have a single upper-case letter, which Unicode's full
    // mapping spells with two.
    if matches!(letter, '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}')
    {
        return char::from_u32(u32::from(letter) + 8).unwrap_or(letter);
    }
    match letter {
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => {
            return char::from_u32(u32::from(letter) + 9).unwrap_or(letter);
        }
        _ => {}
    }
    // FTS5 does not know these letters of Old Church Slavonic. Otherwise a search index could not find `в`, `д`, `о`, `с` and `т`.
    if matches!(letter, '\u{1C80}'..='\u{1C88}') {
        return letter;
    }
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

/// Returns `text` in upper case, letter by letter.
pub(super) fn upper(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(upper_letter).collect()
}

/// A LIKE pattern for case-insensitive matching.
#[derive(Debug, Clone)]
pub(crate) struct FoldedPattern {
    /// For PostgreSQL, and for SQLite if all letters are ASCII, because SQLite's LIKE ignores the
    /// case of ASCII letters.
    pub(crate) plain: String,
    /// For SQLite, if `plain` has letters beyond ASCII: `plain` with `_` in their place, for a fast
    /// LIKE, and `plain` in upper case, which is compared with the remaining texts.
    pub(crate) loose_and_upper: Option<(String, String)>,
}

impl FoldedPattern {
    /// Creates the pattern from a LIKE pattern with `\` as the escape character.
    pub(crate) fn new(pattern: String) -> Self {
        let is_ascii = pattern.is_ascii();
        let loose = |pattern: &str| {
            pattern
                .chars()
                .map(|c| if c.is_ascii() { c } else { '_' })
                .collect()
        };
        let loose_and_upper = (!is_ascii).then(|| (loose(&pattern), upper(&pattern)));
        Self {
            plain: pattern,
            loose_and_upper,
        }
    }
}

/// See [`ilike`].
#[derive(Debug, Clone)]
pub struct ILike<C> {
    column: C,
    pattern: FoldedPattern,
}

/// Whether `column` matches a LIKE pattern, ignoring case; see [`like_escaped`].
pub fn ilike<C: Expression<SqlType = Text>>(column: C, pattern: String) -> ILike<C> {
    ILike {
        column,
        pattern: FoldedPattern::new(pattern),
    }
}

impl<C: Expression> Expression for ILike<C> {
    type SqlType = Bool;
}

impl<G, C: ValidGrouping<G>> ValidGrouping<G> for ILike<C> {
    type IsAggregate = C::IsAggregate;
}

impl<T, C: AppearsOnTable<T>> AppearsOnTable<T> for ILike<C> {}
impl<T, C: SelectableExpression<T>> SelectableExpression<T> for ILike<C> {}

/// A database backend whose dialect is known while a statement is written.
pub trait KnowsDialect: Backend {
    /// Whether the backend is PostgreSQL.
    fn is_postgres(&self) -> bool;
}

impl KnowsDialect for Pg {
    fn is_postgres(&self) -> bool {
        true
    }
}

impl KnowsDialect for Sqlite {
    fn is_postgres(&self) -> bool {
        false
    }
}

impl KnowsDialect for MultiBackend {
    fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

impl<DB, C> QueryFragment<DB> for ILike<C>
where
    DB: KnowsDialect + HasSqlType<Text>,
    C: QueryFragment<DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let FoldedPattern {
            plain,
            loose_and_upper,
        } = &self.pattern;
        if out.backend().is_postgres() {
            out.push_sql("UPPER(");
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(upper_end());
            out.push_sql(" LIKE UPPER(");
            out.push_bind_param::<Text, String>(plain)?;
            out.push_sql(upper_end());
        } else if let Some((loose, upper)) = loose_and_upper {
            out.push_sql("(");
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(" LIKE ");
            out.push_bind_param::<Text, String>(loose)?;
            out.push_sql(" ESCAPE '\\' AND nuages_upper(");
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(") LIKE ");
            out.push_bind_param::<Text, String>(upper)?;
            out.push_sql(" ESCAPE '\\')");
            return Ok(());
        } else {
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(" LIKE ");
            out.push_bind_param::<Text, String>(plain)?;
        }
        out.push_sql(" ESCAPE '\\'");
        Ok(())
    }
}

impl<C> QueryId for ILike<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// The end of `UPPER(…` on PostgreSQL, with a collation if the database's own one does not convert
/// letters beyond ASCII.
static UPPER_END: OnceLock<&str> = OnceLock::new();

/// Collations that convert the case of all letters; first those that work letter by letter.
const COLLATIONS: [(&str, &str); 5] = [
    ("C.utf8", " COLLATE \"C.utf8\")"),
    ("pg_c_utf8", " COLLATE \"pg_c_utf8\")"),
    ("C.UTF-8", " COLLATE \"C.UTF-8\")"),
    ("en_US.utf8", " COLLATE \"en_US.utf8\")"),
    ("und-x-icu", " COLLATE \"und-x-icu\")"),
];

/// Returns the names of the collations that convert the case of all letters, the best one first.
pub(crate) fn folding_collations() -> [&'static str; 5] {
    COLLATIONS.map(|(name, _)| name)
}

/// See [`UPPER_END`].
pub(crate) fn upper_end() -> &'static str {
    UPPER_END.get().copied().unwrap_or(")")
}

#[derive(QueryableByName)]
struct Collations {
    #[diesel(sql_type = Bool)]
    folds: bool,
    #[diesel(sql_type = Text)]
    names: String,
}

/// Detects once how this program's database converts letters beyond ASCII to upper case.
pub(super) fn find_collation(conn: &mut PgConnection) {
    const ASK: &str = "SELECT UPPER('ä') = 'Ä' AS folds, COALESCE((SELECT STRING_AGG(collname, ',') FROM pg_collation \
                       WHERE collencoding IN (-1, PG_CHAR_TO_ENCODING(GETDATABASEENCODING()))), '') AS names";
    if UPPER_END.get().is_some() {
        return;
    }
    let Ok(Collations { folds, names }) = diesel::sql_query(ASK).get_result(conn) else {
        return;
    };
    let known = |(name, _): &&(&str, &str)| names.split(',').any(|other| other == *name);
    let end = match COLLATIONS.iter().find(known) {
        _ if folds => ")",
        Some((_, end)) => end,
        None => {
            log::warn!(
                target: "nuages.sql",
                "This database's locale knows no case beyond ASCII, and it has no collation that does: \
                 a search for \"ä\" does not find \"Ä\". Create the database with a UTF-8 locale."
            );
            ")"
        }
    };
    let _ = UPPER_END.set(end);
}

#[cfg(test)]
mod tests {
    use super::upper;

    #[test]
    fn letters_beyond_ascii_have_an_upper_case_of_one_letter() {
        assert_eq!(upper("ärzte ÉÇ"), "ÄRZTE ÉÇ", "letters with an accent");
        assert_eq!(
            upper("straße ŉ ﬁ"),
            "STRAßE ŉ ﬁ",
            "letters whose upper case is more than one letter stay"
        );
        assert_eq!(
            upper("σς ſ ı µ ǆ ᾳ"),
            "ΣΣ S I Μ Ǆ ᾼ",
            "letters that share an upper case"
        );
    }
}
