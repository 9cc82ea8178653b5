//! `removetwofactor`: for a user who lost both phone and recovery codes, or for a site that lost
//! its `SECRET_KEY`.

use clap::Args as ClapArgs;
use log::Level;

use super::{connect, user_named};
use crate::auth::two_factor::TwoFactor;
use crate::error::{Error, Result};
use crate::logging;
use crate::settings::Settings;
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The name of the user. Make sure that the request comes from that person.
    username: String,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let user = user_named(&mut conn, &args.username)?;
    if !conn.atomic(|conn| TwoFactor::turn_off(conn, user.id))? {
        return Err(Error::command(format!(
            "two-factor login is off for user '{}'",
            user.username
        )));
    }
    logging::security(
        Level::Warn,
        "two_factor_off",
        &[("user", &user.username), ("by", &"removetwofactor")],
    );
    say(&format!(
        "Two-factor login is off for user '{}': their password alone logs them in",
        user.username
    ))
}
