//! `sendtestemail`: sends a message to test the mail settings.

use clap::Args as ClapArgs;

use crate::error::Result;
use crate::mail::EmailMessage;
use crate::settings::Settings;
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The recipients.
    #[arg(required = true)]
    email: Vec<String>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    for address in &args.email {
        let mail = EmailMessage::new(
            "Test email from Nuages",
            "If you read this, mail works.\n",
            [address],
        )
        .html("<p>If you read this, mail works.</p>\n");
        mail.send(&settings.email)?;
        say(&format!("sent to {address}"))?;
    }
    Ok(())
}
