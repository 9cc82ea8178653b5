//! The mails about orders. A worker sends them after the commit, so a mail that cannot be sent does not undo an order.

use super::models::{OrderPage, Placement};
use crate::shop::currency;
use nuages::mail::EmailMessage;
use nuages::prelude::*;

/// The text of a mail.
#[derive(Template)]
#[template(path = "shop/mail/order.txt")]
struct Text<'a> {
    mail: &'a OrderMail<'a>,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "shop/mail/order.html")]
struct Markup<'a> {
    mail: &'a OrderMail<'a>,
}

struct OrderMail<'a> {
    subject: String,
    sentence: &'static str,
    page: &'a OrderPage,
    placement: &'a Placement,
    link: String,
    currency: String,
}

impl OrderMail<'_> {
    fn amount(&self, amount: Option<Decimal>) -> String {
        currency::amount(&self.currency, amount)
    }
}

/// Sends the mail about the status of an order when the transaction is committed. If it cannot be sent, it is tried again.
pub(crate) fn mail(conn: &mut Conn, settings: &Settings, page: &OrderPage) -> Result<()> {
    let Some(placement) = &page.placement else {
        return Ok(());
    };
    let (event, sentence) = match page.order.status.as_str() {
        "pending" => ("received", "Thank you for your order. We have received it."),
        "paid" => (
            "paid",
            "Thank you. Your order is paid, and we are packing it now.",
        ),
        "shipped" => ("shipped", "Your order is shipped. It is on its way to you."),
        "cancelled" => (
            "cancelled",
            "Your order is cancelled. Nothing will be delivered.",
        ),
        _ => return Ok(()),
    };
    let mail = OrderMail {
        subject: format!("Your order {} is {event}", page.order.number),
        sentence,
        page,
        placement,
        link: placement.site.clone() + &page.guest_path(settings, Timestamp::now()),
        currency: currency::sign(settings),
    };

    let (text, html) = (
        Text { mail: &mail }.render()?,
        Markup { mail: &mail }.render()?,
    );
    let message = EmailMessage::new(mail.subject, text, [page.order.email.as_str()]).html(html);
    // Not `send_after_commit`, which refuses an address that cannot be sent to: the order counts.
    message.enqueue(conn)
}
