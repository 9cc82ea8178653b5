//! How a model describes itself.

use std::any::TypeId;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{LazyLock, PoisonError, RwLock};

use diesel::Table;
use diesel::query_source::Column;

use super::field::FieldBuilder;
use super::path::Ordering;
use super::{ColumnList, Field, FieldKind, IntoPath, ManyToMany, Meta, Path, Paths, Text};
use crate::db::{SqlKind, Value};

/// A model: a row struct that says what its columns cannot.
///
/// ```
/// use nuages::apps::catalog::models::Tag;
/// use nuages::models::Model as _;
///
/// assert_eq!(Tag::meta().verbose_name_plural, "tags");
/// ```
pub trait Model: 'static {
    /// Its table.
    type Table: Table;

    /// What it says about itself.
    fn describe() -> Description<Self::Table>;

    /// The same, read once and kept.
    fn meta() -> &'static Meta {
        static KNOWN: LazyLock<RwLock<HashMap<TypeId, &'static Meta>>> = LazyLock::new(RwLock::default);
        let id = TypeId::of::<Self>();
        if let Some(meta) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return meta;
        }
        let described = Self::describe().into_meta();
        KNOWN
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(id)
            .or_insert_with(|| Box::leak(Box::new(described)))
    }
}

/// The description of the model whose table is `T`.
#[derive(Debug)]
pub struct Description<T> {
    app: &'static str,
    object_name: &'static str,
    verbose_name: Option<&'static str>,
    verbose_name_plural: Option<&'static str>,
    db_table: Option<&'static str>,
    fields: Vec<Field>,
    /// How many of `fields` were described; they stand first.
    described: usize,
    many: Vec<ManyToMany>,
    unique_together: Vec<Vec<&'static str>>,
    indexes: Vec<Vec<&'static str>>,
    ordering: Vec<super::Order>,
    display: Option<Text>,
    absolute_url: Option<Text>,
    table: PhantomData<T>,
}

impl<T> Description<T>
where
    T: Table,
    T::AllColumns: ColumnList,
{
    /// The model `object_name` (`"OrderItem"`) of the app `app`. Its table is `<app>_<model>` unless [`db_table`](Self::db_table) says
    /// otherwise, its fields are the table's columns, its primary key is the column that Diesel knows as such.
    pub fn new(app: &'static str, object_name: &'static str, _table: T) -> Self
    where
        T::PrimaryKey: PrimaryColumn,
    {
        let mut fields = T::AllColumns::fields();
        for field in fields.iter_mut().filter(|field| field.column == T::PrimaryKey::NAME) {
            field.primary_key = true;
            if matches!(field.kind, FieldKind::Integer) {
                field.kind = FieldKind::Auto;
                field.editable = false;
                "ID".clone_into(&mut field.verbose_name);
            }
        }
        Self {
            app,
            object_name,
            verbose_name: None,
            verbose_name_plural: None,
            db_table: None,
            fields,
            described: 0,
            many: Vec::new(),
            unique_together: Vec::new(),
            indexes: Vec::new(),
            ordering: Vec::new(),
            display: None,
            absolute_url: None,
            table: PhantomData,
        }
    }

    /// What people read for one and for many, where `order item` and `order items` are not it.
    #[must_use]
    pub fn verbose_names(mut self, one: &'static str, many: &'static str) -> Self {
        (self.verbose_name, self.verbose_name_plural) = (Some(one), Some(many));
        self
    }

    /// The table's name in the database.
    #[must_use]
    pub fn db_table(mut self, name: &'static str) -> Self {
        self.db_table = Some(name);
        self
    }

    /// Describes a field. Forms show fields in the order in which they are described.
    #[must_use]
    pub fn field<C>(mut self, _column: C, say: impl FnOnce(FieldBuilder<T>) -> FieldBuilder<T>) -> Self
    where
        C: Column<Table = T>,
        C::SqlType: SqlKind,
    {
        let at = self.fields.iter().position(|field| field.column == C::NAME);
        let plain = at.map(|at| self.fields.remove(at));
        let plain = plain.unwrap_or_else(|| Field::of_column(C::NAME, C::SqlType::KIND, C::SqlType::NULL));
        self.fields.insert(self.described, say(FieldBuilder::new(plain)).field);
        self.described += 1;
        self
    }

    /// A many-to-many field.
    #[must_use]
    pub fn many_to_many(mut self, many: ManyToMany<T>) -> Self {
        self.many.push(many.untyped());
        self
    }

    /// No two rows may share all of these.
    #[must_use]
    pub fn unique_together(mut self, columns: impl Paths<T>) -> Self {
        self.unique_together.push(columns.into_paths().into_iter().map(|path| path.column).collect());
        self
    }

    /// The table has an index on these columns, in this order: lists make use of it.
    #[must_use]
    pub fn index(mut self, columns: impl Paths<T>) -> Self {
        self.indexes.push(columns.into_paths().into_iter().map(|path| path.column).collect());
        self
    }

    /// How lists are ordered unless someone says otherwise.
    #[must_use]
    pub fn ordering(mut self, keys: impl Ordering<T>) -> Self {
        self.ordering = keys.into_ordering();
        self
    }

    /// What a row is called: the text of one column.
    #[must_use]
    pub fn display(mut self, path: impl IntoPath<T>) -> Self {
        self.display = Some(Text::of(path.into_path()));
        self
    }

    /// What a row is called, made of several columns.
    #[must_use]
    pub fn display_with(mut self, paths: impl Paths<T>, format: fn(&[Value]) -> String) -> Self {
        self.display = Some(Text { paths: paths.into_paths(), format });
        self
    }

    /// Where a row's page is.
    #[must_use]
    pub fn absolute_url(mut self, paths: impl Paths<T>, format: fn(&[Value]) -> String) -> Self {
        self.absolute_url = Some(Text { paths: paths.into_paths(), format });
        self
    }
}

impl<T> Description<T> {
    fn into_meta(self) -> Meta {
        let name = self.object_name.to_lowercase();
        let table = self.db_table.unwrap_or_else(|| leaked(format!("{}_{name}", self.app)));
        let verbose_name = self.verbose_name.map_or_else(|| spaced(self.object_name), str::to_owned);
        let verbose_name_plural = self.verbose_name_plural.map_or_else(|| format!("{verbose_name}s"), str::to_owned);
        let pk = self.fields.iter().position(|field| field.primary_key).unwrap_or_default();
        let mut many = self.many;
        for field in &mut many {
            field.through = leaked(format!("{table}_{}", field.name));
        }
        let display = self.display.unwrap_or_else(|| Text::of(Path::own(self.fields[pk].column)));
        Meta {
            app: self.app,
            name,
            object_name: self.object_name,
            verbose_name,
            verbose_name_plural,
            table,
            fields: self.fields,
            many,
            unique_together: self.unique_together,
            indexes: self.indexes,
            ordering: self.ordering,
            display,
            absolute_url: self.absolute_url,
            pk,
        }
    }
}

/// The column that is a table's primary key.
pub trait PrimaryColumn {
    /// Its name.
    const NAME: &'static str;
}

impl<C: Column> PrimaryColumn for C {
    const NAME: &'static str = <C as Column>::NAME;
}

/// Descriptions live as long as the program, and are made once.
fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// `order item` for `OrderItem` (Django's `camel_case_to_spaces`).
fn spaced(name: &str) -> String {
    let mut spaced = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
    }
    spaced
}
