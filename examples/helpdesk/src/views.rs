//! The pages for customers.

use crate::models::{
    Comment, Customer, Ticket, tickets_comment as comment, tickets_customer as customer,
    tickets_ticket as ticket,
};
use crate::{site::HELPDESK_EMAIL, url};
use nuages::mail::EmailMessage;
use nuages::prelude::*;
use nuages::records;
use nuages::schema::auth_user;

#[nuages::form]
pub struct Visitor {
    #[field(max_length = 100, verbose_name = "your name")]
    pub name: String,
    #[field(email, verbose_name = "your e-mail address")]
    pub email: String,
}

#[nuages::page("form.html")]
pub struct FormPage {
    page: Page,
    heading: &'static str,
    form: HtmlForm,
}

pub async fn submit(
    page: Page,
    form: FormView<Ticket>,
    settings: web::Data<Settings>,
) -> Result<FormPage> {
    let form = form
        .fields((
            ticket::subject,
            ticket::category_id,
            ticket::text,
            ticket::attachment,
        ))
        .extra_fields(move |conn, row, visitor| {
            row.set(ticket::customer_id, customer_id(conn, &settings, visitor)?);
            Ok(())
        })
        .create()
        .await?
        .or_redirect(|ticket| url::thanks(ticket.number))?;
    Ok(FormPage {
        page,
        heading: "Ask for help",
        form,
    })
}

/// Returns the customer with the address of the visitor, or a new one.
fn customer_id(conn: &mut Conn, settings: &Settings, visitor: Visitor) -> Result<i64> {
    let known = customer::table
        .filter(customer::email.eq(&visitor.email))
        .select(customer::id);
    if let Some(id) = known.first(conn).optional()? {
        return Ok(id);
    }
    let new = records::create::<Customer>(conn, settings, None, |row| {
        row.set(customer::name, visitor.name);
        row.set(customer::email, visitor.email);
    })?;
    Ok(new.id)
}

#[nuages::page("thanks.html")]
pub struct Thanks {
    page: Page,
    number: i32,
}

pub async fn thanks(page: Page, number: web::Path<i32>) -> Result<Thanks> {
    Ok(Thanks {
        page,
        number: *number,
    })
}

#[nuages::page("mine.html")]
pub struct Mine {
    page: Page,
    tickets: ListPage<Ticket>,
}

pub async fn mine(page: Page, list: Listing) -> Result<Mine> {
    let own = ticket::table
        .inner_join(customer::table)
        .filter(customer::email.eq(page.user()?.email.clone()))
        .order(ticket::opened_at.desc())
        .select(Ticket::as_select());
    let tickets = list.per_page(10).page(own).await?;
    Ok(Mine { page, tickets })
}

#[nuages::page("ticket.html")]
pub struct TicketPage {
    page: Page,
    ticket: Ticket,
    comments: Vec<(Comment, String)>,
    form: HtmlForm,
}

pub async fn ticket(
    page: Page,
    number: web::Path<i32>,
    form: FormView<Comment>,
    db: web::Data<Db>,
) -> Result<TicketPage> {
    let (author, email) = (page.user()?.id, page.user()?.email.clone());
    let load = move |conn: &mut Conn| {
        let found = ticket::table
            .inner_join(customer::table)
            .filter(ticket::number.eq(*number).and(customer::email.eq(email)))
            .select(Ticket::as_select())
            .first(conn)?;
        let comments = comment::table
            .inner_join(auth_user::table)
            .filter(
                comment::ticket_id
                    .eq(found.id)
                    .and(comment::is_internal.eq(false)),
            )
            .order(comment::made_at)
            .select((Comment::as_select(), auth_user::username))
            .load(conn)?;
        Ok((found, comments))
    };
    let (ticket, comments) = db.run(load).await?;
    let form = form
        .fields((comment::text,))
        .set(comment::ticket_id, ticket.id)
        .set(comment::author_id, author)
        .message("Your comment was added.")
        .create()
        .await?
        .or_redirect(|_| url::ticket(ticket.number))?;
    Ok(TicketPage {
        page,
        ticket,
        comments,
        form,
    })
}

#[nuages::form]
pub struct Contact {
    #[field(max_length = 100)]
    pub name: String,
    #[field(email)]
    pub email: String,
    pub message: String,
}

pub async fn contact(
    page: Page,
    form: FormView<Contact>,
    settings: web::Data<Settings>,
) -> Result<FormPage> {
    let send = move |conn: &mut Conn, sent: &Contact| {
        let (subject, to) = (
            format!("Message from {}", sent.name),
            HELPDESK_EMAIL.get(&settings),
        );
        EmailMessage::new(subject, &sent.message, [to])
            .reply_to([&sent.email])
            .enqueue(conn)
    };
    let form = form
        .message("Your message was sent.")
        .after_save(send)
        .validate()
        .await?;
    let form = form.or_redirect(|_| url::contact())?;
    Ok(FormPage {
        page,
        heading: "Contact",
        form,
    })
}
