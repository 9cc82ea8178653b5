//! Counts phrases in comments and documents that STYLE.md forbids and that a pattern can find.

use std::fs;
use std::path::{Path, PathBuf};

/// The names of the patterns, in the order of the numbers that [`count`] returns.
const PATTERNS: [&str; 6] = [
    "a sentence begins with a clause without a noun",
    "\"is no …\" or \"is none\"",
    "\"by way of\", \"as such\" or \"is told\"",
    "\"who\" without a noun",
    "a paragraph begins with \"Its\", \"Their\" or \"Those\"",
    "\"stands\", \"lies\", \"has gone\" or \"goes along\"",
];

/// Words that begin a sentence whose subject is a clause, such as "What a user types is kept."
const CLAUSES: [&str; 13] = [
    "What ",
    "Who ",
    "Whose ",
    "Where ",
    "Which ",
    "How ",
    "Of which ",
    "That is ",
    "That of ",
    "That a ",
    "That the ",
    "That it ",
    "That which ",
];
const NEGATIONS: [&str; 5] = [" is none", " are none", " is no ", " are no ", " was no "];
const IDIOMS: [&str; 5] = [
    "by way of",
    " as such",
    " is told",
    " are told",
    " was told",
];
const HEADLESS: [&str; 6] = [
    "for who ",
    " by who ",
    " to who ",
    " of who ",
    " than who ",
    " with who ",
];
const VERBS: [&str; 8] = [
    " stands ",
    " lies ",
    " has gone",
    " have gone",
    " goes along",
    " go along",
    " leads nowhere",
    " lead nowhere",
];
const POSSESSIVES: [&str; 4] = ["Its ", "Their ", "Theirs ", "Those "];

/// Returns the text of each comment paragraph of a Rust file, with the line on which it begins.
fn comments(text: &str) -> Vec<(usize, String)> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    let mut is_code = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let Some(comment) = ["///", "//!", "//"]
            .iter()
            .find_map(|marker| line.strip_prefix(marker))
        else {
            (goes_on, is_code) = (false, false);
            continue;
        };
        add_line(&mut paragraphs, at + 1, comment, &mut goes_on, &mut is_code);
    }
    paragraphs
}

/// Returns the text of each paragraph, list item and table cell of a Markdown document.
fn paragraphs(text: &str) -> Vec<(usize, String)> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    let mut is_code = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("    ") || line.starts_with('\t') {
            goes_on = false;
            continue;
        }
        add_line(&mut paragraphs, at + 1, line, &mut goes_on, &mut is_code);
    }
    paragraphs
}

fn add_line(
    paragraphs: &mut Vec<(usize, String)>,
    number: usize,
    line: &str,
    goes_on: &mut bool,
    is_code: &mut bool,
) {
    let line = line.trim();
    if line.starts_with("```") {
        *is_code = !*is_code;
        *goes_on = false;
        return;
    }
    if *is_code || line.is_empty() {
        *goes_on = false;
        return;
    }
    if line.starts_with('|') {
        let cells = line.split('|').map(str::trim);
        paragraphs.extend(cells.map(|cell| (number, cell.to_owned())));
        *goes_on = false;
        return;
    }

    let is_item = line.starts_with("- ") || line.starts_with("* ") || line.starts_with('#');
    let is_numbered = line.split_once(". ").is_some_and(|(digits, _)| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let content = line.trim_start_matches(|c: char| "-*# 0123456789.".contains(c));
    match paragraphs.last_mut() {
        Some((_, paragraph)) if *goes_on && !is_item && !is_numbered => {
            paragraph.push(' ');
            paragraph.push_str(line);
        }
        _ => paragraphs.push((number, content.to_owned())),
    }
    *goes_on = !line.starts_with('#');
}

/// Replaces inline code and quotations, whose words are not ours.
fn without_quotations(paragraph: &str) -> String {
    let mut text = String::new();
    for (at, part) in paragraph.split('`').enumerate() {
        text.push_str(if at % 2 == 0 { part } else { "code" });
    }
    let mut quoted = String::new();
    for (at, part) in text.split('"').enumerate() {
        quoted.push_str(if at % 2 == 0 { part } else { "quotation" });
    }
    quoted
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = [". ", "! ", "? ", ".) "]
            .iter()
            .filter_map(|mark| rest.find(mark).map(|at| at + mark.len()))
            .min()
            .unwrap_or(rest.len());
        let (sentence, behind) = rest.split_at(end);
        rest = behind;
        Some(sentence.trim_start_matches(['*', '(', '[', ' ']))
    })
}

