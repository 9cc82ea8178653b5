//! [`ModelAdmin`]: everything a site author says about one model's admin.

use std::marker::PhantomData;

use super::{
    Action, Change, FieldNames, Fieldset, FormField, Inline, ListColumn, ListColumns, ListFilter,
    ListFilters, Run, SearchField, SearchFields,
};
use crate::admin::rules;
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{ColumnPath, FieldKind, IntoPath, Model, Order, Ordering, Query, Record};

/// Functions of the site author that the engine calls (Django's overridden methods).
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::type_complexity,
    reason = "a function's type is its documentation here"
)]
pub struct Hooks {
    /// Only these rows, for this user (`get_queryset`).
    pub queryset: Option<fn(Query, &User) -> Query>,
    /// Whether a user may view, add, change or delete (`"view"` …), on top of their permissions; the row is given where
    /// there is one.
    pub has_permission: Option<fn(&Permissions, &str, Option<&Record>) -> bool>,
    /// Whether rows may be looked up by this parameter of a URL (`lookup_allowed`), on top of the engine's own rules.
    pub lookup_allowed: Option<fn(&str) -> bool>,
    /// Before a row is written, inside the transaction; `true` for a new row (`save_model`).
    pub save_model: Option<fn(&mut Conn, &mut Record, bool, &User) -> Result<()>>,
    /// Before a row is deleted, inside the transaction (`delete_model`).
    pub delete_model: Option<fn(&mut Conn, &Record, &User) -> Result<()>>,
    /// Errors beside fields that concern more than one of them: names and texts; "" for the whole form (`Form.clean`).
    pub clean: Option<fn(&Record) -> Vec<(&'static str, String)>>,
    /// The same, for what depends on who saves, or takes a look into the database.
    pub check: Option<fn(&mut Conn, &Change<'_>) -> Result<Vec<(&'static str, String)>>>,
    /// Fields that this user may see and not change, on top of `readonly_fields` (`get_readonly_fields`).
    pub readonly_fields: Option<fn(&User, Option<&Record>) -> Vec<&'static str>>,
}

impl Hooks {
    /// No hooks at all.
    pub(in crate::admin) const NONE: Self = Self {
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

/// What was said, whatever the model. Names of fields are columns' and many-to-many fields'.
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
    pub save_as_continue: bool,
    pub save_on_top: bool,
    pub view_on_site: bool,
    pub empty_value_display: Option<&'static str>,
    pub icon: &'static str,
    pub hooks: Hooks,
    /// The rules of the model, which hold whatever the site author registers.
    pub(in crate::admin) rules: &'static Hooks,
}

/// Whether filters count their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facets {
    /// When asked, by `_facets` in the URL.
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
            save_as_continue: true,
            save_on_top: false,
            view_on_site: true,
            empty_value_display: None,
            icon: "database",
            hooks: Hooks::NONE,
            rules: &Hooks::NONE,
        }
    }
}

