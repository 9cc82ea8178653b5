//! The descriptions of models.

use std::any::TypeId;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{LazyLock, PoisonError, RwLock};

use diesel::associations::HasTable;
use diesel::query_source::Column;

use super::field_builder::FieldBuilder;
use super::named::Named;
use super::path::Ordering;
use super::{
    CheckConstraint, ColumnPath, DisplayText, Field, Formula, GenericRelation, Index, IntoPath,
    ManyToMany, Meta, ModelTable, Paths, SearchIndex, UniqueConstraint,
};
use crate::db::{Kind, SqlKind};
use crate::words::{camel_case_to_spaces, leaked};

/// The actions for which a model has permissions, unless it declares others.
const DEFAULT_PERMISSIONS: [&str; 4] = ["add", "change", "delete", "view"];

/// A row struct with a description: names, labels and rules that its columns do not have.
///
/// The table of a model is the one in Diesel's `derive(Identifiable)`. The label of a model is
/// Django's, such as `catalog.Tag`: the app with which the table's name begins, and the struct's
/// name. If these do not yield the label, [`label`](Description::label) sets it.
///
/// ```
/// use diesel::prelude::*;
/// use nuages::models::{Description, Model};
/// # mod schema {
/// #     diesel::table! {
/// #         catalog_tag (id) { id -> BigInt, name -> Text, slug -> Text, }
/// #     }
/// # }
/// use schema::catalog_tag as tag;
///
/// #[derive(Identifiable, Queryable, Selectable)]
/// #[diesel(table_name = tag)]
/// struct Tag {
///     id: i64,
///     name: String,
///     slug: String,
/// }
///
/// impl Model for Tag {
///     fn describe(it: Description<Self>) -> Description<Self> {
///         it.ordering((tag::name,))
///             .field(tag::name, |field| field.max_length(50).unique())
///             .field(tag::slug, |field| field.slug(50).unique())
///     }
/// }
///
/// assert_eq!((Tag::meta().object_label(), Tag::meta().table), ("catalog.Tag".to_owned(), "catalog_tag"));
/// ```
///
/// A column of another table does not compile:
///
/// ```compile_fail,E0271
/// use diesel::prelude::*;
/// use nuages::models::{Description, Model};
/// # mod schema {
/// #     diesel::table! {
/// #         catalog_tag (id) { id -> BigInt, name -> Text, slug -> Text, }
/// #     }
/// #     diesel::table! {
/// #         catalog_product (id) { id -> BigInt, name -> Text, }
/// #     }
/// # }
/// use schema::{catalog_product as product, catalog_tag as tag};
///
/// #[derive(Identifiable)]
/// #[diesel(table_name = tag)]
/// struct Tag {
///     id: i64,
/// }
///
/// impl Model for Tag {
///     fn describe(it: Description<Self>) -> Description<Self> {
///         it.field(product::name, |field| field.max_length(50))
///     }
/// }
/// ```
pub trait Model: HasTable<Table: ModelTable> + Sized + 'static {
    /// Describes the model: gets a description with all columns, and adds details.
    fn describe(it: Description<Self>) -> Description<Self>;

    /// Returns the description, which is created once.
    fn meta() -> &'static Meta {
        static KNOWN: LazyLock<RwLock<HashMap<TypeId, &'static Meta>>> =
            LazyLock::new(RwLock::default);
        let id = TypeId::of::<Self>();
        if let Some(meta) = KNOWN
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
        {
            return meta;
        }
        let described = Self::describe(Description::new()).into_meta();
        KNOWN
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(id)
            .or_insert_with(|| Box::leak(Box::new(described)))
    }
}

/// The description of the model `M`. The fields are the columns of the table, and the primary key
/// is Diesel's.
#[derive(Debug)]
pub struct Description<M: Model> {
    pub(super) table: String,
    pub(super) label: Option<&'static str>,
    pub(super) verbose_name: Option<&'static str>,
    pub(super) verbose_name_plural: Option<&'static str>,
    /// A plain field for each column, in the order of the table.
    pub(super) columns: Vec<Field>,
    /// The described fields, in the order of their description.
    pub(super) fields: Vec<Field>,
    pub(super) many: Vec<ManyToMany>,
    pub(super) generic: Vec<GenericRelation>,
    pub(super) unique_together: Vec<Vec<&'static str>>,
    pub(super) unique_constraints: Vec<UniqueConstraint>,
    pub(super) check_constraints: Vec<CheckConstraint>,
    pub(super) indexes: Vec<Index>,
    pub(super) search_index: Option<SearchIndex>,
    pub(super) was: Option<&'static str>,
    pub(super) managed: bool,
    pub(super) proxy_for: Option<fn() -> &'static Meta>,
    /// The type whose foreign keys the links of a many-to-many field have.
    pub(super) link_owner: TypeId,
    pub(super) permissions: Vec<(&'static str, &'static str)>,
    pub(super) default_permissions: Vec<&'static str>,
    pub(super) natural_key: Vec<ColumnPath>,
    pub(super) ordering: Vec<super::Order>,
    pub(super) display: Option<DisplayText>,
    pub(super) absolute_url: Option<DisplayText>,
    pub(super) model: PhantomData<M>,
}

