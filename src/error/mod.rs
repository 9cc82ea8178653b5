//! The crate's error type, and the page that each variant becomes.

mod problem;

use std::io::{self, ErrorKind};

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

pub use problem::Problem;

use crate::python::{iri_to_uri, quote};

/// A `Result` with the crate's [`Error`] as its default error type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The login page for visitors (Django's `LOGIN_URL`).
pub(crate) const LOGIN_URL: &str = "/accounts/login/";
/// The login page for staff.
const ADMIN_LOGIN_URL: &str = "/admin/login/";
/// The page that asks for the second factor.
const CODE_URL: &str = "/accounts/login/code/";

/// An error that becomes the response to a request, or ends a command. `http` renders a page for
/// each variant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 404: there is no page at this URL, or this visitor may not know of it.
    #[error("not found")]
    NotFound,
    /// 400: the request is malformed; the page shows the text.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// 403: the user is known and does not have the permission.
    #[error("permission denied")]
    PermissionDenied,
    /// 302 to the login page, which redirects back to this URL.
    #[error("a login is required")]
    LoginRequired(String),
    /// 302 to the admin's login page, which redirects back to this URL; the page names the
    /// logged-in user who is not staff.
    #[error("a login of staff is required")]
    StaffRequired(String),
    /// 302 to the page that asks for the second factor, which redirects back to this URL.
    #[error("a second factor is required")]
    TwoFactorRequired(String),
    /// 302 to this URL.
    #[error("a redirect to {0}")]
    Redirect(String),
    /// 401: a program must send a valid token, or a browser must log in.
    #[error("authentication is required: {0}")]
    Unauthorized(&'static str),
    /// 429: too many requests; the number is that of seconds to wait.
    #[error("too many requests, wait {0} seconds")]
    TooManyRequests(i64),
    /// An error with a status, a text and errors of fields, for the clients of an API.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// 403: an unsafe request that does not come from a page of this site; the text is Django's
    /// reason.
    #[error("CSRF verification failed: {0}")]
    Csrf(String),
    /// 405: the URL exists, but not for this method; the text is the `Allow` header.
    #[error("method not allowed, only {0}")]
    MethodNotAllowed(String),
    /// 408: the request body did not arrive within `BODY_TIMEOUT`.
    #[error("the request body did not come in time")]
    RequestTimeout,
    /// 413: the request body exceeds the limit.
    #[error("the request body is too large")]
    PayloadTooLarge,
    /// 503: no database connection became free in time, or another transaction held the locks for
    /// too long.
    #[error("no database connection became free in time")]
    Busy,
    /// 503: a statement ran longer than `STATEMENT_TIMEOUT`.
    #[error("a statement ran longer than STATEMENT_TIMEOUT")]
    StatementTimeout,
    /// 503: the database or a file system is read-only; the text is the database's or the system's
    /// message.
    #[error("nothing can be written: {0}")]
    ReadOnly(String),
    /// 503: the disk is full; the text is the database's or the system's message.
    #[error("there is no room to write: {0}")]
    DiskFull(String),
    /// 503: an uploaded file could not be stored in `MEDIA_ROOT`; forms show it beside the field.
    #[error("an uploaded file could not be stored: {0}")]
    NotStored(String),
    /// 503: the database cannot be reached.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// 500: the database lacks one of Nuages' own tables, because it is the wrong database or
    /// somebody dropped the table.
    #[error("{0}: run `{program} migrate`, which makes the tables that only Nuages has", program = crate::settings::program())]
    NotMigrated(String),
    /// 500: a job in `Db::run` or `Db::stream` tried to write.
    #[error("a job of Db::run or Db::stream tried to write: write inside Db::atomic or Db::write")]
    WriteOutsideAtomic,
    /// 500: a trigger of the database has refused a change with this text; forms show the text. The
    /// table is that of the trigger, if only one has this text.
    #[error("a trigger of the database refused the change: {text}")]
    Raised {
        /// The text of the trigger.
        text: String,
        /// The table of the trigger.
        table: Option<String>,
    },
    /// 500: the database refused a statement.
    #[error("database error: {0}")]
    Database(#[source] DieselError),
    /// 500: a panic, which was already logged where it happened.
    #[error("the program failed inside: {0}")]
    Panicked(String),
    /// 500: a template could not be rendered.
    #[error("template error: {0}")]
    Template(#[from] askama::Error),
    /// 500: a file could not be read or written.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// A command failed; the text gives the reason and the remedy (Django's `CommandError`).
    #[error("{0}")]
    Command(String),
}

impl Error {
    /// Creates an [`Error::Command`] with this text.
    pub fn command(text: impl Into<String>) -> Self {
        Self::Command(text.into())
    }

    /// Whether the same request may succeed later: the fault is neither in the request nor in the
    /// program.
    pub fn is_temporary(&self) -> bool {
        self.status_code() == StatusCode::SERVICE_UNAVAILABLE
    }

    /// Whether the statement violated a foreign key: other rows still refer to the row, or the
    /// referenced row does not exist. Diesel does not recognise SQLite's message for keys declared
    /// with ON DELETE RESTRICT.
    pub fn is_foreign_key_violation(&self) -> bool {
        let Self::Database(DieselError::DatabaseError(kind, info)) = self else {
            return false;
        };
        matches!(
            kind,
            DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation
        ) || info.message() == "FOREIGN KEY constraint failed"
    }

    /// Converts the error of a job on a read-only connection: an attempt to write becomes
    /// `WriteOutsideAtomic`.
    pub(crate) fn of_reader(self) -> Self {
        match self {
            Self::ReadOnly(text) if is_refused_write(&text) => Self::WriteOutsideAtomic,
            error => error,
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, info) => match (kind, info.message()) {
                // Messages for SQLITE_INTERRUPT and for PostgreSQL's query_canceled.
                (_, "interrupted" | "canceling statement due to statement timeout") => {
                    Self::StatementTimeout
                }
                (_, text)
                    if text.starts_with("database is locked") || text == "deadlock detected" =>
                {
                    Self::Busy
                }
                (DatabaseErrorKind::ReadOnlyTransaction, text) => Self::ReadOnly(text.to_owned()),
                (_, text) if is_read_only(text) => Self::ReadOnly(text.to_owned()),
                (_, text) if is_disk_full(text) => Self::DiskFull(text.to_owned()),
                // SQLite stores such a text, and PostgreSQL stores none.
                (_, text) if text.ends_with("encoding \"UTF8\": 0x00") => {
                    Self::BadRequest("a text contains a null character".to_owned())
                }
                (_, text) if lacks_own_table(text) => Self::NotMigrated(text.to_owned()),
                (DatabaseErrorKind::ClosedConnection, text) => Self::Unreachable(text.to_owned()),
                (kind, _) => Self::Database(DieselError::DatabaseError(kind, info)),
            },
            error => Self::Database(error),
        }
    }
}

/// Whether `text` is SQLite's message for a write on a read-only connection.
fn is_refused_write(text: &str) -> bool {
    text.starts_with("attempt to write a readonly database")
}

/// Whether `text` is a message of SQLite or PostgreSQL that the database is read-only. SQLite
/// cannot open its journal in a folder that is not writable.
fn is_read_only(text: &str) -> bool {
    is_refused_write(text)
        || text == "unable to open database file"
        || text.contains("in a read-only transaction")
        || text.contains("during recovery")
        || text.contains("Read-only file system")
}

/// Whether `text` is a message of SQLite or PostgreSQL for a full disk. SQLite reports an I/O error
/// if the shared-memory file cannot grow, or if a file would exceed the file size limit of the
/// process.
fn is_disk_full(text: &str) -> bool {
    text == "database or disk is full"
        || text == "disk I/O error"
        || text.contains("No space left on device")
        || text.contains("Disk quota exceeded")
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull(error.to_string())
            }
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(error.to_string()),
            _ => Self::Io(error),
        }
    }
}

