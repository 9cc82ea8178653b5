//! `removetwofactor`: for who lost both phone and recovery codes, or for a site that lost its `SECRET_KEY`.

use clap::Args as ClapArgs;
use log::Level;

use super::connect;
use super::terminal::say;
use crate::auth::two_factor::TwoFactor;
use crate::auth::{User, normalize};
use crate::error::{Error, Result};
use crate::logging;
use crate::settings::Settings;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Whose. Make sure that it is they who ask.
    username: String,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let user = User::find_by_username(&mut conn, &normalize::username(&args.username))?
        .ok_or_else(|| Error::command(format!("user '{}' does not exist", args.username)))?;
    if !conn.atomic(|conn| TwoFactor::turn_off(conn, user.id))? {
        return Err(Error::command(format!("two-factor login is off for user '{}'", user.username)));
    }
    logging::security(Level::Warn, "two_factor_off", &[("user", &user.username), ("by", &"removetwofactor")]);
    say(&format!("Two-factor login is off for user '{}': their password alone logs them in", user.username))
}
