//! Options of a model's admin that depend on the request: Django's `get_…` methods.

use actix_web::HttpResponse;

use super::{Fieldset, Inline, ListColumn, ListFilter, ModelAdmin, ModelUrls, Options};
use crate::admin::{Actor, AdminRequest};
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{FieldList, FieldNames, Model, Record};
use crate::records::Saving;
use crate::settings::Settings;

/// A request for a page of the admin, as hooks see it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HookRequest<'a> {
    /// The user.
    pub user: &'a User,
    /// The permissions of the user.
    pub permissions: &'a Permissions,
    /// The settings of the site.
    pub settings: &'a Settings,
    /// The row of the form; `None` for a new row, in an inline and in a list.
    pub record: Option<&'a Record>,
}

impl<'a> HookRequest<'a> {
    pub(in crate::admin) fn new(
        actor: &'a Actor,
        settings: &'a Settings,
        record: Option<&'a Record>,
    ) -> Self {
        Self {
            user: &actor.user,
            permissions: &actor.permissions,
            settings,
            record,
        }
    }
}

/// The fields of a form, which [`ModelAdmin::get_form`] changes for one request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FormFields {
    /// The fields in order, if there are no fieldsets; `None` means all editable fields.
    pub fields: Option<Vec<&'static str>>,
    /// The groups of fields.
    pub fieldsets: Vec<Fieldset>,
    /// The fields that are left out.
    pub exclude: Vec<&'static str>,
    /// The fields that are only shown.
    pub readonly_fields: Vec<&'static str>,
}

impl FormFields {
    /// Shows these fields, without groups.
    pub fn fields<T>(&mut self, fields: impl FieldNames<T>) {
        self.fieldsets = Vec::new();
        self.fields = Some(fields.names());
    }

    /// Leaves these fields out.
    pub fn exclude<T>(&mut self, fields: impl FieldNames<T>) {
        self.exclude.extend(fields.names());
    }

    /// Only shows these fields.
    pub fn readonly<T>(&mut self, fields: impl FieldNames<T>) {
        self.readonly_fields.extend(fields.names());
    }
}

/// A row that was just saved by a form, for the response.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SavedRow<'a> {
    /// The primary key.
    pub pk: &'a str,
    /// The display name.
    pub name: &'a str,
}

