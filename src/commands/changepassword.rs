//! `changepassword`: asks for the new password twice, like Django.

use clap::Args as ClapArgs;
use log::Level;

use super::{connect, user_named};
use crate::auth::django_version::tell_once;
use crate::auth::hashers::HashPolicy;
use crate::auth::password_validation::{DEFAULT, UserAttributes, validate_password};
use crate::auth::set_password;
use crate::error::{Error, Result};
use crate::logging;
use crate::settings::Settings;
use crate::terminal::{ask, is_interactive, say};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The name of the user.
    username: String,
}

pub(super) fn run(args: &Args, mut settings: Settings) -> Result<()> {
    tell_once(&mut settings);
    let settings = &settings;
    let mut conn = connect(settings)?;
    let user = user_named(&mut conn, &args.username)?;
    if !is_interactive() {
        return Err(Error::command(
            "this is not a terminal: passwords are asked for, never given as an option",
        ));
    }
    say(&format!("Changing password for user '{}'", user.username))?;
    let password = ask_password(&UserAttributes {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
    })?;
    set_password(
        &mut conn,
        user.id,
        &HashPolicy::from_settings(settings).encode(&password),
    )?;
    logging::security(
        Level::Info,
        "password_changed",
        &[("user", &user.username), ("by", &"changepassword")],
    );
    say(&format!(
        "Password changed successfully for user '{}'",
        user.username
    ))
}

/// Asks for a new password until two answers are the same. Accepts a weak password only if the user
/// insists.
pub(super) fn ask_password(user: &UserAttributes<'_>) -> Result<String> {
    loop {
        let password = rpassword::prompt_password("Password: ")?;
        if password.trim().is_empty() {
            say("Error: Blank passwords aren't allowed.")?;
            continue;
        }
        if rpassword::prompt_password("Password (again): ")? != password {
            say("Error: Your passwords didn't match.")?;
            continue;
        }
        let complaints = validate_password(&password, Some(user), &DEFAULT);
        if complaints.is_empty() {
            return Ok(password);
        }
        for complaint in complaints {
            say(&complaint)?;
        }
        if ask("Use this password all the same? [y/N]: ")?.eq_ignore_ascii_case("y") {
            return Ok(password);
        }
    }
}
