//! How models lead to one another.

use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::query_builder::QueryFragment;
use diesel::query_source::Column;
use diesel::sqlite::Sqlite;
use diesel::{Table, debug_query};

use super::{Meta, Model};

/// What becomes of a row when the one it leads to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It is deleted as well.
    Cascade,
    /// It forbids the deletion.
    Protect,
    /// It forbids the deletion, unless it goes by another way of the same deletion.
    Restrict,
    /// It leads nowhere from then on.
    SetNull,
    /// The database deletes it: the foreign key has `ON DELETE CASCADE` (Django 6.1's `DB_CASCADE`). A deletion in the admin
    /// shows it, counts it and asks for its permission like [`Cascade`](Self::Cascade).
    DbCascade,
    /// The database sets the key to NULL: the foreign key has `ON DELETE SET NULL` (Django 6.1's `DB_SET_NULL`).
    DbSetNull,
    /// The database sets the key to the default of its column: the foreign key has `ON DELETE SET DEFAULT` (Django 6.1's
    /// `DB_SET_DEFAULT`).
    DbSetDefault,
}

impl OnDelete {
    /// Returns the rule that has the same effect without the help of the database.
    pub(super) fn effect(self) -> Self {
        match self {
            Self::DbCascade => Self::Cascade,
            Self::DbSetNull => Self::SetNull,
            other => other,
        }
    }
}

/// Where a foreign key leads.
#[derive(Debug, Clone)]
pub struct Relation {
    to: fn() -> &'static Meta,
    /// What becomes of the row that holds it.
    pub on_delete: OnDelete,
    /// What the other model calls the rows that lead to it, if that was said.
    pub related_name: Option<&'static str>,
}

impl Relation {
    pub(super) fn new(to: fn() -> &'static Meta, on_delete: OnDelete) -> Self {
        Self {
            to,
            on_delete,
            related_name: None,
        }
    }

    /// The model it leads to.
    pub fn to(&self) -> &'static Meta {
        (self.to)()
    }
}

/// A many-to-many field of the model whose table is `T`: a link table without a model of its own.
#[derive(Debug)]
pub struct ManyToMany<T = ()> {
    /// What forms and URLs call it: `tags`.
    pub name: &'static str,
    /// What people read.
    pub verbose_name: &'static str,
    /// A hint for forms.
    pub help_text: &'static str,
    /// Whether a form may leave it empty.
    pub blank: bool,
    /// The link table's column that leads here: `product_id`.
    pub from_column: &'static str,
    /// The link table's column that leads there: `tag_id`.
    pub to_column: &'static str,
    /// What the other model calls the rows that lead to it.
    pub related_name: Option<&'static str>,
    /// The link table: `catalog_product_tags`; known when the model is described.
    pub(super) through: &'static str,
    /// The columns of the link table that order the links: its primary key. Known when the model is described.
    pub(super) order: &'static [&'static str],
    /// Reads the name and the primary key of the link table.
    pub(super) link_table: fn() -> (String, Vec<String>),
    pub(super) to: fn() -> &'static Meta,
    table: PhantomData<T>,
}

impl<T> Clone for ManyToMany<T> {
    fn clone(&self) -> Self {
        self.untyped()
    }
}

impl<T> ManyToMany<T> {
    /// The field `name`: links to `M` in the table that has these two columns. The first refers to this model, the second to
    /// `M`. The name of the table is that of the columns.
    ///
    /// ```
    /// use nuages::auth::Group;
    /// use nuages::models::ManyToMany;
    /// use nuages::schema::{auth_user, auth_user_groups as link};
    ///
    /// pub const GROUPS: ManyToMany<auth_user::table> =
    ///     ManyToMany::new::<Group, _, _>("groups", link::user_id, link::group_id);
    /// ```
    pub const fn new<M, A, B>(name: &'static str, _from: A, _to: B) -> Self
    where
        M: Model,
        A: Column<Table: LinkTableShape> + Copy,
        B: Column<Table = A::Table> + Copy,
    {
        Self {
            name,
            verbose_name: name,
            help_text: "",
            blank: false,
            from_column: A::NAME,
            to_column: B::NAME,
            related_name: None,
            through: "",
            order: &[],
            link_table: <A::Table as LinkTableShape>::name_and_key,
            to: M::meta,
            table: PhantomData,
        }
    }

    /// What people read.
    #[must_use]
    pub const fn verbose_name(mut self, name: &'static str) -> Self {
        self.verbose_name = name;
        self
    }

    /// A hint for forms.
    #[must_use]
    pub const fn help_text(mut self, text: &'static str) -> Self {
        self.help_text = text;
        self
    }

    /// Forms may leave it empty.
    #[must_use]
    pub const fn blank(mut self) -> Self {
        self.blank = true;
        self
    }

    /// What the other model calls the rows that lead to it.
    #[must_use]
    pub const fn related_name(mut self, name: &'static str) -> Self {
        self.related_name = Some(name);
        self
    }

    /// The link table.
    pub fn through(&self) -> &'static str {
        self.through
    }

    /// The model it leads to.
    pub fn to(&self) -> &'static Meta {
        (self.to)()
    }

    /// What people read on a label.
    pub fn label(&self) -> String {
        super::field::capfirst(self.verbose_name)
    }

    pub(super) fn untyped<U>(&self) -> ManyToMany<U> {
        ManyToMany {
            name: self.name,
            verbose_name: self.verbose_name,
            help_text: self.help_text,
            blank: self.blank,
            from_column: self.from_column,
            to_column: self.to_column,
            related_name: self.related_name,
            through: self.through,
            order: self.order,
            link_table: self.link_table,
            to: self.to,
            table: PhantomData,
        }
    }
}

/// A table that can hold the links of a many-to-many field: what `diesel::table!` makes.
pub trait LinkTableShape {
    /// Its name in the database, and the columns of its primary key.
    fn name_and_key() -> (String, Vec<String>);
}

impl<T> LinkTableShape for T
where
    T: HasTable<Table = T> + Table + QueryFragment<Sqlite>,
    T::PrimaryKey: QueryFragment<Sqlite>,
{
    fn name_and_key() -> (String, Vec<String>) {
        let table = T::table();
        // Diesel tells names in no other way than by writing them: `catalog_product_tags`.`id`.
        let name = debug_query::<Sqlite, _>(&table).to_string();
        let key = debug_query::<Sqlite, _>(&table.primary_key()).to_string();
        let key = key
            .split(" -- binds")
            .next()
            .unwrap_or_default()
            .split(", ");
        let column = |path: &str| path.rsplit('`').nth(1).unwrap_or_default().to_owned();
        (
            name.split('`').nth(1).unwrap_or_default().to_owned(),
            key.map(column).collect(),
        )
    }
}

/// A foreign key, seen from the model it leads to.
#[derive(Debug, Clone, Copy)]
pub struct Reverse {
    /// The model that holds the key.
    pub model: &'static Meta,
    /// The key.
    pub field: &'static super::Field,
}

impl Reverse {
    /// What the model it leads to calls those rows: the related name, or `orderitem_set`.
    pub fn accessor(&self) -> String {
        let named = self
            .field
            .relation
            .as_ref()
            .and_then(|relation| relation.related_name);
        named.map_or_else(|| format!("{}_set", self.model.name), str::to_owned)
    }
}