/// A hook of [`ModelAdmin::response_add`] and [`ModelAdmin::response_change`].
pub type Respond = fn(&AdminRequest, &SavedRow<'_>) -> Option<HttpResponse>;

/// The functions of [`ModelAdmin`] that depend on the request.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    missing_docs,
    clippy::type_complexity,
    reason = "each is documented on the method of `ModelAdmin` that sets it"
)]
pub struct RequestHooks {
    pub get_form: Option<fn(&HookRequest<'_>, &mut FormFields)>,
    pub get_fields: Option<fn(&HookRequest<'_>) -> FieldList>,
    pub get_fieldsets: Option<fn(&HookRequest<'_>, Vec<Fieldset>) -> Vec<Fieldset>>,
    pub get_list_display:
        Option<fn(&HookRequest<'_>, Vec<&'static ListColumn>) -> Vec<&'static ListColumn>>,
    pub get_list_filter:
        Option<fn(&HookRequest<'_>, Vec<&'static ListFilter>) -> Vec<&'static ListFilter>>,
    pub get_inlines: Option<fn(&HookRequest<'_>, Vec<&'static Inline>) -> Vec<&'static Inline>>,
    pub save_related: Option<fn(&mut Conn, &Record, &Saving<'_>) -> Result<()>>,
    pub response_add: Option<Respond>,
    pub response_change: Option<Respond>,
    pub get_urls: Option<fn(ModelUrls) -> ModelUrls>,
    pub has_export_permission: Option<fn(&HookRequest<'_>) -> bool>,
    pub has_import_permission: Option<fn(&HookRequest<'_>) -> bool>,
}

impl Options {
    /// Returns the fields of the form as they were declared.
    pub(in crate::admin) fn declared_fields(&self) -> FormFields {
        FormFields {
            fields: self.fields.clone(),
            fieldsets: self.fieldsets.clone(),
            exclude: self.exclude.clone(),
            readonly_fields: self.readonly_fields.clone(),
        }
    }

    /// Returns the columns of the list for this request.
    pub(in crate::admin) fn list_display_for(
        &'static self,
        request: &HookRequest<'_>,
    ) -> Vec<&'static ListColumn> {
        let declared = self.list_display.iter().collect();
        match self.request.get_list_display {
            Some(hook) => hook(request, declared),
            None => declared,
        }
    }

    /// Returns the filters of the list for this request.
    pub(in crate::admin) fn list_filter_for(
        &'static self,
        request: &HookRequest<'_>,
    ) -> Vec<&'static ListFilter> {
        let declared = self.list_filter.iter().collect();
        match self.request.get_list_filter {
            Some(hook) => hook(request, declared),
            None => declared,
        }
    }

    /// Returns the inlines of the form for this request.
    pub(in crate::admin) fn inlines_for(
        &'static self,
        request: &HookRequest<'_>,
    ) -> Vec<&'static Inline> {
        let declared = self.inlines.iter().collect();
        match self.request.get_inlines {
            Some(hook) => hook(request, declared),
            None => declared,
        }
    }
}

/// Methods that set one hook.
macro_rules! hooks {
    ($($(#[$doc:meta])* $name:ident: $hook:ty),* $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, hook: $hook) -> Self {
            self.options.request.$name = Some(hook);
            self
        }
    )*};
}

/// Options that depend on the request.
///
/// ```
/// use nuages::admin::ModelAdmin;
/// use nuages::auth::User;
/// use nuages::schema::auth_user as user;
///
/// fn users(admin: ModelAdmin<User>) -> ModelAdmin<User> {
///     admin
///         .list_display((user::username, user::email))
///         .get_list_display(|request, mut columns| {
///             if !request.user.is_superuser {
///                 columns.retain(|column| !column.is(user::email));
///             }
///             columns
///         })
///         .get_form(|request, form| {
///             if !request.user.is_superuser {
///                 form.exclude((user::email,));
///             }
///         })
/// }
/// ```
impl<M: Model> ModelAdmin<M> {
    hooks! {
        /// Changes the fields of the form. It is called last, after `get_fields` and `get_fieldsets`. A field that it
        /// leaves out is not saved, even if a browser sends it.
        get_form: fn(&HookRequest<'_>, &mut FormFields),
        /// Returns the fields of a form without fieldsets.
        get_fields: fn(&HookRequest<'_>) -> FieldList,
        /// Returns the groups of fields; it gets those that were declared. See [`Fieldset::of`].
        get_fieldsets: fn(&HookRequest<'_>, Vec<Fieldset>) -> Vec<Fieldset>,
        /// Returns the columns of the list, which it chooses among those that were declared. A column that it leaves out
        /// cannot be edited or sorted by.
        get_list_display: fn(&HookRequest<'_>, Vec<&'static ListColumn>) -> Vec<&'static ListColumn>,
        /// Returns the filters of the list, which it chooses among those that were declared. The parameters of others are
        /// refused.
        get_list_filter: fn(&HookRequest<'_>, Vec<&'static ListFilter>) -> Vec<&'static ListFilter>,
        /// Returns the inlines of the form, which it chooses among those that were declared:
        /// `inlines.retain(|inline| inline.is::<Photo>())`.
        get_inlines: fn(&HookRequest<'_>, Vec<&'static Inline>) -> Vec<&'static Inline>,
        /// Called inside the transaction when the row, its links and its inlines are saved.
        save_related: fn(&mut Conn, &Record, &Saving<'_>) -> Result<()>,
        /// Returns the response after a row was added. `None` means the usual redirect.
        response_add: Respond,
        /// Returns the response after a row was changed. `None` means the usual redirect.
        response_change: Respond,
        /// Adds pages below the URL of the model. See [`ModelUrls`].
        get_urls: fn(ModelUrls) -> ModelUrls,
        /// Whether the user may export rows, in addition to the permission `view`.
        has_export_permission: fn(&HookRequest<'_>) -> bool,
        /// Whether the user may import rows, in addition to the permission `add` or `change`.
        has_import_permission: fn(&HookRequest<'_>) -> bool,
    }
}
