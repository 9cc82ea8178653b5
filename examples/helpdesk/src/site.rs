//! Additions to the framework: a setting, mail, a header, a command.

use crate::models::{Ticket, tickets_ticket as ticket};
use nuages::mail::EmailMessage;
use nuages::middleware::{HeaderName, HeaderValue, Next, Request, Response};
use nuages::models::{FromRecord, Record};
use nuages::prelude::*;
use nuages::project::{Command, CommandContext};
use nuages::records::{Receiver, Saving};
use nuages::settings::Setting;
use nuages::terminal::say;

pub static HELPDESK_EMAIL: Setting<String> =
    Setting::new("HELPDESK_EMAIL", "an e-mail address").default(|| "desk@example.com".to_owned());

pub const RECEIVERS: &[Receiver] = &[
    Receiver::before_save::<Ticket>(number),
    Receiver::after_save::<Ticket>(mail_agents),
];

/// Gives a new ticket the next number.
fn number(conn: &mut Conn, row: &mut Record, saving: &Saving<'_>) -> Result<()> {
    if saving.created {
        let last = ticket::table.select(diesel::dsl::max(ticket::number));
        let last = last.first::<Option<i32>>(conn)?;
        row.set(ticket::number, last.unwrap_or(1000) + 1);
    }
    Ok(())
}

fn mail_agents(conn: &mut Conn, row: &Record, saving: &Saving<'_>) -> Result<()> {
    if saving.created {
        let Ticket {
            number,
            subject,
            text,
            ..
        } = Ticket::from_record(row)?;
        let to = HELPDESK_EMAIL.get(saving.settings);
        EmailMessage::new(format!("Ticket {number}: {subject}"), text, [to]).enqueue(conn)?;
    }
    Ok(())
}

pub async fn helpdesk_header(request: Request, next: Next) -> Result<Response> {
    let mut response = next.call(request).await?;
    let name = HeaderName::from_static("x-helpdesk");
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static("1"));
    Ok(response)
}

#[derive(Debug, clap::Args)]
pub struct CloseOld {
    /// The age of the tickets.
    #[arg(long, default_value_t = 30)]
    days: i64,
}

impl Command for CloseOld {
    const NAME: &'static str = "closeold";
    const ABOUT: &'static str = "Close old tickets.";

    fn run(self, context: &CommandContext<'_>) -> Result<()> {
        let before = Timestamp::now().utc() - chrono::TimeDelta::days(self.days);
        let old = ticket::opened_at
            .lt(Timestamp::from(before))
            .and(ticket::status.ne("closed"));
        let closed = diesel::update(ticket::table.filter(old)).set(ticket::status.eq("closed"));
        say(&format!(
            "Closed {} tickets.",
            closed.execute(&mut context.connect()?)?
        ))
    }
}
