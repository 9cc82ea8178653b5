//! The pages of the cart, the checkout and the orders.

mod cart;
mod checkout;
mod orders;

pub(super) use cart::{add, cart, update};
pub(super) use checkout::{checkout, place, review};
pub(super) use orders::{cancel, invoice, order, order_list};
