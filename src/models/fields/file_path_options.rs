//! [`FilePathOptions`]: the files and folders that a field can name.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The files and folders that a field can name (Django's `FilePathField`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilePathOptions {
    /// The folder on the server.
    pub path: &'static str,
    /// A regular expression that finds something in the names of the files (Django's `match`).
    pub matching: Option<&'static str>,
    /// Whether the folders inside the folder are searched as well.
    pub recursive: bool,
    /// Whether files can be chosen.
    pub allow_files: bool,
    /// Whether folders can be chosen.
    pub allow_folders: bool,
    /// The maximum number of characters.
    pub max_length: usize,
}

impl FilePathOptions {
    /// Creates the options for the files directly in the folder `path`.
    pub const fn new(path: &'static str) -> Self {
        Self {
            path,
            matching: None,
            recursive: false,
            allow_files: true,
            allow_folders: false,
            max_length: 100,
        }
    }

    /// Lists the paths that can be chosen, each with its name for people, in Django's order. A
    /// folder that cannot be read has none.
    pub fn list(&self) -> Vec<(String, String)> {
        let pattern = self.matching.and_then(|pattern| Regex::new(pattern).ok());
        let mut folders = vec![PathBuf::from(self.path)];
        let mut at = 0;
        while self.recursive && at < folders.len() {
            let inner = names(&folders[at], true);
            let inner: Vec<PathBuf> = inner.iter().map(|name| folders[at].join(name)).collect();
            folders.extend(inner);
            at += 1;
        }
        folders.sort();

        let mut found = Vec::new();
        for folder in folders {
            let mut offered = Vec::new();
            if self.allow_files {
                offered.extend(names(&folder, false));
            }
            if self.allow_folders {
                let mut inner = names(&folder, true);
                inner.retain(|name| name != "__pycache__");
                offered.extend(inner);
            }
            offered.retain(|name| pattern.as_ref().is_none_or(|it| it.is_match(name)));
            if !self.recursive {
                offered.sort();
            }
            for name in offered {
                let path = folder.join(&name).to_string_lossy().into_owned();
                let label = if self.recursive {
                    path.replacen(self.path, "", 1)
                } else {
                    name
                };
                found.push((path, label));
            }
        }
        found
    }
}

/// Returns the sorted names of the files or of the folders in a folder.
fn names(folder: &Path, are_folders: bool) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let entries = entries.flatten();
    let wanted = entries.filter(|entry| entry.path().is_dir() == are_folders);
    let mut names: Vec<String> = wanted
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
