//! Rules of the code that the compiler does not check.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "tidy/borders.rs"]
mod borders;
#[path = "tidy/english.rs"]
mod english;

/// Returns the modules, the lowest layer first: the `pub mod` lines of `lib.rs`, in order. A module
/// may name itself and those before it.
fn modules() -> Vec<String> {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let named = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    named.map(str::to_owned).collect()
}

/// The layers inside an app of the shop.
const APP_LAYERS: [&[&str]; 3] = [
    &["models"],
    &["forms"],
    &["views", "sitemap", "admin", "urls"],
];

const MAX_LINES: usize = 500;
const MAX_MEDIAN: usize = 120;
/// A list of tables, which may be long.
const LONG_BY_NATURE: &str = "schema.rs";

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Returns the module of a file: `src/shop/catalog/views/mod.rs` is `shop::catalog::views`.
fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    path.iter()
        .map(|part| part.to_string_lossy().into_owned())
        .filter(|part| part != "mod")
        .collect()
}

/// Returns every path after `crate::` with expanded groups, and the line of each.
fn named(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        // `$crate::` and `nuages::` in macros refer to the same modules, and so count as well.
        open(&text[at + 7..], &[], &mut |path| {
            found.push((text[..at].lines().count(), path));
        });
    }
    found
}

fn open(text: &str, before: &[String], found: &mut impl FnMut(Vec<String>)) {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let rest = &text[word.len()..];
    let mut path = before.to_vec();
    if !word.is_empty() {
        path.push(word);
    }
    if let Some(deeper) = rest.strip_prefix("::") {
        return open(deeper, &path, found);
    }
    let Some(group) = rest.strip_prefix('{') else {
        return found(path);
    };
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                open(group[start..at].trim(), &path, found);
                start = at + 1;
                if c == '}' {
                    return;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
}

fn complaints(path: &Path, text: &str, modules: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let me = module(path);
    let file = path.display();
    let layer = |module: &[String]| {
        module
            .first()
            .and_then(|name| modules.iter().position(|known| known == name))
    };
    let app_layer = |part: &str| APP_LAYERS.iter().position(|layer| layer.contains(&part));
    for (line, there) in named(text) {
        if layer(&me)
            .zip(layer(&there))
            .is_some_and(|(mine, other)| other > mine)
        {
            found.push(format!(
                "{file}:{line}: {} may not name {}",
                me.join("::"),
                there.join("::")
            ));
        }
        if let ([apps, mine, part, ..], [_, theirs, other, ..]) = (&me[..], &there[..])
            && apps == "shop"
            && mine == theirs
            && app_layer(part)
                .zip(app_layer(other))
                .is_some_and(|(mine, other)| other > mine)
        {
            found.push(format!("{file}:{line}: {part} may not name {other}"));
        }
    }
    let is = |part: &str| {
        me.first().is_some_and(|name| name == "shop")
            && me.get(2).is_some_and(|there| there == part)
    };
    if is("views") && text.contains("diesel::") {
        found.push(format!("{file}: views must not use Diesel: call a model"));
    }
    if is("models") && text.contains("actix_web::") {
        found.push(format!("{file}: models must not use HTTP"));
    }
    let reads_the_clock = ["clock.rs", "test_hooks.rs"]
        .iter()
        .any(|name| path.ends_with(name))
        || ["mail", "shop"].iter().any(|name| me[0] == *name);
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    if code.contains("Utc::now()") && !reads_the_clock {
        found.push(format!(
            "{file}: write clock::now(), which a test can set, instead of Utc::now()"
        ));
    }
    if text.contains("super::super::") {
        found.push(format!("{file}: write crate:: instead of super::super::"));
    }
    if !text.starts_with("//!") && !text.starts_with("#!") {
        found.push(format!(
            "{file}: begin with one //! sentence about the purpose of the file"
        ));
    }
    if text.lines().count() > MAX_LINES && !path.ends_with(LONG_BY_NATURE) {
        found.push(format!("{file}: over {MAX_LINES} lines"));
    }
    found
}

#[test]
fn the_repository_follows_its_rules() {
    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    assert!(files.len() > 30, "found too few files");
    let modules = modules();
    let mut found = Vec::new();
    let mut lengths = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        lengths.push(text.lines().count());
        found.extend(complaints(path, &text, &modules));
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= MAX_MEDIAN, "the median file has {median} lines");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_template_is_used_and_holds_nothing_inline() {
    let mut code = Vec::new();
    sources(Path::new("src"), &mut code);
    let mut templates = Vec::new();
    let mut folders = vec![PathBuf::from("templates")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
            } else {
                templates.push(path);
            }
        }
    }
    let texts: Vec<String> = code
        .iter()
        .chain(&templates)
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for path in &templates {
        let name = path
            .strip_prefix("templates")
            .unwrap()
            .display()
            .to_string();
        assert!(
            texts
                .iter()
                .any(|text| text.contains(&format!("\"{name}\""))),
            "no file names templates/{name}"
        );
        let text = fs::read_to_string(path).unwrap();
        for inline in ["<script>", "<style", " style=\"", " onclick=", "|safe"] {
            assert!(!text.contains(inline), "{name} contains {inline}");
        }
    }
}