impl<M: Model> Description<M> {
    pub(super) fn new() -> Self {
        Self {
            table: M::table().name(),
            label: None,
            verbose_name: None,
            verbose_name_plural: None,
            columns: M::Table::fields(),
            fields: Vec::new(),
            many: Vec::new(),
            generic: Vec::new(),
            unique_together: Vec::new(),
            unique_constraints: Vec::new(),
            check_constraints: Vec::new(),
            indexes: Vec::new(),
            search_index: None,
            was: None,
            managed: true,
            proxy_for: None,
            link_owner: TypeId::of::<M>(),
            permissions: Vec::new(),
            default_permissions: DEFAULT_PERMISSIONS.to_vec(),
            natural_key: Vec::new(),
            ordering: Vec::new(),
            display: None,
            absolute_url: None,
            model: PhantomData,
        }
    }

    /// Sets the app and the name, `admin.LogEntry`, if the table is not called `<app>_<struct>`.
    #[must_use]
    pub fn label(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    /// Sets the singular and plural names for people; the defaults are like `order item` and `order
    /// items`.
    #[must_use]
    pub fn verbose_names(mut self, one: &'static str, many: &'static str) -> Self {
        (self.verbose_name, self.verbose_name_plural) = (Some(one), Some(many));
        self
    }

    /// Describes a field. Forms show fields in the order of their descriptions; a column without a
    /// description follows the column before it in the table.
    #[must_use]
    pub fn field<C>(
        mut self,
        _column: C,
        say: impl FnOnce(FieldBuilder<M::Table>) -> FieldBuilder<M::Table>,
    ) -> Self
    where
        C: Column<Table = M::Table>,
        C::SqlType: SqlKind,
    {
        let said = self
            .fields
            .iter()
            .position(|field| field.column == C::NAME)
            .map(|at| self.fields.remove(at));
        let plain = said.or_else(|| {
            self.columns
                .iter()
                .find(|field| field.column == C::NAME)
                .cloned()
        });
        let plain =
            plain.unwrap_or_else(|| Field::of_column(C::NAME, C::SqlType::KIND, C::SqlType::NULL));
        self.fields.push(say(FieldBuilder::new(plain)).field);
        self
    }

    /// Adds a many-to-many field.
    #[must_use]
    pub fn many_to_many(mut self, many: ManyToMany<M::Table>) -> Self {
        self.many.push(many.untyped());
        self
    }

    /// Makes the combination of these columns unique.
    #[must_use]
    pub fn unique_together(mut self, columns: impl Paths<M::Table>) -> Self {
        self.unique_together.push(
            columns
                .into_paths()
                .into_iter()
                .map(|path| path.column)
                .collect(),
        );
        self
    }

    /// Sets the natural key that identifies a row in fixtures instead of its primary key (Django's
    /// `natural_key`): columns whose combination is unique, of this table or of tables that its
    /// foreign keys refer to.
    #[must_use]
    pub fn natural_key(mut self, columns: impl Paths<M::Table>) -> Self {
        self.natural_key = columns.into_paths();
        self
    }

    /// Sets the default order of lists.
    #[must_use]
    pub fn ordering(mut self, keys: impl Ordering<M::Table>) -> Self {
        self.ordering = keys.into_ordering();
        self
    }

    /// Sets the display name of a row to the text of one column. The default is the first described
    /// single-line text that is not secret and has no choices; otherwise the primary key.
    #[must_use]
    pub fn display(mut self, path: impl IntoPath<M::Table>) -> Self {
        self.display = Some(DisplayText::new(path.into_path()));
        self
    }

    /// Sets the display name of a row, made of several columns: `.display_with((item::quantity,
    /// item::unit), |[n, u]| …)`. The names in the brackets must differ from those of columns in
    /// scope, because Rust would take them for the columns.
    #[must_use]
    pub fn display_with<P: Paths<M::Table>>(
        mut self,
        paths: P,
        format: fn(&P::Values) -> String,
    ) -> Self {
        self.display = Some(DisplayText::made(
            paths.into_paths(),
            Formula::new::<P>(format),
        ));
        self
    }

    /// Sets the URL of a row's page.
    #[must_use]
    pub fn absolute_url<P: Paths<M::Table>>(
        mut self,
        paths: P,
        format: fn(&P::Values) -> String,
    ) -> Self {
        self.absolute_url = Some(DisplayText::made(
            paths.into_paths(),
            Formula::new::<P>(format),
        ));
        self
    }

    fn into_meta(self) -> Meta {
        let named = Named::new::<M>(self.label, &self.table);
        let table = leaked(self.table);
        let verbose_name = self
            .verbose_name
            .map_or_else(|| camel_case_to_spaces(named.object_name), str::to_owned);
        let verbose_name_plural = self
            .verbose_name_plural
            .map_or_else(|| format!("{verbose_name}s"), str::to_owned);
        let fields = arranged(self.columns, self.fields);
        let pk = fields
            .iter()
            .position(|field| field.primary_key)
            .unwrap_or_default();
        let mut many = self.many;
        for field in &mut many {
            field.find_table(self.link_owner);
        }
        let display = self.display.unwrap_or_else(|| {
            let line = fields
                .iter()
                .find(|field| is_name(field))
                .unwrap_or(&fields[pk]);
            DisplayText::new(ColumnPath::own(line.column))
        });
        Meta {
            app: named.app,
            name: named.object_name.to_lowercase(),
            object_name: named.object_name,
            is_named: named.is_certain,
            verbose_name,
            verbose_name_plural,
            table,
            fields,
            many,
            generic: self.generic,
            unique_together: self.unique_together,
            unique_constraints: self.unique_constraints,
            check_constraints: self.check_constraints,
            indexes: self.indexes,
            search_index: self.search_index,
            was: self.was,
            managed: self.managed,
            proxy_for: self.proxy_for,
            permissions: self.permissions,
            default_permissions: self.default_permissions,
            natural_key: self.natural_key,
            ordering: self.ordering,
            display,
            absolute_url: self.absolute_url,
            pk,
        }
    }
}

/// Returns the described fields in their order, with each other column after the column that
/// precedes it in the table.
fn arranged(columns: Vec<Field>, mut fields: Vec<Field>) -> Vec<Field> {
    let mut next = 0;
    for plain in columns {
        if let Some(at) = fields.iter().position(|field| field.column == plain.column) {
            next = at + 1;
        } else {
            fields.insert(next, plain);
            next += 1;
        }
    }
    fields
}

/// Whether the field can be the display name.
fn is_name(field: &Field) -> bool {
    field.sql == Kind::Text
        && field.max_length().is_some()
        && !field.is_file()
        && !field.secret
        && !field.has_choices()
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::{Description, Model};
    use crate::models::ColumnPath;
    use crate::test_tables::{catalog_product as product, catalog_tag as tag};

    #[derive(Identifiable)]
    #[diesel(table_name = product)]
    struct Product {
        id: i64,
    }

    impl Model for Product {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.field(product::image, |field| field.image("x/"))
                .field(product::sku, |field| {
                    field
                        .max_length(40)
                        .text_choices(&["in_progress", "2nd-HAND"])
                })
                .field(product::description, |field| field.max_length(9).secret())
                .field(product::slug, |field| field.slug(9))
                .field(product::name, |field| field.max_length(9))
        }
    }

