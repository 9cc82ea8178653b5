//! [`paginate`]: one page of any Diesel query.

use std::rc::Rc;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, HasSqlType};
use diesel::{QueryResult, RunQueryDsl, serialize};

use super::{Conn, PageNumber, Paginator, RowPage};
use crate::error::Result;

/// `SELECT COUNT(*)` of the rows of a query, up to one more than a limit.
#[derive(Debug, QueryId)]
pub struct CountOf<Q> {
    query: Rc<Q>,
    most: i64,
}

/// A query with a limit and an offset.
#[derive(Debug, QueryId)]
pub struct Paged<Q> {
    query: Rc<Q>,
    limit: i64,
    offset: i64,
}

impl<Q: Query> Query for CountOf<Q> {
    type SqlType = BigInt;
}

impl<Q: Query> Query for Paged<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<Conn> for CountOf<Q> {}
impl<Q> RunQueryDsl<Conn> for Paged<Q> {}

impl<Q, DB> QueryFragment<DB> for CountOf<Q>
where
    DB: Backend + HasSqlType<BigInt>,
    Q: QueryFragment<DB>,
    i64: serialize::ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.most)?;
        out.push_sql(") AS bounded");
        Ok(())
    }
}

impl<Q, DB> QueryFragment<DB> for Paged<Q>
where
    DB: Backend + HasSqlType<BigInt>,
    Q: QueryFragment<DB>,
    i64: serialize::ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.offset)?;
        Ok(())
    }
}

/// Returns the number of rows of a query without a limit, or `limit + 1` if there are more than `limit`.
pub fn count_up_to<Q>(conn: &mut Conn, query: Q, limit: i64) -> Result<i64>
where
    CountOf<Q>: LoadQuery<'static, Conn, i64>,
{
    counted(conn, &Rc::new(query), limit)
}

fn counted<Q>(conn: &mut Conn, query: &Rc<Q>, limit: i64) -> Result<i64>
where
    CountOf<Q>: LoadQuery<'static, Conn, i64>,
{
    let count = CountOf {
        query: Rc::clone(query),
        most: limit.saturating_add(1),
    };
    Ok(count.get_result(conn)?)
}

/// Returns the page `number` of the rows of a query that has an order and no limit (Django's
/// `Paginator.get_page`). More than [`Paginator::COUNT_LIMIT`] rows are not counted to the end.
pub fn paginate<Q, T>(
    conn: &mut Conn,
    query: Q,
    asked: PageNumber,
    per_page: i64,
) -> Result<RowPage<T>>
where
    CountOf<Q>: LoadQuery<'static, Conn, i64>,
    Paged<Q>: LoadQuery<'static, Conn, T>,
{
    let query = Rc::new(query);
    let (counting, rows) = (Rc::clone(&query), query);
    load_page(
        conn,
        (asked, per_page),
        |conn, limit| counted(conn, &counting, limit),
        |conn, limit, offset| {
            let page = Paged {
                query: Rc::clone(&rows),
                limit,
                offset,
            };
            Ok(page.load(conn)?)
        },
    )
}

/// Returns a page of rows: `count` counts them up to a limit, and `load` returns up to a number of them after
/// an offset. A page that does not exist is the last one.
///
/// The rows are counted only if the page does not end the list.
pub fn load_page<T>(
    conn: &mut Conn,
    (asked, per_page): (PageNumber, i64),
    count: impl Fn(&mut Conn, i64) -> Result<i64>,
    load: impl Fn(&mut Conn, i64, i64) -> Result<Vec<T>>,
) -> Result<RowPage<T>> {
    let number = match asked {
        PageNumber::First => Some(1),
        PageNumber::Number(number) => Some(number),
        PageNumber::Last => None,
    };
    if let Some(number) = number
        && let Some(offset) = (number - 1).checked_mul(per_page)
    {
        let mut rows = load(conn, per_page.saturating_add(1), offset)?;
        let loaded = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let has_more = loaded > per_page;
        if has_more {
            rows.truncate(usize::try_from(per_page).unwrap_or(usize::MAX));
        }
        if loaded > 0 || number == 1 {
            // The last page ends with the last row.
            let seen = offset.saturating_add(loaded);
            let count = if has_more {
                count(conn, Paginator::COUNT_LIMIT)?.max(seen)
            } else {
                seen
            };
            return Ok(RowPage {
                rows,
                number,
                is_counted: !has_more || count <= Paginator::COUNT_LIMIT,
                paginator: Paginator { count, per_page },
            });
        }
    }
    // Only the end of the list needs the number of all rows.
    let count = count(conn, i64::MAX - 1)?;
    let paginator = Paginator { count, per_page };
    let number = paginator.page_number(asked);

    Ok(RowPage {
        rows: load(conn, per_page, paginator.offset(number))?,
        number,
        paginator,
        is_counted: true,
    })
}