#[test]
fn security_md_names_each_c_file_and_how_many_lines_it_has() {
    let claims = fs::read_to_string("SECURITY.md").unwrap();
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| ending == "c" || ending == "h")
            {
                files.push(path);
            }
        }
    }
    let claimed = claims.matches(".c)").count();
    assert_eq!(
        claimed,
        files.len(),
        "SECURITY.md links {claimed} C files, and src/ has {files:?}"
    );
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        let claim = format!("({}), has {lines} lines", file.display());
        assert!(
            claims.contains(&claim),
            "SECURITY.md does not say \"{claim}\""
        );
    }
}

/// The number of statements in the same shop's `models.py` and `admin.py` in Django, as counted by
/// Python's `ast`, without imports and docstrings.
const DJANGO_STATEMENTS: usize = 103;

/// Counts statements in formatted code: items, the calls of a description (each on its own line),
/// and lines that end with a semicolon. Imports do not count, nor calls that are chained inside the
/// argument of a call.
fn statements(lines: impl Iterator<Item = impl AsRef<str>>) -> usize {
    let mut description = 0;
    let mut count = 0;
    for line in lines {
        let line = line.as_ref();
        let code = line.trim().trim_start_matches("pub(crate) ");
        let indentation = line.len() - line.trim_start().len();
        let is_item = ["fn ", "impl ", "const ", "static ", "Action::new("]
            .iter()
            .any(|item| code.starts_with(item));
        let begins = code.starts_with("it.");
        if begins {
            description = indentation;
        }
        let is_call = code.starts_with('.') && indentation == description + 4;
        if is_item || begins || is_call || code.ends_with(';') {
            count += 1;
        }
    }
    count
}

/// Returns the lines without imports.
fn without_imports(text: &str) -> impl Iterator<Item = &str> {
    let mut importing = false;
    text.lines().filter(move |line| {
        importing |= line.trim().starts_with("use ");
        let counts = !importing;
        importing &= !line.ends_with(';');
        counts
    })
}

/// Returns the lines that describe models: constants and `impl Model`. Row structs are not
/// included, because queries and views read them, not the admin.
fn descriptions(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    without_imports(text).filter(move |line| {
        inside |= line.starts_with("impl Model for ") || line.starts_with("pub(crate) const ");
        let counts = inside;
        inside &= line.starts_with(' ') || !line.ends_with(['}', ';']);
        counts
    })
}

#[test]
fn the_shop_has_no_more_statements_than_in_django() {
    let mut models = vec![PathBuf::from("src/shop/orders/models/order.rs")];
    sources(Path::new("src/shop/catalog/models"), &mut models);
    let text = |path: &Path| fs::read_to_string(path).unwrap();

    let described: usize = models
        .iter()
        .map(|path| statements(descriptions(&text(path))))
        .sum();
    let registered: usize = ["catalog", "orders"]
        .map(|app| text(&Path::new("src/shop").join(app).join("admin.rs")))
        .iter()
        .map(|admin| statements(without_imports(admin)))
        .sum();

    assert!(
        described > 30 && registered > 30,
        "found no shop: {described} statements describe models, {registered} the admin"
    );
    assert!(
        described + registered <= DJANGO_STATEMENTS,
        "{described} statements describe models and {registered} the admin; Django takes {DJANGO_STATEMENTS}"
    );
}

