//! Errors of the database for valid forms: another request was faster, or the table has rules that
//! the model does not describe.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};

use super::check::exists;
use super::{BoundField, ModelForm};
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::{Error, Result};
use crate::forms::fields::NO_SUCH_ROW;
use crate::models::Meta;
use crate::words::counted;

/// A rule of the database that a statement violated.
#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Unique,
    ForeignKey,
    NotNull,
    /// A CHECK or EXCLUDE constraint: its name, or on SQLite the expression of one without a name.
    Constraint(String),
    /// A text with more characters than its column holds.
    TooLong(usize),
    /// A number of at least this size, which its column cannot hold.
    OutOfRange(f64),
    /// A rule of a trigger, with the text that the trigger has for it.
    Raised(String),
}

/// A violation that the database reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    rule: Rule,
    /// The table, if the error names it.
    table: Option<String>,
    columns: Vec<String>,
    /// The name of a violated UNIQUE constraint, if the error has it.
    constraint: Option<String>,
}

impl Violation {
    /// Returns the violation in `error`, if it is one.
    pub fn from_error(error: &Error) -> Option<Self> {
        if let Error::Raised { text, table } = error {
            return Some(Self::raised(text, table.clone()));
        }
        let Error::Database(DieselError::DatabaseError(kind, info)) = error else {
            return None;
        };
        let info = info.as_ref();
        if !matches!(kind, DatabaseErrorKind::Unknown) && is_raised(info) {
            return Some(Self::raised(info.message(), None));
        }
        let rule = match kind {
            DatabaseErrorKind::UniqueViolation => Rule::Unique,
            _ if error.is_foreign_key_violation() => Rule::ForeignKey,
            DatabaseErrorKind::NotNullViolation => Rule::NotNull,
            DatabaseErrorKind::CheckViolation | DatabaseErrorKind::ExclusionViolation => {
                constraint(info)
            }
            _ => unclassified(info)?,
        };
        let (table, columns) = place(&rule, info);
        let constraint = info.constraint_name().map(str::to_owned);
        Some(Self {
            rule,
            table,
            columns,
            constraint,
        })
    }

    /// Returns the violation of a constraint in `error`, if it is one. The text of a trigger is for the
    /// staff of the site only: for the API and for visitors it is an error of the server.
    pub fn of_constraint(error: &Error) -> Option<Self> {
        Self::from_error(error).filter(|violation| violation.raised_text().is_none())
    }

    fn raised(text: &str, table: Option<String>) -> Self {
        Self {
            rule: Rule::Raised(text.to_owned()),
            table,
            columns: Vec::new(),
            constraint: None,
        }
    }

    /// Returns the text of a trigger that refused the change.
    pub fn raised_text(&self) -> Option<&str> {
        match &self.rule {
            Rule::Raised(text) => Some(text),
            _ => None,
        }
    }

    /// Whether the violation concerns a row of this table, as far as the error names the table.
    pub fn is_of(&self, table: &str) -> bool {
        self.table.as_ref().is_none_or(|known| known == table)
    }

    /// Whether the values of the row itself are wrong. They are not if another request was faster.
    pub fn is_of_values(&self) -> bool {
        !matches!(self.rule, Rule::Unique | Rule::ForeignKey)
    }

    /// Queries the columns of a constraint on `model`, which errors do not contain.
    pub fn with_columns(mut self, conn: &mut Conn, model: &'static Meta) -> Result<Self> {
        if let Rule::Constraint(name) = &self.rule
            && self.columns.is_empty()
            && self.is_of(model.table)
        {
            self.columns = match conn {
                Conn::Postgres(_) => postgres_columns(conn, model, name)?,
                Conn::Sqlite(_) => sqlite_columns(conn, model, name)?,
            };
        }
        Ok(self)
    }

