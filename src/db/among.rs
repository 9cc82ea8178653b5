//! `column IN (one page of a query)`.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType};

/// See [`among`].
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Among<C, Q, const LIMIT: i64> {
    column: C,
    query: Q,
    offset: i64,
}

/// Whether `column` is among up to `LIMIT` rows of `query` after the first `offset`.
///
/// Diesel binds a limit as a parameter. After some executions PostgreSQL plans a statement without
/// its parameters, and assumes that an unknown limit is a tenth of the table: then it reads the
/// whole table for a page of twenty rows. Here the limit is part of the statement.
pub fn among<C, Q, const LIMIT: i64>(column: C, query: Q, offset: i64) -> Among<C, Q, LIMIT> {
    Among {
        column,
        query,
        offset,
    }
}

impl<C: Expression, Q, const LIMIT: i64> Expression for Among<C, Q, LIMIT> {
    type SqlType = Bool;
}

impl<G, C: ValidGrouping<G>, Q, const LIMIT: i64> ValidGrouping<G> for Among<C, Q, LIMIT> {
    type IsAggregate = C::IsAggregate;
}

impl<T, C: AppearsOnTable<T>, Q, const LIMIT: i64> AppearsOnTable<T> for Among<C, Q, LIMIT> {}

impl<DB, C, Q, const LIMIT: i64> QueryFragment<DB> for Among<C, Q, LIMIT>
where
    DB: Backend + HasSqlType<BigInt>,
    C: QueryFragment<DB>,
    Q: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(&format!(" LIMIT {LIMIT} OFFSET "));
        out.push_bind_param::<BigInt, i64>(&self.offset)?;
        out.push_sql(")");
        Ok(())
    }
}
