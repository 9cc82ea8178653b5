//! Orders, and the shop's own tables: carts of customers, addresses, stock movements and events of orders.
//!
//! The own tables belong to the app `nuages_shop`, which Django does not know. The database deletes their rows with the order
//! or user that they refer to, so that a Django on the same database can delete orders and users.

mod cart;
mod order;
mod order_page;
mod placement;

pub(crate) use cart::{Cart, CartPage, NOTICES, SavedCart};
pub(crate) use order::{Order, OrderItem, orders_order, orders_orderitem};
pub(crate) use order_page::{Line, OrderPage, ShownOrder, TAX_RATE, contained_tax, total};
pub(crate) use placement::{
    Event, OrderNumber, PaymentEvent, Placement, StockMove, note, nuages_shop_event,
    nuages_shop_number, nuages_shop_paymentevent, nuages_shop_placement, nuages_shop_stockmove,
};
