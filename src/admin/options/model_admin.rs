//! [`ModelAdmin`]: all options of one model's admin.

use std::marker::PhantomData;

use super::{
    Action, DataOptions, FieldNames, Fieldset, FormField, Inline, LimitChoices, ListColumn,
    ListColumns, ListFilter, ListFilters, Media, RequestHooks, Run, SearchField, SearchFields,
};
use crate::models::{ColumnPath, FieldKind, IntoPath, Meta, Model, Order, Ordering};
use crate::records::{Hooks, Policy};

/// The options of any model. Fields are given by the names of columns and of many-to-many fields.
#[derive(Debug)]
#[expect(
    missing_docs,
    reason = "each is documented on the method of `ModelAdmin` that sets it"
)]
pub struct Options {
    pub list_display: Vec<ListColumn>,
    pub list_display_links: Option<Vec<&'static str>>,
    pub list_filter: Vec<ListFilter>,
    pub list_editable: Vec<&'static str>,
    pub search_fields: Vec<SearchField>,
    pub search_help_text: &'static str,
    pub date_hierarchy: Option<ColumnPath>,
    pub ordering: Option<Vec<Order>>,
    pub sortable_by: Option<Vec<&'static str>>,
    pub list_per_page: i64,
    pub list_max_show_all: i64,
    pub show_full_result_count: bool,
    pub show_facets: Facets,
    pub preserve_filters: bool,
    pub actions: Vec<Action>,
    pub actions_on_top: bool,
    pub actions_on_bottom: bool,
    pub fields: Option<Vec<&'static str>>,
    pub fieldsets: Vec<Fieldset>,
    pub exclude: Vec<&'static str>,
    pub readonly_fields: Vec<&'static str>,
    pub readonly_computed: Vec<ListColumn>,
    pub prepopulated_fields: Vec<(&'static str, Vec<&'static str>)>,
    pub radio_fields: Vec<&'static str>,
    pub formfields: Vec<(&'static str, FormField)>,
    pub formfield_overrides: Vec<(FieldKind, FormField)>,
    pub raw_id_fields: Vec<&'static str>,
    pub autocomplete_fields: Vec<&'static str>,
    pub filter_horizontal: Vec<&'static str>,
    pub filter_vertical: Vec<&'static str>,
    pub inlines: Vec<Inline>,
    pub save_as: bool,
    pub can_export: bool,
    pub can_import: bool,
    pub can_bulk_edit: bool,
    pub data: DataOptions,
    pub save_as_continue: bool,
    pub save_on_top: bool,
    pub view_on_site: bool,
    pub no_api: bool,
    pub empty_value_display: Option<&'static str>,
    pub icon: &'static str,
    pub media: Media,
    pub hooks: Hooks,
    pub request: RequestHooks,
    pub choice_limits: Vec<(&'static str, LimitChoices)>,
}

impl Options {
    /// Returns the rules for the rows of `model`, to which these options belong.
    pub(in crate::admin) fn policy(&self, model: &'static Meta) -> Policy<'_> {
        Policy::new(model)
            .with_hooks(&self.hooks)
            .with_ordering(self.ordering.as_deref())
    }
}

/// Whether filters count their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facets {
    /// Only if the URL has `_facets`.
    Allow,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            list_display: Vec::new(),
            list_display_links: Some(Vec::new()),
            list_filter: Vec::new(),
            list_editable: Vec::new(),
            search_fields: Vec::new(),
            search_help_text: "",
            date_hierarchy: None,
            ordering: None,
            sortable_by: None,
            list_per_page: 100,
            list_max_show_all: 200,
            show_full_result_count: true,
            show_facets: Facets::Allow,
            preserve_filters: true,
            actions: Vec::new(),
            actions_on_top: true,
            actions_on_bottom: false,
            fields: None,
            fieldsets: Vec::new(),
            exclude: Vec::new(),
            readonly_fields: Vec::new(),
            readonly_computed: Vec::new(),
            prepopulated_fields: Vec::new(),
            radio_fields: Vec::new(),
            formfields: Vec::new(),
            formfield_overrides: Vec::new(),
            raw_id_fields: Vec::new(),
            autocomplete_fields: Vec::new(),
            filter_horizontal: Vec::new(),
            filter_vertical: Vec::new(),
            inlines: Vec::new(),
            save_as: false,
            can_export: true,
            can_import: true,
            can_bulk_edit: true,
            data: DataOptions::default(),
            save_as_continue: true,
            save_on_top: false,
            view_on_site: true,
            no_api: false,
            empty_value_display: None,
            icon: "database",
            media: Media::NONE,
            hooks: Hooks::NONE,
            request: RequestHooks::default(),
            choice_limits: Vec::new(),
        }
    }
}

