//! The letters that FTS5 of SQLite folds differently from the comparison that ignores case.

/// Whether a search index of SQLite does not always find `letter` where a comparison that ignores case finds it: FTS5
/// has not the same token for all letters with the same upper case.
pub(crate) fn is_folded_differently(letter: char) -> bool {
    let number = u32::from(letter);
    let range = RANGES.partition_point(|(_, last)| *last < number);
    RANGES.get(range).is_some_and(|(first, _)| *first <= number)
}

/// The ranges of these letters.
const RANGES: &[(u32, u32)] = &[
    (0x0, 0x0),
    (0x131, 0x131),
    (0x17F, 0x17F),
    (0x19B, 0x19B),
    (0x25C, 0x25C),
    (0x261, 0x264),
    (0x26A, 0x26C),
    (0x282, 0x282),
    (0x287, 0x287),
    (0x29D, 0x29E),
    (0x37F, 0x37F),
    (0x3F3, 0x3F3),
    (0x528, 0x52F),
    (0x10D0, 0x10FF),
    (0x13A0, 0x13FD),
    (0x1C89, 0x1C8A),
    (0x1C90, 0x1CBF),
    (0x1D8E, 0x1D8E),
    (0x2C2F, 0x2C2F),
    (0x2C5F, 0x2C5F),
    (0xA698, 0xA69B),
    (0xA794, 0xA79F),
    (0xA7AB, 0xA7DC),
    (0xA7F5, 0xA7F6),
    (0xAB53, 0xAB53),
    (0xAB70, 0xABBF),
    (0xFFFD, 0xFFFD),
    (0x10400, 0x1E943),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    use diesel::sql_types::{BigInt, Text};

    use super::is_folded_differently;
    use crate::db::text::upper;

    #[derive(QueryableByName)]
    struct Token {
        #[diesel(sql_type = Text)]
        term: String,
        #[diesel(sql_type = BigInt)]
        doc: i64,
    }

    /// Returns the letter that FTS5 makes of each letter.
    fn folded() -> BTreeMap<char, char> {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let mut script = "CREATE VIRTUAL TABLE texts USING fts5(t, tokenize='trigram'); \
                          CREATE VIRTUAL TABLE tokens USING fts5vocab(texts, 'instance'); \
                          BEGIN;"
            .to_owned();
        for letter in ('\u{80}'..=char::MAX).filter(|letter| letter.is_alphanumeric()) {
            let number = u32::from(letter);
            let _ = write!(
                script,
                "INSERT INTO texts(rowid, t) VALUES ({number}, 'xx{letter}');"
            );
        }
        script.push_str("COMMIT;");
        conn.batch_execute(&script).unwrap();
        let tokens: Vec<Token> = diesel::sql_query("SELECT term, doc FROM tokens")
            .load(&mut conn)
            .unwrap();
        tokens
            .into_iter()
            .map(|token| {
                let letter = u32::try_from(token.doc).ok().and_then(char::from_u32);
                (letter.unwrap(), token.term.chars().last().unwrap())
            })
            .collect()
    }

    #[test]
    fn letters_with_the_same_upper_case_have_the_same_token() {
        let folded = folded();
        let mut same: BTreeMap<String, Vec<char>> = BTreeMap::new();
        for letter in folded.keys() {
            same.entry(upper(&letter.to_string()))
                .or_default()
                .push(*letter);
        }
        let mut different: Vec<u32> = same
            .iter()
            .filter(|(upper, letters)| {
                let first = folded[&letters[0]];
                // The comparison never takes an ASCII letter for another letter.
                let is_ascii = upper.is_ascii();
                is_ascii || letters.iter().any(|letter| folded[letter] != first)
            })
            .flat_map(|(_, letters)| letters.iter().map(|letter| u32::from(*letter)))
            .collect();
        different.sort_unstable();

        let missing: Vec<String> = different
            .iter()
            .filter(|number| !char::from_u32(**number).is_some_and(is_folded_differently))
            .map(|number| format!("{number:#x}"))
            .collect();
        assert!(missing.is_empty(), "not in the list: {}", missing.join(" "));
    }
}
