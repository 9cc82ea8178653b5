//! Searches with the option `search_index`: the same rows are found as without it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Value};
use nuages::makemigrations::Vendor;
use nuages::models::{ColumnPath, Condition, Lookup, Model as _, Query, SearchCandidates, Step};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::cases::BOTH;
use super::search_index::{indexed, indexing, plain};
use super::site::Database;

/// Returns the condition of the admin's search for `words` in pages and the names of their authors.
fn search(words: &[&str], with_author: bool) -> Condition {
    let of_word = |word: &&str| {
        let is = |path| Condition::Is {
            path,
            lookup: Lookup::IContains,
            values: vec![Value::Text((*word).to_owned())],
        };
        let author = ColumnPath {
            steps: vec![Step::Forward("author_id")],
            column: "name",
        };
        let mut parts = vec![is(ColumnPath::own("title")), is(ColumnPath::own("body"))];
        parts.extend(with_author.then(|| is(author)));
        Condition::Any(parts)
    };
    Condition::All(words.iter().map(of_word).collect())
}

/// Returns the keys of the pages that match, sorted.
pub(super) fn keys(conn: &mut Conn, query: &Query) -> Vec<i64> {
    let mut keys: Vec<i64> = query
        .pks(conn)
        .unwrap()
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    keys.sort_unstable();
    keys
}

/// Searches with the index; returns `None` if the index cannot find the words.
pub(super) fn by_index(
    conn: &mut Conn,
    words: &[&str],
    with_author: bool,
    few: i64,
) -> Option<Vec<i64>> {
    let query = Query::new(indexed::Page::meta()).filter(search(words, with_author));
    let found = query.search_candidates(conn, few).unwrap()?;
    let (SearchCandidates::Few(narrow) | SearchCandidates::Many(narrow)) = found;
    Some(keys(conn, &query.filter(narrow)))
}

fn without_index(conn: &mut Conn, words: &[&str], with_author: bool) -> Vec<i64> {
    let query = Query::new(plain::Page::meta()).filter(search(words, with_author));
    assert_eq!(
        query.search_candidates(conn, 10).unwrap(),
        None,
        "a model without the option has no index"
    );
    keys(conn, &query)
}

/// Pieces of texts that are hard to compare without regard to case, or to quote.
const PIECES: [&str; 40] = [
    "lamp",
    "LAMP",
    "Ärzte",
    "ärzte",
    "straße",
    "STRASSE",
    "ſaal",
    "Kelvin",
    "kelvin",
    "ısı",
    "ISI",
    "İzmir",
    "µm",
    "ΜM",
    "σοφός",
    "ΣΟΦΌΣ",
    "вода",
    "ВОДА",
    "Ꙋꙋᲂ",
    "ﬁsh",
    "100%",
    "a_b",
    "_",
    "%",
    "'",
    "\"",
    "\\",
    " ",
    "  ",
    "-",
    "*",
    "AND",
    "NOT",
    "NEAR(",
    "日本語",
    "本",
    "😀😀😀",
    "e\u{301}",
    "ᾳ",
    "\n",
];

fn random_text(random: &mut StdRng) -> String {
    let count = random.random_range(0..6);
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(PIECES.choose(random).unwrap());
    }
    text
}

