//! `clearhistory`: deletes old rows of the history with values.

use chrono::TimeDelta;
use clap::Args as ClapArgs;

use super::connect;
use crate::clock;
use crate::db::Timestamp;
use crate::error::Result;
use crate::records::history;
use crate::settings::Settings;
use crate::terminal::say;
use crate::words::counted;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Delete changes that are older than this number of days. Django's log keeps its entries.
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=36_500))]
    days: u32,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let time = clock::now() - TimeDelta::days(args.days.into());
    let cleared = history::clear(&mut conn, Timestamp::from(time))?;
    say(&format!(
        "{} deleted",
        counted(cleared, "row of the history", "rows of the history")
    ))
}
