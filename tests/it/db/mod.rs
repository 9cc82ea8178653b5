//! The doors to the database.

mod busy;
mod stream;
mod transactions;
mod values;
