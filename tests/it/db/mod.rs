//! The doors to the database.

mod busy;
mod queries;
mod stream;
mod transactions;
mod values;
