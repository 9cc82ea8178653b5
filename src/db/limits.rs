//! Time limits of connections.

use std::time::Duration;

/// Time limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For one statement; zero means no limit.
    pub statement: Duration,
    /// For waiting until another writer finishes (SQLite's busy timeout).
    pub lock: Duration,
}

impl Limits {
    /// For commands without a time limit.
    pub const NONE: Self = Self {
        statement: Duration::ZERO,
        lock: Duration::from_mins(5),
    };
}