/// Returns the number of places for each of [`PATTERNS`] in a paragraph.
fn count(paragraph: &str) -> [usize; 6] {
    let text = without_quotations(paragraph);
    let begins = |words: &[&str]| {
        sentences(&text)
            .filter(|sentence| words.iter().any(|word| sentence.starts_with(word)))
            .count()
    };
    let contains = |phrases: &[&str]| -> usize {
        phrases
            .iter()
            .map(|phrase| text.matches(phrase).count())
            .sum()
    };
    let harmless = contains(&[
        "here is no ",
        "here are no ",
        "here was no ",
        "here is none",
    ]) + contains(&[" is no longer", " are no longer", " was no longer"]);

    [
        begins(&CLAUSES),
        contains(&NEGATIONS).saturating_sub(harmless),
        contains(&IDIOMS),
        contains(&HEADLESS),
        usize::from(POSSESSIVES.iter().any(|word| text.starts_with(word))),
        contains(&VERBS),
    ]
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
                files(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

#[test]
fn comments_and_documents_contain_no_hard_phrases() {
    let mut sources = vec![PathBuf::from("build.rs")];
    for folder in ["src", "tests", "crates", "examples", "fuzz"] {
        files(Path::new(folder), ".rs", &mut sources);
    }
    let mut documents = Vec::new();
    files(Path::new("docs"), ".md", &mut documents);
    documents.extend(
        [
            "README.md",
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "SECURITY.md",
            "CHANGELOG.md",
        ]
        .map(PathBuf::from),
    );

    let mut places: [Vec<String>; 6] = Default::default();
    for path in sources.iter().chain(&documents) {
        let text = fs::read_to_string(path).unwrap();
        let is_rust = path.extension().is_some_and(|ending| ending == "rs");
        let texts = if is_rust {
            comments(&text)
        } else {
            paragraphs(&text)
        };
        for (line, paragraph) in texts {
            for (pattern, number) in count(&paragraph).into_iter().enumerate() {
                let place = format!("{}:{line}: {paragraph}", path.display());
                places[pattern].extend(std::iter::repeat_n(place, number));
            }
        }
    }

    for (pattern, places) in PATTERNS.iter().zip(&places) {
        assert!(
            places.is_empty(),
            "{pattern}: found in {} places. See CONTRIBUTING.md, rule 6.\n{}",
            places.len(),
            places.join("\n")
        );
    }
}

#[test]
fn hard_phrases_are_found_in_comments_but_not_in_code_or_quotations() {
    let found = |text: &str| {
        comments(text).iter().fold([0; 6], |sum, (_, paragraph)| {
            let found = count(paragraph);
            std::array::from_fn(|at| sum[at] + found[at])
        })
    };

    assert_eq!(found("/// What a user types is kept."), [1, 0, 0, 0, 0, 0]);
    assert_eq!(
        found("// Two rows. Who comes\n// late waits."),
        [1, 0, 0, 0, 0, 0]
    );
    assert_eq!(
        found("/// This is no\n/// limit, there is no limit."),
        [0, 1, 0, 0, 0, 0]
    );
    assert_eq!(found("//! A row by way of a key."), [0, 0, 1, 0, 0, 0]);
    assert_eq!(found("// A link for who forgot it."), [0, 0, 0, 1, 0, 0]);
    assert_eq!(found("/// Its name."), [0, 0, 0, 0, 1, 0]);
    assert_eq!(found("// The row stands here."), [0, 0, 0, 0, 0, 1]);
    assert_eq!(found("/// Returns `What is`, \"Who asks\"."), [0; 6]);
    assert_eq!(found("let text = \"What is\";"), [0; 6]);
    assert_eq!(
        count(&paragraphs("- Who asks waits.\n- One.")[0].1),
        [1, 0, 0, 0, 0, 0]
    );
    assert_eq!(paragraphs("```\nWhat\n```").len(), 0);
}