#[test]
fn a_file_that_breaks_a_rule_is_named() {
    let modules: Vec<String> = ["settings", "db", "http", "auth", "urls"]
        .map(str::to_owned)
        .into();
    let count = |path: &str, text: &str| {
        complaints(Path::new(path), &format!("//! x\n{text}"), &modules).len()
    };
    assert_eq!(count("src/http/page.rs", "use crate::db::Conn;"), 0);
    assert_eq!(count("src/http/page.rs", "use crate::auth::User;"), 1);
    assert_eq!(
        count(
            "src/http/page.rs",
            "use crate::{db::{Conn, Db}, auth::User};"
        ),
        1
    );
    assert_eq!(count("src/http/page.rs", "fn f() { crate::urls::x() }"), 1);
    assert_eq!(
        count(
            "src/shop/blog/views.rs",
            "use crate::shop::blog::models::Order;"
        ),
        0
    );
    assert_eq!(
        count(
            "src/shop/blog/models.rs",
            "use crate::shop::blog::views::list;"
        ),
        1
    );
    assert_eq!(
        count("src/shop/blog/views/list.rs", "use diesel::prelude::*;"),
        1
    );
    assert_eq!(count("src/shop/blog/models.rs", "use actix_web::web;"), 1);
    assert_eq!(count("src/db/mod.rs", "use super::super::x;"), 1);
    assert_eq!(count("src/db/mod.rs", &"\n".repeat(MAX_LINES)), 1);
    assert_eq!(
        complaints(Path::new("src/db/mod.rs"), "use std::fs;", &modules).len(),
        1
    );
}

#[test]
fn all_files_name_the_same_rust_version() {
    let toolchain = fs::read_to_string("rust-toolchain.toml").unwrap();
    let version = toolchain
        .lines()
        .find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix(".0\""))
        .expect("rust-toolchain.toml has a line `channel = \"….0\"`");

    for (file, claim) in [
        ("Cargo.toml", format!("rust-version = \"{version}\"")),
        ("README.md", format!("a Rust toolchain ({version})")),
        ("CONTRIBUTING.md", format!("| Rust | {version} (")),
    ] {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&claim), "{file} does not contain {claim:?}");
    }
}

#[test]
fn decisions_have_unique_numbers_and_links_to_them_exist() {
    let mut names: Vec<String> = fs::read_dir("docs/adr")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();

    for pair in names.windows(2) {
        assert_ne!(
            pair[0][..4],
            pair[1][..4],
            "two decisions have the same number: {pair:?}"
        );
    }
    for name in &names {
        let number: usize = name[..4].parse().unwrap();
        let text = fs::read_to_string(Path::new("docs/adr").join(name)).unwrap();
        assert!(
            text.starts_with(&format!("# {number}. ")),
            "docs/adr/{name} does not begin with its number"
        );
    }

    let mut pages: Vec<PathBuf> = names
        .iter()
        .map(|name| Path::new("docs/adr").join(name))
        .collect();
    pages.extend(
        [
            "README.md",
            "CHANGELOG.md",
            "SECURITY.md",
            "ARCHITECTURE.md",
            "docs/differences.md",
            "docs/tutorial.md",
        ]
        .map(PathBuf::from),
    );
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for (_, rest) in text
            .match_indices("adr/")
            .map(|(at, _)| text.split_at(at + 4))
        {
            // Other files of that folder, and its bare name in a sentence, are not links.
            let Some((name, _)) = rest.split_once(".md") else {
                continue;
            };
            let name = format!("{name}.md");
            assert!(
                !name.starts_with("00") || names.contains(&name),
                "{} links to docs/adr/{name}, which does not exist",
                page.display()
            );
        }
    }
}

/// A new kind of field must not touch the admin: it asks `FieldType` and `FormFieldType` instead.
#[test]
fn the_admin_names_no_kind_of_field() {
    let mut files = Vec::new();
    sources(Path::new("src/admin"), &mut files);

    let mut named = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            // Examples for authors may name a kind.
            let is_comment = line.trim_start().starts_with("//");
            if !is_comment && line.contains("FieldKind::") {
                named.push(format!("{}:{}: {line}", path.display(), number + 1));
            }
        }
    }

    assert!(
        named.is_empty(),
        "these lines of the admin depend on a kind of field:\n{}",
        named.join("\n")
    );
}
