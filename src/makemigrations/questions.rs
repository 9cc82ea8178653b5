//! The questions that a difference alone does not answer (Django's `MigrationQuestioner`).

use std::cell::RefCell;

use chrono::{NaiveDate, NaiveTime};

use crate::error::{Error, Result};
use crate::terminal::{ask, is_interactive, say};

use super::state::{ColumnState, PerDatabase, TableState};

/// Answers from the command line, and from the terminal for what the command line leaves open.
#[derive(Debug, Default, Clone)]
pub struct Questioner {
    /// `app.model.old=new` or `app.old=new`: the second is the new name of the first.
    pub renames: Vec<String>,
    /// `app.model.field`: a field or a model that is new and replaces nothing.
    pub not_renamed: Vec<String>,
    /// `app.model.field=value`: the value of the rows that exist already, as SQL.
    pub defaults: Vec<String>,
    /// `app.model`: a model whose table is deleted.
    pub deletes: Vec<String>,
    /// Whether nobody may be asked, although there is a terminal.
    pub no_input: bool,
    /// The answers of the command line that a question has used.
    pub used: RefCell<Vec<String>>,
}

impl Questioner {
    /// Returns an error for an answer of the command line that no question needed: probably a name is
    /// misspelled.
    pub fn refuse_unused(&self) -> Result<()> {
        let used = self.used.borrow();
        let options = [
            ("--rename", &self.renames),
            ("--not-renamed", &self.not_renamed),
            ("--default", &self.defaults),
            ("--delete", &self.deletes),
        ];
        for (option, given) in options {
            if let Some(answer) = given.iter().find(|answer| !used.contains(answer)) {
                return Err(Error::command(format!(
                    "nothing was written: {option} {answer} answers no question. Compare its names with the changes \
                     that `makemigrations --dry-run` shows."
                )));
            }
        }
        Ok(())
    }

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

    /// Asks whether the table of a model that no app lists any more is to be dropped. `links` are the fields
    /// that refer to the model.
    pub(super) fn agree_to_delete(
        &self,
        app: &str,
        table: &TableState,
        links: &[String],
    ) -> Result<()> {
        let place = format!("{app}.{}", table.model);
        let mut deletes = self.deletes.iter();
        if let Some(given) = deletes.find(|given| given.eq_ignore_ascii_case(&place)) {
            self.used.borrow_mut().push(given.clone());
            return Ok(());
        }

        let links = match links {
            [] => String::new(),
            links => format!(" These fields refer to it: {}.", links.join(", ")),
        };
        let what = format!(
            "the app {app} does not list the model {} any more, so that its table {} would be dropped with all rows.{links}",
            table.model, table.table
        );
        if self.no_input || !is_interactive() {
            return Err(Error::command(format!(
                "nothing was written: {what} List it in `models` of the app again, or confirm: --delete {place}"
            )));
        }
        say(&what)?;
        if ask("Drop the table? [y/N] ")?.eq_ignore_ascii_case("y") {
            Ok(())
        } else {
            Err(Error::command("nothing was written"))
        }
    }

