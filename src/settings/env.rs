//! Reads typed values from the environment, and collects error messages for values that are not
//! accepted.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::Path;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use rand::RngExt as _;

use super::SecretKey;
use super::database_url::DatabaseUrl;
use super::dotenv::{self, Assigned, find_dotenv};

/// The error for settings that are not accepted, with one line for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub(super) Vec<String>);

impl Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for SettingsError {}

/// A set of environment variables, independent of the process's own.
#[derive(Clone, Default)]
pub struct Env(HashMap<String, Variable>);

#[derive(Clone)]
struct Variable {
    value: String,
    source: Source,
}

/// The place where the value of a variable is defined.
#[derive(Clone)]
enum Source {
    Process,
    /// The path of a `.env` file, and the line in it.
    Dotenv(Rc<Path>, usize),
    /// An option of `MAILERS`.
    Mailers,
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secret.
        f.debug_list().entries(self.names()).finish()
    }
}

impl Env {
    /// Reads the environment of the process, completed from `.env` in the working directory or a
    /// folder above.
    pub fn load() -> Result<Self, SettingsError> {
        // Variables that are not UTF-8 belong to other programs.
        let environment: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let Some(path) = find_dotenv() else {
            return Ok(Self::from_process(environment));
        };

        let named = |problem: &dyn Display| format!("{}: {problem}", path.display());
        let text =
            std::fs::read_to_string(&path).map_err(|error| SettingsError(vec![named(&error)]))?;
        let assigned = dotenv::parse(&text, &environment).map_err(|problems| {
            SettingsError(problems.iter().map(|problem| named(problem)).collect())
        })?;
        let mut variables = Self::from_dotenv(&path, assigned);
        variables.0.extend(Self::from_process(environment).0);
        Ok(variables)
    }

    fn from_process(values: HashMap<String, String>) -> Self {
        let variable = |(name, value)| {
            (
                name,
                Variable {
                    value,
                    source: Source::Process,
                },
            )
        };
        Self(values.into_iter().map(variable).collect())
    }

    fn from_dotenv(path: &Path, values: HashMap<String, Assigned>) -> Self {
        let path: Rc<Path> = Rc::from(path);
        let variable = |(name, Assigned { value, line })| {
            (
                name,
                Variable {
                    value,
                    source: Source::Dotenv(Rc::clone(&path), line),
                },
            )
        };
        Self(values.into_iter().map(variable).collect())
    }

    /// Creates an environment with these variables only, for tests.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self::from_process(
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    /// Returns a copy with the options of `MAILERS` added or replaced.
    pub(super) fn with_mailer(&self, options: Vec<(String, String)>) -> Self {
        let mut variables = self.0.clone();
        variables.extend(options.into_iter().map(|(name, value)| {
            (
                name,
                Variable {
                    value,
                    source: Source::Mailers,
                },
            )
        }));
        Self(variables)
    }

    /// Returns the names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns the value of `name`, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|variable| variable.value.trim())
            .filter(|value| !value.is_empty())
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let items = self.get(name).unwrap_or_default().split(',').map(str::trim);
        items
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Parses addresses (`10.0.0.1`) and networks (`10.0.0.0/8`).
    pub(super) fn networks(&self, name: &str, wrong: &mut Vec<String>) -> Vec<IpNet> {
        let read = |item: &String| {
            item.parse()
                .ok()
                .or_else(|| item.parse::<IpAddr>().ok().map(IpNet::from))
        };
        let items = self.list(name);
        let networks: Vec<IpNet> = items.iter().filter_map(read).collect();
        if networks.len() < items.len() {
            self.complain(
                name,
                "addresses and networks, such as 127.0.0.1,10.0.0.0/8",
                wrong,
            );
        }
        networks
    }

