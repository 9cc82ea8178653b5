//! `createcachetable`: creates the table of the cache `dbcache://TABLE`.

use clap::Args as ClapArgs;
use diesel::connection::SimpleConnection as _;

use super::connect;
use crate::cache::create_table_sql;
use crate::error::{Error, Result};
use crate::settings::{CacheBackend, Settings};
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Print the statements, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let CacheBackend::Database(table) = &settings.cache.backend else {
        return Err(Error::command(
            "CACHE_URL names no table: set it to dbcache://TABLE, such as dbcache://django_cache",
        ));
    };
    let mut conn = connect(settings)?;
    let sql = create_table_sql(table, &conn);
    if args.dry_run {
        return say(&sql);
    }
    conn.batch_execute(&sql)?;
    say(&format!("The table {table} is there."))
}
