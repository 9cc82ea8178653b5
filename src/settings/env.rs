//! The environment as values with types, and complaints a person can act on.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use rand::RngExt as _;

use super::SecretKey;
use super::database_url::masked;
use super::dotenv::{self, find_dotenv};

/// Settings that cannot be used: one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError(pub(super) Vec<String>);

impl Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for SettingsError {}

/// Environment variables, apart from the process they came from.
#[derive(Debug, Clone, Default)]
pub struct Env(HashMap<String, String>);

impl Env {
    /// The process's environment, completed from `.env` in the working directory or a folder above it.
    pub fn load() -> Result<Self, SettingsError> {
        // Names and values that are not UTF-8 are of other programs.
        let environment: HashMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let Some(path) = find_dotenv() else { return Ok(Self(environment)) };

        let named = |problem: &dyn Display| format!("{}: {problem}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| SettingsError(vec![named(&error)]))?;
        let mut variables = dotenv::parse(&text, &environment)
            .map_err(|problems| SettingsError(problems.iter().map(|problem| named(problem)).collect()))?;
        variables.extend(environment);
        Ok(Self(variables))
    }

    /// Just these variables: for tests.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// These variables, with others added or replaced.
    pub(super) fn with(&self, pairs: Vec<(String, String)>) -> Self {
        let mut variables = self.0.clone();
        variables.extend(pairs);
        Self(variables)
    }

    /// The names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The value of `name`, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let items = self.get(name).unwrap_or_default().split(',').map(str::trim);
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// Addresses (`10.0.0.1`) and networks (`10.0.0.0/8`).
    pub(super) fn networks(&self, name: &str, wrong: &mut Vec<String>) -> Vec<IpNet> {
        let read = |item: &String| item.parse().ok().or_else(|| item.parse::<IpAddr>().ok().map(IpNet::from));
        let items = self.list(name);
        let found: Vec<IpNet> = items.iter().filter_map(read).collect();
        if found.len() < items.len() {
            self.complain(name, "addresses and networks, such as 127.0.0.1,10.0.0.0/8", wrong);
        }
        found
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

    pub(super) fn parsed<T: FromStr>(&self, name: &str, default: T, accepted: &str, wrong: &mut Vec<String>) -> T {
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
    pub(super) fn optional<T: FromStr>(&self, name: &str, accepted: &str, wrong: &mut Vec<String>) -> Option<T> {
        let value = self.get(name)?.parse().ok();
        if value.is_none() {
            self.complain(name, accepted, wrong);
        }
        value
    }

    pub(super) fn number<T>(&self, name: &str, default: T, range: RangeInclusive<T>, wrong: &mut Vec<String>) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        match self.get(name).map(str::parse) {
            None => default,
            Some(Ok(value)) if range.contains(&value) => value,
            Some(_) => {
                self.complain(name, &format!("a whole number from {} to {}", range.start(), range.end()), wrong);
                default
            }
        }
    }

    pub(super) fn seconds(&self, name: &str, default: f64, wrong: &mut Vec<String>) -> Duration {
        self.seconds_up_to(name, default, 86_400.0, wrong)
    }

    pub(super) fn seconds_up_to(&self, name: &str, default: f64, most: f64, wrong: &mut Vec<String>) -> Duration {
        let seconds = match self.get(name).map(f64::from_str) {
            None => default,
            Some(Ok(value)) if (0.0..=most).contains(&value) => value,
            Some(_) => {
                self.complain(name, &format!("seconds from 0 to {most}, such as 2.5"), wrong);
                default
            }
        };
        Duration::from_secs_f64(seconds)
    }

    pub(super) fn word(&self, name: &str, default: &str, accepted: &[&str], wrong: &mut Vec<String>) -> String {
        // Unlike elsewhere, an empty value says something here: "do not send the header".
        let value = self.0.get(name).map_or(default, |value| value.trim());
        if let Some(word) = accepted.iter().find(|word| word.eq_ignore_ascii_case(value)) {
            return (*word).to_owned();
        }
        let words: Vec<&str> = accepted.iter().copied().filter(|word| !word.is_empty()).collect();
        self.complain(name, &words.join(", "), wrong);
        default.to_owned()
    }

    pub(super) fn pair(&self, name: &str, wrong: &mut Vec<String>) -> Option<(String, String)> {
        let value = self.get(name)?;
        let pair = value.split_once(',').map(|(a, b)| (a.trim().to_owned(), b.trim().to_owned()));
        if pair.is_none() {
            self.complain(name, "a header and its value, such as X-Forwarded-Proto,https", wrong);
        }
        pair
    }

    pub(super) fn secret_key(&self, debug: bool, wrong: &mut Vec<String>) -> SecretKey {
        match self.get("SECRET_KEY") {
            Some(key) => SecretKey::new(key),
            // Good until the process ends; sessions end with it.
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
                self.complain("LOG_LEVEL", "trace, debug, info, warning, error or off", wrong);
                "info".to_owned()
            }
        }
    }

    fn complain(&self, name: &str, accepted: &str, wrong: &mut Vec<String>) {
        let value = masked(self.0.get(name).map_or("", String::as_str));
        wrong.push(format!("{name}={value:?} is not accepted; it takes {accepted}"));
    }
}

/// 50 random letters, digits and signs: what Django's `get_random_secret_key` gives.
pub fn random_key() -> String {
    const SIGNS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)";
    let mut rng = rand::rng();
    (0..50).map(|_| char::from(SIGNS[rng.random_range(0..SIGNS.len())])).collect()
}
