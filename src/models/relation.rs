//! Relations between models.

use std::any::TypeId;
use std::marker::PhantomData;

use diesel::associations::HasTable;
use diesel::query_builder::QueryFragment;
use diesel::query_source::Column;
use diesel::sqlite::Sqlite;
use diesel::{Table, debug_query};

use super::{Condition, Meta, Model};
use crate::words::leaked;

/// The effect on a row if the referenced row is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The row is deleted as well.
    Cascade,
    /// The row forbids the deletion.
    Protect,
    /// The row forbids the deletion, unless it is deleted along another path of the same deletion.
    Restrict,
    /// The foreign key is set to NULL.
    SetNull,
    /// The foreign key is set to the default of its field.
    SetDefault,
    /// The row is left as it is. If the database still checks the foreign key, it refuses the
    /// deletion.
    DoNothing,
    /// The database deletes the row: the foreign key has `ON DELETE CASCADE` (Django 6.1's
    /// `DB_CASCADE`). A deletion in the admin shows the row, counts it and checks its permission
    /// like [`Cascade`](Self::Cascade).
    DbCascade,
    /// The database sets the key to NULL: the foreign key has `ON DELETE SET NULL` (Django 6.1's `DB_SET_NULL`).
    DbSetNull,
    /// The database sets the key to the default of its column: the foreign key has `ON DELETE SET DEFAULT` (Django 6.1's
    /// `DB_SET_DEFAULT`).
    DbSetDefault,
}

impl OnDelete {
    /// Returns the rule that has the same effect without the help of the database.
    pub(crate) fn effect(self) -> Self {
        match self {
            Self::DbCascade => Self::Cascade,
            Self::DbSetNull => Self::SetNull,
            other => other,
        }
    }
}

/// The target of a foreign key.
#[derive(Debug, Clone)]
pub struct Relation {
    to: fn() -> &'static Meta,
    /// The type of the referenced model, which is known before that model is described.
    to_type: TypeId,
    /// The effect on the row with the key.
    pub on_delete: OnDelete,
    /// The name of these rows in the other model, if it was set.
    pub related_name: Option<&'static str>,
    /// The column of the other model that the key refers to, if it is not the primary key.
    pub to_field: Option<&'static str>,
    /// Whether each row of the other model has at most one of these rows.
    pub one_to_one: bool,
    /// Whether the database checks that the referenced row exists.
    pub db_constraint: bool,
    /// The rows that forms offer, if not all.
    pub limit_choices_to: Option<fn() -> Condition>,
}

impl Relation {
    pub(super) fn new<M: Model>(on_delete: OnDelete) -> Self {
        Self {
            to: M::meta,
            to_type: TypeId::of::<M>(),
            on_delete,
            related_name: None,
            to_field: None,
            one_to_one: false,
            db_constraint: true,
            limit_choices_to: None,
        }
    }

    /// Returns the referenced model.
    pub fn to(&self) -> &'static Meta {
        (self.to)()
    }

    /// Returns the referenced field: that of `to_field`, or the primary key.
    pub fn target(&self) -> &'static super::Field {
        let model = self.to();
        let named = self.to_field.and_then(|column| model.column(column));
        named.unwrap_or_else(|| model.pk())
    }
}

/// A many-to-many field of the model with the table `T`. Its link table has no model, unless
/// [`through`](Self::through_model) names one.
#[derive(Debug)]
pub struct ManyToMany<T = ()> {
    /// The name in forms and URLs: `tags`.
    pub name: &'static str,
    /// The name for people.
    pub verbose_name: &'static str,
    /// The help text in forms.
    pub help_text: &'static str,
    /// Whether a form may leave it empty.
    pub blank: bool,
    /// The column of the link table that refers to this model: `product_id`.
    pub from_column: &'static str,
    /// The column of the link table that refers to the other model: `tag_id`.
    pub to_column: &'static str,
    /// The name of these rows in the other model.
    pub related_name: Option<&'static str>,
    /// The rows that forms offer, if not all.
    pub limit_choices_to: Option<fn() -> Condition>,
    /// The link table: `catalog_product_tags`; set when the model is described.
    pub(super) through: &'static str,
    /// The columns of the link table that order the links: its primary key. Set when the model is
    /// described.
    pub(super) order: &'static [&'static str],
    /// Reads the name and the primary key of the link table.
    pub(super) link_table: fn() -> (String, Vec<String>),
    pub(super) to: fn() -> &'static Meta,
    to_type: fn() -> TypeId,
    /// The model of the link table, if it has one.
    pub(super) through_model: Option<fn() -> &'static Meta>,
    table: PhantomData<T>,
}

impl<T> Clone for ManyToMany<T> {
    fn clone(&self) -> Self {
        self.untyped()
    }
}

