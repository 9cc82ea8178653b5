//! Migrations that write themselves: compares the declarations of models with the state after the
//! last migration, and writes what differs as SQL for both databases.
//!
//! The names of tables, indexes and constraints and the statements are Django's.

mod answers;
mod autodetector;
mod declared;
mod drift;
mod files;
mod inspectdb;
mod inspected_names;
mod inspected_rules;
mod inspected_type;
mod kept_names;
mod literals;
mod merge;
mod moved;
mod names;
mod operations;
mod order;
mod project;
mod questions;
mod schema_editor;
mod squash;
mod state;
mod unsafe_steps;

pub use drift::drift;
pub use files::{NewMigration, write_state};
pub use inspectdb::Inspection;
pub use merge::{conflicting, conflicts, merge};
pub use names::index_name;
pub use project::{ProjectState, declared_state, last_migration, number, unwritten};
pub use questions::Questioner;
pub use schema_editor::Vendor;
pub use squash::Squashed;
pub use state::{
    AppState, ColumnState, ConstraintState, GeneratedState, IndexState, LinkState, PerDatabase,
    Reference, TableState,
};
pub use unsafe_steps::unsafe_steps;
