//! Splits a search text into words, like Django.

use crate::admin::options::{SearchField, SearchMode};
use crate::db::Value;
use crate::models::{Condition, Lookup};
use crate::python::is_space;

/// A search with more words matches nothing: a very long text would exceed SQLite's limit of bound
/// values.
const MOST: usize = 500;

/// Returns the condition that each word of `text` is in one of `fields`; `None` if there is nothing
/// to search.
pub(crate) fn searched(fields: &[SearchField], text: &str) -> Option<Condition> {
    if fields.is_empty() || text.is_empty() {
        return None;
    }
    let found = |word: &str| {
        let field = |field: &SearchField| Condition::Is {
            path: field.path.clone(),
            lookup: match field.mode {
                SearchMode::Contains => Lookup::IContains,
                SearchMode::StartsWith => Lookup::IStartsWith,
                SearchMode::Exact => Lookup::IExact,
            },
            values: vec![Value::Text(word.to_owned())],
        };
        Condition::Any(fields.iter().map(field).collect())
    };
    let words = words(text);
    if words.len() > MOST {
        return Some(Condition::Any(Vec::new()));
    }
    (!words.is_empty()).then(|| Condition::All(words.iter().map(|word| found(word)).collect()))
}

/// Returns the distinct words of a search; a quoted phrase is one word (Django's `smart_split`).
fn words(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() && found.len() <= MOST {
        if is_space(letters[at]) {
            at += 1;
            continue;
        }
        let end = with_phrases(&letters, at).unwrap_or_else(|| {
            let space = letters[at..].iter().position(|letter| is_space(*letter));
            space.map_or(letters.len(), |space| at + space)
        });
        let word = unquoted(letters[at..end].iter().collect());
        if !found.contains(&word) {
            found.push(word);
        }
        at = end;
    }
    found
}

/// Returns the end of a run of letters and quoted phrases that begins at `at` and has at least one
/// phrase.
fn with_phrases(letters: &[char], mut at: usize) -> Option<usize> {
    let mut end = None;
    loop {
        while letters
            .get(at)
            .is_some_and(|letter| !is_space(*letter) && !matches!(letter, '"' | '\''))
        {
            at += 1;
        }
        if end.is_some() {
            end = Some(at);
        }
        let Some(quote @ ('"' | '\'')) = letters.get(at).copied() else {
            return end;
        };
        let mut inside = at + 1;
        loop {
            match letters.get(inside) {
                None => return end,
                Some('\\') => inside += 2,
                Some(letter) if *letter == quote => break,
                Some(_) => inside += 1,
            }
        }
        at = inside + 1;
        end = Some(at);
    }
}

/// Returns a phrase without its quotes.
fn unquoted(word: String) -> String {
    let Some(quote @ ('"' | '\'')) = word.chars().next() else {
        return word;
    };
    if !word.ends_with(quote) {
        return word;
    }
    let inside = word.get(1..word.len() - 1).unwrap_or_default();
    inside
        .replace(&format!("\\{quote}"), &quote.to_string())
        .replace("\\\\", "\\")
}

#[cfg(test)]
mod tests {
    use super::{MOST, searched, words};
    use crate::admin::options::{SearchField, SearchMode};
    use crate::models::{ColumnPath, Condition};

    #[test]
    fn a_search_has_a_limit_of_words() {
        let fields = [SearchField {
            path: ColumnPath::own("name"),
            mode: SearchMode::Contains,
        }];
        let book = |count: usize| {
            (0..count)
                .map(|n| n.to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let asked = |count| searched(&fields, &book(count));
        assert!(matches!(asked(MOST), Some(Condition::All(words)) if words.len() == MOST));
        assert_eq!(asked(MOST + 1), Some(Condition::Any(Vec::new())));
        // A repeated word counts once.
        assert!(
            matches!(searched(&fields, &"ash ".repeat(1000)), Some(Condition::All(words)) if words.len() == 1)
        );
    }

    #[test]
    fn phrases_are_split_like_in_django() {
        // Python: [unescape_string_literal(b) if … else b for b in smart_split(text)]
        for (text, wanted) in [
            ("amber lamp", vec!["amber", "lamp"]),
            ("  a  b\tc\x1fd ", vec!["a", "b", "c", "d"]),
            ("\"amber lamp\" x", vec!["amber lamp", "x"]),
            ("'a b' \"c'd\"", vec!["a b", "c'd"]),
            ("it's", vec!["it's"]),
            ("a\"b c\"d e", vec!["a\"b c\"d", "e"]),
            ("\"open phrase", vec!["\"open", "phrase"]),
            ("\"", vec![""]),
            ("\"\"", vec![""]),
            ("a b a", vec!["a", "b"]),
            (r#""a \"b\" c""#, vec!["a \"b\" c"]),
            (r"\", vec![r"\"]),
            ("", vec![]),
        ] {
            assert_eq!(words(text), wanted, "{text}");
        }
    }
}
