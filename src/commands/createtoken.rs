//! `createtoken`: makes a token for the JSON API.

use clap::Args as ClapArgs;
use log::Level;

use super::{connect, user_named};
use crate::auth::api_tokens::{MOST_DAYS, NewApiToken};
use crate::error::Result;
use crate::logging;
use crate::settings::Settings;
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The name of the user whom the token belongs to.
    username: String,
    /// The purpose of the token, which the list of tokens shows.
    #[arg(long, default_value = "made by createtoken")]
    name: String,
    /// The number of days after which the token expires; by default it does not expire.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=MOST_DAYS))]
    days: Option<i64>,
    /// Make a token that can only read.
    #[arg(long)]
    read_only: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let user = user_named(&mut conn, &args.username)?;
    let token = NewApiToken::new(args.name.chars().take(100).collect::<String>())
        .read_only(args.read_only)
        .days(args.days);
    let token = conn.atomic(|conn| token.create(conn, &user))?;

    logging::security(
        Level::Info,
        "api_token_made",
        &[("user", &user.username), ("by", &"createtoken")],
    );
    say(&format!(
        "Send this token as \"Authorization: Bearer <token>\". It is not shown again:\n{token}"
    ))
}