    pub(super) fn flag(&self, name: &str, default: bool, wrong: &mut Vec<String>) -> bool {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => default,
            Some("1" | "true" | "yes" | "on") => true,
            Some("0" | "false" | "no" | "off") => false,
            Some(_) => {
                self.complain(name, "1, 0, true, false, yes, no, on or off", wrong);
                default
            }
        }
    }

    pub(super) fn parsed<T: FromStr>(
        &self,
        name: &str,
        default: T,
        accepted: &str,
        wrong: &mut Vec<String>,
    ) -> T {
        match self.get(name).map(T::from_str) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(_)) => {
                self.complain(name, accepted, wrong);
                default
            }
        }
    }

    /// Returns the value of `name`, or `None` if it is unset or not accepted.
    pub(super) fn optional<T: FromStr>(
        &self,
        name: &str,
        accepted: &str,
        wrong: &mut Vec<String>,
    ) -> Option<T> {
        let value = self.get(name)?.parse().ok();
        if value.is_none() {
            self.complain(name, accepted, wrong);
        }
        value
    }

    pub(super) fn number<T>(
        &self,
        name: &str,
        default: T,
        range: RangeInclusive<T>,
        wrong: &mut Vec<String>,
    ) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        match self.get(name).map(str::parse) {
            None => default,
            Some(Ok(value)) if range.contains(&value) => value,
            Some(_) => {
                self.complain(
                    name,
                    &format!("a whole number from {} to {}", range.start(), range.end()),
                    wrong,
                );
                default
            }
        }
    }

    pub(super) fn seconds(&self, name: &str, default: f64, wrong: &mut Vec<String>) -> Duration {
        self.seconds_up_to(name, default, 86_400.0, wrong)
    }

    pub(super) fn seconds_up_to(
        &self,
        name: &str,
        default: f64,
        most: f64,
        wrong: &mut Vec<String>,
    ) -> Duration {
        let seconds = match self.get(name).map(f64::from_str) {
            None => default,
            Some(Ok(value)) if (0.0..=most).contains(&value) => value,
            Some(_) => {
                self.complain(
                    name,
                    &format!("seconds from 0 to {most}, such as 2.5"),
                    wrong,
                );
                default
            }
        };
        Duration::from_secs_f64(seconds)
    }

    pub(super) fn word(
        &self,
        name: &str,
        default: &str,
        accepted: &[&str],
        wrong: &mut Vec<String>,
    ) -> String {
        // Unlike in other settings, an empty value has a meaning here: "do not send the header".
        let value = self
            .0
            .get(name)
            .map_or(default, |variable| variable.value.trim());
        if let Some(word) = accepted
            .iter()
            .find(|word| word.eq_ignore_ascii_case(value))
        {
            return (*word).to_owned();
        }
        let words: Vec<&str> = accepted
            .iter()
            .copied()
            .filter(|word| !word.is_empty())
            .collect();
        self.complain(name, &words.join(", "), wrong);
        default.to_owned()
    }

    pub(super) fn pair(&self, name: &str, wrong: &mut Vec<String>) -> Option<(String, String)> {
        let value = self.get(name)?;
        let pair = value
            .split_once(',')
            .map(|(a, b)| (a.trim().to_owned(), b.trim().to_owned()));
        if pair.is_none() {
            self.complain(
                name,
                "a header and its value, such as X-Forwarded-Proto,https",
                wrong,
            );
        }
        pair
    }

    pub(super) fn secret_key(&self, debug: bool, wrong: &mut Vec<String>) -> SecretKey {
        match self.get("SECRET_KEY") {
            Some(key) => SecretKey::new(key),
            // A random key is valid until the process ends, and so are the sessions.
            None if debug => SecretKey::new(random_key()),
            None => {
                wrong.push(
                    "SECRET_KEY is not set: set it in the environment or in .env to at least 50 random characters \
                     (or set DEBUG=1 while developing)"
                        .to_owned(),
                );
                SecretKey::new("")
            }
        }
    }

    pub(super) fn log_filter(&self, wrong: &mut Vec<String>) -> String {
        if let Some(filter) = self.get("RUST_LOG") {
            return filter.to_owned();
        }
        let level = self.get("LOG_LEVEL").unwrap_or("info").to_ascii_lowercase();
        match level.as_str() {
            "trace" | "debug" | "info" | "error" | "off" => level,
            "warn" | "warning" => "warn".to_owned(),
            "critical" => "error".to_owned(),
            _ => {
                self.complain(
                    "LOG_LEVEL",
                    "trace, debug, info, warning, error or off",
                    wrong,
                );
                "info".to_owned()
            }
        }
    }

    pub(super) fn database_url(&self, name: &str, wrong: &mut Vec<String>) -> DatabaseUrl {
        const ACCEPTED: &str = "sqlite:///relative.db, sqlite:////absolute.db or postgres://USER:PASSWORD@HOST:PORT/NAME";
        match self.get(name).map(DatabaseUrl::from_str) {
            None => DatabaseUrl::default(),
            Some(Ok(url)) => url,
            Some(Err(reason)) => {
                self.complain_because(name, &reason.to_string(), ACCEPTED, wrong);
                DatabaseUrl::default()
            }
        }
    }

    /// Adds the complaint that the value of `name` is not accepted, with the line of `.env` that
    /// defines it.
    pub(super) fn complain(&self, name: &str, accepted: &str, wrong: &mut Vec<String>) {
        self.complain_because(name, "", accepted, wrong);
    }

    /// Like `complain`, with a reason, which must not contain any part of the value.
    pub(super) fn complain_because(
        &self,
        name: &str,
        reason: &str,
        accepted: &str,
        wrong: &mut Vec<String>,
    ) {
        let variable = self.0.get(name);
        let place = match variable.map(|variable| &variable.source) {
            Some(Source::Dotenv(path, line)) => format!("{}: line {line}: ", path.display()),
            Some(Source::Mailers) => "MAILERS: ".to_owned(),
            Some(Source::Process) | None => String::new(),
        };
        let shown = variable.filter(|variable| !variable.may_be_secret(name));
        let value = shown
            .map(|variable| format!("={:?}", variable.value.trim()))
            .unwrap_or_default();
        let because = if reason.is_empty() {
            String::new()
        } else {
            format!(": {reason}")
        };
        wrong.push(format!(
            "{place}{name}{value} is not accepted{because}; it takes {accepted}"
        ));
    }
}

