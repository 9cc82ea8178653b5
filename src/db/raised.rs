//! Recognises errors that triggers raise on purpose: `RAISE(ABORT, '…')` on SQLite and `RAISE EXCEPTION
//! '…'` on PostgreSQL.
//!
//! Diesel reports such an error without its code, like any error that it does not classify. So its text
//! is compared with the texts in the source of the database's triggers. An error of another origin, such
//! as a missing table, stays a fault of the site, and nobody sees its text.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::connection::Conn;
use super::{Kind, Sql};
use crate::error::{Error, Result};

/// The functions of triggers with their tables, and functions that those may call.
const POSTGRES_SOURCES: &str = "SELECT t.relname::text, p.prosrc::text FROM pg_trigger g \
    JOIN pg_class t ON t.oid = g.tgrelid JOIN pg_proc p ON p.oid = g.tgfoid WHERE NOT g.tgisinternal \
    UNION ALL SELECT ''::text, p.prosrc::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang \
    WHERE l.lanname = 'plpgsql' AND p.prorettype <> 'trigger'::regtype";
const SQLITE_SOURCES: &str =
    "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL";
/// Prefixes of tables whose rows no form is about: an error of their triggers is a fault of the site.
const OTHER_TABLES: [&str; 2] = ["django_", "nuages_"];

/// Returns [`Error::Raised`] if a trigger has raised `error`, else `error` itself.
pub(super) fn recognised(conn: &mut Conn, error: Error) -> Error {
    let Error::Database(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info)) = &error
    else {
        return error;
    };
    match tables_that_raise(conn, info.message()) {
        Ok(tables) if !tables.is_empty() => {
            let text = info.message().to_owned();
            let table = match &tables[..] {
                [table] => Some(table.clone()).filter(|table| !table.is_empty()),
                _ => None,
            };
            Error::Raised { text, table }
        }
        _ => error,
    }
}

/// Returns the tables whose triggers can raise `message`; "" for a function that triggers may call.
fn tables_that_raise(conn: &mut Conn, message: &str) -> Result<Vec<String>> {
    let sql = Sql::default()
        .either(POSTGRES_SOURCES, SQLITE_SOURCES)
        .returns(&[Kind::Text, Kind::Text]);
    let mut tables = Vec::new();
    for row in sql.load(conn)? {
        let [table, source] = &row[..] else { continue };
        let (table, source) = (table.to_string(), source.to_string());
        let is_other = OTHER_TABLES.iter().any(|prefix| table.starts_with(prefix));
        let raises = || {
            raised_texts(&source)
                .iter()
                .any(|text| text.matches(message))
        };
        if !is_other && !tables.contains(&table) && raises() {
            tables.push(table);
        }
    }
    Ok(tables)
}

/// The text of a `RAISE`: its known pieces in order, with computed values between them.
#[derive(Debug, PartialEq)]
struct Text(Vec<Piece>);

#[derive(Debug, PartialEq)]
enum Piece {
    Known(String),
    Computed,
}

impl Text {
    /// Whether `message` has all known pieces in this order. A text without any known piece matches
    /// nothing.
    fn matches(&self, message: &str) -> bool {
        let mut rest = message;
        let mut is_after_computed = false;
        let mut has_known = false;
        for piece in &self.0 {
            let Piece::Known(known) = piece else {
                is_after_computed = true;
                continue;
            };
            let at = if is_after_computed {
                rest.find(known.as_str())
            } else {
                rest.starts_with(known.as_str()).then_some(0)
            };
            let Some(at) = at else { return false };
            rest = &rest[at + known.len()..];
            is_after_computed = false;
            has_known |= known.chars().any(char::is_alphabetic);
        }
        has_known && (rest.is_empty() || is_after_computed)
    }

    fn push(&mut self, known: &str) {
        match self.0.last_mut() {
            Some(Piece::Known(last)) => last.push_str(known),
            _ if known.is_empty() => {}
            _ => self.0.push(Piece::Known(known.to_owned())),
        }
    }

    fn push_computed(&mut self) {
        if self.0.last() != Some(&Piece::Computed) {
            self.0.push(Piece::Computed);
        }
    }
}

/// Returns the texts that the `RAISE`s in the source of a trigger have.
fn raised_texts(source: &str) -> Vec<Text> {
    const RAISE: &str = "raise";
    let lower = source.to_ascii_lowercase();
    let is_word = |text: Option<char>| text.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let starts = lower.match_indices(RAISE).filter(|(at, _)| {
        !is_word(lower[..*at].chars().next_back())
            && !is_word(lower[at + RAISE.len()..].chars().next())
    });
    starts
        .filter_map(|(at, _)| Scanner(&source[at + RAISE.len()..]).text())
        .collect()
}

/// Reads the source of a trigger after the word `RAISE`.
struct Scanner<'a>(&'a str);

