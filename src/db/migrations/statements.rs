//! A script cut into its statements, so that a failure can name the one that failed.

/// The statements of `script`, without the semicolons between them. Semicolons in quotes, comments and dollar quotes do
/// not count.
pub(super) fn statements(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(rest) = script.get(at..).filter(|rest| !rest.is_empty()) {
        let skip = match rest.as_bytes()[0] {
            b';' => {
                found.push(&script[start..at]);
                start = at + 1;
                1
            }
            quote @ (b'\'' | b'"') => quoted(rest, char::from(quote)),
            b'-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            b'$' => dollar_quoted(rest),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        at += skip;
    }
    found.push(&script[start.min(script.len())..]);
    found
        .into_iter()
        .map(str::trim)
        .filter(|statement| has_code(statement))
        .collect()
}

/// Length of the quoted text that `rest` begins with. A doubled quote opens the next one at once, so it needs no care.
fn quoted(rest: &str, quote: char) -> usize {
    rest[1..].find(quote).map_or(rest.len(), |end| end + 2)
}

/// Length of the `$tag$ … $tag$` that `rest` begins with, or of its `$`.
fn dollar_quoted(rest: &str) -> usize {
    let Some(end) = rest[1..].find('$').map(|end| end + 2) else {
        return 1;
    };
    let tag = &rest[..end];
    if !tag[1..end - 1]
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_')
    {
        return 1;
    }
    rest[end..]
        .find(tag)
        .map_or(rest.len(), |close| end + close + end)
}

fn has_code(statement: &str) -> bool {
    statement
        .lines()
        .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_cut() {
        let script = "-- first; comment\nCREATE TABLE \"a;b\" (x text DEFAULT 'it''s; ok');\n/* a; b */ SELECT $f$;$f$, $$;$$;\n\n-- end\n";
        assert_eq!(
            statements(script),
            [
                "-- first; comment\nCREATE TABLE \"a;b\" (x text DEFAULT 'it''s; ok')",
                "/* a; b */ SELECT $f$;$f$, $$;$$"
            ]
        );
        assert_eq!(statements("SELECT 1"), ["SELECT 1"]);
        assert!(statements(";;\n -- nothing\n").is_empty());
        assert_eq!(statements("SELECT 'open; end"), ["SELECT 'open; end"]);
    }
}