/// The options of the admin of the model `M`. Their names are those of Django's `ModelAdmin`. There
/// is no `list_select_related`, because columns of related rows in a list are always joined.
///
/// ```
/// use nuages::admin::{AdminSite, ModelAdmin};
/// use nuages::auth::Group;
/// use nuages::schema::auth_group as group;
///
/// fn groups(admin: ModelAdmin<Group>) -> ModelAdmin<Group> {
///     admin.list_display((group::name,)).search_fields((group::name,))
/// }
///
/// fn register(site: AdminSite) -> AdminSite {
///     site.register(groups)
/// }
/// ```
#[derive(Debug)]
pub struct ModelAdmin<M: Model> {
    pub(super) options: Options,
    model: PhantomData<M>,
}

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident: $value:expr => $field:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self) -> Self {
            self.options.$field = $value;
            self
        }
    )*};
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, fields: impl FieldNames<M::Table>) -> Self {
            self.options.$name = fields.names();
            self
        }
    )*};
}

impl<M: Model> ModelAdmin<M> {
    /// Creates an admin with Django's defaults.
    pub(in crate::admin) fn new() -> Self {
        Self {
            options: Options::default(),
            model: PhantomData,
        }
    }

    /// Creates an admin from these options, to add others.
    pub(in crate::admin) fn from_options(options: Options) -> Self {
        Self {
            options,
            model: PhantomData,
        }
    }

    pub(in crate::admin) fn into_options(self) -> Options {
        self.options
    }

    /// Sets the columns of the list; by default the display name.
    #[must_use]
    pub fn list_display(mut self, columns: impl ListColumns<M::Table>) -> Self {
        self.options.list_display = columns.into_columns();
        self
    }

    /// Adds columns at the end of the list: for
    /// [`AdminSite::extend`](crate::admin::AdminSite::extend).
    #[must_use]
    pub fn add_list_display(mut self, columns: impl ListColumns<M::Table>) -> Self {
        self.options.list_display.extend(columns.into_columns());
        self
    }

    /// Sets the columns that link to the form; by default the first.
    #[must_use]
    pub fn list_display_links(mut self, columns: impl FieldNames<M::Table>) -> Self {
        self.options.list_display_links = Some(columns.names());
        self
    }

    /// Sets the filters of the list.
    #[must_use]
    pub fn list_filter(mut self, filters: impl ListFilters<M::Table>) -> Self {
        self.options.list_filter = filters.into_filters();
        self
    }

    /// Adds filters at the end: for [`AdminSite::extend`](crate::admin::AdminSite::extend).
    #[must_use]
    pub fn add_list_filter(mut self, filters: impl ListFilters<M::Table>) -> Self {
        self.options.list_filter.extend(filters.into_filters());
        self
    }

    /// Adds fields that a search compares: for [`AdminSite::extend`](crate::admin::AdminSite::extend).
    #[must_use]
    pub fn add_search_fields(mut self, fields: impl SearchFields<M::Table>) -> Self {
        self.options
            .search_fields
            .extend(fields.into_search_fields());
        self
    }

