//! File names for storage, like those of Django's storage.

use crate::models::FileKinds;
use crate::signing::random_string_of;

const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// The maximum length of a file name, in bytes.
const MOST_BYTES: usize = 255;
/// A longer extension (in bytes) counts as part of the stem.
const MOST_ENDING: usize = 20;

/// Returns the name with `_` for spaces and only letters, digits, `_`, `-` and `.`; `None` if it
/// has no letter or digit.
///
/// A leading dot would hide the file, and some systems ignore a trailing one.
fn valid(name: &str) -> Option<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let name: String = base.trim().replace(' ', "_").chars().filter(kept).collect();
    let name = name.trim_matches('.');
    name.contains(|c: char| c.is_alphanumeric())
        .then(|| name.to_owned())
}

/// Returns a safe name. If nothing usable is left, returns `default`, a stem and an extension:
/// `🎉.png` becomes `picture.png`.
pub(super) fn usable(name: &str, default: (&str, &str)) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let (stem, extension) = base.rsplit_once('.').unwrap_or((base, ""));
    let whole = |stem: &str, extension: &str| {
        if extension.is_empty() {
            stem.to_owned()
        } else {
            format!("{stem}.{extension}")
        }
    };
    match (valid(stem), valid(extension)) {
        (Some(_), _) => valid(base).unwrap_or_else(|| whole(default.0, default.1)),
        // `.htaccess` is a name, `.png` an extension.
        (None, Some(name))
            if stem.is_empty()
                && FileKinds::of_extension(&name.to_lowercase()) == FileKinds::OTHER =>
        {
            name
        }
        (None, Some(extension)) => whole(default.0, &extension),
        (None, None) => whole(default.0, default.1),
    }
}

/// Returns the extension in lower case and without its dot, or "".
pub(super) fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, extension)| extension.to_lowercase())
}

/// Returns possible names for `file` below `folder` of at most `most` characters: first the
/// unchanged name, then with seven random letters.
pub(super) fn candidates<'a>(
    folder: &'a str,
    file: &'a str,
    most: usize,
) -> impl Iterator<Item = String> + 'a {
    let (stem, ending) = file.split_at(ending_at(file));
    let room = most.saturating_sub(folder.chars().count());
    let plain = (file.chars().count() <= room && file.len() <= MOST_BYTES)
        .then(|| format!("{folder}{file}"));
    let other = move || {
        let end = format!("_{}{ending}", random_string_of(ALPHANUMERIC, 7));
        let mut stem: String = stem
            .chars()
            .take(room.saturating_sub(end.chars().count()))
            .collect();
        while stem.len() + end.len() > MOST_BYTES && stem.pop().is_some() {}
        Some(format!("{folder}{stem}{end}"))
    };
    plain.into_iter().chain(std::iter::from_fn(other))
}

/// Returns the position of an extension such as `.tar.gz`.
fn ending_at(file: &str) -> usize {
    let dots = file
        .match_indices('.')
        .map(|(at, _)| at)
        .filter(|at| *at > 0);
    if file.ends_with('.') {
        return file.len();
    }
    let short = |at: &usize| file[*at..].chars().count() <= MOST_ENDING;
    dots.clone().find(short).unwrap_or(file.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_no_path_and_nothing_odd() {
        for (given, kept) in [
            ("kept.png", "kept.png"),
            (
                " john's portrait in 2004.jpg ",
                "johns_portrait_in_2004.jpg",
            ),
            ("../../../evil.png", "evil.png"),
            ("..\\..\\evil.png", "evil.png"),
            ("....evil.png", "evil.png"),
            ("a\0b<script>.png", "abscript.png"),
            ("Äpfel und 梨.png", "Äpfel_und_梨.png"),
            (".htaccess", "htaccess"),
        ] {
            assert_eq!(valid(given).as_deref(), Some(kept));
        }
        for nothing in ["", ".", "..", "...", "///", "?", " ", "-_-"] {
            assert_eq!(valid(nothing), None, "nothing of {nothing:?} is usable");
        }
        assert_eq!(
            valid("evil.html.").as_deref(),
            Some("evil.html"),
            "Windows ignores a dot at the end"
        );
    }

    #[test]
    fn a_name_without_usable_characters_is_replaced_by_the_kind() {
        for (given, kept) in [
            ("🎉.png", "picture.png"),
            ("🎉🎉.JPG", "picture.JPG"),
            ("🎉", "picture.png"),
            (".png", "picture.png"),
            ("?.?", "picture.png"),
            ("🎉 2.png", "_2.png"),
            (".htaccess", "picture.htaccess"),
            ("C:\\fakepath\\🎉.gif", "picture.gif"),
        ] {
            assert_eq!(usable(given, ("picture", "png")), kept, "of {given:?}");
        }
        assert_eq!(usable("🎉", ("file", "")), "file");
    }

    #[test]
    fn other_names_keep_the_ending_and_the_limit() {
        let second = |file: &str, most| candidates("products/", file, most).nth(1).unwrap();
        assert_eq!(
            candidates("products/", "twin.png", 100).next().unwrap(),
            "products/twin.png"
        );
        let name = second("twin.tar.gz", 100);
        assert!(
            name.starts_with("products/twin_") && name.ends_with(".tar.gz"),
            "{name}"
        );
        assert_eq!(name.len(), "products/twin.tar.gz".len() + 8);
        for file in [
            "é".repeat(100),
            format!("{}.png", "x".repeat(96)),
            format!("a.{}", "x".repeat(98)),
        ] {
            let first = candidates("products/", &file, 100).next().unwrap();
            assert!(first.chars().count() == 100 && first.len() < 255, "{first}");
        }
        assert!(candidates("", &"梨".repeat(100), 100).next().unwrap().len() <= 255);
    }
}
