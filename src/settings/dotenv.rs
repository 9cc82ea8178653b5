//! Reads `.env` by the rules of python-dotenv, which most Django projects use.
//!
//! A `$` is an ordinary character: only `${NAME}` and `${NAME:-default}` are replaced, whatever the
//! quotes. The crate dotenvy also replaces `$NAME`, which silently changes a `SECRET_KEY` that
//! contains a `$`, and has no option against it. `tests/dotenv/answers.json` holds python-dotenv's
//! answers; the test below compares every answer.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::python::is_space;

/// Returns the path of the file `.env` in the working directory or the nearest folder above.
pub fn find_dotenv() -> Option<PathBuf> {
    let folder = std::env::current_dir().ok()?;
    folder
        .ancestors()
        .map(|folder| folder.join(".env"))
        .find(|path| path.is_file())
}

/// A statement that cannot be read: the line it begins in and the reason. Holds no part of the value.
type Problem = (usize, &'static str);

/// A value of a `.env` file, and the line in which its statement begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assigned {
    pub(super) value: String,
    pub(super) line: usize,
}

/// Returns the variables of a `.env` file. `environment` holds the variables of the process, which
/// override those of the file.
///
/// The errors name the lines and never quote them.
pub(super) fn parse(
    text: &str,
    environment: &HashMap<String, String>,
) -> Result<HashMap<String, Assigned>, Vec<String>> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let mut reader = Reader { text: &text, at: 0 };
    // A name without a value hides an earlier value of that name.
    let mut variables: HashMap<String, Option<Assigned>> = HashMap::new();
    let mut problems = Vec::new();

    loop {
        reader.skip(is_space);
        if reader.rest().is_empty() {
            break;
        }
        let line = reader.line();
        match reader.binding() {
            Ok(Some((name, value))) => {
                let known = |name: &str| match environment.get(name) {
                    Some(value) => Some(value.clone()),
                    None => variables.get(name).map(|known| {
                        known
                            .as_ref()
                            .map_or_else(String::new, |known| known.value.clone())
                    }),
                };
                let value = value.map(|value| Assigned {
                    value: replaced(&value, known),
                    line,
                });
                variables.insert(name, value);
            }
            // A comment.
            Ok(None) => {}
            Err((line, reason)) => {
                problems.push(format!("line {line} {reason}"));
                reader.skip(|c| c != '\n');
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(variables
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect())
}

struct Reader<'a> {
    text: &'a str,
    /// Position of the next byte to read.
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Returns the number of the current line.
    fn line(&self) -> usize {
        self.text[..self.at].matches('\n').count() + 1
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !skipped(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Reads a statement: `export NAME = value # comment`.
    fn binding(&mut self) -> Result<Option<(String, Option<String>)>, Problem> {
        let line = self.line();
        let after_export = self
            .rest()
            .strip_prefix("export")
            .filter(|rest| rest.starts_with(is_blank));
        if let Some(rest) = after_export {
            self.at = self.text.len() - rest.len();
            self.skip(is_blank);
        }
        let name = self.name().map_err(|reason| (line, reason))?;
        self.skip(is_blank);
        let mut value = None;
        if self.rest().starts_with('=') {
            self.at += 1;
            let had_blanks = !self.skip(is_blank).is_empty();
            let is_comment = had_blanks && self.rest().starts_with('#');
            value = Some(if is_comment {
                String::new()
            } else {
                self.value().map_err(|reason| (line, reason))?
            });
        }
        self.skip(is_blank);
        if self.rest().starts_with('#') {
            self.skip(|c| c != '\n');
        }
        if !self.rest().is_empty() && !self.rest().starts_with('\n') {
            let reason = if value.is_some() {
                "has text after the closing quote"
            } else {
                "has no = after the name"
            };
            return Err((line, reason));
        }
        Ok(name.map(|name| (name, value)))
    }

    /// Reads the name of a variable; returns `None` at a comment.
    fn name(&mut self) -> Result<Option<String>, &'static str> {
        if self.rest().starts_with('#') {
            return Ok(None);
        }
        if let Some(quoted) = self.rest().strip_prefix('\'') {
            let end = quoted
                .find('\'')
                .filter(|end| *end > 0)
                .ok_or("has a name with a quote that is not closed")?;
            self.at += end + 2;
            return Ok(Some(quoted[..end].to_owned()));
        }
        let name = self.skip(|c| c != '=' && c != '#' && !is_space(c));
        if name.is_empty() {
            Err("has no name before the =")
        } else {
            Ok(Some(name.to_owned()))
        }
    }

    fn value(&mut self) -> Result<String, &'static str> {
        match self.rest().chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => Ok(self.unquoted()),
        }
    }

    /// Reads to the end of the line, without a comment (white space and `#`).
    fn unquoted(&mut self) -> String {
        let line = self.skip(|c| c != '\n');
        let comment = line
            .match_indices('#')
            .find(|(at, _)| line[..*at].ends_with(is_space));
        let value = comment.map_or(line, |(at, _)| &line[..at]);
        value.trim_end_matches(is_space).to_owned()
    }

    /// Reads a value in quotes, which may have several lines. A backslash escapes the next character.
    fn quoted(&mut self, quote: char) -> Result<String, &'static str> {
        let inside = &self.rest()[1..];
        let mut value = String::new();
        let mut characters = inside.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                c if c == quote => {
                    self.at += at + 2;
                    return Ok(value);
                }
                '\\' => match characters.next() {
                    Some((_, escaped)) => match unescaped(escaped, quote) {
                        Some(c) => value.push(c),
                        None => value.extend(['\\', escaped]),
                    },
                    None => break,
                },
                c => value.push(c),
            }
        }
        Err("has a quote that is not closed")
    }
}

