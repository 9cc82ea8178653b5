//! Borders between files: no circles of imports, and no file of the shop in the library.

use std::fs;
use std::path::{Path, PathBuf};

use super::{module, named, open, sources};

/// Returns the code of a file without its tests and comments.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the files that `text`, the code of the module `me`, names by their own path: as
/// `crate::db::sql::Kind` or `super::sql::Kind`. A name that a `mod.rs` re-exports does not count.
fn named_files(me: &[String], text: &str, files: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = named(text).into_iter().map(|(_, path)| path).collect();
    for (at, _) in text.match_indices("super::") {
        if !text[..at].ends_with("::") {
            open(&text[at + 7..], &[], &mut |path| {
                paths.push([&me[..me.len().saturating_sub(1)], &path].concat());
            });
        }
    }
    paths
        .iter()
        .filter_map(|path| {
            let lengths = (1..=path.len()).rev();
            let mut modules = lengths.map(|length| path[..length].to_vec());
            modules.find(|module| files.contains(module) && module != me)
        })
        .collect()
}

#[test]
fn no_files_of_a_module_import_each_other_in_a_circle() {
    let mut paths = Vec::new();
    sources(Path::new("src"), &mut paths);
    paths.retain(|path| !path.ends_with("mod.rs"));
    let files: Vec<Vec<String>> = paths.iter().map(|path| module(path)).collect();
    let imports: Vec<Vec<usize>> = paths
        .iter()
        .zip(&files)
        .map(|(path, me)| {
            let text = code(&fs::read_to_string(path).unwrap());
            let others = named_files(me, &text, &files);
            others
                .iter()
                .filter_map(|other| files.iter().position(|file| file == other))
                .collect()
        })
        .collect();
    assert!(
        imports.iter().map(Vec::len).sum::<usize>() > 200,
        "found no imports"
    );

    // The files that each file reaches over any number of imports.
    let reached = |from: usize| {
        let mut reached = vec![false; files.len()];
        let mut waiting = imports[from].clone();
        while let Some(file) = waiting.pop() {
            if !std::mem::replace(&mut reached[file], true) {
                waiting.extend(&imports[file]);
            }
        }
        reached
    };
    let reached: Vec<Vec<bool>> = (0..files.len()).map(reached).collect();
    let mut circles: Vec<Vec<String>> = (0..files.len())
        .filter(|file| reached[*file][*file])
        .map(|file| {
            let together =
                (0..files.len()).filter(|other| reached[file][*other] && reached[*other][file]);
            let mut names: Vec<String> = together.map(|other| files[other].join("::")).collect();
            names.sort();
            names
        })
        .collect();
    circles.sort();
    circles.dedup();
    assert!(
        circles.is_empty(),
        "files that import each other in a circle: {circles:?}"
    );
}

#[test]
fn the_library_includes_no_output_of_the_build_script_that_is_the_shops() {
    let build = fs::read_to_string("build.rs").unwrap();
    let quoted: Vec<&str> = build.split('"').skip(1).step_by(2).collect();

    // The library has one output; every other one is made of the shop's files.
    let outputs: Vec<&str> = quoted
        .iter()
        .copied()
        .filter(|text| {
            Path::new(text)
                .extension()
                .is_some_and(|ending| ending == "rs")
        })
        .filter(|text| *text != "static_files.rs")
        .collect();
    assert_eq!(outputs, ["shop_static_files.rs", "demo_pictures.rs"]);

    let mut files = Vec::new();
    sources(Path::new("src"), &mut files);
    for path in files.iter().filter(|path| !path.starts_with("src/shop")) {
        let text = fs::read_to_string(path).unwrap();
        for output in &outputs {
            let file = path.display();
            assert!(!text.contains(output), "{file} includes {output}");
        }
    }

    for path in quoted
        .iter()
        .filter(|text| text.contains('/') && !text.ends_with('/'))
    {
        assert!(
            Path::new(path).exists(),
            "build.rs names {path}, which does not exist"
        );
    }
}

#[test]
fn templates_and_included_files_of_the_framework_are_not_those_of_the_shop() {
    let mut folders = vec![PathBuf::from("templates"), PathBuf::from("src")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                if !path.ends_with("shop") {
                    folders.push(path);
                }
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            seen += 1;
            let is_template = path.starts_with("templates");
            for line in text.lines() {
                let includes =
                    is_template || line.contains("include_str!") || line.contains("include_bytes!");
                assert!(
                    !(includes && line.contains("shop/")),
                    "{} names a file of the shop: {line}",
                    path.display()
                );
            }
        }
    }
    assert!(seen > 300, "found only {seen} files");
}
