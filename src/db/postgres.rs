//! Opens a connection to PostgreSQL, and detects a connection pooler such as PgBouncer.
//!
//! A pooler in transaction mode gives each transaction a different server session. So nothing may
//! depend on the session then: no named prepared statements, and no `SET`. docs/adr/0020 describes
//! how a pooler is recognised.

use std::fmt::Write as _;
use std::sync::Once;

use diesel::ConnectionError;
use diesel::connection::{CacheSize, Connection as _, SimpleConnection as _};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::limits::Limits;
use crate::error::{Error, Result};
use crate::settings::{PostgresUrl, TransactionPooling};

/// Connection parameters for libpq, unless the URL sets them: the timeout for a server that does
/// not answer (seconds), the keep-alive checks of an idle server (seconds), and the timeout for
/// data that the server does not confirm (milliseconds).
const PARAMETERS: [(&str, &str); 6] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "30"),
    ("keepalives_interval", "10"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "30000"),
    ("fallback_application_name", "nuages"),
];

/// A custom setting that is sent when a connection is opened. A session without it was not opened
/// by this connection, but by a pooler.
const MARK: &str = "nuages.session";

/// Opens a connection to the server at `url`.
pub(super) fn open(url: &PostgresUrl, limits: Limits) -> Result<PgConnection> {
    let uri = with_parameters(url.reveal());
    let timeout = limits.statement.as_millis();

    match url.transaction_pooling() {
        TransactionPooling::On => Ok(pooled(establish(&uri)?)),
        TransactionPooling::Off => {
            let mut conn = establish(&uri)?;
            conn.batch_execute(&format!(
                "SET statement_timeout = {timeout}; SET client_min_messages = warning;"
            ))?;
            Ok(conn)
        }
        TransactionPooling::Auto => {
            let options = format!(
                "-c statement_timeout={timeout} -c client_min_messages=warning -c {MARK}=1"
            );
            match establish(&with_options(&uri, url.inherited_options(), &options)) {
                Ok(mut conn) => Ok(if is_marked(&mut conn)? {
                    conn
                } else {
                    recognised(conn)
                }),
                // PgBouncer does not support the parameter or a setting in it; RDS Proxy accepts no
                // options.
                Err(error) if refuses_options(&error.to_string()) => {
                    Ok(recognised(establish(&uri)?))
                }
                Err(error) => Err(error),
            }
        }
    }
}

/// Opens a connection. The error never quotes the URI: libpq's message quotes the part of the URI
/// that it cannot parse, which may be a piece of the password.
fn establish(uri: &str) -> Result<PgConnection> {
    PgConnection::establish(uri).map_err(|error| match error {
        ConnectionError::BadConnection(text) => Error::Unreachable(without_pieces_of_the_uri(text)),
        error => error.into(),
    })
}

/// Returns libpq's message; for a complaint about the URI, only the kind of complaint.
fn without_pieces_of_the_uri(text: String) -> String {
    const COMPLAINTS: [&str; 10] = [
        "invalid URI query parameter",
        "invalid connection option",
        "invalid percent-encoded token",
        "forbidden value %00",
        "unexpected spaces found",
        "unexpected character",
        "missing key/value separator",
        "extra key/value separator",
        "invalid integer value",
        "invalid port number",
    ];
    match COMPLAINTS
        .iter()
        .find(|complaint| text.contains(*complaint))
    {
        Some(complaint) => format!("libpq cannot read the URL: {complaint}"),
        None => text,
    }
}

/// Whether `conn` reaches the server through a pooler, as far as [`open`] could detect.
pub(super) fn is_pooled(conn: &mut PgConnection, url: &PostgresUrl) -> Result<bool> {
    Ok(match url.transaction_pooling() {
        TransactionPooling::On => true,
        TransactionPooling::Off => false,
        TransactionPooling::Auto => !is_marked(conn)?,
    })
}

/// Whether the error is a pooler's refusal of startup options, and not a failure to reach the
/// server.
fn refuses_options(error: &str) -> bool {
    ["startup parameter", "command-line options"]
        .iter()
        .any(|words| error.contains(words))
}

fn recognised(conn: PgConnection) -> PgConnection {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        log::info!(
            target: "nuages.db",
            "a connection pooler such as PgBouncer is in front of PostgreSQL: no prepared statements are kept, and the \
             server does not get STATEMENT_TIMEOUT. CONN_TRANSACTION_POOLING says how to change that."
        );
    });
    pooled(conn)
}