/// Returns a part of `text`, perhaps in other case.
fn part_of(random: &mut StdRng, text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let start = random.random_range(0..=letters.len());
    let length = random.random_range(1..12);
    let part: String = letters.iter().skip(start).take(length).collect();
    match random.random_range(0..3) {
        0 => part.to_lowercase(),
        1 => part.to_uppercase(),
        _ => part,
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Inserts `count` pages with random texts.
fn insert_pages(conn: &mut Conn, random: &mut StdRng, count: usize) {
    let mut script = String::new();
    for _ in 0..count {
        let body = match random.random_range(0..4) {
            0 => "NULL".to_owned(),
            _ => quoted(&random_text(random)),
        };
        let author = random.random_range(0..12);
        let author = if author == 0 {
            "NULL".to_owned()
        } else {
            author.to_string()
        };
        let title = quoted(&random_text(random));
        let _ = write!(
            script,
            "INSERT INTO left_page (title, body, author_id) VALUES ({title}, {body}, {author});"
        );
    }
    conn.batch_execute(&script).unwrap();
}

#[test]
fn a_search_finds_the_same_rows_with_and_without_the_index() {
    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            continue;
        };
        let [first, second] = indexing();
        database.apply(&first);
        let (mut random, conn) = (StdRng::seed_from_u64(18), &mut database.connect());
        for _ in 0..11 {
            let name = quoted(&random_text(&mut random));
            let insert = format!("INSERT INTO left_author (name) VALUES ({name})");
            conn.batch_execute(&insert).unwrap();
        }
        insert_pages(conn, &mut random, 150);
        // The index has these rows, and those that come later.
        database.apply(&second);
        insert_pages(conn, &mut random, 150);

        let mut indexed = 0;
        for round in 0..400 {
            if round % 20 == 0 {
                let (one, other) = (random.random_range(1..300), random.random_range(1..300));
                let title = quoted(&random_text(&mut random));
                let change = format!(
                    "UPDATE left_page SET title = {title} WHERE id = {one}; DELETE FROM left_page WHERE id = {other}; \
                     UPDATE left_author SET name = {title} WHERE id = {}; \
                     UPDATE left_page SET id = id + 1000 WHERE id = {}",
                    round % 11,
                    random.random_range(1..300)
                );
                conn.batch_execute(&change).unwrap();
            }
            let word = |random: &mut StdRng| {
                let text = format!("{}{}", random_text(random), random_text(random));
                part_of(random, &text)
            };
            let words: Vec<String> = (0..random.random_range(1..4))
                .map(|_| word(&mut random))
                .filter(|word| !word.is_empty())
                .collect();
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            let long = "lamp".repeat(3000);
            if round % 50 == 0 {
                words.push(&long);
            }
            for with_author in [false, true] {
                let expected = without_index(conn, &words, with_author);
                for few in [0, 10_000] {
                    if let Some(found) = by_index(conn, &words, with_author, few) {
                        indexed += 1;
                        assert_eq!(
                            found, expected,
                            "{vendor:?}: the rows with {words:?}, authors: {with_author}"
                        );
                    }
                }
            }
        }
        assert!(
            indexed > 200,
            "{vendor:?}: only {indexed} searches used the index"
        );
    }
}

#[test]
fn a_short_word_is_not_looked_up() {
    for vendor in BOTH {
        let Some(database) = Database::new(vendor) else {
            continue;
        };
        for migration in indexing() {
            database.apply(&migration);
        }
        let conn = &mut database.connect();
        conn.batch_execute("INSERT INTO left_page (title) VALUES ('Amber lamp')")
            .unwrap();
        assert_eq!(by_index(conn, &["la"], false, 10), None, "{vendor:?}");
        assert_eq!(
            by_index(conn, &["lam", "a"], false, 10),
            Some(vec![1]),
            "{vendor:?}"
        );
    }
}

#[test]
fn rows_that_python_writes_are_found() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    if !python.exists() {
        return;
    }
    let database = Database::new(Vendor::Sqlite).unwrap();
    for migration in indexing() {
        database.apply(&migration);
    }
    let script = "import sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
conn.execute(\"INSERT INTO left_page (title, body) VALUES ('Ärzte', NULL), ('Lampe', 'x'), ('Bild', 'y')\")
conn.execute(\"UPDATE left_page SET title = 'Leuchte' WHERE id = 2\")
conn.execute(\"DELETE FROM left_page WHERE id = 3\")
conn.commit()";
    let path = database.url.trim_start_matches("sqlite://");
    let done = Command::new(python)
        .args(["-c", script, path])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );

    let conn = &mut database.connect();
    for (word, expected) in [
        ("ÄRZ", vec![1]),
        ("lampe", vec![]),
        ("leuchte", vec![2]),
        ("bild", vec![]),
    ] {
        assert_eq!(by_index(conn, &[word], false, 10), Some(expected), "{word}");
    }
}