    /// Sets the fields that a search compares.
    #[must_use]
    pub fn search_fields(mut self, fields: impl SearchFields<M::Table>) -> Self {
        self.options.search_fields = fields.into_search_fields();
        self
    }

    /// Sets the help text below the search box.
    #[must_use]
    pub fn search_help_text(mut self, text: &'static str) -> Self {
        self.options.search_help_text = text;
        self
    }

    /// Sets the date or time for the date navigation above the list.
    #[must_use]
    pub fn date_hierarchy(mut self, path: impl IntoPath<M::Table>) -> Self {
        self.options.date_hierarchy = Some(path.into_path());
        self
    }

    /// Sets the initial order of the list.
    #[must_use]
    pub fn ordering(mut self, keys: impl Ordering<M::Table>) -> Self {
        self.options.ordering = Some(keys.into_ordering());
        self
    }

    /// Sets the columns by which the list can be sorted; by default all that support it.
    #[must_use]
    pub fn sortable_by(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.sortable_by = Some(fields.names());
        self
    }

    /// Sets the number of rows on one page (default 100).
    #[must_use]
    pub fn list_per_page(mut self, rows: i64) -> Self {
        self.options.list_per_page = rows;
        self
    }

    /// Sets the maximum number of rows for "Show all" (default 200).
    #[must_use]
    pub fn list_max_show_all(mut self, rows: i64) -> Self {
        self.options.list_max_show_all = rows;
        self
    }

    /// Sets whether filters show numbers of rows.
    #[must_use]
    pub fn show_facets(mut self, facets: Facets) -> Self {
        self.options.show_facets = facets;
        self
    }

    /// Adds an action for the selected rows: its name in forms, its label, and the function that
    /// runs. Users need the `change` permission for it; [`Action::permissions`] declares another
    /// one.
    #[must_use]
    pub fn action(self, name: &'static str, description: &'static str, run: Run) -> Self {
        self.actions([Action::new(name, description, run)])
    }

    /// Adds actions with further options, such as other permissions or a confirmation page.
    #[must_use]
    pub fn actions(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.options.actions.extend(actions);
        self
    }

    names! {
        /// Sets the fields that can be edited in the list.
        list_editable,
        /// Sets the fields that the form leaves out.
        exclude,
        /// Sets the fields that the form only shows.
        readonly_fields,
        /// Sets the fields whose choices are radio buttons.
        radio_fields,
        /// Sets the foreign keys that are shown as a number with a lookup window.
        raw_id_fields,
        /// Sets the relations whose choices are searched while the user types.
        autocomplete_fields,
        /// Sets the many-to-many fields that are shown as two lists side by side.
        filter_horizontal,
        /// Sets the many-to-many fields that are shown as two lists one below the other.
        filter_vertical,
    }

    flags! {
        /// Removes the links from the list to forms.
        no_list_display_links: None => list_display_links,
        /// Does not count all rows in addition to those that match.
        no_full_result_count: false => show_full_result_count,
        /// Does not preserve the filters of the list when a form is opened.
        no_preserve_filters: false => preserve_filters,
        /// Shows actions below the list as well.
        actions_on_bottom: true => actions_on_bottom,
        /// Allows saving a row as a new one.
        save_as: true => save_as,
        /// After saving as a new row, redirects to the list instead of the new row's form.
        no_save_as_continue: false => save_as_continue,
        /// Removes the export of the list.
        no_export: false => can_export,
        /// Removes the import of rows.
        no_import: false => can_import,
        /// Removes the button that changes many rows at once.
        no_bulk_edit: false => can_bulk_edit,
        /// Shows the save buttons above the form as well.
        save_on_top: true => save_on_top,
        /// Leaves the model out of the JSON API.
        no_api: true => no_api,
        /// Removes the link to the row's page on the site.
        no_view_on_site: false => view_on_site,
    }

    /// Sets the form's fields in order; by default all editable fields.
    #[must_use]
    pub fn fields(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.fields = Some(fields.names());
        self
    }

