//! `createsuperuser`: asks for the details; with `--noinput` takes them from the options and
//! `DJANGO_SUPERUSER_*`.

#![expect(
    clippy::doc_markdown,
    reason = "clap prints these comments as they are"
)]

use clap::Args as ClapArgs;

use super::changepassword::ask_password;
use super::connect;
use crate::auth::django_version::tell_once;
use crate::auth::hashers::{HashPolicy, unusable_password};
use crate::auth::password_validation::UserAttributes;
use crate::auth::{NewUser, User, normalize};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::is_email;
use crate::records::send_created;
use crate::settings::{Env, Settings};
use crate::terminal::{ask, is_interactive, say};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The user name. With --noinput the default is DJANGO_SUPERUSER_USERNAME.
    #[arg(long)]
    username: Option<String>,
    /// The e-mail address. With --noinput the default is DJANGO_SUPERUSER_EMAIL.
    #[arg(long)]
    email: Option<String>,
    /// Ask no questions. The password is DJANGO_SUPERUSER_PASSWORD; without it the user cannot log
    /// in with a password.
    #[arg(long, visible_alias = "no-input")]
    noinput: bool,
}

pub(super) fn run(args: &Args, mut settings: Settings) -> Result<()> {
    tell_once(&mut settings);
    let settings = &settings;
    let mut conn = connect(settings)?;
    if args.noinput {
        return without_asking(args, &mut conn, settings);
    }
    if !is_interactive() {
        return Err(Error::command(
            "this is not a terminal: use --noinput with DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD",
        ));
    }
    let username = match &args.username {
        Some(name) => checked_username(&mut conn, name).map_err(Error::command)?,
        None => ask_until(
            || ask("Username: "),
            |name| checked_username(&mut conn, name),
        )?,
    };
    let email = match &args.email {
        Some(email) => checked_email(email).map_err(Error::command)?,
        None => ask_until(|| ask("Email address: "), checked_email)?,
    };
    let password = ask_password(&UserAttributes {
        username: &username,
        email: &email,
        ..UserAttributes::default()
    })?;
    let hash = HashPolicy::from_settings(settings).encode(&password);
    create(
        &mut conn,
        settings,
        &NewUser::superuser(&username, &email, hash),
    )?;
    say("Superuser created successfully.")
}

/// Inserts the user and calls the receivers of the site.
fn create(conn: &mut Conn, settings: &Settings, user: &NewUser) -> Result<()> {
    conn.atomic(|conn| {
        let user = user.save(conn)?;
        send_created::<User>(conn, settings, user.id)
    })
}

fn without_asking(args: &Args, conn: &mut Conn, settings: &Settings) -> Result<()> {
    let policy = HashPolicy::from_settings(settings);
    let env = Env::load().map_err(|error| Error::command(error.to_string()))?;
    let needed = |given: &Option<String>, option: &str, variable: &str| {
        let value = given
            .clone()
            .or_else(|| env.get(variable).map(str::to_owned));
        value.ok_or_else(|| {
            Error::command(format!("with --noinput, {option} or {variable} is needed"))
        })
    };
    let username = needed(&args.username, "--username", "DJANGO_SUPERUSER_USERNAME")?;
    let email = needed(&args.email, "--email", "DJANGO_SUPERUSER_EMAIL")?;
    let username = checked_username(conn, &username).map_err(Error::command)?;
    let email = checked_email(&email).map_err(Error::command)?;
    let hash = env
        .get("DJANGO_SUPERUSER_PASSWORD")
        .map_or_else(unusable_password, |password| policy.encode(password));
    create(conn, settings, &NewUser::superuser(&username, &email, hash))?;
    say("Superuser created successfully.")
}

fn ask_until(
    mut question: impl FnMut() -> Result<String>,
    mut check: impl FnMut(&str) -> Result<String, String>,
) -> Result<String> {
    loop {
        match check(&question()?) {
            Ok(answer) => return Ok(answer),
            Err(error) => say(&format!("Error: {error}"))?,
        }
    }
}

/// Checks Django's rule for user names, and that the name is free.
fn checked_username(conn: &mut Conn, name: &str) -> Result<String, String> {
    let name = normalize::username(name);
    if name.is_empty() {
        return Err("This field cannot be blank.".to_owned());
    }
    if name.chars().count() > 150 {
        return Err("Ensure this value has at most 150 characters.".to_owned());
    }
    if !NewUser::is_valid_username(&name) {
        return Err(
            "Enter a valid username: letters, numbers, and @/./+/-/_ characters.".to_owned(),
        );
    }
    match User::find_by_username(conn, &name) {
        Ok(None) => Ok(name),
        Ok(Some(_)) => Err("That username is already taken.".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn checked_email(email: &str) -> Result<String, String> {
    if !email.is_empty() && !is_email(email) {
        return Err("Enter a valid email address.".to_owned());
    }
    if email.len() > 254 {
        Err("Ensure this value has at most 254 characters.".to_owned())
    } else {
        Ok(email.to_owned())
    }
}
