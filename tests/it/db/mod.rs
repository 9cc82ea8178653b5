//! Access to the database.

mod after_commit;
mod busy;
mod case;
mod count_up_to;
mod lost_connections;
mod lost_servers;
mod many_keys;
mod ordering;
mod pgbouncer;
mod plans;
mod queries;
mod stream;
mod transactions;
mod values;
