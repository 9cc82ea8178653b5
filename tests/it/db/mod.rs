//! Access to the database.

mod busy;
mod case;
mod lost_servers;
mod ordering;
mod pgbouncer;
mod plans;
mod queries;
mod stream;
mod transactions;
mod values;
