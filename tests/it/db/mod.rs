//! The doors to the database.

mod busy;
mod search;
mod stream;
mod transactions;
mod values;