    fn is_renamed(&self, rename: &str, new: &str, question: &str) -> Result<bool> {
        let is_same = |given: &String, wanted: &str| given.eq_ignore_ascii_case(wanted);
        if let Some(given) = self.renames.iter().find(|given| is_same(given, rename)) {
            self.used.borrow_mut().push(given.clone());
            return Ok(true);
        }
        if let Some(given) = self.not_renamed.iter().find(|given| is_same(given, new)) {
            self.used.borrow_mut().push(given.clone());
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
        let given = self.defaults.iter().find_map(|given| {
            let (name, value) = given.split_once('=')?;
            name.eq_ignore_ascii_case(&place).then_some((given, value))
        });
        if let Some((given, value)) = given {
            self.used.borrow_mut().push(given.clone());
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
/// in quotes. `None` if the column cannot hold the value.
fn literal(column: &ColumnState, value: &str) -> Option<PerDatabase> {
    let db_type = column.db_type.postgres();
    let value = value.trim();
    let is_number = ["smallint", "integer", "bigint", "numeric", "double"]
        .iter()
        .any(|number| db_type.starts_with(number));
    if is_number {
        return is_number_of(db_type, value).then(|| PerDatabase::Both(value.to_owned()));
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
    if !is_text_of(db_type, text) {
        return None;
    }
    Some(PerDatabase::Both(format!("'{}'", text.replace('\'', "''"))))
}

/// Whether a numeric column of this type of PostgreSQL can hold the value.
fn is_number_of(db_type: &str, value: &str) -> bool {
    match db_type {
        "smallint" => value.parse::<i16>().is_ok(),
        "integer" => value.parse::<i32>().is_ok(),
        "bigint" => value.parse::<i64>().is_ok(),
        _ => {
            let is_finite = value.parse::<f64>().is_ok_and(f64::is_finite);
            let limits = sizes(db_type);
            let whole = value.trim_start_matches(['-', '+']).split('.').next();
            let whole = whole.unwrap_or_default().trim_start_matches('0').len();
            let fits = |digits: &usize| {
                let places = limits.get(1).copied().unwrap_or_default();
                whole <= digits.saturating_sub(places)
            };
            is_finite && limits.first().is_none_or(fits)
        }
    }
}

/// Whether a column of this type of PostgreSQL can hold the text.
fn is_text_of(db_type: &str, text: &str) -> bool {
    let is_moment = |text: &str| {
        let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
        let time = time.split(['+', 'Z']).next().unwrap_or_default().trim();
        day.parse::<NaiveDate>().is_ok() && is_time(time)
    };
    match db_type {
        "date" => text.parse::<NaiveDate>().is_ok(),
        "time" | "time without time zone" => is_time(text),
        "timestamp with time zone" => is_moment(text),
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "jsonb" => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        "inet" => text.parse::<std::net::IpAddr>().is_ok(),
        _ if db_type.starts_with("varchar(") => {
            let most = sizes(db_type).first().copied();
            most.is_none_or(|most| text.chars().count() <= most)
        }
        _ => true,
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<NaiveTime>().is_ok() || NaiveTime::parse_from_str(text, "%H:%M").is_ok()
}

/// Returns the numbers in brackets: 8 and 2 for `numeric(8, 2)`.
fn sizes(db_type: &str) -> Vec<usize> {
    let inner = db_type
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let Some((inner, _)) = inner else {
        return Vec::new();
    };
    inner
        .split(',')
        .filter_map(|size| size.trim().parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{PerDatabase, Questioner, literal};
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

    #[test]
    fn a_value_that_the_column_cannot_hold_is_no_answer() {
        for (db_type, right, wrong) in [
            ("integer", "3", "1.5"),
            ("smallint", "3", "40000"),
            ("numeric(4, 2)", "12.5", "123"),
            ("date", "2024-02-29", "2023-02-29"),
            ("time", "10:30", "25:00"),
            ("timestamp with time zone", "2024-01-01 10:30:00+00", "soon"),
            ("uuid", "00000000-0000-4000-8000-000000000001", "1"),
            ("jsonb", "{}", "{"),
            ("inet", "::1", "here"),
            ("varchar(3)", "abc", "abcd"),
        ] {
            assert!(
                literal(&column(db_type), right).is_some(),
                "{db_type} {right}"
            );
            assert_eq!(literal(&column(db_type), wrong), None, "{db_type} {wrong}");
        }
    }

    #[test]
    fn an_answer_that_no_question_needed_is_an_error() {
        let questioner = Questioner {
            renames: vec!["blog.Tag=Label".to_owned(), "blog.Tga=Label".to_owned()],
            no_input: true,
            ..Questioner::default()
        };
        assert!(questioner.is_renamed_model("blog", "Tag", "Label").unwrap());
        let error = questioner.refuse_unused().unwrap_err().to_string();
        assert!(
            error.contains("--rename blog.Tga=Label answers no question"),
            "{error}"
        );
    }
}