impl Scanner<'_> {
    fn text(&mut self) -> Option<Text> {
        if self.takes('(') {
            // SQLite: `RAISE(ABORT, expression)`.
            let _ = self.word();
            return self.takes(',').then(|| self.expression());
        }

        // PostgreSQL: `RAISE EXCEPTION 'format', values` or `RAISE USING MESSAGE = expression`.
        loop {
            if let Some(format) = self.literal() {
                return Some(of_format(&format));
            }
            match self.word()?.to_ascii_uppercase().as_str() {
                "DEBUG" | "LOG" | "INFO" | "NOTICE" | "WARNING" => return None,
                "USING" => return self.message(),
                _ => {}
            }
        }
    }

    /// Reads `HINT = '…', MESSAGE = expression`, and returns the expression.
    fn message(&mut self) -> Option<Text> {
        loop {
            let option = self.word()?;
            let _ = self.takes(':');
            let value = self.takes('=').then(|| self.expression())?;
            if option.eq_ignore_ascii_case("MESSAGE") {
                return Some(value);
            }
        }
    }

    fn takes(&mut self, symbol: char) -> bool {
        let rest = self.0.trim_start().strip_prefix(symbol);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn word(&mut self) -> Option<String> {
        let rest = self.0.trim_start();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        self.0 = &rest[end..];
        (end > 0).then(|| rest[..end].to_owned())
    }

    /// Reads `'it''s'` or `E'…'`.
    fn literal(&mut self) -> Option<String> {
        let rest = self.0.trim_start();
        let quoted = rest.strip_prefix(['E', 'e']).unwrap_or(rest);
        let mut rest = quoted.strip_prefix('\'')?;
        let mut literal = String::new();
        loop {
            let (before, after) = rest.split_once('\'')?;
            literal.push_str(before);
            let Some(more) = after.strip_prefix('\'') else {
                self.0 = after;
                return Some(literal);
            };
            literal.push('\'');
            rest = more;
        }
    }

    /// Reads `'known ' || NEW.column || ' known'` up to the end of the argument or statement.
    fn expression(&mut self) -> Text {
        let mut text = Text(Vec::new());
        let mut depth = 0_usize;
        loop {
            if let Some(literal) = self.literal() {
                if depth == 0 {
                    text.push(&literal);
                }
                continue;
            }
            self.0 = self.0.trim_start();
            let Some(symbol) = self.0.chars().next() else {
                return text;
            };
            self.0 = &self.0[symbol.len_utf8()..];
            match symbol {
                ')' | ',' | ';' if depth == 0 => return text,
                '|' => continue,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            text.push_computed();
        }
    }
}

/// Returns the text of a format of PostgreSQL's `RAISE`: `%` is a value, and `%%` is a `%`.
fn of_format(format: &str) -> Text {
    let mut text = Text(Vec::new());
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        text.push(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('%') {
            text.push("%");
            rest = after;
        } else {
            text.push_computed();
        }
    }
    text.push(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::raised_texts;

    fn raises(source: &str, message: &str) -> bool {
        raised_texts(source)
            .iter()
            .any(|text| text.matches(message))
    }

    #[test]
    fn a_raise_of_sqlite_is_found_in_its_trigger() {
        let source = "CREATE TRIGGER t BEFORE UPDATE ON a BEGIN SELECT CASE WHEN NEW.a < 0 THEN \
                      RAISE(ABORT, 'It''s too low') ELSE raise ( fail, 'Not ' || NEW.a || '!') END; END";
        assert!(raises(source, "It's too low"));
        assert!(raises(source, "Not 7!"));
        for other in ["It's too low!", "Not 7", "no such table: b", ""] {
            assert!(!raises(source, other), "{other:?} is another error");
        }
        assert!(
            !raises("SELECT RAISE(ABORT, NEW.reason)", "no such table: b"),
            "a text without a known piece cannot be told from other errors"
        );
        assert!(
            raises(
                "SELECT RAISE(ABORT, printf('%d', 1) || ' items')",
                "1 items"
            ),
            "a literal inside a call is not a piece of the text"
        );
    }

    #[test]
    fn a_raise_of_postgresql_is_found_in_its_function() {
        let source = "BEGIN RAISE NOTICE 'seen'; IF NEW.a THEN RAISE EXCEPTION 'Only % of 10%% left', NEW.a \
                      USING HINT = 'wait'; END IF; RAISE 'Closed'; RAISE EXCEPTION USING ERRCODE = '23514', \
                      MESSAGE = 'No ' || NEW.b; END";
        for message in ["Only 5 of 10% left", "Closed", "No apples"] {
            assert!(raises(source, message), "{message} is raised");
        }
        for message in ["seen", "wait", "Only 5 of 10% left now", "23514"] {
            assert!(!raises(source, message), "{message} is not raised");
        }
        assert!(
            !raises("v := 'praise_it'; RETURN NEW", "praise_it"),
            "a word that ends with raise is another word"
        );
    }
}
