//! The options for the export, the import and the bulk edit of rows.

use super::{HookRequest, ModelAdmin};
use crate::admin::{Actor, RegisteredModel};
use crate::models::{Field, FieldNames, ManyToMany, Model};
use crate::settings::Settings;

/// The options for the export and the import of rows. Fields are given by the names of columns and of many-to-many fields.
#[derive(Debug, Clone, Default)]
#[expect(
    missing_docs,
    reason = "each is documented on the method of `ModelAdmin` that sets it"
)]
pub struct DataOptions {
    pub export_fields: Option<Vec<&'static str>>,
    pub import_fields: Option<Vec<&'static str>>,
    pub import_id_fields: Option<Vec<&'static str>>,
}

impl DataOptions {
    /// Whether the list `names` has the field; `None` has every field.
    pub(in crate::admin) fn has_field(names: Option<&[&'static str]>, field: &Field) -> bool {
        names.is_none_or(|names| names.contains(&field.column))
    }

    /// Whether the list `names` has the many-to-many field; `None` has every field.
    pub(in crate::admin) fn has_many(names: Option<&[&'static str]>, many: &ManyToMany) -> bool {
        names.is_none_or(|names| names.contains(&many.name))
    }
}

impl RegisteredModel {
    /// Whether the user may export rows of the model.
    pub(in crate::admin) fn may_be_exported(&self, actor: &Actor, settings: &Settings) -> bool {
        let hook = self.options.request.has_export_permission;
        self.options.can_export
            && actor.may(self, "view", None)
            && hook.is_none_or(|hook| hook(&HookRequest::new(actor, settings, None)))
    }

    /// Whether the user may import rows of the model.
    pub(in crate::admin) fn may_be_imported(&self, actor: &Actor, settings: &Settings) -> bool {
        let hook = self.options.request.has_import_permission;
        let may_write = ["add", "change"]
            .iter()
            .any(|action| actor.may(self, action, None));
        self.options.can_import
            && may_write
            && hook.is_none_or(|hook| hook(&HookRequest::new(actor, settings, None)))
    }
}

/// The export and the import of rows.
///
/// ```
/// use nuages::admin::ModelAdmin;
/// use nuages::auth::User;
/// use nuages::schema::auth_user as user;
///
/// fn users(admin: ModelAdmin<User>) -> ModelAdmin<User> {
///     admin
///         .export_fields((user::username, user::email))
///         .import_id_fields((user::username,))
///         .has_import_permission(|request| request.user.is_superuser)
///         .no_bulk_edit()
/// }
/// ```
impl<M: Model> ModelAdmin<M> {
    /// Sets the fields that can be exported; by default all that are not secret.
    #[must_use]
    pub fn export_fields(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.data.export_fields = Some(fields.names());
        self
    }

    /// Sets the fields that an import can set; by default all that are not secret.
    #[must_use]
    pub fn import_fields(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.data.import_fields = Some(fields.names());
        self
    }

    /// Sets the fields that can identify the rows of an imported file; by default the primary key and the unique fields.
    /// The first one is chosen when the form opens.
    #[must_use]
    pub fn import_id_fields(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.data.import_id_fields = Some(fields.names());
        self
    }
}
