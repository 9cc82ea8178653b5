//! Parses `DATABASE_URL`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A database to open. `Display` masks the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The path of an SQLite file: `sqlite:///relative.db` or `sqlite:////absolute.db`.
    Sqlite(PathBuf),
    /// A libpq connection URI.
    Postgres(PostgresUrl),
}

/// A `postgres://` URI (its password is masked in `Debug`), and the other settings needed to open
/// connections.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    uri: String,
    inherited_options: Option<String>,
    transaction_pooling: TransactionPooling,
}

/// `CONN_TRANSACTION_POOLING`: whether a connection pooler in transaction mode is in front of PostgreSQL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransactionPooling {
    /// `auto`: Nuages checks for a pooler when it opens a connection.
    #[default]
    Auto,
    /// `on`: there is a pooler. Nuages then uses nothing that depends on the session.
    On,
    /// `off`: connections reach the server directly, or through a pooler that keeps sessions and
    /// prepared statements.
    Off,
}

impl PostgresUrl {
    /// Returns the URI with its password, for libpq.
    pub fn reveal(&self) -> &str {
        &self.uri
    }

    /// Returns the value of `CONN_TRANSACTION_POOLING`.
    pub fn transaction_pooling(&self) -> TransactionPooling {
        self.transaction_pooling
    }

    /// Returns the value of `PGOPTIONS`. libpq reads it only if the connection is given no other
    /// options.
    pub fn inherited_options(&self) -> Option<&str> {
        self.inherited_options.as_deref()
    }
}

impl DatabaseUrl {
    /// Adds the settings that the URL does not contain. Changes nothing for SQLite.
    pub(super) fn reached_by(&mut self, pooling: TransactionPooling, options: Option<&str>) {
        if let Self::Postgres(url) = self {
            url.transaction_pooling = pooling;
            url.inherited_options = options.map(str::to_owned);
        }
    }
}

impl FromStr for TransactionPooling {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "on" | "1" | "true" | "yes" => Ok(Self::On),
            "off" | "0" | "false" | "no" => Ok(Self::Off),
            _ => Err(()),
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.uri))
    }
}

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self::Sqlite(PathBuf::from("db.sqlite3"))
    }
}

/// The reason why a value of `DATABASE_URL` is not accepted. Holds no part of the value, which may
/// be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatabaseUrlError(&'static str);

impl fmt::Display for DatabaseUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for DatabaseUrlError {}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite:///") {
            if path.is_empty() || path.ends_with('/') || path == ":memory:" {
                return Err(DatabaseUrlError("it names no file"));
            }
            let is_odd = path.contains(['\0', '?', '#']);
            return if is_odd {
                Err(DatabaseUrlError("the name of the file has a ? or a #"))
            } else {
                Ok(Self::Sqlite(PathBuf::from(path)))
            };
        }
        let Some(rest) = without_scheme(text) else {
            return Err(DatabaseUrlError(
                "it begins neither with sqlite:/// nor with postgres://",
            ));
        };
        Parts::parse(rest).check().map_err(DatabaseUrlError)?;
        Ok(Self::Postgres(PostgresUrl {
            uri: text.to_owned(),
            inherited_options: None,
            transaction_pooling: TransactionPooling::default(),
        }))
    }
}

fn without_scheme(uri: &str) -> Option<&str> {
    uri.strip_prefix("postgres://")
        .or_else(|| uri.strip_prefix("postgresql://"))
}

/// A PostgreSQL URI without its scheme, split where libpq splits it.
struct Parts<'u> {
    user: Option<&'u str>,
    password: Option<&'u str>,
    /// Hosts with their ports, and the database.
    place: &'u str,
    parameters: Option<&'u str>,
}

impl<'u> Parts<'u> {
    fn parse(rest: &'u str) -> Self {
        let (login, rest) = match rest.split_once('@') {
            Some((login, rest)) if !login.contains('/') => (Some(login), rest),
            _ => (None, rest),
        };
        let (user, password) = match login.map(|login| login.split_once(':')) {
            Some(Some((user, password))) => (Some(user), Some(password)),
            _ => (login, None),
        };
        let (place, parameters) = match rest.split_once('?') {
            Some((place, parameters)) => (place, Some(parameters)),
            None => (rest, None),
        };
        Self {
            user,
            password,
            place,
            parameters,
        }
    }

    /// Returns the reason why libpq would refuse the URI, or would read it differently from this
    /// module. libpq's own messages quote the part that they refuse, which is often a piece of the
    /// password.
    fn check(&self) -> Result<(), &'static str> {
        let login = [self.user, self.password];
        let all = login
            .into_iter()
            .flatten()
            .chain([self.place])
            .chain(self.parameters);
        for part in all {
            if part.contains(char::is_whitespace) || part.contains(char::is_control) {
                return Err("it contains a blank, which is written as %20");
            }
            if !has_whole_escapes(part) {
                return Err(
                    "it contains a % that two hexadecimal digits do not follow; % itself is written as %25",
                );
            }
        }
        if login.into_iter().flatten().any(|part| part.contains('?')) {
            return Err("the user name or the password contains a ?, which is written as %3F");
        }
        if self.place.contains('@') {
            return Err(
                "there is an @ behind the host; in a user name or a password @ is written as %40 and / as %2F",
            );
        }

