//! Everything that the pages and mails of an order show.

use std::time::Duration;

use super::{Placement, nuages_shop_placement, orders_order as order, orders_orderitem as item};
use crate::shop::catalog::models::ForSale;
use crate::shop::schema::catalog_product as product;
use nuages::db::{LossyText, Readable};
use nuages::prelude::*;

/// The tax rate of new orders, in per cent.
pub(crate) const TAX_RATE: i64 = 10;
/// The time for which a buyer without an account may read an order: 30 days.
const MAX_AGE: Duration = Duration::from_hours(30 * 24);

/// A line of a cart.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) product: ForSale,
    pub(crate) quantity: i32,
    pub(crate) unit_price: Decimal,
}

/// A line of an order.
#[derive(Debug, Clone)]
pub(crate) struct OrderLine {
    pub(crate) product: ForSale,
    pub(crate) quantity: i32,
    /// `None` if the cell cannot be read.
    pub(crate) unit_price: Option<Decimal>,
}

/// An order as its pages and mails show it. A cell that cannot be read spoils neither the page nor the list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = order)]
pub(crate) struct ShownOrder {
    pub(crate) id: i64,
    #[diesel(deserialize_as = LossyText)]
    pub(crate) number: String,
    pub(crate) customer_id: Option<i32>,
    #[diesel(deserialize_as = LossyText)]
    pub(crate) email: String,
    #[diesel(deserialize_as = LossyText)]
    pub(crate) status: String,
    #[diesel(deserialize_as = LossyText)]
    pub(crate) note: String,
    pub(crate) total: Readable<Decimal>,
    pub(crate) created_at: Readable<Timestamp>,
    pub(crate) paid_at: Option<Readable<Timestamp>>,
}

/// An order with everything that its pages and mails show.
#[derive(Debug, Clone)]
pub(crate) struct OrderPage {
    pub(crate) order: ShownOrder,
    /// `None` for an order of Django or of the admin.
    pub(crate) placement: Option<Placement>,
    pub(crate) lines: Vec<OrderLine>,
}

impl Line {
    /// Returns the price of all pieces.
    pub(crate) fn total(&self) -> Decimal {
        (&self.unit_price * self.quantity).round(2)
    }
}

impl OrderLine {
    /// Returns the price of all pieces.
    pub(crate) fn total(&self) -> Option<Decimal> {
        Some((self.unit_price.as_ref()? * self.quantity).round(2))
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
        if number.contains('\0') {
            return Err(Error::NotFound);
        }
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
    pub(crate) fn of(order: ShownOrder, conn: &mut Conn) -> Result<Self> {
        let placement = nuages_shop_placement::table.find(order.id).first(conn);
        let rows = item::table.inner_join(product::table).order(item::id);
        let rows: Vec<(ForSale, i32, Readable<Decimal>)> = rows
            .filter(item::order_id.eq(order.id))
            .select((ForSale::as_select(), item::quantity, item::unit_price))
            .load(conn)?;
        let lines = rows
            .into_iter()
            .map(|(product, quantity, unit_price)| OrderLine {
                product,
                quantity,
                unit_price: unit_price.0,
            })
            .collect();
        Ok(Self {
            placement: placement.optional()?,
            lines,
            order,
        })
    }

    /// Returns the total; `None` if the cell cannot be read.
    pub(crate) fn total(&self) -> Option<Decimal> {
        self.order.total.0.clone()
    }

    /// Returns the tax that the total contains.
    pub(crate) fn tax(&self) -> Option<Decimal> {
        Some(contained_tax(&self.total()?, &self.tax_rate()))
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
        let placed = self.order.created_at.0.unwrap_or_else(Timestamp::now);
        self.guest_path(settings, placed)
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