    #[derive(Identifiable)]
    #[diesel(table_name = tag)]
    struct Tag {
        id: i64,
    }

    impl Model for Tag {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.field(tag::name, |field| field.max_length(9))
                .display(tag::slug)
        }
    }

    #[test]
    fn undescribed_columns_are_placed_beside_their_neighbours() {
        let columns: Vec<_> = Product::meta()
            .fields
            .iter()
            .map(|field| field.column)
            .collect();
        let expected = [
            "id",
            "image",
            "released_on",
            "created_at",
            "updated_at",
            "category_id",
            "sku",
            "description",
            "price",
            "stock",
            "is_active",
            "slug",
            "name",
        ];
        assert_eq!(columns, expected);
        assert!(Product::meta().pk().primary_key);
    }

    #[test]
    fn the_display_name_of_a_row_is_its_first_text() {
        assert_eq!(Product::meta().display.paths, [ColumnPath::own("slug")]);
        assert_eq!(Tag::meta().display.paths, [ColumnPath::own("slug")]);
    }

    #[test]
    fn choices_have_labels_in_readable_words() {
        let choices = Product::meta().column("sku").map(|field| field.choices);
        assert_eq!(
            choices,
            Some(&[("in_progress", "In Progress"), ("2nd-HAND", "2Nd-Hand")][..])
        );
    }
}
