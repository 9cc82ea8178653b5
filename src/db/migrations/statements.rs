//! Splits a script into statements, so that an error can name the failed statement.

/// Returns the statements of `script`, without the semicolons between them. Ignores semicolons in
/// quotes, comments, dollar quotes and the body of a trigger of SQLite.
pub(super) fn statements(script: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(rest) = script.get(at..).filter(|rest| !rest.is_empty()) {
        let skip = match rest.as_bytes()[0] {
            b';' if is_open_trigger(&script[start..at]) => 1,
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

/// Whether `statement` is the beginning of a trigger of SQLite whose `END` is missing.
fn is_open_trigger(statement: &str) -> bool {
    let code = statement
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"));
    let code = code.collect::<Vec<_>>().join(" ").to_uppercase();
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut first = words.by_ref().filter(|word| !word.is_empty());
    let is_trigger = first.next() == Some("CREATE")
        && first.find(|word| !["TEMP", "TEMPORARY"].contains(word)) == Some("TRIGGER");
    if !is_trigger {
        return false;
    }

    // `CASE` has an `END` of its own.
    let (mut begins, mut ends) = (0, 0);
    for word in words {
        match word {
            "BEGIN" | "CASE" => begins += 1,
            "END" => ends += 1,
            _ => {}
        }
    }
    begins > ends
}

/// Returns the length of the quoted text at the start of `rest`. A doubled quote needs no special
/// case: it ends one quoted text and begins the next.
fn quoted(rest: &str, quote: char) -> usize {
    rest[1..].find(quote).map_or(rest.len(), |end| end + 2)
}

/// Returns the length of the `$tag$ … $tag$` at the start of `rest`, or of its `$`.
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
    fn the_statements_of_a_trigger_are_a_part_of_it() {
        let trigger = "CREATE TRIGGER \"a\" AFTER UPDATE ON \"b\" WHEN old.c IS NOT new.c BEGIN \
                       UPDATE d SET e = CASE WHEN 1 THEN 2 ELSE 3 END; DELETE FROM f; END";
        let script = format!("-- a trigger\n{trigger};\nCREATE TABLE g (h integer);\n");
        assert_eq!(
            statements(&script),
            [
                format!("-- a trigger\n{trigger}").as_str(),
                "CREATE TABLE g (h integer)"
            ]
        );
    }

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_end_a_statement() {
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
