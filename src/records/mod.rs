//! Saves, deletes and logs rows of any model as a user.
//!
//! The admin's forms, lists, inlines and actions write through this module, and a command or an API can do the same. It works
//! on a [`Meta`](crate::models::Meta) and a [`Record`](crate::models::Record), so it needs no Rust type for a model, and it knows
//! neither HTML nor requests.
//!
//! - [`Actor`] is the user, with their permissions.
//! - [`Policy`] holds the rules for the rows of one model: who may see and change them, how they are checked, and in which
//!   order they are listed.
//! - [`atomic`] runs one transaction. Its [`Writer`] saves and deletes rows and stores files. The transaction ends with the
//!   history entries. If it fails, neither rows nor entries nor files remain.
//! - [`Receiver`]s are functions of the site that are called with the rows that are written (Django's signals).
//! - [`save()`] and [`delete()`] write rows for code that has no [`Actor`], such as a form for visitors.
//! - [`update()`] sets the same values in many rows, without hooks and history.

mod actor;
mod bound_form;
mod change;
mod choices;
mod field_error;
mod files;
pub(crate) mod history;
mod hooks;
mod log_entry;
mod log_message;
mod lookup_allowed;
mod policy;
mod receiver;
pub(crate) mod rules;
mod save;
mod save_many;
mod update;
mod workflow;
mod writer;

pub use actor::Actor;
pub use change::{Change, LinkChange, RecordChange};
pub use choices::{
    MAX_CHOICES, MAX_FILTER_CHOICES, MAX_MULTIPLE_CHOICES, SEARCH_CANDIDATES, SEARCHED_CHOICES,
};
pub use field_error::FieldError;
pub(crate) use files::tell_missing_files;
pub use hooks::{Hooks, SaveModel, SavedModel};
pub(crate) use log_entry::{Act, LogPlace};
pub use log_entry::{Flag, LogEntry};
pub use log_message::{Done, change_message};
pub use policy::Policy;
pub(crate) use receiver::send_created;
pub use receiver::{
    AfterSave, BeforeSave, Deleting, LinkAction, LinksChanged, OnDeletion, OnLinks, Receiver,
    Saving, connect, send_after_save,
};
pub use save::{create, delete, save};
pub(crate) use save_many::LoggedChange;
pub use update::update;
pub(crate) use update::update_as;
pub(crate) use workflow::set_freely;
pub use workflow::{Moved, Workflow};
pub use writer::{Writer, atomic};
pub(crate) use writer::{atomic_unrecorded, store_files};

/// The examples of `docs/hooks.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hooks.md")]
struct HooksGuide;