    /// Adds a group of form fields, one in each line (Django's `fieldsets`, one group at a time).
    #[must_use]
    pub fn fieldset(self, title: &'static str, fields: impl FieldNames<M::Table>) -> Self {
        self.fieldset_with(title, fields, |set| set)
    }

    /// Adds a group with further lines or a description, or closed at first:
    /// `.fieldset_with("Dates", (post::written_at,), Fieldset::collapse)`.
    #[must_use]
    pub fn fieldset_with(
        mut self,
        title: &'static str,
        fields: impl FieldNames<M::Table>,
        say: impl FnOnce(Fieldset<M::Table>) -> Fieldset<M::Table>,
    ) -> Self {
        self.options
            .fieldsets
            .push(say(Fieldset::new(title, fields)).untyped());
        self
    }

    /// Sets columns computed from the row, which are shown below the form's fields.
    #[must_use]
    pub fn readonly_computed(mut self, columns: impl ListColumns<M::Table>) -> Self {
        self.options.readonly_computed = columns.into_columns();
        self
    }

    /// Fills in a slug from other fields while the user types: `.prepopulated_fields(tag::slug,
    /// (tag::name,))`.
    #[must_use]
    pub fn prepopulated_fields(
        mut self,
        slug: impl IntoPath<M::Table>,
        from: impl FieldNames<M::Table>,
    ) -> Self {
        self.options
            .prepopulated_fields
            .push((slug.into_path().column, from.names()));
        self
    }

    /// Overrides the label, help text or control of these fields.
    #[must_use]
    pub fn formfield(mut self, fields: impl FieldNames<M::Table>, options: FormField) -> Self {
        self.options
            .formfields
            .extend(fields.names().into_iter().map(|name| (name, options)));
        self
    }

    /// Overrides options of all fields of a kind, of any length: `FieldKind::Char(0)` means every
    /// single-line text.
    #[must_use]
    pub fn formfield_overrides(mut self, kind: FieldKind, options: FormField) -> Self {
        self.options.formfield_overrides.push((kind, options));
        self
    }

    /// Sets the inlines: rows of other models that are edited in the form.
    #[must_use]
    pub fn inlines(mut self, inlines: impl IntoIterator<Item = Inline>) -> Self {
        self.options.inlines = inlines.into_iter().collect();
        self
    }

    /// Adds inlines after the existing ones: for
    /// [`AdminSite::extend`](crate::admin::AdminSite::extend).
    #[must_use]
    pub fn add_inlines(mut self, inlines: impl IntoIterator<Item = Inline>) -> Self {
        self.options.inlines.extend(inlines);
        self
    }

    /// Sets the text for empty values (default `-`).
    #[must_use]
    pub fn empty_value_display(mut self, text: &'static str) -> Self {
        self.options.empty_value_display = Some(text);
        self
    }

    /// Adds style sheets and scripts to the pages of this model. `AdminSite::media` adds them to all pages.
    ///
    /// ```
    /// use nuages::admin::ModelAdmin;
    /// use nuages::admin::options::Media;
    /// use nuages::auth::Group;
    ///
    /// fn groups(admin: ModelAdmin<Group>) -> ModelAdmin<Group> {
    ///     admin.media(Media { css: &["/static/groups.css"], js: &["/static/groups.js"] })
    /// }
    /// ```
    #[must_use]
    pub fn media(mut self, media: Media) -> Self {
        self.options.media = media;
        self
    }

    /// Sets the icon in menus, a symbol of `static/icons.svg`.
    #[must_use]
    pub fn icon(mut self, symbol: &'static str) -> Self {
        self.options.icon = symbol;
        self
    }

    /// Sets functions that the engine calls. They can only forbid more than the rules of the model
    /// itself, such as those of users and groups, which always apply.
    #[must_use]
    pub fn hooks(mut self, hooks: Hooks) -> Self {
        self.options.hooks = hooks;
        self
    }
}
