//! Updates the query planner's statistics: the number of rows in each table, and the selectivity of
//! indexes.

use diesel::connection::SimpleConnection as _;

use super::Conn;
use crate::error::Result;

/// Analyzes the tables whose number of rows has changed much. The limit bounds the time for large
/// tables.
const SQLITE: &str = "PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002;";
/// Analyzes only tables that we own: for others we may lack the permission.
const POSTGRES: &str = "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = \
                        current_schema() AND tableowner = current_user LOOP EXECUTE format('ANALYZE %I', name); END LOOP; \
                        END $$";

impl Conn {
    /// Updates the statistics of an SQLite database. PostgreSQL does so by itself.
    pub fn optimize(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(self.batch_execute(SQLITE)?),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Updates the statistics after many rows were written. A failure is only logged, because
    /// without statistics plans are slower but still correct.
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
