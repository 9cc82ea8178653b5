//! [`Hooks`]: functions that decide about the rows of one model.

use super::save::write;
use super::{Change, Deleting, FieldError, Saving};
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
    /// Saves a row, inside the transaction (`save_model`): changes the row, calls [`SaveModel::save`], and can then use the
    /// row's primary key.
    pub save_model: Option<fn(&mut Conn, &mut Record, SaveModel<'_>) -> Result<SavedModel>>,
    /// Called after a row, its links and the inline rows of its form were saved, inside the transaction (`save_related`).
    pub save_related: Option<fn(&mut Conn, &Record, &Saving<'_>) -> Result<()>>,
    /// Called before a row is deleted, inside the transaction (`delete_model`).
    pub delete_model: Option<fn(&mut Conn, &Record, &Deleting<'_>) -> Result<()>>,
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
        save_related: None,
        delete_model: None,
        clean: None,
        check: None,
        readonly_fields: None,
    };
}

/// The saving of a row that a [`save_model`](Hooks::save_model) surrounds.
///
/// ```
/// use nuages::auth::Group;
/// use nuages::records::Hooks;
/// use nuages::schema::auth_group as group;
///
/// const GROUPS: Hooks = Hooks {
///     save_model: Some(|conn, row, save| {
///         let (is_new, who) = (save.saving.created, save.user.username.clone());
///         let saved = save.save(conn, row)?;
///         if is_new {
///             log::info!("{who} made the group {}", row.pk());
///         }
///         Ok(saved)
///     }),
///     ..Hooks::NONE
/// };
/// ```
#[derive(Debug)]
pub struct SaveModel<'a> {
    /// The user who saves.
    pub user: &'a User,
    /// The row before, whether it is new, and the settings.
    pub saving: Saving<'a>,
    pub(super) stamped: Vec<&'static str>,
    /// The hook of the model's own rules.
    pub(super) rules: Option<SaveModelHook>,
}

/// A function that surrounds the saving of a row.
pub(super) type SaveModelHook = fn(&mut Conn, &mut Record, SaveModel<'_>) -> Result<SavedModel>;

/// The proof that a [`save_model`](Hooks::save_model) has saved its row.
#[derive(Debug)]
pub struct SavedModel(());

impl SaveModel<'_> {
    /// Writes the row (Django's `super().save_model(…)`). A new row has its primary key afterwards.
    pub fn save(mut self, conn: &mut Conn, record: &mut Record) -> Result<SavedModel> {
        if let Some(rules) = self.rules.take() {
            return rules(conn, record, self);
        }
        write(conn, record, self.stamped, &self.saving)?;
        Ok(SavedModel(()))
    }
}
