//! The questions that a difference alone does not answer (Django's `MigrationQuestioner`).

use crate::error::{Error, Result};
use crate::terminal::{ask, is_interactive, say};

use super::state::{ColumnState, PerDatabase};

/// Answers from the command line, and from the terminal for what the command line leaves open.
#[derive(Debug, Default, Clone)]
pub struct Questioner {
    /// `app.model.old=new` or `app.old=new`: the second is the new name of the first.
    pub renames: Vec<String>,
    /// `app.model.field`: a field or a model that is new and replaces nothing.
    pub not_renamed: Vec<String>,
    /// `app.model.field=value`: the value of the rows that exist already, as SQL.
    pub defaults: Vec<String>,
    /// Whether nobody may be asked, although there is a terminal.
    pub no_input: bool,
}

impl Questioner {
    /// Whether the model `old` was renamed to `new`.
    pub(super) fn is_renamed_model(&self, app: &str, old: &str, new: &str) -> Result<bool> {
        let flags = format!("{app}.{old}={new}");
        let question = format!("Was the model {app}.{old} renamed to {new}? [y/N] ");
        self.is_renamed(&flags, &format!("{app}.{new}"), &question)
    }

    /// Whether the field `old` of a model was renamed to `new`.
    pub(super) fn is_renamed_field(
        &self,
        app: &str,
        model: &str,
        old: &ColumnState,
        new: &ColumnState,
    ) -> Result<bool> {
        let model = model.to_lowercase();
        let flags = format!("{app}.{model}.{}={}", old.name, new.name);
        let question = format!(
            "Was {model}.{} renamed to {model}.{} (a {})? [y/N] ",
            old.name,
            new.name,
            new.db_type.postgres()
        );
        self.is_renamed(&flags, &format!("{app}.{model}.{}", new.name), &question)
    }

    fn is_renamed(&self, rename: &str, new: &str, question: &str) -> Result<bool> {
        let is_same = |given: &String, wanted: &str| given.eq_ignore_ascii_case(wanted);
        if self.renames.iter().any(|given| is_same(given, rename)) {
            return Ok(true);
        }
        if self.not_renamed.iter().any(|given| is_same(given, new)) {
            return Ok(false);
        }
        if self.no_input || !is_interactive() {
            return Err(Error::command(format!(
                "nothing was written: {} This looks like a rename, and dropping the old one would delete its data. Say \
                 which it is: --rename {rename} or --not-renamed {new}",
                question.trim_end_matches(" [y/N] ")
            )));
        }
        Ok(ask(question)?.eq_ignore_ascii_case("y"))
    }

    /// Returns the value that existing rows get in a column that must not be NULL.
    pub(super) fn default_for(
        &self,
        app: &str,
        model: &str,
        column: &ColumnState,
        is_new: bool,
    ) -> Result<PerDatabase> {
        let model = model.to_lowercase();
        let place = format!("{app}.{model}.{}", column.name);
        let given = self
            .defaults
            .iter()
            .filter_map(|given| given.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case(&place));
        if let Some((_, value)) = given {
            return literal(column, value).ok_or_else(|| not_a_value(&place, value, column));
        }

        let what = if is_new {
            format!(
                "{place} is new and may not be NULL, and it has no default for rows that exist already."
            )
        } else {
            format!(
                "{place} may not be NULL any more, and it has no default for rows that are NULL."
            )
        };
        if self.no_input || !is_interactive() {
            return Err(Error::command(format!(
                "nothing was written: {what} Give the field a default, make it an Option, or name the value of these rows: \
                 --default {place}=VALUE"
            )));
        }
        say(&what)?;
        loop {
            let answer = ask("The value of these rows (empty: write nothing): ")?;
            if answer.is_empty() {
                return Err(Error::command("nothing was written"));
            }
            match literal(column, &answer) {
                Some(value) => return Ok(value),
                None => say(&not_a_value(&place, &answer, column).to_string())?,
            }
        }
    }
}

fn not_a_value(place: &str, value: &str, column: &ColumnState) -> Error {
    Error::command(format!(
        "{value:?} is not a value of {place}, whose type is {}",
        column.db_type.postgres()
    ))
}

/// Returns the literal for `value` in a column: numbers and truth values as they are, everything else
/// in quotes. `None` if a number or a truth value cannot be read.
fn literal(column: &ColumnState, value: &str) -> Option<PerDatabase> {
    let db_type = column.db_type.postgres();
    let value = value.trim();
    let is_number = ["smallint", "integer", "bigint", "numeric", "double"]
        .iter()
        .any(|number| db_type.starts_with(number));
    if is_number {
        let number: f64 = value.parse().ok()?;
        return number
            .is_finite()
            .then(|| PerDatabase::Both(value.to_owned()));
    }
    if db_type == "boolean" {
        return match value.to_lowercase().as_str() {
            "true" | "1" => Some(PerDatabase::new("1", "true")),
            "false" | "0" => Some(PerDatabase::new("0", "false")),
            _ => None,
        };
    }
    let text = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .unwrap_or(value);
    Some(PerDatabase::Both(format!("'{}'", text.replace('\'', "''"))))
}

#[cfg(test)]
mod tests {
    use super::{PerDatabase, literal};
    use crate::makemigrations::state::ColumnState;

    fn column(db_type: &str) -> ColumnState {
        ColumnState::new("x", PerDatabase::Both(db_type.to_owned()))
    }

    #[test]
    fn a_value_becomes_a_literal_of_its_column() {
        let both = |text: &str| Some(PerDatabase::Both(text.to_owned()));
        assert_eq!(literal(&column("varchar(9)"), "it's"), both("'it''s'"));
        assert_eq!(literal(&column("varchar(9)"), "''"), both("''"));
        assert_eq!(literal(&column("integer"), "-3"), both("-3"));
        assert_eq!(literal(&column("integer"), "three"), None);
        assert_eq!(
            literal(&column("boolean"), "True"),
            Some(PerDatabase::new("1", "true"))
        );
        assert_eq!(literal(&column("boolean"), "maybe"), None);
    }
}
