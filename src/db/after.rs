//! Compares points in time in SQL, where some cells cannot be read.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};

use super::sql_types::TimestampTz;
use super::{KnowsDialect, Timestamp};

/// See [`is_after`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct IsAfter<C> {
    column: C,
    moment: Timestamp,
}

/// Whether `column` holds a point in time after `moment`.
///
/// A cell that cannot be read never matches. SQLite itself sorts a text such as `never`, or a blob,
/// after every date; PostgreSQL allows `infinity` and years after 9999.
pub fn is_after<C: Expression<SqlType = TimestampTz>>(column: C, moment: Timestamp) -> IsAfter<C> {
    IsAfter { column, moment }
}

impl<C: Expression> Expression for IsAfter<C> {
    type SqlType = Bool;
}

impl<G, C: ValidGrouping<G>> ValidGrouping<G> for IsAfter<C> {
    type IsAggregate = C::IsAggregate;
}

impl<T, C: AppearsOnTable<T>> AppearsOnTable<T> for IsAfter<C> {}
impl<T, C: SelectableExpression<T>> SelectableExpression<T> for IsAfter<C> {}

impl<DB, C> QueryFragment<DB> for IsAfter<C>
where
    DB: Backend + KnowsDialect + HasSqlType<TimestampTz>,
    C: QueryFragment<DB>,
    Timestamp: ToSql<TimestampTz, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // The plain comparison comes first, because it can use an index.
        out.push_sql("(");
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" > ");
        out.push_bind_param::<TimestampTz, Timestamp>(&self.moment)?;
        if out.backend().is_postgres() {
            out.push_sql(" AND ");
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(" < TIMESTAMPTZ '10000-01-01 00:00:00+00'");
        } else {
            out.push_sql(" AND nuages_is_after(");
            self.column.walk_ast(out.reborrow())?;
            out.push_sql(", ");
            out.push_bind_param::<TimestampTz, Timestamp>(&self.moment)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}
