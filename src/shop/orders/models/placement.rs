//! The own tables for orders that were placed in the shop.

use super::Order;
use crate::shop::catalog::models::Product;
use nuages::prelude::*;

/// The sequence of order numbers: each order takes the next primary key.
#[nuages::model(app = "nuages_shop", db_table = "nuages_shop_number", default_permissions = [])]
pub(crate) struct OrderNumber {
    #[field(auto_now_add)]
    pub(crate) taken_at: Timestamp,
}

/// The address, the payment and the tax rate of an order that was placed in the shop.
#[nuages::model(app = "nuages_shop", db_table = "nuages_shop_placement", default_permissions = [])]
pub(crate) struct Placement {
    #[field(primary_key, on_delete = "db_cascade")]
    pub(crate) order: OneToOne<Order>,
    /// The key of the form, which makes a second order with the same form impossible.
    #[field(max_length = 64, unique)]
    pub(crate) order_key: String,
    /// A random value in the session of the browser that placed the order.
    #[field(max_length = 32, blank)]
    pub(crate) browser: String,
    #[field(max_length = 200)]
    pub(crate) name: String,
    #[field(max_length = 200)]
    pub(crate) street: String,
    #[field(max_length = 20, blank)]
    pub(crate) postal_code: String,
    #[field(max_length = 100)]
    pub(crate) city: String,
    #[field(max_length = 2)]
    pub(crate) country: String,
    #[field(max_length = 20)]
    pub(crate) payment: String,
    #[field(max_digits = 5, decimal_places = 2)]
    pub(crate) tax_rate: Decimal,
    /// The URL of the shop as the buyer knows it, for links in mails.
    #[field(max_length = 300)]
    pub(crate) site: String,
}

/// A movement of the stock by an order. A second one for the same reason is refused, so that nothing is taken or given back
/// twice.
#[nuages::model(
    app = "nuages_shop",
    default_permissions = [],
    unique_together = ["order", "product", "reason"],
)]
pub(crate) struct StockMove {
    #[field(on_delete = "db_cascade")]
    pub(crate) order: ForeignKey<Order>,
    #[field(on_delete = "db_cascade")]
    pub(crate) product: ForeignKey<Product>,
    #[field(max_length = 10)]
    pub(crate) reason: String,
    /// The number of pieces that came back; negative if they were taken.
    pub(crate) quantity: i32,
}

/// An entry in the timeline of an order.
#[nuages::model(app = "nuages_shop", default_permissions = [])]
pub(crate) struct Event {
    #[field(on_delete = "db_cascade")]
    pub(crate) order: ForeignKey<Order>,
    #[field(auto_now_add)]
    pub(crate) at: Timestamp,
    #[field(max_length = 150)]
    pub(crate) who: String,
    pub(crate) text: String,
}

/// An event of a payment provider that was handled.
#[nuages::model(app = "nuages_shop", default_permissions = [])]
pub(crate) struct PaymentEvent {
    /// The provider's name, a colon and its key of the event.
    #[field(primary_key, max_length = 255)]
    pub(crate) event: String,
    #[field(on_delete = "db_cascade")]
    pub(crate) order: ForeignKey<Order>,
}

/// Adds an entry to the timeline of an order.
pub(crate) fn note(conn: &mut Conn, order: i64, who: &str, text: &str) -> Result<()> {
    use nuages_shop_event as event;
    let now = event::at.eq(Timestamp::now());
    let row = (
        event::order_id.eq(order),
        now,
        event::who.eq(who),
        event::text.eq(text),
    );
    diesel::insert_into(event::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}
