//! `SECURE_CSP` and `SECURE_CSP_REPORT_ONLY` (Django 6.0): the sources from which a page may load
//! and run content.

use serde_json::Value;

use super::env::Env;

/// The default policy: a page loads only content of its own site, and no inline code.
const DEFAULT: [(&str, &str); 10] = [
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("manifest-src", "'self'"),
    ("form-action", "'self'"),
    ("base-uri", "'none'"),
    ("frame-ancestors", "'none'"),
];

/// Directives in the order of the header; the value is `None` if a directive is removed.
type Directives = Vec<(String, Option<String>)>;

/// Returns the value of the `Content-Security-Policy` header: the default policy, in which the directives of
/// `SECURE_CSP` replace those of the same name.
pub(super) fn policy(env: &Env, wrong: &mut Vec<String>) -> String {
    let mut directives: Directives = DEFAULT
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
        .collect();
    for (name, value) in read(env, "SECURE_CSP", wrong) {
        match directives.iter_mut().find(|(known, _)| *known == name) {
            Some(directive) => directive.1 = value,
            None => directives.push((name, value)),
        }
    }
    written(directives)
}

/// Returns the value of the `Content-Security-Policy-Report-Only` header; empty if it is not sent.
pub(super) fn report_only(env: &Env, wrong: &mut Vec<String>) -> String {
    written(read(env, "SECURE_CSP_REPORT_ONLY", wrong))
}

fn written(directives: Directives) -> String {
    let written = directives
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value?).trim_end().to_owned()));
    written.collect::<Vec<_>>().join("; ")
}

/// Reads a policy as the header has it (`img-src 'self' https://cdn.example; upgrade-insecure-requests`), or as Django's
/// dictionary in JSON (`{"img-src": ["'self'", "https://cdn.example"], "font-src": null}`).
fn read(env: &Env, setting: &str, wrong: &mut Vec<String>) -> Directives {
    let Some(text) = env.get(setting) else {
        return Vec::new();
    };
    let directives = if text.starts_with('{') {
        from_json(text)
    } else {
        Some(from_header(text))
    };
    let is_word =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let is_plain = |value: &str| {
        value
            .bytes()
            .all(|b| matches!(b, b' '..=b'~') && b != b';' && b != b',')
    };
    let are_valid = |list: &Directives| {
        list.iter()
            .all(|(name, value)| is_word(name) && value.as_deref().is_none_or(is_plain))
    };
    directives.filter(are_valid).unwrap_or_else(|| {
        env.complain(
            setting,
            "directives such as img-src 'self' https://cdn.example; font-src 'none', or the same as a JSON object",
            wrong,
        );
        Vec::new()
    })
}

fn from_header(text: &str) -> Directives {
    let parts = text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let directive = |part: &str| match part.split_once(char::is_whitespace) {
        Some((name, value)) => (name.to_ascii_lowercase(), Some(value.trim().to_owned())),
        None => (part.to_ascii_lowercase(), Some(String::new())),
    };
    parts.map(directive).collect()
}

/// `null` and `false` remove a directive, `true` is a directive without a value (as in Django).
fn from_json(text: &str) -> Option<Directives> {
    let Value::Object(entries) = serde_json::from_str(text).ok()? else {
        return None;
    };
    let source = |value: &Value| value.as_str().map(str::to_owned);
    let directive = |(name, value): (String, Value)| {
        let value = match value {
            Value::Null | Value::Bool(false) => None,
            Value::Bool(true) => Some(String::new()),
            Value::Array(sources) => Some(
                sources
                    .iter()
                    .map(source)
                    .collect::<Option<Vec<_>>>()?
                    .join(" "),
            ),
            value => Some(source(&value)?),
        };
        Some((name, value))
    };
    entries.into_iter().map(directive).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(pairs: &[(&str, &str)]) -> Result<(String, String), Vec<String>> {
        let (env, mut wrong) = (Env::from_pairs(pairs), Vec::new());
        let policies = (policy(&env, &mut wrong), report_only(&env, &mut wrong));
        if wrong.is_empty() {
            Ok(policies)
        } else {
            Err(wrong)
        }
    }

    #[test]
    fn directives_of_the_setting_replace_those_of_the_default() {
        let (default, report_only) = made(&[]).unwrap();
        assert!(
            default.starts_with("default-src 'none'; script-src 'self'; ")
                && report_only.is_empty(),
            "{default}"
        );
        for setting in [
            "img-src 'self' https://cdn.example; base-uri 'self'; upgrade-insecure-requests",
            r#"{"img-src": ["'self'", "https://cdn.example"], "base-uri": "'self'", "upgrade-insecure-requests": true}"#,
        ] {
            let (policy, _) = made(&[("SECURE_CSP", setting)]).unwrap();
            assert!(
                policy.contains("; img-src 'self' https://cdn.example; "),
                "{policy}"
            );
            assert!(
                policy.contains("; base-uri 'self'; ") && policy.contains("script-src 'self'"),
                "{policy}"
            );
            assert!(policy.ends_with("; upgrade-insecure-requests"), "{policy}");
        }
        let (policy, _) = made(&[("SECURE_CSP", r#"{"manifest-src": null}"#)]).unwrap();
        assert!(
            !policy.contains("manifest-src"),
            "null takes a directive out: {policy}"
        );
    }

    #[test]
    fn a_report_only_policy_is_sent_as_it_is() {
        let (_, report_only) = made(&[(
            "SECURE_CSP_REPORT_ONLY",
            "default-src 'self'; report-uri /csp/",
        )])
        .unwrap();
        assert_eq!(report_only, "default-src 'self'; report-uri /csp/");
    }

    #[test]
    fn malformed_policies_are_refused() {
        for setting in [
            "img_src 'self'",
            "{",
            r#"{"img-src": 7}"#,
            r#"{"img-src": "a; script-src *"}"#,
            "img-src é",
        ] {
            let complaint = made(&[("SECURE_CSP", setting)]).unwrap_err().remove(0);
            assert!(complaint.contains("SECURE_CSP="), "{complaint}");
        }
    }
}
