//! Which database: the value of `DATABASE_URL`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A database to open. `Display` masks the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; `sqlite:///relative.db` or `sqlite:////absolute.db`.
    Sqlite(PathBuf),
    /// A libpq connection URI.
    Postgres(PostgresUrl),
}

/// A `postgres://` URI with its password masked in `Debug`, and what else is needed to open connections.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    uri: String,
    inherited_options: Option<String>,
    transaction_pooling: TransactionPooling,
}

/// `CONN_TRANSACTION_POOLING`: whether a connection pooler in transaction mode is in front of PostgreSQL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransactionPooling {
    /// `auto`: finds out when a connection is opened.
    #[default]
    Auto,
    /// `on`: it is. Nothing depends on the session.
    On,
    /// `off`: the server is reached directly, or through a pooler that keeps sessions and prepared statements.
    Off,
}

impl PostgresUrl {
    /// The URI with its password, for libpq.
    pub fn reveal(&self) -> &str {
        &self.uri
    }

    /// The value of `CONN_TRANSACTION_POOLING`.
    pub fn transaction_pooling(&self) -> TransactionPooling {
        self.transaction_pooling
    }

    /// The value of `PGOPTIONS`, which libpq reads only if nobody gives it other options.
    pub fn inherited_options(&self) -> Option<&str> {
        self.inherited_options.as_deref()
    }
}

impl DatabaseUrl {
    /// Sets what the URL does not say. Changes nothing for SQLite.
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

impl FromStr for DatabaseUrl {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(path) = text.strip_prefix("sqlite:///") {
            let odd = path.is_empty() || path.ends_with('/') || path.contains(['\0', '?', '#']) || path == ":memory:";
            return if odd { Err(()) } else { Ok(Self::Sqlite(PathBuf::from(path))) };
        }
        let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")).ok_or(())?;
        let named =
            rest.split('?').next().and_then(|place| place.split_once('/')).is_some_and(|(_, name)| !name.is_empty());
        if !named || rest.contains('\0') {
            return Err(());
        }
        Ok(Self::Postgres(PostgresUrl {
            uri: text.to_owned(),
            inherited_options: None,
            transaction_pooling: TransactionPooling::default(),
        }))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:///{}", path.display()),
            Self::Postgres(url) => f.write_str(&masked(&url.uri)),
        }
    }
}

/// The URI with `***` for the password, wherever libpq accepts one: before the `@`, or as a parameter.
pub(super) fn masked(url: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let Some((scheme, rest)) = base.split_once("://") else {
        // A URL with a typo may still hold a password.
        return if base.contains('@') { "***".to_owned() } else { url.to_owned() };
    };
    let base = match rest.rsplit_once('@') {
        Some((who, place)) => match who.split_once(':') {
            Some((name, _)) => format!("{scheme}://{name}:***@{place}"),
            None => format!("{scheme}://{who}@{place}"),
        },
        None => base.to_owned(),
    };
    if query.is_empty() {
        return base;
    }
    let query: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if name.contains("password") => format!("{name}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{base}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_slashes_are_relative_and_four_absolute() {
        assert_eq!("sqlite:///a/b.db".parse(), Ok(DatabaseUrl::Sqlite("a/b.db".into())));
        assert_eq!("sqlite:////a/b.db".parse(), Ok(DatabaseUrl::Sqlite("/a/b.db".into())));
    }

    #[test]
    fn what_names_no_database_is_refused() {
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
        assert_eq!(shown("postgres://a:p@ss@h/n"), "postgres://a:***@h/n");
    }
}
