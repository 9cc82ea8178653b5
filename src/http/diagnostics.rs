//! `/slow/`: a page that sleeps in the database, to test that other requests do not wait for it.
//! Enabled by `SLOW_PAGE=1`.

use actix_web::{HttpResponse, web};

use super::urls::{Access, Urls, get, path};
use crate::db::{Conn, Db, Kind, Sql};
use crate::error::Result;

/// Returns the URLs of this module.
pub fn urls() -> Urls {
    Urls::new([path("/slow/", "slow", Access::Public, get(slow))])
}

/// `GET /slow/`
async fn slow(db: web::Data<Db>) -> Result<HttpResponse> {
    db.run(|conn| {
        let query = match conn {
            Conn::Sqlite(_) => Sql::new(
                "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT COUNT(*) FROM c",
            ),
            Conn::Postgres(_) => Sql::new("SELECT 1::bigint FROM pg_sleep(0.3)"),
        };
        query.returns(&[Kind::BigInt]).load(conn)
    })
    .await?;
    Ok(super::text(
        "text/plain; charset=utf-8",
        "slept\n".to_owned(),
    ))
}