impl Variable {
    /// Whether no message may quote the value of this variable, whose name is `name`.
    fn may_be_secret(&self, name: &str) -> bool {
        let is_secret_setting = ["DATABASE_URL", "MAILERS"].contains(&name)
            || name.starts_with("SECRET_KEY")
            || name.ends_with("PASSWORD");
        // A URL may have been assigned to the wrong variable and hold a password. `MAILERS` may
        // hold a password in the wrong option.
        is_secret_setting || self.value.contains('@') || matches!(self.source, Source::Mailers)
    }
}

/// Returns 50 random letters, digits and signs, as Django's `get_random_secret_key` does.
pub fn random_key() -> String {
    const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)";
    let mut rng = rand::rng();
    (0..50)
        .map(|_| char::from(SIGNS[rng.random_range(0..SIGNS.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_complaint_names_the_line_of_the_env_file_and_no_secret() {
        let file = "DEBUG=maybe\n\nSECRET_KEY=sesame\nDATABASE_URL=postgres://ann:ses%ame@host/shop\n\
                    CONN_POOL_SIZE=postgres://ann:sesame@host/shop\nEMAIL_BACKEND=pigeon\nSECURE_CSP='x;y,'\n\
                    FORCE_SCRIPT_NAME='a b'\nMAIL=1\n";
        let assigned = dotenv::parse(file, &HashMap::new()).unwrap();
        let mut env = Env::from_dotenv(Path::new("/srv/.env"), assigned);
        env.0
            .extend(Env::from_pairs(&[("TIME_ZONE", "Mars/Olympus")]).0);
        let error = Settings::read(&env).unwrap_err().to_string();
        for expected in [
            "/srv/.env: line 1: DEBUG=\"maybe\" is not accepted; it takes 1, 0,",
            "/srv/.env: line 4: DATABASE_URL is not accepted: it contains a %",
            "/srv/.env: line 5: CONN_POOL_SIZE is not accepted; it takes a whole number",
            "/srv/.env: line 6: EMAIL_BACKEND=\"pigeon\" is not accepted",
            "/srv/.env: line 7: SECURE_CSP=\"x;y,\" is not accepted",
            "/srv/.env: line 8: FORCE_SCRIPT_NAME=\"a b\" is not accepted",
            "\nTIME_ZONE=\"Mars/Olympus\" is not accepted",
        ] {
            assert!(error.contains(expected), "{expected} is not in: {error}");
        }
        assert!(
            !error.contains("ses") && !error.contains("ame@"),
            "a password is shown: {error}"
        );
    }

    #[test]
    fn no_option_of_mailers_is_quoted() {
        let mailers = r#"{"default": {"OPTIONS": {"port": "sesame", "use_tls": "sesame"}}}"#;
        let env = Env::from_pairs(&[("SECRET_KEY", "x"), ("MAILERS", mailers)]);
        let error = Settings::read(&env).unwrap_err().to_string();
        assert!(
            error.contains("MAILERS: EMAIL_PORT is not accepted; it takes a whole number"),
            "{error}"
        );
        assert!(
            !error.contains("sesame"),
            "an option of MAILERS is shown: {error}"
        );
    }
}