impl<T> ManyToMany<T> {
    /// Creates the field `name`: links to `M` in the table with these two columns. The first refers
    /// to this model, the second to `M`. The columns determine the table.
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
            limit_choices_to: None,
            through: "",
            order: &[],
            link_table: <A::Table as LinkTableShape>::name_and_key,
            to: M::meta,
            to_type: TypeId::of::<M>,
            through_model: None,
            table: PhantomData,
        }
    }

    /// Creates the field `name`: links to `M` which are rows of the model `Link`, such as
    /// memberships with the date of joining. The first foreign key of `Link` to each of the two
    /// models makes the link, unless [`through_fields`](Self::through_fields) names others.
    ///
    /// The admin shows such links as rows of an inline, not as a field (Django's `through`).
    pub const fn through_model<M: Model, Link: Model>(name: &'static str) -> Self {
        Self {
            name,
            verbose_name: name,
            help_text: "",
            blank: false,
            from_column: "",
            to_column: "",
            related_name: None,
            limit_choices_to: None,
            through: "",
            order: &[],
            link_table: no_link_table,
            to: M::meta,
            to_type: TypeId::of::<M>,
            through_model: Some(Link::meta),
            table: PhantomData,
        }
    }

    /// Sets the columns of the link's model that refer to this model and to the other model.
    #[must_use]
    pub const fn through_fields<A, B>(mut self, _from: A, _to: B) -> Self
    where
        A: Column + Copy,
        B: Column<Table = A::Table> + Copy,
    {
        self.from_column = A::NAME;
        self.to_column = B::NAME;
        self
    }

    /// Sets the name for people.
    #[must_use]
    pub const fn verbose_name(mut self, name: &'static str) -> Self {
        self.verbose_name = name;
        self
    }

    /// Sets the help text in forms.
    #[must_use]
    pub const fn help_text(mut self, text: &'static str) -> Self {
        self.help_text = text;
        self
    }

    /// Allows forms to leave the field empty.
    #[must_use]
    pub const fn blank(mut self) -> Self {
        self.blank = true;
        self
    }

    /// Sets the name of these rows in the other model.
    #[must_use]
    pub const fn related_name(mut self, name: &'static str) -> Self {
        self.related_name = Some(name);
        self
    }

    /// Limits the rows that forms offer and accept (Django's `limit_choices_to`).
    #[must_use]
    pub const fn limit_choices_to(mut self, condition: fn() -> Condition) -> Self {
        self.limit_choices_to = Some(condition);
        self
    }

    /// Returns the link table.
    pub fn through(&self) -> &'static str {
        self.through
    }

    /// Returns the other model.
    pub fn to(&self) -> &'static Meta {
        (self.to)()
    }

    /// Returns the model of the links, if they have one.
    pub fn link_model(&self) -> Option<&'static Meta> {
        self.through_model.map(|model| model())
    }

    /// Finds the table and the columns of the links of the model with the type `own`.
    pub(super) fn find_table(&mut self, own: TypeId) {
        let Some(link) = self.link_model() else {
            let (through, key) = (self.link_table)();
            self.through = leaked(through);
            self.order = Vec::leak(key.into_iter().map(leaked).collect());
            return;
        };
        self.through = link.table;
        self.order = Vec::leak(vec![link.pk().column]);

        let to = (self.to_type)();
        let key_to = |model: TypeId, other: &str| {
            let mut fields = link.fields.iter();
            let field = fields.find(|field| {
                let relation = field.relation.as_ref();
                relation.is_some_and(|relation| relation.to_type == model) && field.column != other
            });
            field.map_or("", |field| field.column)
        };
        if self.from_column.is_empty() {
            self.from_column = key_to(own, self.to_column);
        }
        if self.to_column.is_empty() {
            // The second key of a link of a model to itself comes after the first.
            self.to_column = key_to(to, self.from_column);
        }
    }

    /// Returns the label.
    pub fn label(&self) -> String {
        crate::words::capfirst(self.verbose_name)
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
            limit_choices_to: self.limit_choices_to,
            through: self.through,
            order: self.order,
            link_table: self.link_table,
            to: self.to,
            to_type: self.to_type,
            through_model: self.through_model,
            table: PhantomData,
        }
    }
}

fn no_link_table() -> (String, Vec<String>) {
    (String::new(), Vec::new())
}

/// A table that can hold the links of a many-to-many field, as `diesel::table!` creates it.
pub trait LinkTableShape {
    /// Returns the name in the database, and the columns of the primary key.
    fn name_and_key() -> (String, Vec<String>);
}

impl<T> LinkTableShape for T
where
    T: HasTable<Table = T> + Table + QueryFragment<Sqlite>,
    T::PrimaryKey: QueryFragment<Sqlite>,
{
    fn name_and_key() -> (String, Vec<String>) {
        let table = T::table();
        // Diesel reveals names only in generated SQL: `catalog_product_tags`.`id`.
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

/// A foreign key, seen from the referenced model.
#[derive(Debug, Clone, Copy)]
pub struct Reverse {
    /// The model with the foreign key.
    pub model: &'static Meta,
    /// The foreign key.
    pub field: &'static super::Field,
}

impl Reverse {
    /// Returns the name of these rows in the referenced model: the related name, or
    /// `orderitem_set`, or `orderitem` for a one-to-one key.
    pub fn accessor(&self) -> String {
        let relation = self.field.relation.as_ref();
        match relation.and_then(|relation| relation.related_name) {
            Some(name) => name.to_owned(),
            None if relation.is_some_and(|relation| relation.one_to_one) => self.model.name.clone(),
            None => format!("{}_set", self.model.name),
        }
    }
}