        let (hosts, database) = self.place.split_once('/').unwrap_or((self.place, ""));
        if database.is_empty() {
            return Err("it names no database");
        }
        if !hosts.split(',').all(has_numeric_port) {
            return Err(
                "the port is not a number; in a user name or a password / is written as %2F",
            );
        }
        let parameters = self.parameters.filter(|parameters| !parameters.is_empty());
        let is_parameter = |pair: &str| {
            pair.split_once('=')
                .is_some_and(|(_, value)| !value.contains('='))
        };
        if parameters.is_some_and(|parameters| !parameters.split('&').all(is_parameter)) {
            return Err(
                "a parameter is not name=value; in a value & is written as %26 and = as %3D",
            );
        }
        Ok(())
    }
}

/// Whether two hexadecimal digits follow each `%`, and none of these bytes is 0.
fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|behind| {
        let digits = behind.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    })
}

/// Whether the port of `host` (which may be an IPv6 address in brackets) is a number or missing.
fn has_numeric_port(host: &str) -> bool {
    let behind_address = host
        .strip_prefix('[')
        .map_or(Some(host), |address| Some(address.split_once(']')?.1));
    behind_address.is_some_and(|text| {
        text.split_once(':')
            .is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
    })
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:///{}", path.display()),
            Self::Postgres(url) => f.write_str(&masked(&url.uri)),
        }
    }
}

/// Returns the accepted URI with `***` for each value that may be secret.
fn masked(uri: &str) -> String {
    let Some(rest) = without_scheme(uri) else {
        return "***".to_owned();
    };
    let scheme = &uri[..uri.len() - rest.len()];
    let Parts {
        user,
        password,
        place,
        parameters,
    } = Parts::parse(rest);
    let login = user.map(|user| format!("{user}{}@", if password.is_some() { ":***" } else { "" }));

    let is_plain = |name: &str| {
        [
            "host",
            "hostaddr",
            "port",
            "dbname",
            "user",
            "sslmode",
            "connect_timeout",
        ]
        .contains(&name)
    };
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_plain(name) => pair.to_owned(),
        Some((name, _)) => format!("{name}=***"),
        None => "***".to_owned(),
    };
    let parameters = parameters.map(|parameters| {
        parameters
            .split('&')
            .map(shown)
            .collect::<Vec<_>>()
            .join("&")
    });
    let parameters = parameters.map(|parameters| format!("?{parameters}"));
    format!(
        "{scheme}{}{place}{}",
        login.unwrap_or_default(),
        parameters.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_slashes_begin_a_relative_path_and_four_an_absolute_one() {
        assert_eq!(
            "sqlite:///a/b.db".parse(),
            Ok(DatabaseUrl::Sqlite("a/b.db".into()))
        );
        assert_eq!(
            "sqlite:////a/b.db".parse(),
            Ok(DatabaseUrl::Sqlite("/a/b.db".into()))
        );
    }

    #[test]
    fn a_url_without_a_database_is_refused() {
        for wrong in [
            "",
            "db.sqlite3",
            "sqlite://x.db",
            "sqlite:///",
            "sqlite:///:memory:",
            "postgres://host",
            "postgres://host/",
            "mysql://h/n",
        ] {
            assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn passwords_are_masked_in_both_places() {
        let shown = |url: &str| url.parse::<DatabaseUrl>().unwrap().to_string();
        assert_eq!(shown("postgres://a:b@h/n"), "postgres://a:***@h/n");
        assert_eq!(
            shown("postgres://h/n?user=a&password=b&sslmode=require"),
            "postgres://h/n?user=a&password=***&sslmode=require"
        );
        assert_eq!(
            shown("postgres://h/n?p%61ssword=b&a=b"),
            "postgres://h/n?p%61ssword=***&a=***"
        );
        assert_eq!(
            shown("postgres://a@h:5432,[::1]:5433/n"),
            "postgres://a@h:5432,[::1]:5433/n"
        );
    }

    #[test]
    fn a_url_that_libpq_would_quote_is_refused_without_any_part_of_it() {
        for (url, reason) in [
            ("postgres://ann:ses%ame@host/shop", "a %"),
            ("postgres://ann:sesame%@host/shop", "a %"),
            ("postgres://ann:ses%00ame@host/shop", "a %"),
            ("postgres://host/shop?password=ses%zzame", "a %"),
            ("postgres://ann:ses@ame@host/shop", "an @"),
            ("postgres://ann:ses/ame@host/shop", "an @"),
            ("postgres://ann:ses/ame", "not a number"),
            ("postgres://ann:ses?ame@host/shop", "a ?"),
            ("postgres://ann:ses ame@host/shop", "a blank"),
            (
                "postgres://ann:sesame@host/shop?password=ses=ame",
                "name=value",
            ),
            (
                "postgres://ann:sesame@host/shop?password=ses&ame",
                "name=value",
            ),
            ("postgres://ann:sesame@host", "no database"),
            ("postgers://ann:sesame@host/shop", "begins neither"),
        ] {
            let refused = url.parse::<DatabaseUrl>().expect_err(url).to_string();
            assert!(
                refused.contains(reason),
                "{url} must be refused because of {reason:?}, and was with {refused:?}"
            );
            assert!(
                !refused.contains("ses") && !refused.contains("ame@"),
                "{url} is quoted: {refused}"
            );
        }
        for url in [
            "postgres://ann:s%25s%40m%2F@host:5432/shop",
            "postgresql:///shop?host=%2Ftmp",
            "postgres://h/n?",
        ] {
            assert!(url.parse::<DatabaseUrl>().is_ok(), "{url} must be accepted");
        }
    }
}