/// How the admin shows and edits the model `M`. The names are those of Django's `ModelAdmin`; there is no
/// `list_select_related`, because what a list shows of other rows is always joined.
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
    options: Options,
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
    /// An admin with Django's defaults.
    pub(in crate::admin) fn new() -> Self {
        Self {
            options: Options::default(),
            model: PhantomData,
        }
    }

    /// Continues the admin that has these options.
    pub(in crate::admin) fn from_options(options: Options) -> Self {
        Self {
            options,
            model: PhantomData,
        }
    }

    pub(in crate::admin) fn into_options(self) -> Options {
        Options {
            rules: rules::of(M::meta()),
            ..self.options
        }
    }

    /// The columns of the list; without any, what a row is called.
    #[must_use]
    pub fn list_display(mut self, columns: impl ListColumns<M::Table>) -> Self {
        self.options.list_display = columns.into_columns();
        self
    }

    /// Adds columns at the end of the list: for [`AdminSite::extend`](crate::admin::AdminSite::extend).
    #[must_use]
    pub fn add_list_display(mut self, columns: impl ListColumns<M::Table>) -> Self {
        self.options.list_display.extend(columns.into_columns());
        self
    }

    /// The columns that link to the form; without any, the first.
    #[must_use]
    pub fn list_display_links(mut self, columns: impl FieldNames<M::Table>) -> Self {
        self.options.list_display_links = Some(columns.names());
        self
    }

    /// The filters beside the list.
    #[must_use]
    pub fn list_filter(mut self, filters: impl ListFilters<M::Table>) -> Self {
        self.options.list_filter = filters.into_filters();
        self
    }

    /// The fields that a search looks into.
    #[must_use]
    pub fn search_fields(mut self, fields: impl SearchFields<M::Table>) -> Self {
        self.options.search_fields = fields.into_search_fields();
        self
    }

    /// A sentence under the search box.
    #[must_use]
    pub fn search_help_text(mut self, text: &'static str) -> Self {
        self.options.search_help_text = text;
        self
    }

    /// The day or time by which the list can be walked through.
    #[must_use]
    pub fn date_hierarchy(mut self, path: impl IntoPath<M::Table>) -> Self {
        self.options.date_hierarchy = Some(path.into_path());
        self
    }

    /// How the list is ordered at first.
    #[must_use]
    pub fn ordering(mut self, keys: impl Ordering<M::Table>) -> Self {
        self.options.ordering = Some(keys.into_ordering());
        self
    }

    /// The columns by which the list can be ordered; unless said, all that can.
    #[must_use]
    pub fn sortable_by(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.sortable_by = Some(fields.names());
        self
    }

    /// Rows on one page: 100 unless said.
    #[must_use]
    pub fn list_per_page(mut self, rows: i64) -> Self {
        self.options.list_per_page = rows;
        self
    }

    /// The most rows that "Show all" shows: 200 unless said.
    #[must_use]
    pub fn list_max_show_all(mut self, rows: i64) -> Self {
        self.options.list_max_show_all = rows;
        self
    }

    /// Whether filters count their rows.
    #[must_use]
    pub fn show_facets(mut self, facets: Facets) -> Self {
        self.options.show_facets = facets;
        self
    }

    /// Adds an action for the selected rows: its name in forms, its label, and the function that runs. Users need the `change`
    /// permission for it; [`Action::permissions`] declares another one.
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
        /// Fields that are edited in the list.
        list_editable,
        /// Fields that the form does not have.
        exclude,
        /// Fields that the form shows and does not change.
        readonly_fields,
        /// Choices as radio buttons.
        radio_fields,
        /// Foreign keys as plain numbers with a way to look them up.
        raw_id_fields,
        /// Foreign keys that are searched as one types.
        autocomplete_fields,
        /// Many-to-many fields as two lists beside one another.
        filter_horizontal,
        /// Many-to-many fields as two lists below one another.
        filter_vertical,
    }

    flags! {
        /// The list does not link to forms.
        no_list_display_links: None => list_display_links,
        /// The list does not count all rows beside those found.
        no_full_result_count: false => show_full_result_count,
        /// Forms do not lead back to the list as it was filtered.
        no_preserve_filters: false => preserve_filters,
        /// Actions stand below the list as well.
        actions_on_bottom: true => actions_on_bottom,
        /// A row can be saved as a new one.
        save_as: true => save_as,
        /// After saving as a new one, the list follows, not its form.
        no_save_as_continue: false => save_as_continue,
        /// Save buttons stand above the form as well.
        save_on_top: true => save_on_top,
        /// No link to the row's page.
        no_view_on_site: false => view_on_site,
    }

    /// The form's fields, in order; without a word, all that are editable.
    #[must_use]
    pub fn fields(mut self, fields: impl FieldNames<M::Table>) -> Self {
        self.options.fields = Some(fields.names());
        self
    }

    /// A group of the form's fields, one a line (Django's `fieldsets`, said one after the other).
    #[must_use]
    pub fn fieldset(self, title: &'static str, fields: impl FieldNames<M::Table>) -> Self {
        self.fieldset_with(title, fields, |set| set)
    }

    /// The same, with more lines or a sentence, or closed: `.fieldset_with("Dates", (post::written_at,), Fieldset::collapse)`.
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

    /// Columns computed from the row, shown below the form's fields.
    #[must_use]
    pub fn readonly_computed(mut self, columns: impl ListColumns<M::Table>) -> Self {
        self.options.readonly_computed = columns.into_columns();
        self
    }

    /// A slug that follows other fields while it is typed: `.prepopulated_fields(tag::slug, (tag::name,))`.
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

    /// Another label, help or control for these fields.
    #[must_use]
    pub fn formfield(mut self, fields: impl FieldNames<M::Table>, said: FormField) -> Self {
        self.options
            .formfields
            .extend(fields.names().into_iter().map(|name| (name, said)));
        self
    }

    /// The same for all fields of a kind, whatever its length: `FieldKind::Char(0)` stands for every line of text.
    #[must_use]
    pub fn formfield_overrides(mut self, kind: FieldKind, said: FormField) -> Self {
        self.options.formfield_overrides.push((kind, said));
        self
    }

    /// Rows of other models, edited in the form.
    #[must_use]
    pub fn inlines(mut self, inlines: impl IntoIterator<Item = Inline>) -> Self {
        self.options.inlines = inlines.into_iter().collect();
        self
    }

    /// Adds inlines below those that are there: for [`AdminSite::extend`](crate::admin::AdminSite::extend).
    #[must_use]
    pub fn add_inlines(mut self, inlines: impl IntoIterator<Item = Inline>) -> Self {
        self.options.inlines.extend(inlines);
        self
    }

    /// What stands where there is nothing: `-` unless said.
    #[must_use]
    pub fn empty_value_display(mut self, text: &'static str) -> Self {
        self.options.empty_value_display = Some(text);
        self
    }

    /// Its picture in menus: a symbol of `static/icons.svg`.
    #[must_use]
    pub fn icon(mut self, symbol: &'static str) -> Self {
        self.options.icon = symbol;
        self
    }

    /// Functions that the engine calls. They can only forbid more than the rules of the model itself, such as those of users
    /// and groups, which hold in any case.
    #[must_use]
    pub fn hooks(mut self, hooks: Hooks) -> Self {
        self.options.hooks = hooks;
        self
    }
}
