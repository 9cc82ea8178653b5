//! Rows for tests: [`TestSite::create`].

use std::marker::PhantomData;

use nuages::db::{Conn, Kind, MultiBackend, Uuid, Value};
use nuages::diesel::associations::HasTable;
use nuages::diesel::dsl::{AsSelect, Find, Select, SqlTypeOf};
use nuages::diesel::prelude::*;
use nuages::diesel::query_builder::QueryId;
use nuages::diesel::query_dsl::LoadQuery;
use nuages::diesel::query_dsl::methods::{FindDsl, SelectDsl};
use nuages::diesel::query_source::Column;
use nuages::diesel::sql_types;
use nuages::error::{Error, Result};
use nuages::models::{Meta, Model, Record};

use crate::site::TestSite;
use crate::values::value_for;

/// The number of models that a factory follows along foreign keys.
const MAX_DEPTH: usize = 20;

/// A row that is being made: see [`TestSite::create`].
#[derive(Debug)]
pub struct NewRow<M: Model> {
    values: Vec<(&'static str, Value)>,
    model: PhantomData<M>,
}

impl<M: Model> NewRow<M> {
    /// Sets a column: `row.set(ticket::title, "Printer")`.
    #[must_use]
    pub fn set<C>(mut self, _column: C, value: impl Into<Value>) -> Self
    where
        C: Column<Table = <M as HasTable>::Table>,
    {
        self.values.push((C::NAME, value.into()));
        self
    }
}

/// The SQL type of a primary key.
pub trait KeyType {
    /// The same type in Rust.
    type Rust;

    /// Returns the primary key, if the value has this type.
    fn from_value(value: Value) -> Option<Self::Rust>;
}

macro_rules! key_types {
    ($($sql:ty: $variant:ident => $rust:ty),*) => {
        $(
            impl KeyType for $sql {
                type Rust = $rust;

                fn from_value(value: Value) -> Option<$rust> {
                    match value {
                        Value::$variant(key) => Some(key),
                        _ => None,
                    }
                }
            }
        )*
    };
}

key_types!(
    sql_types::SmallInt: SmallInt => i16,
    sql_types::Integer: Integer => i32,
    sql_types::BigInt: BigInt => i64,
    sql_types::Text: Text => String,
    nuages::db::sql_types::Uuid: Uuid => Uuid
);

/// The SQL type of the primary key of a table.
type KeyTypeOf<T> = SqlTypeOf<<T as Table>::PrimaryKey>;
/// The type in Rust of the primary key of a table.
type KeyOf<T> = <KeyTypeOf<T> as KeyType>::Rust;

impl TestSite {
    /// Creates and returns a row of any model. A test sets the columns that matter:
    ///
    /// ```ignore
    /// let ticket = site.create::<Ticket>(|row| row.set(ticket::title, "Printer"));
    /// let other = site.create::<Ticket>(|row| row);
    /// ```
    ///
    /// The other columns have their defaults. A column without a default has the first of its
    /// choices, or a value that is counted up (`Title 1`, `name2@example.com`); a foreign key that
    /// is required refers to a row that is created as well; and a column that may be NULL is NULL.
    /// Hooks and signals of the model do not run.
    #[track_caller]
    pub fn create<M>(&self, change: impl FnOnce(NewRow<M>) -> NewRow<M>) -> M
    where
        M: Model + Selectable<MultiBackend, SelectExpression: QueryId>,
        M::Table: Table<PrimaryKey: Expression<SqlType: KeyType>> + FindDsl<KeyOf<M::Table>>,
        Find<M::Table, KeyOf<M::Table>>: SelectDsl<AsSelect<M, MultiBackend>>,
        for<'q> Select<Find<M::Table, KeyOf<M::Table>>, AsSelect<M, MultiBackend>>:
            LoadQuery<'q, Conn, M>,
    {
        let row = change(NewRow {
            values: Vec::new(),
            model: PhantomData,
        });
        self.db(|conn| {
            let record = self.insert(conn, M::meta(), row.values, 0)?;
            let key = KeyTypeOf::<M::Table>::from_value(record.pk().clone());
            let key = key.ok_or(Error::NotFound)?;
            let query = SelectDsl::select(FindDsl::find(M::table(), key), M::as_select());
            Ok(query.get_result(conn)?)
        })
    }

    /// Creates a row of a model that is known at run time only.
    #[track_caller]
    pub fn create_record(&self, model: &'static Meta, change: impl FnOnce(&mut Record)) -> Record {
        self.db(|conn| {
            let mut record = self.filled(conn, model, &[], 0)?;
            change(&mut record);
            record.insert(conn)?;
            Ok(record)
        })
    }

    fn insert(
        &self,
        conn: &mut Conn,
        model: &'static Meta,
        given: Vec<(&'static str, Value)>,
        depth: usize,
    ) -> Result<Record> {
        let columns: Vec<&str> = given.iter().map(|(column, _)| *column).collect();
        let mut record = self.filled(conn, model, &columns, depth)?;
        for (column, value) in given {
            let Some(field) = model.column(column) else {
                panic!(
                    "{} does not describe the column {column}",
                    model.object_label()
                );
            };
            record.set_value(field, value);
        }
        record.insert(conn)?;
        Ok(record)
    }

    /// Returns a row with values for all columns that need one, except `given`.
    fn filled(
        &self,
        conn: &mut Conn,
        model: &'static Meta,
        given: &[&str],
        depth: usize,
    ) -> Result<Record> {
        assert!(
            depth < MAX_DEPTH,
            "{} needs a row that needs a row …: set its foreign key in the test",
            model.object_label()
        );
        let mut record = Record::new(model);
        record.stamp(true, self.settings.time_zone);
        let number = self.next_number();
        for field in &model.fields {
            let value = record.value(field);
            let is_empty = value.is_null() || value.as_str() == Some("");
            let is_optional = field.null || field.db_default.is_some() || field.default.is_some();
            // The database makes an integer key; a key of text or of another kind needs a value.
            let is_made = field.generated
                || (field.primary_key
                    && matches!(field.sql, Kind::SmallInt | Kind::Integer | Kind::BigInt)
                    && field.relation.is_none());
            if given.contains(&field.column) || !is_empty || is_optional || is_made {
                continue;
            }
            let value = match &field.relation {
                Some(relation) => {
                    let row = self.insert(conn, relation.to(), Vec::new(), depth + 1)?;
                    row.value(relation.target()).clone()
                }
                None => value_for(field, number),
            };
            record.set_value(field, value);
        }
        Ok(record)
    }
}
