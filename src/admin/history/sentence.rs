//! Converts the messages of log entries to sentences.

use serde_json::Value;

/// Converts Django's JSON to sentences; keeps a `message` in the plain text format of old versions.
pub(in crate::admin) fn sentence(message: &str) -> String {
    if !message.starts_with('[') {
        return message.to_owned();
    }
    let Ok(Value::Array(parts)) = serde_json::from_str(message) else {
        return message.to_owned();
    };
    let sentences: Vec<String> = parts.iter().filter_map(part).collect();
    if sentences.is_empty() {
        "No fields changed.".to_owned()
    } else {
        sentences.join(" ")
    }
}

fn part(part: &Value) -> Option<String> {
    let part = part.as_object()?;
    if let Some(added) = part.get("added") {
        return Some(named(added).map_or_else(|| "Added.".to_owned(), |of| format!("Added {of}.")));
    }
    if let Some(changed) = part.get("changed") {
        let fields = changed
            .get("fields")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let fields = listed(&fields.iter().map(text).collect::<Vec<_>>());
        return Some(match named(changed) {
            Some(of) => format!("Changed {fields} for {of}."),
            None => format!("Changed {fields}."),
        });
    }
    let of = named(part.get("deleted")?)?;
    Some(format!("Deleted {of}."))
}

/// Returns `order item “3 × Lamp”`.
fn named(about: &Value) -> Option<String> {
    let object = about.get("object").map(text).unwrap_or_default();
    Some(format!("{} “{object}”", text(about.get("name")?)))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns `Name, Price and Stock`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn messages_read_as_in_django() {
        for (message, expected) in [
            (r#"[{"added": {}}]"#, "Added."),
            (r#"[{"changed": {"fields": ["Price"]}}]"#, "Changed Price."),
            (
                r#"[{"changed": {"fields": ["Name", "Price", "Stock"]}}]"#,
                "Changed Name, Price and Stock.",
            ),
            (
                r#"[{"added": {"name": "order item", "object": "3 \u00d7 Lamp"}}]"#,
                "Added order item “3 × Lamp”.",
            ),
            (
                r#"[{"changed": {"name": "order item", "object": "x", "fields": ["Quantity", "Price"]}}, {"deleted": {"name": "order item", "object": "y"}}]"#,
                "Changed Quantity and Price for order item “x”. Deleted order item “y”.",
            ),
            ("[]", "No fields changed."),
            ("", ""),
            ("Changed password.", "Changed password."),
            ("[broken", "[broken"),
            (r#"[{"odd": 1}, 7, {"deleted": 7}]"#, "No fields changed."),
        ] {
            assert_eq!(sentence(message), expected, "{message}");
        }
    }
}