/// Whether `text` is a message of SQLite or PostgreSQL that a table `nuages_…` does not exist.
fn lacks_own_table(text: &str) -> bool {
    text.starts_with("no such table: nuages_")
        || text.starts_with("relation \"nuages_") && text.ends_with("does not exist")
}

impl From<diesel::ConnectionError> for Error {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::PermissionDenied | Self::Csrf(_) => StatusCode::FORBIDDEN,
            Self::LoginRequired(_)
            | Self::StaffRequired(_)
            | Self::TwoFactorRequired(_)
            | Self::Redirect(_) => StatusCode::FOUND,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Problem(problem) => problem.status(),
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy
            | Self::StatementTimeout
            | Self::ReadOnly(_)
            | Self::DiskFull(_)
            | Self::NotStored(_)
            | Self::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotMigrated(_)
            | Self::WriteOutsideAtomic
            | Self::Raised { .. }
            | Self::Database(_)
            | Self::Panicked(_)
            | Self::Template(_)
            | Self::Io(_)
            | Self::Command(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns a response with the status only; `http::middleware::error_pages` adds the page.
    fn error_response(&self) -> HttpResponse {
        let (login, back) = match self {
            Self::LoginRequired(back) => (LOGIN_URL, back),
            Self::StaffRequired(back) => (ADMIN_LOGIN_URL, back),
            Self::TwoFactorRequired(back) => (CODE_URL, back),
            Self::Redirect(url) => {
                return HttpResponse::Found()
                    .insert_header((LOCATION, iri_to_uri(url).to_string()))
                    .finish();
            }
            _ => return HttpResponse::new(self.status_code()),
        };
        let back = quote(back);
        HttpResponse::Found()
            .insert_header((LOCATION, format!("{login}?next={back}")))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_cannot_be_written_is_recognised() {
        let error = |text: &str| {
            let kind = DatabaseErrorKind::Unknown;
            Error::from(DieselError::DatabaseError(kind, Box::new(text.to_owned())))
        };
        for text in [
            "attempt to write a readonly database",
            "unable to open database file",
            "cannot execute INSERT in a read-only transaction",
            "cannot execute UPDATE during recovery",
        ] {
            assert!(
                matches!(error(text), Error::ReadOnly(_)),
                "{text:?} is {:?}",
                error(text)
            );
        }
        for text in [
            "database or disk is full",
            "disk I/O error",
            "could not extend file \"base/5/16384\": No space left on device",
        ] {
            assert!(
                matches!(error(text), Error::DiskFull(_)),
                "{text:?} is {:?}",
                error(text)
            );
        }
        assert!(
            matches!(error("no such column: x"), Error::Database(_)),
            "other errors stay what they are"
        );
        assert!(matches!(
            Error::from(io::Error::from(ErrorKind::StorageFull)),
            Error::DiskFull(_)
        ));
        assert!(matches!(
            Error::from(io::Error::from(ErrorKind::NotFound)),
            Error::Io(_)
        ));
    }
}