    /// Returns the column of the violation (or "") and the error text for a form over `model` with
    /// these fields.
    fn said(&self, model: &'static Meta, fields: &[BoundField]) -> (&'static str, String) {
        let known = self.columns.iter().filter_map(|name| model.column(name));
        let columns: Vec<&'static str> = known.map(|field| field.column).collect();
        let one = if let [column] = columns[..] {
            column
        } else {
            ""
        };
        let text = match &self.rule {
            Rule::Unique => match self.unique_constraint(model, &columns) {
                Some(text) => return ("", text),
                None => exists(model, &columns),
            },
            Rule::Raised(text) => return ("", text.clone()),
            Rule::NotNull => "This field cannot be null.".to_owned(),
            Rule::ForeignKey if one.is_empty() => {
                "A row that this refers to was deleted meanwhile. Please choose another.".to_owned()
            }
            Rule::ForeignKey => NO_SUCH_ROW.to_owned(),
            // Django shows the error of a declared constraint above the form.
            Rule::Constraint(name) if model.constraint_message(name).is_some() => {
                return ("", model.constraint_message(name).unwrap_or_default());
            }
            // Django's text.
            Rule::Constraint(name) if is_name(name) => format!("Constraint “{name}” is violated."),
            Rule::Constraint(_) if one.is_empty() => {
                "These values are not allowed together.".to_owned()
            }
            Rule::Constraint(_) => "This value is not allowed.".to_owned(),
            Rule::TooLong(most) => {
                let is_longer = |value: &Value| {
                    value
                        .as_str()
                        .is_some_and(|text| text.chars().count() > *most)
                };
                let most = counted(*most, "character", "characters");
                let text = format!("Ensure this value has at most {most}.");
                return only_one(fields, is_longer).map_or_else(
                    || {
                        (
                            "",
                            format!("A text is too long: its column holds at most {most}."),
                        )
                    },
                    |at| (at, text),
                );
            }
            Rule::OutOfRange(limit) => {
                let is_larger = |value: &Value| {
                    let is_number = matches!(
                        value.kind(),
                        Kind::SmallInt
                            | Kind::Integer
                            | Kind::BigInt
                            | Kind::Decimal
                            | Kind::Double
                    );
                    is_number
                        && value
                            .text()
                            .parse::<f64>()
                            .is_ok_and(|number| number.abs() >= *limit)
                };
                return only_one(fields, is_larger).map_or_else(
                    || ("", "A number is too large for its column.".to_owned()),
                    |at| (at, "This number is too large.".to_owned()),
                );
            }
        };
        (one, text)
    }

    /// Returns the error text of the declared constraint that was violated, if it has its own.
    fn unique_constraint(&self, model: &Meta, columns: &[&'static str]) -> Option<String> {
        let rules = model.unique_rules().into_iter();
        // SQLite does not name the constraint.
        let mut rules = rules.filter(|rule| match &self.constraint {
            Some(name) => rule.constraint.as_ref().is_some_and(|it| it.name == name),
            None => rule.columns == columns,
        });
        rules.next()?.message()
    }

    /// Returns the error text for a form over `model`.
    pub fn text(&self, model: &'static Meta) -> String {
        self.said(model, &[]).1
    }

    /// Adds the error to `form`, or to its field if the violation concerns one.
    pub fn tell(&self, form: &mut ModelForm) {
        let (column, text) = self.said(form.model, &form.fields);
        form.add_error(column, text);
    }
}

/// Returns the column of the only changed field with a value like this.
fn only_one(fields: &[BoundField], is_like: impl Fn(&Value) -> bool) -> Option<&'static str> {
    let mut found = fields
        .iter()
        .filter(|bound| bound.has_changed() && bound.value().values().iter().any(&is_like));
    let first = found.next()?;
    if found.next().is_some() {
        None
    } else {
        Some(first.field.key())
    }
}

/// Whether a trigger raised the error with the code of a constraint. A constraint of PostgreSQL has a
/// table, and the messages of SQLite's constraints have these words.
fn is_raised(info: &dyn DatabaseErrorInformation) -> bool {
    info.table_name().is_none()
        && info.constraint_name().is_none()
        && !info.message().contains("constraint failed")
}

fn constraint(info: &dyn DatabaseErrorInformation) -> Rule {
    // SQLite: `CHECK constraint failed: price_is_positive`.
    let after_colon = || info.message().split_once(": ").map(|(_, name)| name);
    let name = info
        .constraint_name()
        .or_else(after_colon)
        .unwrap_or_default();
    Rule::Constraint(name.to_owned())
}

/// Diesel does not classify these errors of PostgreSQL and SQLite.
fn unclassified(info: &dyn DatabaseErrorInformation) -> Option<Rule> {
    let (message, details) = (info.message(), info.details().unwrap_or_default());
    if let Some((_, length)) = message
        .strip_prefix("value too long for type ")
        .and_then(|rest| rest.split_once('('))
    {
        return length.trim_end_matches(')').parse().ok().map(Rule::TooLong);
    }
    if message.starts_with("conflicting key value violates exclusion constraint") {
        return Some(constraint(info));
    }
    if message.starts_with("cannot store ") {
        // A STRICT table of SQLite: `cannot store TEXT value in INTEGER column catalog_tag.name`.
        return Some(Rule::Constraint(String::new()));
    }
    let limit = match message {
        "smallint out of range" => 32_768.0,
        "integer out of range" => 2_147_483_648.0,
        "bigint out of range" => 9.2e18,
        // `… must round to an absolute value less than 10^3.`
        "numeric field overflow" => {
            let (_, power) = details.rsplit_once("10^")?;
            10_f64.powi(power.trim_end_matches('.').parse().ok()?) - 0.5
        }
        _ => return None,
    };
    Some(Rule::OutOfRange(limit))
}

