//! The doors to the database.

mod busy;
mod lost_servers;
mod ordering;
mod pgbouncer;
mod queries;
mod stream;
mod transactions;
mod values;
