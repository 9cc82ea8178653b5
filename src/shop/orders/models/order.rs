//! Orders and their items.

use crate::shop::catalog::models::Product;
use crate::shop::schema::catalog_product as product;
use nuages::db::Readable;
use nuages::prelude::*;

/// An order of a customer.
#[nuages::model(
    app = "orders",
    ordering = ["-created_at", "-id"],
    display = "number",
    describe = with_indexes,
)]
#[derive(PartialEq, Eq)]
pub(crate) struct Order {
    /// The number that customers see.
    #[field(max_length = 20, unique)]
    pub(crate) number: String,
    /// The customer, if the account still exists.
    #[field(on_delete = "set_null", related_name = "orders")]
    pub(crate) customer: Option<ForeignKey<User>>,
    #[field(email, max_length = 254)]
    pub(crate) email: String,
    #[field(max_length = 10, choices = ["pending", "paid", "shipped", "delivered", "cancelled"], default = "pending")]
    pub(crate) status: String,
    #[field(blank)]
    pub(crate) note: String,
    #[field(max_digits = 12, decimal_places = 2, default = Decimal::new(0, 2))]
    pub(crate) total: Decimal,
    #[field(default = now, db_index)]
    pub(crate) created_at: Timestamp,
    pub(crate) paid_at: Option<Timestamp>,
}

/// One line of an order.
#[nuages::model(app = "orders", describe = named)]
#[derive(PartialEq, Eq)]
pub(crate) struct OrderItem {
    #[field(on_delete = "cascade", related_name = "items", join = orders_order)]
    pub(crate) order: ForeignKey<Order>,
    #[field(on_delete = "protect", related_name = "order_items", join = product)]
    pub(crate) product: ForeignKey<Product>,
    #[field(positive, min = 1, default = 1)]
    pub(crate) quantity: i32,
    /// The price of one piece with tax at the time of the order.
    #[field(max_digits = 10, decimal_places = 2)]
    pub(crate) unit_price: Decimal,
}

impl Order {
    /// Returns the sum of the items of an order; `None` if a price cannot be read.
    pub(crate) fn sum_of_items(conn: &mut Conn, id: i64) -> Result<Option<Decimal>> {
        use orders_orderitem as item;
        let items = item::table.filter(item::order_id.eq(id));
        let items: Vec<(i32, Readable<Decimal>)> = items
            .select((item::quantity, item::unit_price))
            .load(conn)?;
        let prices = items
            .into_iter()
            .map(|(pieces, price)| Some(&price.0? * pieces));
        let sum: Option<Decimal> = prices.sum();
        Ok(sum.map(|sum| sum.round(2)))
    }

    /// Sets the total of an order to the sum of its items.
    pub(crate) fn set_total(conn: &mut Conn, id: i64) -> Result<()> {
        if let Some(sum) = Self::sum_of_items(conn, id)? {
            diesel::update(orders_order::table.find(id))
                .set(orders_order::total.eq(sum))
                .execute(conn)?;
        }
        Ok(())
    }
}

/// Adds the indexes for the list and the searches of the admin. The migrations `nuages_shop.0002_indexes` and
/// `nuages_shop.0003_search` create them.
fn with_indexes(it: Description<Order>) -> Description<Order> {
    use orders_order::{created_at, email, id, number, status, total};
    it.index_with((status, created_at, id), |index| {
        index.name("nuages_order_status").unmanaged()
    })
    .index_with((total, id), |index| {
        index.name("nuages_order_total").unmanaged()
    })
    .index_with((email,), |index| {
        index.name("nuages_order_email").unmanaged()
    })
    .search_index_with((number, email), nuages::models::SearchIndex::unmanaged)
}

fn named(it: Description<OrderItem>) -> Description<OrderItem> {
    let columns = (
        orders_orderitem::quantity,
        via(orders_orderitem::product_id, product::name),
    );
    it.display_with(columns, |[quantity, name]| format!("{quantity} × {name}"))
}
