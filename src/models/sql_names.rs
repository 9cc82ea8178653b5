//! Finds the columns that an SQL expression of a declaration names.

use super::Meta;

/// Words of expressions that are not columns, in upper case.
const KEYWORDS: [&str; 57] = [
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "ASYMMETRIC",
    "AT",
    "BETWEEN",
    "BOTH",
    "CASE",
    "CAST",
    "CURRENT_DATE",
    "CURRENT_ROLE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "DISTINCT",
    "ELSE",
    "END",
    "ESCAPE",
    "FALSE",
    "FOR",
    "FROM",
    "GLOB",
    "ILIKE",
    "IN",
    "INTERVAL",
    "IS",
    "ISNULL",
    "LEADING",
    "LIKE",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "MATCH",
    "NOT",
    "NOTNULL",
    "NULL",
    "OR",
    "PLACING",
    "PRECISION",
    "REGEXP",
    "ROW",
    "SESSION_USER",
    "SIMILAR",
    "SOME",
    "SYMMETRIC",
    "THEN",
    "TIME",
    "TO",
    "TRAILING",
    "TRUE",
    "UNKNOWN",
    "VARYING",
    "WHEN",
    "WITH",
    "WITHOUT",
    "ZONE",
];

/// A part of an SQL expression.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// A text, which is a value.
    Text,
    Sign(char),
}

/// An SQL expression of a declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expression {
    /// The option that contains the expression.
    pub(super) option: &'static str,
    /// The name of the constraint, the index or the field.
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

impl Meta {
    /// Returns the SQL expressions of constraints, indexes and generated columns.
    pub(super) fn expressions(&self) -> Vec<Expression> {
        let unique = self.unique_constraints.iter().filter_map(|constraint| {
            Some(Expression {
                option: "constraints",
                name: constraint.name,
                sql: constraint.condition?,
            })
        });
        let checks = self.check_constraints.iter().map(|constraint| Expression {
            option: "constraints",
            name: constraint.name,
            sql: constraint.check,
        });
        let indexes = self.indexes.iter().filter_map(|index| {
            Some(Expression {
                option: "indexes",
                name: index.name.unwrap_or("an index"),
                sql: index.condition?,
            })
        });
        let generated = self.fields.iter().flat_map(|field| {
            let scripts = field
                .generated_as
                .map(|column| [column.sqlite, column.postgres]);
            scripts.into_iter().flatten().map(|sql| Expression {
                option: "generated",
                name: field.name,
                sql,
            })
        });

        let mut all: Vec<Expression> = unique
            .chain(checks)
            .chain(indexes)
            .chain(generated)
            .collect();
        all.dedup_by_key(|one| (one.name, one.sql));
        all
    }

    /// Returns the names in an SQL expression that are not columns of the model.
    pub(super) fn unknown_columns(&self, sql: &str) -> Vec<String> {
        let is_column = |name: &String| {
            let mut fields = self.fields.iter();
            fields.any(|field| field.column.eq_ignore_ascii_case(name))
        };
        let mut unknown: Vec<String> = names(sql);
        unknown.retain(|name| !is_column(name));
        unknown.dedup();
        unknown
    }
}

/// Returns the names in an SQL expression that can only be columns: not keywords, functions, types and
/// names behind a table.
fn names(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => word.to_uppercase(),
        _ => String::new(),
    };
    let sign = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
        Some(Token::Sign(sign)) => Some(*sign),
        _ => None,
    };
    if (0..tokens.len()).any(|at| word(at) == "SELECT") {
        // A query has columns of other tables.
        return Vec::new();
    }

    let mut names = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let (Token::Word(name) | Token::Quoted(name)) = token else {
            continue;
        };
        let before = at.checked_sub(1);
        let word_before = before.map(word).unwrap_or_default();
        let is_keyword = KEYWORDS.contains(&word(at).as_str());
        let is_function = sign(Some(at + 1)) == Some('(');
        let is_type = sign(before) == Some(':') || word_before == "AS";
        let is_typed_text = tokens.get(at + 1) == Some(&Token::Text);
        let is_qualified = sign(before) == Some('.') || sign(Some(at + 1)) == Some('.');
        // EXTRACT(year FROM day)
        let is_part = word(at + 1) == "FROM" && sign(before) == Some('(');
        let is_collation = word_before == "COLLATE" || word(at) == "COLLATE";
        if !(is_keyword
            || is_function
            || is_type
            || is_typed_text
            || is_qualified
            || is_part
            || is_collation)
        {
            names.push(name.clone());
        }
    }
    names
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql.chars().peekable();
    while let Some(first) = rest.next() {
        if first.is_alphabetic() || first == '_' {
            let mut word = String::from(first);
            while let Some(next) = rest.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                word.push(next);
            }
            tokens.push(Token::Word(word));
        } else if first.is_ascii_digit() {
            // 12, 1.5, 1e3
            while rest.next_if(|c| c.is_alphanumeric() || *c == '.').is_some() {}
            tokens.push(Token::Sign('0'));
        } else if matches!(first, '\'' | '"' | '`') {
            let mut text = String::new();
            while let Some(next) = rest.next() {
                // A quote inside is written twice.
                if next == first && rest.next_if_eq(&first).is_none() {
                    break;
                }
                text.push(next);
            }
            tokens.push(if first == '\'' {
                Token::Text
            } else {
                Token::Quoted(text)
            });
        } else if !first.is_whitespace() {
            tokens.push(Token::Sign(first));
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_columns_and_not_keywords_functions_types_or_texts() {
        for (sql, expected) in [
            ("price > 0", &["price"][..]),
            (
                "status = 'it''s live' AND NOT hidden",
                &["status", "hidden"],
            ),
            ("upper(\"first name\") = 'A'", &["first name"]),
            ("((status)::text = 'live'::text)", &["status"]),
            (
                "kind = ANY (ARRAY['a'::character varying, 'b'::text])",
                &["kind"],
            ),
            ("CAST(day AS timestamp with time zone) > now()", &["day"]),
            ("day > date '2020-01-01' OR day IS NULL", &["day", "day"]),
            ("EXTRACT(year FROM day) = 2020", &["day"]),
            ("name COLLATE NOCASE LIKE 'a%' ESCAPE '!'", &["name"]),
            ("club_room.price > 1e3", &[]),
            ("price IN (SELECT limit_price FROM other)", &[]),
        ] {
            assert_eq!(names(sql), expected, "{sql}");
        }
    }
}
