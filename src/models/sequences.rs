//! Resets sequences after rows were inserted with explicit primary keys.

use super::Meta;
use crate::db::{Conn, Kind, Sql};
use crate::error::Result;

/// Makes PostgreSQL continue after the largest primary key (Django's `sqlsequencereset`).
pub fn reset_sequences(conn: &mut Conn, models: &[&'static Meta]) -> Result<()> {
    let is_number = |model: &&&'static Meta| {
        matches!(
            model.pk().sql,
            Kind::SmallInt | Kind::Integer | Kind::BigInt
        )
    };
    if let Conn::Postgres(_) = conn {
        for model in models.iter().filter(is_number) {
            let column = model.pk().column;
            // `setval(NULL, …)` does nothing: some tables have no sequence.
            let sql = Sql::new("SELECT setval(pg_get_serial_sequence(quote_ident(")
                .bind(model.table)
                .raw("), ");
            let sql = sql
                .bind(column)
                .raw("), GREATEST(COALESCE(MAX(")
                .ident(column)
                .raw("), 1), 1), MAX(")
                .ident(column);
            sql.raw(") IS NOT NULL) FROM ")
                .ident(model.table)
                .load(conn)?;
        }
    }
    Ok(())
}
