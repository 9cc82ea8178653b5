//! The settings that a site declares besides those of Nuages.

use std::any::Any;
use std::fmt::{self, Debug, Display};
use std::str::FromStr;
use std::sync::Arc;

use super::Settings;
use super::env::Env;

/// A setting of a site: a variable of the environment or of `.env`, with a type.
///
/// A site declares its settings as statics, and lists them in `Project::settings`. They are read at start, with the settings
/// of Nuages: a value that is not accepted, or a value that is missing and has no default, stops the
/// program with a message. Views, commands and hooks read them from [`Settings`].
///
/// ```
/// use nuages::settings::{Env, Setting, Settings};
///
/// static TICKETS_PER_PAGE: Setting<u32> =
///     Setting::new("TICKETS_PER_PAGE", "a whole number").default(|| 25);
/// static API_KEY: Setting<String> = Setting::new("API_KEY", "the key of the service").secret();
///
/// let env = Env::from_pairs(&[("SECRET_KEY", "x"), ("API_KEY", "sesame")]);
/// let settings = Settings::read_with(&env, &[&TICKETS_PER_PAGE, &API_KEY]).unwrap();
/// assert_eq!(*TICKETS_PER_PAGE.get(&settings), 25);
/// assert_eq!(API_KEY.get(&settings), "sesame");
/// ```
pub struct Setting<T: 'static> {
    name: &'static str,
    accepted: &'static str,
    parse: fn(&str) -> Option<T>,
    default: Option<fn() -> T>,
    is_secret: bool,
}

/// A [`Setting`] of any type.
pub trait DeclaredSetting: Debug + Sync {
    /// Returns the name of the variable.
    fn name(&self) -> &'static str;

    /// Reads the value, or adds a complaint to `wrong`.
    #[doc(hidden)]
    fn read(&self, env: &Env, wrong: &mut Vec<String>) -> Option<OwnValue>;
}

/// The value of a site's setting.
#[doc(hidden)]
#[derive(Clone)]
pub struct OwnValue {
    name: &'static str,
    /// The value as text; masked if it is secret.
    shown: String,
    value: Arc<dyn Any + Send + Sync>,
}

impl<T: FromStr> Setting<T> {
    /// Creates the setting `name`, which a site must set. `accepted` describes its values for error
    /// messages: "a whole number".
    pub const fn new(name: &'static str, accepted: &'static str) -> Self {
        Self {
            name,
            accepted,
            parse: |text| text.parse().ok(),
            default: None,
            is_secret: false,
        }
    }
}

impl Setting<bool> {
    /// Creates a setting that is on or off, with the words of Nuages' own: `1`, `true`, `yes`, `on`, `0`,
    /// `false`, `no` and `off`. It is off by default.
    pub const fn flag(name: &'static str) -> Self {
        Self {
            name,
            accepted: "1, 0, true, false, yes, no, on or off",
            parse: |text| match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => Some(true),
                "0" | "false" | "no" | "off" => Some(false),
                _ => None,
            },
            default: Some(|| false),
            is_secret: false,
        }
    }
}

impl<T: 'static> Setting<T> {
    /// Sets the value that applies if the variable is not set.
    #[must_use]
    pub const fn default(mut self, default: fn() -> T) -> Self {
        self.default = Some(default);
        self
    }

    /// Reads the value with `parse`, which returns `None` for a value that is not accepted.
    #[must_use]
    pub const fn parsed_by(mut self, parse: fn(&str) -> Option<T>) -> Self {
        self.parse = parse;
        self
    }

    /// Hides the value on the debug page and in messages.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Returns the value.
    ///
    /// # Panics
    /// Panics if the setting is not listed in `Project::settings`.
    #[expect(
        clippy::panic,
        reason = "a setting that the project does not list is a mistake of the program"
    )]
    pub fn get<'s>(&self, settings: &'s Settings) -> &'s T {
        let own = settings.own.iter().find(|own| own.name == self.name);
        own.and_then(|own| own.value.downcast_ref())
            .unwrap_or_else(|| panic!("{} is not listed in Project::settings", self.name))
    }
}

impl<T> Debug for Setting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Setting").field(&self.name).finish()
    }
}

impl<T: Display + Send + Sync + 'static> DeclaredSetting for Setting<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn read(&self, env: &Env, wrong: &mut Vec<String>) -> Option<OwnValue> {
        let value = match env.get(self.name) {
            Some(text) => (self.parse)(text),
            None => self.default.map(|default| default()),
        };
        if value.is_none() {
            if env.get(self.name).is_none() {
                wrong.push(format!(
                    "{} is not set: set it in the environment or in .env to {}",
                    self.name, self.accepted
                ));
            } else if self.is_secret {
                wrong.push(format!(
                    "{} is not accepted; it takes {}",
                    self.name, self.accepted
                ));
            } else {
                env.complain(self.name, self.accepted, wrong);
            }
        }
        value.map(|value| OwnValue {
            name: self.name,
            shown: if self.is_secret {
                "***".to_owned()
            } else {
                value.to_string()
            },
            value: Arc::new(value),
        })
    }
}

/// Reads the values of `settings`, and adds a complaint for each that is missing or not accepted.
pub(super) fn read(
    settings: &[&dyn DeclaredSetting],
    env: &Env,
    wrong: &mut Vec<String>,
) -> Vec<OwnValue> {
    settings
        .iter()
        .filter_map(|setting| setting.read(env, wrong))
        .collect()
}

impl OwnValue {
    /// Returns the name and the value for people.
    pub(super) fn shown(&self) -> (&'static str, String) {
        (self.name, self.shown.clone())
    }
}

impl Debug for OwnValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PER_PAGE: Setting<u32> = Setting::new("PER_PAGE", "a whole number").default(|| 25);
    static API_KEY: Setting<String> = Setting::new("API_KEY", "a key").secret();
    static IS_OPEN: Setting<bool> = Setting::flag("IS_OPEN");
    static ALL: [&dyn DeclaredSetting; 3] = [&PER_PAGE, &API_KEY, &IS_OPEN];

    #[test]
    fn wrong_and_missing_values_are_named_with_those_of_nuages() {
        let env = Env::from_pairs(&[
            ("SECRET_KEY", "x"),
            ("DEBUG", "maybe"),
            ("PER_PAGE", "many"),
            ("IS_OPEN", "ajar"),
        ]);
        let error = Settings::read_with(&env, &ALL).unwrap_err().to_string();
        for expected in [
            "DEBUG=\"maybe\" is not accepted",
            "PER_PAGE=\"many\" is not accepted; it takes a whole number",
            "API_KEY is not set: set it in the environment or in .env to a key",
            "IS_OPEN=\"ajar\" is not accepted; it takes 1, 0,",
        ] {
            assert!(error.contains(expected), "{expected} is not in: {error}");
        }
    }

    #[test]
    fn a_secret_is_masked_wherever_settings_are_shown() {
        let env = Env::from_pairs(&[
            ("SECRET_KEY", "x"),
            ("API_KEY", "sesame"),
            ("IS_OPEN", "yes"),
        ]);
        let settings = Settings::read_with(&env, &ALL).unwrap();
        assert_eq!(API_KEY.get(&settings), "sesame");
        assert_eq!(
            (*PER_PAGE.get(&settings), *IS_OPEN.get(&settings)),
            (25, true)
        );
        let shown = format!("{settings:?} {:?}", settings.shown());
        assert!(!shown.contains("sesame"), "{shown}");
        for expected in ["(\"PER_PAGE\", \"25\")", "(\"API_KEY\", \"***\")"] {
            assert!(shown.contains(expected), "{expected} is not in: {shown}");
        }
    }
}