/// Disables named statements on `conn`, so that each statement is sent as a whole.
fn pooled(mut conn: PgConnection) -> PgConnection {
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    conn
}

fn is_marked(conn: &mut PgConnection) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Nullable<Text>)]
        mark: Option<String>,
    }
    // Sent as one unnamed message of the simple protocol, which works with a pooler as well.
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    let found = diesel::sql_query(format!("SELECT current_setting('{MARK}', true) AS mark"))
        .get_result::<Setting>(conn);
    conn.set_prepared_statement_cache_size(CacheSize::Unbounded);
    Ok(found?.mark.as_deref() == Some("1"))
}

/// Returns the URL with our parameters, except those that it contains already.
fn with_parameters(uri: &str) -> String {
    let mut all = uri.to_owned();
    for (name, value) in PARAMETERS {
        if parameter(uri, name).is_none() {
            let _ = write!(all, "{}{name}={value}", separator(&all));
        }
    }
    all
}

/// Returns the URL with `options` after those of the URL or, like libpq, of the environment.
fn with_options(uri: &str, inherited: Option<&str>, options: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    if let Some(theirs) = parameter(uri, "options") {
        let ours = encode(&format!(" {options}"));
        return uri.replacen(
            &format!("options={theirs}"),
            &format!("options={theirs}{ours}"),
            1,
        );
    }
    let all = inherited.map_or_else(
        || options.to_owned(),
        |inherited| format!("{inherited} {options}"),
    );
    format!("{uri}{}options={}", separator(uri), encode(&all))
}

/// Returns the value of a URL parameter, still encoded.
fn parameter<'u>(uri: &'u str, name: &str) -> Option<&'u str> {
    let pairs = uri.split_once('?')?.1.split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

fn separator(uri: &str) -> char {
    if uri.contains('?') { '&' } else { '?' }
}

#[cfg(test)]
mod tests {
    use super::{establish, with_options, with_parameters};

    #[test]
    fn an_error_of_libpq_quotes_no_piece_of_the_url() {
        for uri in [
            "postgres://ann:ses%ame@127.0.0.1:1/shop",
            "postgres://ann:sesame@127.0.0.1:1/shop?password=x&sesame=1",
            "postgres://127.0.0.1:1/shop?password=x&sesame",
            "postgres://127.0.0.1:1/shop?password=ses=ame",
            "postgres://127.0.0.1:1/shop?connect_timeout=sesame",
            "postgres://ann:sesame/x@127.0.0.1:1/shop",
        ] {
            let error = establish(uri)
                .err()
                .map(|error| error.to_string())
                .expect("nobody listens at port 1");
            assert!(
                error.contains("libpq cannot read the URL"),
                "{uri} must not be read: {error}"
            );
            assert!(
                !error.contains("ses") && !error.contains("ame@"),
                "{uri} is quoted: {error}"
            );
        }
    }

    #[test]
    fn parameters_of_the_url_take_precedence() {
        let uri = with_parameters("postgres://h/n?connect_timeout=1&tcp_user_timeout=5");
        assert!(
            uri.starts_with(
                "postgres://h/n?connect_timeout=1&tcp_user_timeout=5&keepalives_idle=30&"
            ),
            "{uri}"
        );
        assert_eq!(uri.matches("connect_timeout").count(), 1, "{uri}");
        assert!(with_parameters("postgres://h/n").starts_with("postgres://h/n?connect_timeout=5&"));
    }

    #[test]
    fn options_of_the_url_and_of_the_environment_are_kept() {
        assert_eq!(
            with_options("postgres://h/n", None, "-c a=1"),
            "postgres://h/n?options=%2Dc%20a%3D1"
        );
        assert_eq!(
            with_options("postgres://h/n?x=y", Some("-d"), "-c a=1"),
            "postgres://h/n?x=y&options=%2Dd%20%2Dc%20a%3D1"
        );
        assert_eq!(
            with_options("postgres://h/n?options=-cb%3D2&x=y", Some("-d"), "-c a=1"),
            "postgres://h/n?options=-cb%3D2%20%2Dc%20a%3D1&x=y"
        );
    }
}
