//! What the database refused although a form was found right: someone else was faster.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::ModelForm;
use super::check::exists;
use super::clean::NO_SUCH_ROW;
use crate::error::Error;
use crate::models::Meta;

/// A rule of the database that a statement broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Unique,
    ForeignKey,
    NotNull,
}

/// What the database said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    rule: Rule,
    /// The table, where that was said.
    table: Option<String>,
    columns: Vec<String>,
}

impl Violation {
    /// What `error` says, if it is about a row that breaks a rule.
    pub fn of(error: &Error) -> Option<Self> {
        let Error::Database(DieselError::DatabaseError(kind, info)) = error else { return None };
        let rule = match kind {
            DatabaseErrorKind::UniqueViolation => Rule::Unique,
            DatabaseErrorKind::ForeignKeyViolation => Rule::ForeignKey,
            DatabaseErrorKind::NotNullViolation => Rule::NotNull,
            _ => return None,
        };
        let listed = |text: &str| text.split(", ").map(|name| name.trim_matches('"').to_owned()).collect();
        // PostgreSQL: `Key (name)=(red) already exists.`
        if let Some(details) = info.details() {
            let columns = details.split_once('(').and_then(|(_, rest)| rest.split_once(")=("));
            let columns = columns.map_or_else(Vec::new, |(columns, _)| listed(columns));
            let columns = if rule == Rule::NotNull {
                info.column_name().into_iter().map(str::to_owned).collect()
            } else {
                columns
            };
            return Some(Self { rule, table: info.table_name().map(str::to_owned), columns });
        }
        // SQLite: `UNIQUE constraint failed: catalog_tag.name, catalog_tag.slug`
        let paths: Vec<&str> =
            info.message().split_once(": ").map_or_else(Vec::new, |(_, rest)| rest.split(", ").collect());
        let parts: Vec<(&str, &str)> = paths.into_iter().filter_map(|path| path.split_once('.')).collect();
        let table = parts.first().map(|(table, _)| (*table).to_owned());
        Some(Self { rule, table, columns: parts.into_iter().map(|(_, column)| column.to_owned()).collect() })
    }

    /// Whether it is about a row of this table, as far as that was said.
    pub fn is_of(&self, table: &str) -> bool {
        self.table.as_ref().is_none_or(|known| known == table)
    }

    /// The column it is about, or "", and what it says to someone who sent a form over `model`.
    fn said(&self, model: &'static Meta) -> (&'static str, String) {
        let known = self.columns.iter().filter_map(|name| model.column(name));
        let columns: Vec<&'static str> = known.map(|field| field.column).collect();
        let one = if let [column] = columns[..] { column } else { "" };
        let text = match self.rule {
            Rule::Unique => exists(model, &columns),
            Rule::NotNull => "This field cannot be null.".to_owned(),
            Rule::ForeignKey if one.is_empty() => "Something that this leads to was deleted meanwhile.".to_owned(),
            Rule::ForeignKey => NO_SUCH_ROW.to_owned(),
        };
        (one, text)
    }

    /// What it says to someone who sent a form over `model`.
    pub fn text(&self, model: &'static Meta) -> String {
        self.said(model).1
    }

    /// Says so in `form`.
    pub fn tell(&self, form: &mut ModelForm) {
        let (column, text) = self.said(form.model);
        form.add_error(column, text);
    }
}
