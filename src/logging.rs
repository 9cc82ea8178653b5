//! The log: one line for each event on standard error, with the id of the request.

use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::future::Future;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use log::Level;

use crate::test_hooks::TestHooks;

/// Log target for logins and refused requests.
const SECURITY: &str = "nuages.security";

/// Data of the current request, available on the event loop and on blocking threads alike.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The request id, as in the `X-Request-ID` header.
    pub request_id: Arc<str>,
    /// The SQL statements of the request; kept in `DEBUG` only.
    pub queries: Option<Arc<Mutex<Vec<Query>>>>,
    /// The hooks of the test that sent the request.
    pub hooks: Option<Arc<TestHooks>>,
}

/// One executed SQL statement, for the debug page.
#[derive(Debug, Clone)]
pub struct Query {
    /// The statement with its bound values.
    pub sql: String,
    /// Time that the database took.
    pub took: Duration,
}

static KEEPS_QUERIES: AtomicBool = AtomicBool::new(false);

/// Makes connections record their statements for the debug page from now on. Called once, at
/// start-up in `DEBUG`.
pub fn keep_queries() {
    KEEPS_QUERIES.store(true, Ordering::Relaxed);
}

/// Whether statements are kept for the debug page.
pub fn keeps_queries() -> bool {
    KEEPS_QUERIES.load(Ordering::Relaxed)
}

tokio::task_local! {
    static REQUEST: Context;
}

thread_local! {
    static BLOCKING: RefCell<Option<Context>> = const { RefCell::new(None) };
}

impl Context {
    /// Returns the context of the current request, or `None` outside a request.
    pub fn current() -> Option<Self> {
        REQUEST
            .try_with(Self::clone)
            .ok()
            .or_else(|| BLOCKING.with_borrow(Clone::clone))
    }

    /// Runs a future (the handling of a request) in this context.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        REQUEST.scope(self, work)
    }

    /// Runs `work` on this blocking thread in `context`, the context of the request that started
    /// it.
    pub fn enter<T>(context: Option<Self>, work: impl FnOnce() -> T) -> T {
        let outer = BLOCKING.replace(context);
        let done = work();
        BLOCKING.set(outer);
        done
    }

    /// Records a statement for the debug page, if this request keeps statements, and for a test.
    pub fn record(sql: impl Fn() -> String, took: Duration) {
        let Some(Self { queries, hooks, .. }) = Self::current() else {
            return;
        };
        if let Some(hooks) = hooks {
            hooks.record_statement(sql());
        }
        if let Some(queries) = queries {
            queries
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Query { sql: sql(), took });
        }
    }
}

/// Logs the cause of a response of the class 5xx, and tells it to a test.
pub fn request_failed(cause: &str) {
    log::error!(target: "nuages.request", "{cause}");
    if let Some(hooks) = Context::current().and_then(|context| context.hooks) {
        hooks.record_error(cause.to_owned());
    }
}

/// Writes a line of the security log: `event=login_failed user="alice" address="192.0.2.7"`.
///
/// Values are quoted and their control characters escaped, so that a value can neither forge a log
/// line nor send escape sequences to a terminal.
pub fn security(level: Level, event: &str, fields: &[(&str, &dyn Display)]) {
    if log::log_enabled!(target: SECURITY, level) {
        log::log!(target: SECURITY, level, "{}", security_line(event, fields));
    }
}

fn security_line(event: &str, fields: &[(&str, &dyn Display)]) -> String {
    let mut line = format!("event={event}");
    for (name, value) in fields {
        let _ = write!(line, " {name}={:?}", value.to_string());
    }
    line
}

/// Starts the log with a filter in `env_logger`'s syntax. A second call has no effect.
pub fn init(filter: &str) {
    let mut builder = env_logger::Builder::new();
    builder.parse_filters(filter).format(|out, record| {
        let style = out.default_level_style(record.level());
        write!(
            out,
            "{} {style}{:<5}{style:#} ",
            out.timestamp_millis(),
            record.level()
        )?;
        if let Some(context) = Context::current() {
            write!(out, "[{}] ", context.request_id)?;
        }
        writeln!(
            out,
            "{} {}",
            record.target(),
            one_line(&record.args().to_string())
        )
    });
    if builder.try_init().is_ok() {
        std::panic::set_hook(Box::new(
            |panic| log::error!(target: "nuages.panic", "{panic}"),
        ));
    }
}

/// Escapes the control characters of `message`, so that text from a visitor can neither begin a new
/// log line nor control a terminal.
fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for letter in message.chars() {
        match letter {
            '\n' | '\r' => line.push_str(" ⏎ "),
            '\t' => line.push(letter),
            control if control.is_control() => line.extend(control.escape_unicode()),
            letter => line.push(letter),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{one_line, security_line};

    #[test]
    fn control_characters_in_a_log_line_are_escaped() {
        let line = one_line("a\nb\r\tc\u{1b}[31m\u{9b}2J é");
        assert_eq!(
            line, "a ⏎ b ⏎ \tc\\u{1b}[31m\\u{9b}2J é",
            "the line with escaped control characters"
        );
    }

    #[test]
    fn a_value_cannot_forge_a_line_of_the_security_log() {
        let name = "eve\" user=\"bob\r\n\u{1b}[31m\u{202e}";
        let line = security_line("login_failed", &[("user", &name), ("wait", &4)]);
        assert_eq!(
            line,
            r#"event=login_failed user="eve\" user=\"bob\r\n\u{1b}[31m\u{202e}" wait="4""#
        );
    }
}
