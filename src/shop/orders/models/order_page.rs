//! Everything that the pages and mails of an order show.

use std::time::Duration;

use super::{
    Order, Placement, nuages_shop_placement, orders_order as order, orders_orderitem as item,
};
use crate::shop::catalog::models::ForSale;
use crate::shop::schema::catalog_product as product;
use nuages::prelude::*;

/// The tax rate of new orders, in per cent.
pub(crate) const TAX_RATE: i64 = 10;
/// The time for which a buyer without an account may read an order: 30 days.
const MAX_AGE: Duration = Duration::from_hours(30 * 24);

/// A line of a cart or of an order.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) product: ForSale,
    pub(crate) quantity: i32,
    pub(crate) unit_price: Decimal,
}

/// An order with everything that its pages and mails show.
#[derive(Debug, Clone)]
pub(crate) struct OrderPage {
    pub(crate) order: Order,
    /// `None` for an order of Django or of the admin.
    pub(crate) placement: Option<Placement>,
    pub(crate) lines: Vec<Line>,
}

impl Line {
    /// Returns the price of all pieces.
    pub(crate) fn total(&self) -> Decimal {
        (&self.unit_price * self.quantity).round(2)
    }
}

/// Returns the price of all lines.
pub(crate) fn total(lines: &[Line]) -> Decimal {
    lines.iter().map(Line::total).sum::<Decimal>().round(2)
}

/// Returns the tax that `total` contains, rounded to cents (halves to even).
pub(crate) fn contained_tax(total: &Decimal, rate: &Decimal) -> Decimal {
    (&(total * rate) / &(&Decimal::from(100) + rate)).round(2)
}

impl OrderPage {
    /// Loads the order with this number; returns [`Error::NotFound`] if no order has it.
    pub(crate) fn find(conn: &mut Conn, number: String) -> Result<Self> {
        let row = order::table.filter(order::number.eq(number));
        Self::of(row.first(conn)?, conn)
    }

    /// Loads the last order of a customer.
    pub(crate) fn last_of(conn: &mut Conn, customer: i32) -> Result<Option<Self>> {
        let own = order::table.filter(order::customer_id.eq(customer));
        let last = own.order(order::id.desc()).first(conn).optional()?;
        last.map(|order| Self::of(order, conn)).transpose()
    }

    /// Loads what belongs to `order`.
    pub(crate) fn of(order: Order, conn: &mut Conn) -> Result<Self> {
        let placement = nuages_shop_placement::table.find(order.id).first(conn);
        let rows = item::table.inner_join(product::table).order(item::id);
        let rows: Vec<(ForSale, i32, Decimal)> = rows
            .filter(item::order_id.eq(order.id))
            .select((ForSale::as_select(), item::quantity, item::unit_price))
            .load(conn)?;
        let line = |(product, quantity, price): (_, _, Decimal)| Line {
            product,
            quantity,
            unit_price: price.round(2),
        };
        Ok(Self {
            placement: placement.optional()?,
            lines: rows.into_iter().map(line).collect(),
            order,
        })
    }

    /// Returns the tax that the total contains.
    pub(crate) fn tax(&self) -> Decimal {
        contained_tax(&self.order.total, &self.tax_rate())
    }

    /// Returns the tax rate at the time of the order, in per cent.
    pub(crate) fn tax_rate(&self) -> Decimal {
        let placement = self.placement.as_ref();
        placement.map_or(TAX_RATE.into(), |it| it.tax_rate.clone())
    }

    /// Returns the path that the buyer is redirected to, however often the form is sent.
    pub(crate) fn path(&self, settings: &Settings) -> String {
        if self.order.customer_id.is_some() {
            return format!("/orders/{}/", self.order.number);
        }
        self.guest_path(settings, self.order.created_at)
    }

    /// Returns the path of the order for a buyer without an account: signed, and valid until 30 days after `at`.
    pub(crate) fn guest_path(&self, settings: &Settings, at: Timestamp) -> String {
        let number = &self.order.number;
        let token = signing::dump_at(settings, "shop.order", number, at.utc());
        format!("/orders/{number}/{token}/")
    }

    /// Whether `token` is from a valid link to the order with this number.
    pub(crate) fn is_token(settings: &Settings, number: &str, token: &str) -> bool {
        let signed = signing::load(settings, "shop.order", token, Some(MAX_AGE));
        signed.is_some_and(|signed: String| signed == number)
    }
}
