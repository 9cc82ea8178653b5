//! Rows that refer to rows of any model, by a content type and a key.

use diesel::query_source::Column;

use super::{ColumnPath, Condition, Meta, Model, Query, Step};

/// The rows of a model that refer to this model by a content type and a key (Django's
/// `GenericRelation`). A deletion deletes them as well.
#[derive(Debug, Clone, Copy)]
pub struct GenericRelation {
    /// The name: `notes`.
    pub name: &'static str,
    model: fn() -> &'static Meta,
    /// The column with the content type, a foreign key to
    /// [`ContentType`](super::content_types::ContentType).
    pub content_type: &'static str,
    /// The column with the primary key of the row.
    pub object_id: &'static str,
}

impl GenericRelation {
    /// Creates the relation to `M`: `GenericRelation::new::<Note, _, _>("notes",
    /// note::content_type_id, note::object_id)`.
    pub const fn new<M, C, O>(name: &'static str, _content_type: C, _object_id: O) -> Self
    where
        M: Model,
        C: Column<Table = M::Table> + Copy,
        O: Column<Table = M::Table> + Copy,
    {
        Self {
            name,
            model: M::meta,
            content_type: C::NAME,
            object_id: O::NAME,
        }
    }

    /// Returns the model with the content type and the key.
    pub fn model(&self) -> &'static Meta {
        (self.model)()
    }

    /// Returns the rows that refer to one of `rows`.
    pub fn referring(&self, rows: &Query) -> Query {
        let among = Condition::Among {
            path: ColumnPath::own(self.object_id),
            rows: Box::new(rows.clone()),
        };
        Query::new(self.model())
            .order_by(Vec::new())
            .filter(has_type(self.content_type, rows.model()))
            .filter(among)
    }
}

/// Requires the foreign key in `content_type` to refer to the content type of `model`; for a proxy,
/// to that of its model.
pub fn has_type(content_type: &'static str, model: &'static Meta) -> Condition {
    let model = model.concrete();
    let part = |column| ColumnPath::own(column).behind(Step::Forward(content_type));
    Condition::All(vec![
        Condition::equals(part("app_label"), model.app),
        Condition::equals(part("model"), model.name.as_str()),
    ])
}
