//! `MAILERS`, which replaces the `EMAIL_…` settings from Django 6.1 on.

use serde_json::{Map, Value};

use super::env::Env;

/// The options of a mailer, each with the setting that it replaces.
const OPTIONS: [(&str, &str); 8] = [
    ("host", "EMAIL_HOST"),
    ("port", "EMAIL_PORT"),
    ("username", "EMAIL_HOST_USER"),
    ("password", "EMAIL_HOST_PASSWORD"),
    ("use_tls", "EMAIL_USE_TLS"),
    ("use_ssl", "EMAIL_USE_SSL"),
    ("timeout", "EMAIL_TIMEOUT"),
    ("file_path", "EMAIL_FILE_PATH"),
];
const ACCEPTED: &str = "JSON such as {\"default\": {\"BACKEND\": \"django.core.mail.backends.smtp.EmailBackend\", \
                        \"OPTIONS\": {\"host\": \"mail.example.com\", \"port\": 587, \"use_tls\": true}}}";

/// Returns the environment in which the `EMAIL_…` settings have the values of `MAILERS["default"]`, or `None` if
/// `MAILERS` is unset or not accepted. No complaint quotes its value, which may hold a password.
pub(super) fn as_email_settings(env: &Env, wrong: &mut Vec<String>) -> Option<Env> {
    let text = env.get("MAILERS")?;
    let replaced = OPTIONS
        .iter()
        .map(|(_, setting)| *setting)
        .chain(["EMAIL_BACKEND"]);
    let both: Vec<&str> = replaced
        .filter(|setting| env.get(setting).is_some())
        .collect();
    if !both.is_empty() {
        wrong.push(format!(
            "MAILERS replaces {}: set only one of them",
            both.join(", ")
        ));
        return None;
    }
    match read(text) {
        Ok(pairs) => Some(env.with_mailer(pairs)),
        Err(complaint) => {
            env.complain_because("MAILERS", &complaint, ACCEPTED, wrong);
            None
        }
    }
}

fn read(text: &str) -> Result<Vec<(String, String)>, String> {
    let mailers: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| "it is not a JSON object".to_owned())?;
    let default = mailers
        .get("default")
        .and_then(Value::as_object)
        .ok_or("it has no mailer \"default\"")?;
    if let Some(unknown) = default
        .keys()
        .find(|key| !["BACKEND", "OPTIONS"].contains(&key.as_str()))
    {
        return Err(format!("a mailer has BACKEND and OPTIONS, not {unknown}"));
    }

    let backend = default
        .get("BACKEND")
        .map_or(Some("smtp"), Value::as_str)
        .ok_or("BACKEND is not a text")?;
    let mut pairs = vec![("EMAIL_BACKEND".to_owned(), backend.to_owned())];
    let no_options = Map::new();
    let options = default
        .get("OPTIONS")
        .map_or(Some(&no_options), Value::as_object)
        .ok_or("OPTIONS is not an object")?;
    for (name, value) in options {
        let (_, setting) = OPTIONS
            .iter()
            .find(|(option, _)| option == name)
            .ok_or_else(|| format!("there is no option {name}"))?;
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push(((*setting).to_owned(), text.clone())),
            Value::Bool(_) | Value::Number(_) => {
                pairs.push(((*setting).to_owned(), value.to_string()));
            }
            _ => return Err(format!("the option {name} is not a single value")),
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{EmailBackend, Settings, SettingsError};

    fn settings(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let pairs: Vec<_> = [("SECRET_KEY", "x")]
            .into_iter()
            .chain(pairs.iter().copied())
            .collect();
        Settings::read(&Env::from_pairs(&pairs))
    }

    #[test]
    fn the_default_mailer_sets_how_mail_leaves() {
        let email = settings(&[(
            "MAILERS",
            r#"{"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "mail.example",
                "port": 587, "username": "ann", "password": "secret word", "use_tls": true, "timeout": 5}}}"#,
        )])
        .unwrap()
        .email;
        assert_eq!(
            (email.backend, email.host.as_str(), email.port),
            (EmailBackend::Smtp, "mail.example", 587)
        );
        assert_eq!(
            (email.user.as_str(), email.password.reveal(), email.use_tls),
            ("ann", "secret word", true)
        );
        assert_eq!(email.timeout.as_secs(), 5);

        let console =
            r#"{"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}"#;
        assert_eq!(
            settings(&[("MAILERS", console)]).unwrap().email.backend,
            EmailBackend::Console
        );
        assert_eq!(
            settings(&[("MAILERS", r#"{"default": {}}"#)])
                .unwrap()
                .email
                .backend,
            EmailBackend::Smtp
        );
    }

    #[test]
    fn wrong_mailers_are_refused_without_showing_a_password() {
        for (mailers, complaint) in [
            ("sesame", "not a JSON object"),
            ("{}", "no mailer \"default\""),
            (
                r#"{"default": {"OPTIONS": {"password": ["sesame"]}}}"#,
                "password is not a single value",
            ),
            (
                r#"{"default": {"OPTIONS": {"hots": "sesame"}}}"#,
                "there is no option hots",
            ),
            (r#"{"default": {"HOST": "sesame"}}"#, "not HOST"),
        ] {
            let error = settings(&[("MAILERS", mailers)]).unwrap_err().to_string();
            assert!(
                error.contains(complaint) && !error.contains("sesame"),
                "expected {complaint:?} in {error:?}"
            );
        }
        let both = settings(&[("MAILERS", r#"{"default": {}}"#), ("EMAIL_HOST", "x")])
            .unwrap_err()
            .to_string();
        assert!(both.contains("MAILERS replaces EMAIL_HOST"), "{both}");
    }
}