/// Returns the table and the columns in the error.
fn place(rule: &Rule, info: &dyn DatabaseErrorInformation) -> (Option<String>, Vec<String>) {
    if let Some(table) = info.table_name() {
        let columns = match rule {
            Rule::NotNull => info.column_name().into_iter().map(str::to_owned).collect(),
            // PostgreSQL: `Key (name)=(red) already exists.`
            Rule::Unique | Rule::ForeignKey => {
                let details = info.details().unwrap_or_default();
                let columns = details
                    .split_once('(')
                    .and_then(|(_, rest)| rest.split_once(")=("));
                columns.map_or_else(Vec::new, |(columns, _)| {
                    columns
                        .split(", ")
                        .map(|name| name.trim_matches('"').to_owned())
                        .collect()
                })
            }
            _ => Vec::new(),
        };
        return (Some(table.to_owned()), columns);
    }
    let named = match (rule, info.message()) {
        (Rule::Constraint(_), message) => message
            .strip_prefix("cannot store ")
            .and_then(|rest| rest.rsplit_once(' ')),
        // SQLite: `UNIQUE constraint failed: catalog_tag.name, catalog_tag.slug`.
        (_, message) => message.split_once(": "),
    };
    let paths = named.map_or_else(Vec::new, |(_, rest)| rest.split(", ").collect());
    let parts: Vec<(&str, &str)> = paths
        .into_iter()
        .filter_map(|path| path.split_once('.'))
        .collect();
    let table = parts.first().map(|(table, _)| (*table).to_owned());
    (
        table,
        parts
            .into_iter()
            .map(|(_, column)| column.to_owned())
            .collect(),
    )
}

fn postgres_columns(conn: &mut Conn, model: &Meta, constraint: &str) -> Result<Vec<String>> {
    let sql = Sql::new(
        "SELECT attname::text FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey) \
         WHERE conrelid = to_regclass(quote_ident(",
    );
    let sql = sql
        .bind(model.table)
        .raw(")) AND conname = ")
        .bind(constraint)
        .returns(&[Kind::Text]);
    Ok(sql
        .load(conn)?
        .into_iter()
        .flatten()
        .map(|name| name.to_string())
        .collect())
}

/// SQLite only keeps the text of `CREATE TABLE`: returns the columns in the constraint's
/// expression.
fn sqlite_columns(conn: &mut Conn, model: &Meta, constraint: &str) -> Result<Vec<String>> {
    let sql = Sql::new("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ")
        .bind(model.table);
    let script: Vec<String> = sql
        .returns(&[Kind::Text])
        .load(conn)?
        .into_iter()
        .flatten()
        .map(|text| text.to_string())
        .collect();
    let script = script.first().map(String::as_str).unwrap_or_default();
    let expression = if is_name(constraint) {
        check_expression(script, constraint)
    } else {
        Some(constraint)
    };
    let Some(expression) = expression else {
        return Ok(Vec::new());
    };

    let fields = model.columns_in(expression).into_iter();
    Ok(fields.map(|field| field.column.to_owned()).collect())
}

/// Returns the expression of `CONSTRAINT name CHECK (expression)` in a script.
fn check_expression<'a>(script: &'a str, name: &str) -> Option<&'a str> {
    script.match_indices(name).find_map(|(at, _)| {
        let rest = script[at + name.len()..]
            .trim_start_matches(['"', '`', ']'])
            .trim_start();
        let is_check = rest
            .get(..5)
            .is_some_and(|word| word.eq_ignore_ascii_case("check"));
        let inside = rest
            .get(5..)
            .filter(|_| is_check)?
            .trim_start()
            .strip_prefix('(')?;
        let mut depth = 1_usize;
        let end = inside.find(|c| {
            depth = match c {
                '(' => depth + 1,
                ')' => depth - 1,
                _ => depth,
            };
            depth == 0
        })?;
        Some(&inside[..end])
    })
}

/// Whether the text is the name of a constraint. An expression has spaces, brackets or quotes.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::check_expression;

    #[test]
    fn the_expression_of_a_named_check_ends_with_its_bracket() {
        let script = "CREATE TABLE t (a int CONSTRAINT \"small\" CHECK ((a < 9) AND (b > 1)), b int, CONSTRAINT other CHECK (b<>a))";
        assert_eq!(
            check_expression(script, "small"),
            Some("(a < 9) AND (b > 1)")
        );
        assert_eq!(check_expression(script, "other"), Some("b<>a"));
        assert_eq!(check_expression(script, "none"), None);
    }
}
