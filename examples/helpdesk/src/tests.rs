//! The site as its visitors and its agents see it, on both databases.

use super::SITE;
use crate::models::*;
use nuages::prelude::*;
use nuages_test::{Client, Kind, Response, TestSite, on_both};

const PDF: &str = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

fn count(site: &TestSite) -> i64 {
    site.db(|conn| Ok(tickets_ticket::table.count().get_result::<i64>(conn)?))
}

fn send(site: &TestSite, client: &Client, email: &str) -> Response {
    let category = site.create::<Category>(|row| row);
    client
        .get("/")
        .form("[name=subject]")
        .set("name", "Ann")
        .set("email", email)
        .set("subject", "Printer")
        .set("category", &category.id.to_string())
        .set("text", "It burns.")
        .upload("attachment", "photo.pdf", PDF)
        .submit()
}

fn a_visitor_opens_a_ticket(kind: Kind) {
    let site = TestSite::with_settings(kind, &SITE, &[("HELPDESK_EMAIL", "desk@example.org")]);
    let client = site.client();
    let done = send(&site, &client, "ann@example.com");
    done.assert_redirects("/thanks/1001/");
    done.follow().assert_contains("1001");
    send(&site, &client, "ann@example.com").assert_redirects("/thanks/1002/");
    let customers = site.db(|conn| Ok(tickets_customer::table.load::<Customer>(conn)?));
    assert_eq!(customers.len(), 1);
    let ticket = site.db(|conn| Ok(tickets_ticket::table.first::<Ticket>(conn)?));
    assert!(
        ticket.attachment.starts_with("attachments/"),
        "{}",
        ticket.attachment
    );
    let admin = site.client();
    admin.force_login(&site.superuser("root"));
    let stored = admin.get(&format!("/media/{}", ticket.attachment));
    stored.assert_status(200);
    assert_eq!(stored.bytes(), PDF.as_bytes());
    let mail = &site.mailbox()[0];
    assert_eq!(mail.to, ["desk@example.org"]);
    assert_eq!(mail.subject, "Ticket 1001: Printer");
}

fn a_wrong_ticket_is_not_opened(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let page = send(&site, &site.client(), "nonsense");
    page.assert_status(200)
        .assert_field_error("email", "Enter a valid email address.");
    let page = page
        .form("[name=subject]")
        .set("email", "a@example.com")
        .set("subject", "")
        .submit();
    page.assert_field_error("subject", "This field is required.");
    let page = site
        .client()
        .get("/")
        .form("[name=subject]")
        .upload("attachment", "x.exe", "MZ")
        .submit();
    page.assert_status(200);
    page.assert_contains("File extension “exe” is not allowed.");
    assert_eq!(count(&site), 0);
    assert!(site.mailbox().is_empty());
}

fn my_tickets_are_mine(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let ann = site.user("ann");
    let customer =
        site.create::<Customer>(|row| row.set(tickets_customer::email, ann.email.clone()));
    let own = site.create::<Ticket>(|row| {
        row.set(tickets_ticket::customer_id, customer.id)
            .set(tickets_ticket::subject, "Own")
            .set(tickets_ticket::number, 1)
    });
    let other = site.create::<Ticket>(|row| {
        row.set(tickets_ticket::subject, "Other")
            .set(tickets_ticket::number, 2)
    });
    for (text, hidden) in [("Public words", false), ("Secret words", true)] {
        site.create::<Comment>(|row| {
            row.set(tickets_comment::ticket_id, own.id)
                .set(tickets_comment::text, text)
                .set(tickets_comment::is_internal, hidden)
        });
    }
    let client = site.client();
    client
        .get("/mine/")
        .assert_redirects("/accounts/login/?next=/mine/");
    client.force_login(&ann);
    client
        .get("/mine/")
        .assert_contains("Own")
        .assert_not_contains("Other");
    client
        .get(&format!("/tickets/{}/", other.number))
        .assert_status(404);
    let page = client.get(&format!("/tickets/{}/", own.number));
    page.assert_contains("Public words")
        .assert_not_contains("Secret words");
    let done = page.form("[name=text]").set("text", "Thank you").submit();
    done.assert_redirects("/tickets/1/");
    done.follow()
        .assert_contains("Thank you")
        .assert_contains("ann");
}

