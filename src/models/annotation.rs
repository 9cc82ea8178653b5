//! Values that are computed from the rows that refer to a row, such as the number of its comments
//! (Django's `annotate`).

use std::marker::PhantomData;
use std::sync::{PoisonError, RwLock};

use diesel::associations::HasTable;
use diesel::query_source::{Column, JoinTo};

use super::meta::Order;
use super::path::{AggregationId, ColumnPath, IntoOrder, IntoPath, Step};
use super::{Condition, ManyToMany, Meta, ModelTable};
use crate::db::{Kind, SqlKind};

/// An aggregate over the rows that refer to a row. It becomes a subquery of the statement that reads
/// the row, so a list needs no further query.
#[derive(Debug)]
pub struct Aggregation {
    /// The function.
    pub(super) function: Function,
    /// The rows.
    pub(super) over: Over,
    /// The condition on the rows.
    pub(super) condition: Option<Condition>,
    /// The kind of the result.
    pub(super) kind: Kind,
}

/// The function of an aggregate, with its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    Sum(&'static str),
    Avg(&'static str),
    Max(&'static str),
    Min(&'static str),
}

/// The rows of an aggregate.
#[derive(Debug)]
pub(super) enum Over {
    /// The rows of this table whose foreign key in this column refers to the row.
    Referring { table: String, key: &'static str },
    /// The links of this many-to-many field.
    Links(&'static str),
}

impl Over {
    /// Returns the model of the rows that refer to the row.
    pub(super) fn model(&self) -> Option<&'static Meta> {
        let Self::Referring { table, .. } = self else {
            return None;
        };
        let models = super::all().iter().copied();
        models
            .filter(|model| model.proxy_for().is_none())
            .find(|model| model.table == *table)
    }
}

/// The aggregations of the program. A site declares its lists once, so that they may live as long as the
/// program.
static DECLARED: RwLock<Vec<&'static Aggregation>> = RwLock::new(Vec::new());

/// Keeps `aggregation`, and returns its number.
fn declare(aggregation: Aggregation) -> AggregationId {
    let mut declared = DECLARED.write().unwrap_or_else(PoisonError::into_inner);
    declared.push(Box::leak(Box::new(aggregation)));
    AggregationId(declared.len() - 1)
}

/// A value that is computed from the rows that refer to a row of the table `T`. See [`count`].
#[derive(Debug)]
pub struct Aggregate<T> {
    aggregation: Aggregation,
    table: PhantomData<T>,
}

/// Counts the rows whose foreign key `key` refers to the row (Django's `Count`):
/// `count(comment::post_id)`.
///
/// It compiles if the two tables are `joinable!`, as the tables of models and their foreign keys are.
///
/// ```
/// use nuages::admin::ModelAdmin;
/// use nuages::admin::options::annotate;
/// use nuages::prelude::*;
/// use nuages::models::count;
///
/// #[nuages::model(app = "blog")]
/// pub struct Post {
///     #[field(max_length = 200)]
///     pub title: String,
/// }
///
/// #[nuages::model(app = "blog")]
/// pub struct Comment {
///     #[field(on_delete = "cascade", join = blog_post)]
///     pub post: ForeignKey<Post>,
/// }
///
/// fn posts(admin: ModelAdmin<Post>) -> ModelAdmin<Post> {
///     admin.list_display((blog_post::title, annotate("comments", count(blog_comment::post_id))))
/// }
/// # fn main() {}
/// ```
pub fn count<T, K>(key: K) -> Aggregate<T>
where
    K: Column,
    K::Table: JoinTo<T> + HasTable<Table = K::Table> + ModelTable,
{
    over(key, Function::Count, Kind::BigInt)
}

/// Counts the links of a many-to-many field: `count_links(Post::READERS)`.
pub fn count_links<T>(field: ManyToMany<T>) -> Aggregate<T> {
    Aggregate {
        aggregation: Aggregation {
            function: Function::Count,
            over: Over::Links(field.name),
            condition: None,
            kind: Kind::BigInt,
        },
        table: PhantomData,
    }
}

/// Adds up a column of whole numbers or of floating-point numbers (Django's `Sum`):
/// `sum(item::order_id, item::quantity)`. The result is NULL without rows.
pub fn sum<T, K, C>(key: K, _column: C) -> Aggregate<T>
where
    K: Column,
    K::Table: JoinTo<T> + HasTable<Table = K::Table> + ModelTable,
    C: Column<Table = K::Table>,
    C::SqlType: SqlKind,
{
    let kind = match C::SqlType::KIND {
        Kind::SmallInt | Kind::Integer => Kind::BigInt,
        kind => kind,
    };
    over(key, Function::Sum(C::NAME), kind)
}

/// Returns the average of a column of numbers (Django's `Avg`), as a floating-point number.
pub fn avg<T, K, C>(key: K, _column: C) -> Aggregate<T>
where
    K: Column,
    K::Table: JoinTo<T> + HasTable<Table = K::Table> + ModelTable,
    C: Column<Table = K::Table>,
{
    over(key, Function::Avg(C::NAME), Kind::Double)
}

/// Returns the largest value of a column (Django's `Max`): `max(comment::post_id,
/// comment::written_at)`.
pub fn max<T, K, C>(key: K, _column: C) -> Aggregate<T>
where
    K: Column,
    K::Table: JoinTo<T> + HasTable<Table = K::Table> + ModelTable,
    C: Column<Table = K::Table>,
    C::SqlType: SqlKind,
{
    over(key, Function::Max(C::NAME), C::SqlType::KIND)
}

/// Returns the smallest value of a column (Django's `Min`).
pub fn min<T, K, C>(key: K, _column: C) -> Aggregate<T>
where
    K: Column,
    K::Table: JoinTo<T> + HasTable<Table = K::Table> + ModelTable,
    C: Column<Table = K::Table>,
    C::SqlType: SqlKind,
{
    over(key, Function::Min(C::NAME), C::SqlType::KIND)
}

fn over<T, K>(_key: K, function: Function, kind: Kind) -> Aggregate<T>
where
    K: Column,
    K::Table: HasTable<Table = K::Table> + ModelTable,
{
    let table = K::Table::table().name();
    Aggregate {
        aggregation: Aggregation {
            function,
            over: Over::Referring {
                table,
                key: K::NAME,
            },
            condition: None,
            kind,
        },
        table: PhantomData,
    }
}

impl<T> Aggregate<T> {
    /// Considers only the rows with this condition (Django's `filter=`):
    /// `count(comment::post_id).filter(Condition::new(comment::is_public, true))`. It has no effect on
    /// links.
    #[must_use]
    pub fn filter(mut self, condition: Condition) -> Self {
        self.aggregation.condition = Some(condition);
        self
    }
}

impl<T> IntoPath<T> for Aggregate<T> {
    fn into_path(self) -> ColumnPath {
        ColumnPath {
            steps: vec![Step::Aggregate(declare(self.aggregation))],
            column: "",
        }
    }
}

impl<T> IntoOrder<T> for Aggregate<T> {
    fn into_order(self) -> Order {
        Order {
            path: self.into_path(),
            descending: false,
        }
    }
}

impl ColumnPath {
    /// Returns the column over which an aggregate of rows of `model` counts, if that is not a foreign key to `model`.
    pub fn wrong_aggregate_key(&self, model: &'static Meta) -> Option<String> {
        let over = &self.aggregation()?.over;
        let Over::Referring { table, key } = over else {
            return None;
        };
        let field = over.model()?.column(key);
        let refers = field
            .and_then(|field| field.relation.as_ref())
            .is_some_and(|relation| relation.to().is_same_table(model));
        (!refers).then(|| format!("{table}::{key}"))
    }

    /// Returns the aggregation at the end of the path.
    pub(super) fn aggregation(&self) -> Option<&'static Aggregation> {
        let Some(Step::Aggregate(AggregationId(number))) = self.steps.last() else {
            return None;
        };
        let declared = DECLARED.read().unwrap_or_else(PoisonError::into_inner);
        declared.get(*number).copied()
    }
}
