//! The planner's statistics about the tables: how many rows they have, and how selective an index is.

use diesel::connection::SimpleConnection as _;

use super::Conn;
use crate::error::Result;

/// Analyzes the tables whose numbers of rows have changed much. The limit bounds the time that it takes on large tables.
const SQLITE: &str = "PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002;";
/// Analyzes our own tables only: others need rights that we may not have.
const POSTGRES: &str = "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = \
                        current_schema() AND tableowner = current_user LOOP EXECUTE format('ANALYZE %I', name); END LOOP; \
                        END $$";

impl Conn {
    /// Brings the statistics of an SQLite database up to date. PostgreSQL does so by itself.
    pub fn optimize(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(self.batch_execute(SQLITE)?),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Brings the statistics up to date after many rows were written. A failure is logged: plans are slower without
    /// statistics, and right all the same.
    pub fn optimize_after_bulk(&mut self) {
        let done = match self {
            Self::Sqlite(_) => self.optimize(),
            Self::Postgres(_) => self.batch_execute(POSTGRES).map_err(Into::into),
        };
        if let Err(error) = done {
            log::warn!(target: "nuages.db", "the statistics of the tables were not updated: {error}");
        }
    }
}