/// Returns the character that a backslash and this character stand for between these quotes; `None`
/// if both are kept.
fn unescaped(escaped: char, quote: char) -> Option<char> {
    match (escaped, quote) {
        ('\\' | '\'', _) | ('"', '"') => Some(escaped),
        ('a', '"') => Some('\x07'),
        ('b', '"') => Some('\x08'),
        ('f', '"') => Some('\x0c'),
        ('n', '"') => Some('\n'),
        ('r', '"') => Some('\r'),
        ('t', '"') => Some('\t'),
        ('v', '"') => Some('\x0b'),
        _ => None,
    }
}

/// Returns the text with `${NAME}` and `${NAME:-default}` replaced.
fn replaced(text: &str, variable: impl Fn(&str) -> Option<String>) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let inside = &rest[start + 2..];
        let name_end = inside.find(['}', ':']).unwrap_or(inside.len());
        let (name, behind) = inside.split_at(name_end);
        let default = behind
            .strip_prefix(":-")
            .and_then(|default| default.split_once('}'));
        let (default, after) = match (default, behind.strip_prefix('}')) {
            (Some((default, after)), _) => (default, after),
            (None, Some(after)) => ("", after),
            // Not a complete `${…}`: keep it as ordinary text.
            (None, None) => {
                made.push_str(&rest[..start + 2]);
                rest = inside;
                continue;
            }
        };
        made.push_str(&rest[..start]);
        made.push_str(variable(name).as_deref().unwrap_or(default));
        rest = after;
    }
    made.push_str(rest);
    made
}

/// Whether `c` is white space that does not end a line.
fn is_blank(c: char) -> bool {
    c != '\n' && is_space(c)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Answer {
        file: String,
        environment: HashMap<String, String>,
        /// `None` if python-dotenv skips a statement with a warning.
        variables: Option<HashMap<String, String>>,
    }

    #[test]
    fn every_file_is_read_like_in_python_dotenv() {
        let answers: Vec<Answer> =
            serde_json::from_str(include_str!("../../tests/dotenv/answers.json")).unwrap();
        assert!(answers.len() > 60, "only {} answers", answers.len());
        for Answer {
            file,
            environment,
            variables,
        } in answers
        {
            let values = |variables: HashMap<String, Assigned>| {
                variables
                    .into_iter()
                    .map(|(name, assigned)| (name, assigned.value))
                    .collect::<HashMap<_, _>>()
            };
            let ours = parse(&file, &environment).map(values);
            assert_eq!(
                ours.clone().ok(),
                variables,
                "python-dotenv reads {file:?} differently; we say {ours:?}"
            );
        }
    }

    #[test]
    fn a_problem_names_its_line_and_not_the_value() {
        let file = "A=1\n\n# comment\nSECRET_KEY=\"a$x7b\nmore\n";
        assert_eq!(
            parse(file, &HashMap::new()),
            Err(vec!["line 4 has a quote that is not closed".to_owned()])
        );
        let file = "SECRET_KEY='a' secret\nB=2\n=secret\nexport C D\n";
        let error = parse(file, &HashMap::new()).unwrap_err();
        let expected = [
            "line 1 has text after the closing quote",
            "line 3 has no name before the =",
            "line 4 has no = after the name",
        ];
        assert_eq!(error, expected);
    }
}
