//! `POST /payments/<provider>/webhook/`: the messages of payment providers.

use std::time::Duration;

use serde::Deserialize;

use super::models::{
    OrderPage, PaymentEvent, note, nuages_shop_paymentevent as events, orders_order as order,
};
use super::payment::{PAYMENT_WEBHOOK_SECRET, provider};
use super::status::OrderStatus;
use crate::shop::currency::CURRENCY;
use nuages::actix_web::HttpRequest;
use nuages::actix_web::http::StatusCode;
use nuages::prelude::*;
use nuages::records::Workflow as _;
use nuages::signing::is_signed_webhook;

/// The largest age of a message.
const MAX_AGE: Duration = Duration::from_mins(5);

/// A message of a payment provider.
#[derive(Debug, Deserialize)]
struct PaymentMessage {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    currency: String,
}

pub(crate) async fn webhook(
    page: Page,
    request: HttpRequest,
    name: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse> {
    let (name, settings) = (name.into_inner(), page.settings().clone());
    if name == "invoice" || provider(&settings, &name).is_none() {
        return Err(Error::NotFound);
    }
    let header = request
        .headers()
        .get("X-Signature")
        .and_then(|it| it.to_str().ok());
    let secret = PAYMENT_WEBHOOK_SECRET.get(&settings);
    if !is_signed_webhook(header.unwrap_or_default(), &body, secret, MAX_AGE) {
        return Err(Error::BadRequest("The signature is wrong.".to_owned()));
    }
    let message: PaymentMessage = serde_json::from_slice(&body)
        .map_err(|error| Error::BadRequest(format!("The event cannot be read: {error}")))?;
    let handle = move |conn: &mut Conn| message.handle(conn, &settings, &name);
    Ok(HttpResponse::new(page.db().atomic(handle).await?))
}

impl PaymentMessage {
    /// Marks the order as paid, once for each event. Returns 409 if the amount or the currency differs from
    /// that of the order.
    fn handle(&self, conn: &mut Conn, settings: &Settings, provider: &str) -> Result<StatusCode> {
        if self.kind != "payment.succeeded" {
            return Ok(StatusCode::OK);
        }
        if self.id.is_empty() || self.id.len() > 200 || self.id.contains('\0') {
            let text = "The id of the event is empty or too long, or has a null character.";
            return Err(Error::BadRequest(text.to_owned()));
        }
        let order = OrderPage::find(conn, self.order.clone())?.order;
        let total = order.total.0.as_ref();
        if self.amount.parse().ok().as_ref() != total
            || total.is_none()
            || self.currency != *CURRENCY.get(settings)
        {
            log::warn!(target: "nuages.shop", "{self:?} does not match the order, which costs {total:?}");
            return Ok(StatusCode::CONFLICT);
        }

        let event = PaymentEvent {
            event: format!("{provider}:{}", self.id),
            order_id: order.id,
        };
        let insert = diesel::insert_into(events::table).values(event);
        let is_new = on_conn!(conn, |conn| insert.on_conflict_do_nothing().execute(conn))? > 0;
        if is_new
            && OrderStatus::change(conn, settings, vec![order.id], "paid", provider)?.is_empty()
        {
            let (amount, row) = (&self.amount, order::table.find(order.id));
            let status: String = row.select(order::status).first(conn)?;
            let text = match status.as_str() {
                "cancelled" => {
                    format!("The cancelled order was paid: {amount} has to be given back")
                }
                _ => format!("Paid a second time: check whether {amount} has to be given back"),
            };
            note(conn, order.id, provider, &text)?;
        }
        Ok(StatusCode::OK)
    }
}
