//! Finds the conditions in the SQL of a table.

/// Returns the name at the end of `… CONSTRAINT "name"`.
fn constraint_name(before: &str) -> Option<String> {
    let (start, name) = if let Some(quoted) = before.strip_suffix('"') {
        let at = quoted.rfind('"')?;
        (&quoted[..at], &quoted[at + 1..])
    } else {
        let at = before.rfind(char::is_whitespace)?;
        (&before[..at], &before[at + 1..])
    };
    let is_constraint = start.trim_end().to_uppercase().ends_with("CONSTRAINT");
    is_constraint.then(|| name.to_owned())
}

/// Returns the name and the condition of each `CHECK` in a `CREATE TABLE`, without its outer brackets.
/// The name is "" if the condition has none.
pub fn checks_of(sql: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let bytes = sql.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += 1;
                }
            }
            b'c' | b'C' if starts_check(sql, at) => {
                let open = at + sql[at..].find('(').unwrap_or_default();
                let close = closing(sql, open);
                let name = constraint_name(sql[..at].trim_end()).unwrap_or_default();
                found.push((name, sql[open + 1..close].trim().to_owned()));
                at = close;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether the word `CHECK` with a bracket behind it begins at this byte.
fn starts_check(sql: &str, at: usize) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let before = at.checked_sub(1).map(|at| sql.as_bytes()[at]);
    let Some(word) = sql.get(at..at + 5) else {
        return false;
    };
    word.eq_ignore_ascii_case("check")
        && !before.is_some_and(is_word)
        && sql[at + 5..].trim_start().starts_with('(')
}

/// Returns the place of the bracket that closes the one at `open`.
fn closing(sql: &str, open: usize) -> usize {
    let mut depth = 0;
    let mut quote = None;
    for (at, byte) in sql.bytes().enumerate().skip(open) {
        match (quote, byte) {
            (Some(end), byte) if end == byte => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    sql.len()
}

#[cfg(test)]
mod tests {
    use super::checks_of;

    #[test]
    fn conditions_are_found_wherever_they_are_written() {
        let sql = "CREATE TABLE \"t\" (\"check (x)\" text DEFAULT 'check (1)', \"a\" int CHECK (\"a\" >= 0), \
                   CONSTRAINT c CHECK ((a > 1) OR b IN (')', 'x')), recheck (int))";
        let checks: Vec<String> = checks_of(sql).into_iter().map(|(_, check)| check).collect();
        assert_eq!(checks, ["\"a\" >= 0", "(a > 1) OR b IN (')', 'x')"]);
    }

    #[test]
    fn a_condition_has_the_name_of_its_constraint() {
        let sql = "CREATE TABLE t (a int CHECK (a > 0), CONSTRAINT \"more\" CHECK (a > b), CONSTRAINT less CHECK (a < c))";
        let names: Vec<String> = checks_of(sql).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["", "more", "less"]);
    }
}