fn staff_work_in_the_admin(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let root = site.client();
    root.force_login(&site.superuser("root"));
    let (customer, category) = (
        site.create::<Customer>(|row| row),
        site.create::<Category>(|row| row),
    );
    let done = root
        .get(&format!(
            "/admin/tickets/ticket/add/?customer={}",
            customer.id
        ))
        .form("#ticket_form")
        .set("subject", "By phone")
        .set("text", "Help")
        .set("category", &category.id.to_string())
        .set("comments-0-text", "Called")
        .submit();
    done.follow().assert_contains("was added successfully");
    assert_eq!(site.mailbox().len(), 1);
    let author = site.db(|conn| {
        Ok(tickets_comment::table
            .inner_join(nuages::schema::auth_user::table)
            .select(nuages::schema::auth_user::username)
            .first::<String>(conn)?)
    });
    assert_eq!(author, "root");
}

fn agents_close_tickets_of_their_team(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let user = site.staff("bob", &["tickets.view_ticket", "tickets.change_ticket"]);
    let bob = site.create::<Agent>(|row| {
        row.set(tickets_agent::user_id, user.id)
            .set(tickets_agent::team, "billing")
    });
    let eve = site.create::<Agent>(|row| {
        row.set(tickets_agent::user_id, site.user("eve").id)
            .set(tickets_agent::team, "hardware")
    });
    let ticket = |agent: &Agent, subject: &'static str, number: i32| {
        site.create::<Ticket>(|row| {
            row.set(tickets_ticket::agent_id, Some(agent.id))
                .set(tickets_ticket::subject, subject)
                .set(tickets_ticket::number, number)
        })
    };
    let (own, other) = (ticket(&bob, "Invoice", 1), ticket(&eve, "Cable", 2));
    let client = site.client();
    client.force_login(&user);
    let list = client.get("/admin/tickets/ticket/");
    list.assert_contains("Invoice").assert_not_contains("Cable");
    list.assert_not_contains("Close tickets");
    site.grant(&user, &["tickets.close_ticket"]);
    let list = client.get("/admin/tickets/ticket/").form("[name=action]");
    let list = list.set("action", "close_tickets");
    let done = list
        .choose("_selected_action", &[&own.id.to_string()])
        .press("Run");
    done.follow().assert_contains("Closed 1 tickets.");
    client
        .get(&format!("/admin/tickets/ticket/{}/change/", other.id))
        .assert_status(302);
}

fn old_tickets_are_closed(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    site.create::<Ticket>(|row| row.set(tickets_ticket::number, 1));
    site.clock().advance(chrono::TimeDelta::days(10));
    site.create::<Ticket>(|row| row.set(tickets_ticket::number, 2));
    let text = site.command(["closeold", "--days", "7"]).success();
    assert!(text.contains("Closed 1 tickets."), "{text}");
}

fn visitors_write_to_the_helpdesk(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let page = site.client().get("/contact/");
    assert_eq!(page.header("x-helpdesk"), "1");
    let form = page
        .form("[name=message]")
        .set("name", "Ann")
        .set("email", "ann@example.com");
    form.set("message", "Hello")
        .submit()
        .follow()
        .assert_contains("Your message was sent.");
    assert_eq!(site.mailbox()[0].header("Reply-To"), "ann@example.com");
}

on_both!(a_visitor_opens_a_ticket);
on_both!(a_wrong_ticket_is_not_opened);
on_both!(my_tickets_are_mine);
on_both!(staff_work_in_the_admin);
on_both!(agents_close_tickets_of_their_team);
on_both!(old_tickets_are_closed);
on_both!(visitors_write_to_the_helpdesk);
