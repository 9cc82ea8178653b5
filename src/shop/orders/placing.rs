//! Places an order: everything in one transaction.

use super::forms::CheckoutForm;
use super::models::{
    Cart, CartPage, OrderPage, Placement, ShownOrder, TAX_RATE, note, nuages_shop_number,
    nuages_shop_placement as placement, orders_order as order, orders_orderitem as item,
};
use super::status::move_stock;
use super::{tasks, url};
use crate::shop::catalog::models::ForSale;
use nuages::prelude::*;

/// The cart as the buyer has seen it on the review: the product, the number of pieces and the price of one, for each line;
/// and the total. It is signed, so that nobody can order what was not shown.
pub(crate) type Seen = (Vec<(i64, i32, String)>, String);

/// The form of the review.
#[derive(Debug)]
pub(crate) struct PlacingForm {
    pub(crate) order_key: String,
    pub(crate) seen: Seen,
    pub(crate) user: Option<(i32, String)>,
    /// The URL of the shop.
    pub(crate) site: String,
    pub(crate) settings: Settings,
}

/// The answer to a buyer who places an order.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The order was placed, now or with the same form before.
    Placed(Box<OrderPage>),
    /// The cart differs from what the buyer has seen.
    Changed,
    /// The stock of these products is too small.
    Short(Vec<String>),
}

/// Returns what the review shows of a cart.
pub(crate) fn seen(cart: &CartPage) -> Seen {
    let lines = cart.lines.iter();
    let mut seen: Vec<_> = lines
        .map(|it| (it.product.id, it.quantity, it.unit_price.to_string()))
        .collect();
    seen.sort_unstable();
    (seen, cart.total().to_string())
}

impl PlacingForm {
    /// Places the order. Call it in the transaction of the session, whose row is locked: a second form of the same browser
    /// waits, and then finds the order or an empty cart.
    pub(crate) fn place(self, conn: &mut Conn, data: &mut Data) -> Result<Answer> {
        let user = self.user.as_ref().map(|(id, _)| *id);
        let cart = Cart::lock(conn, data, user)?;
        if let Some(order) = self.placed_before(conn, data)? {
            return Ok(Answer::Placed(Box::new(OrderPage::of(order, conn)?)));
        }
        if cart.0.is_empty() {
            return Err(Error::Redirect(url::cart()));
        }
        let address: Option<CheckoutForm> = data.get_as("checkout");
        let address = address.ok_or_else(|| Error::Redirect(url::checkout()))?;
        let now = cart.look(conn, data, false)?;
        let is_own_key = data.get_as("order_key") == Some(self.order_key.clone());
        if seen(&now) != self.seen || now.lines.len() != cart.0.len() || !is_own_key {
            return Ok(Answer::Changed);
        }

        let browser = data.get_as("browser").unwrap_or_default();
        let mut short = Vec::new();
        let placed = conn.atomic(|conn| {
            // In the order of the primary keys, so that two buyers cannot deadlock.
            for (product, pieces) in cart.0 {
                if !ForSale::take(conn, product, pieces)? {
                    short.push(product);
                }
            }
            // The error rolls back the stock that was taken of the other products.
            if !short.is_empty() {
                return Err(Error::NotFound);
            }
            self.insert(conn, address, browser, &now)
        });
        if !short.is_empty() {
            let lines = now.lines.into_iter().map(|line| line.product);
            let lines = lines.filter(|product| short.contains(&product.id));
            return Ok(Answer::Short(lines.map(|product| product.name).collect()));
        }

        let page = OrderPage::of(placed?, conn)?;
        Cart::default().save(conn, data, user)?;
        data.remove("order_key");
        tasks::mail(conn, &self.settings, &page)?;
        Ok(Answer::Placed(Box::new(page)))
    }

    /// Returns the order that this browser or customer has placed with the same form before.
    fn placed_before(&self, conn: &mut Conn, data: &Data) -> Result<Option<ShownOrder>> {
        let same = placement::table.filter(placement::order_key.eq(&self.order_key));
        let Some(same) = same.first::<Placement>(conn).optional()? else {
            return Ok(None);
        };
        let order: ShownOrder = order::table.find(same.order_id).first(conn)?;
        let is_own = match &self.user {
            Some((id, _)) if order.customer_id == Some(*id) => true,
            _ => data.get_as("browser") == Some(same.browser),
        };
        Ok(Some(order).filter(|_| is_own))
    }

    /// Writes the order, its items, its address and its stock movements.
    fn insert(
        &self,
        conn: &mut Conn,
        address: CheckoutForm,
        browser: String,
        cart: &CartPage,
    ) -> Result<ShownOrder> {
        let at = Timestamp::now();
        let order: ShownOrder = diesel::insert_into(order::table)
            .values((
                order::number.eq(free_number(conn, at)?),
                order::customer_id.eq(self.user.as_ref().map(|(id, _)| *id)),
                order::email.eq(address.email),
                order::status.eq("pending"),
                order::note.eq(address.note),
                order::total.eq(cart.total()),
                order::created_at.eq(at),
            ))
            .get_result(conn)?;
        let row = Placement {
            order_id: order.id,
            order_key: self.order_key.clone(),
            browser,
            name: address.name,
            street: address.street,
            postal_code: address.postal_code,
            city: address.city,
            country: address.country,
            payment: address.payment,
            tax_rate: TAX_RATE.into(),
            site: self.site.clone(),
        };
        diesel::insert_into(placement::table)
            .values(row)
            .execute(conn)?;

        for line in &cart.lines {
            let row = (
                item::order_id.eq(order.id),
                item::product_id.eq(line.product.id),
                item::quantity.eq(line.quantity),
                item::unit_price.eq(line.unit_price.clone()),
            );
            diesel::insert_into(item::table).values(row).execute(conn)?;
            move_stock(conn, order.id, line.product.id, "placed", -line.quantity)?;
        }
        let who = self.user.as_ref().map_or("guest", |(_, name)| name);
        note(conn, order.id, who, "Placed")?;
        Ok(order)
    }
}

/// Takes the next number from the sequence that no order has. An order that Django or the admin made may have any number.
fn free_number(conn: &mut Conn, at: Timestamp) -> Result<String> {
    loop {
        let next = diesel::insert_into(nuages_shop_number::table)
            .values(nuages_shop_number::taken_at.eq(at));
        let (number, _): (i64, Timestamp) = next.get_result(conn)?;
        let number = format!("N{}-{number:06}", at.utc().format("%Y"));
        let taken = order::table.filter(order::number.eq(number.clone()));
        if taken.count().get_result::<i64>(conn)? == 0 {
            return Ok(number);
        }
    }
}
