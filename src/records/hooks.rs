//! [`Hooks`]: functions that decide about the rows of one model.

use super::{Change, FieldError};
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{FieldList, Query, Record};

/// Functions of the site author that are called when rows are read, checked and written (Django's overridden methods).
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::type_complexity,
    reason = "a function's type is its documentation here"
)]
pub struct Hooks {
    /// Limits the rows that a user may see (`get_queryset`).
    pub queryset: Option<fn(Query, &User) -> Query>,
    /// Whether a user may view, add, change or delete (`"view"` …), on top of their permissions. The record is given if the
    /// question is about one row.
    pub has_permission: Option<fn(&Permissions, &str, Option<&Record>) -> bool>,
    /// Whether rows may be looked up by this parameter of a URL (`lookup_allowed`), on top of the general rules.
    pub lookup_allowed: Option<fn(&str) -> bool>,
    /// Called before a row is written, inside the transaction; `true` for a new row (`save_model`).
    pub save_model: Option<fn(&mut Conn, &mut Record, bool, &User) -> Result<()>>,
    /// Called before a row is deleted, inside the transaction (`delete_model`).
    pub delete_model: Option<fn(&mut Conn, &Record, &User) -> Result<()>>,
    /// Returns errors that concern several fields (`Form.clean`).
    pub clean: Option<fn(&Record) -> Vec<FieldError>>,
    /// Returns errors that depend on the user or on the database.
    pub check: Option<fn(&mut Conn, &Change<'_>) -> Result<Vec<FieldError>>>,
    /// Returns the fields that this user may see and not change, on top of `readonly_fields` (`get_readonly_fields`).
    pub readonly_fields: Option<fn(&User, Option<&Record>) -> FieldList>,
}

impl Hooks {
    /// No hooks at all.
    pub const NONE: Self = Self {
        queryset: None,
        has_permission: None,
        lookup_allowed: None,
        save_model: None,
        delete_model: None,
        clean: None,
        check: None,
        readonly_fields: None,
    };
}
