//! Subqueries for values that are computed from the rows that refer to a row.

use super::build::{Builder, column};
use crate::db::{Kind, Sql};
use crate::models::annotation::{Aggregation, Function, Over};
use crate::models::{ColumnPath, Meta, Step};

impl Builder {
    /// Returns `(SELECT COUNT(*) FROM … WHERE key = row)`; `path` ends with `aggregation`.
    pub(super) fn aggregate(&mut self, path: &ColumnPath, aggregation: &Aggregation) -> Sql {
        let steps = &path.steps[..path.steps.len() - 1];
        let mut model = self.model();
        for step in steps {
            model = model.follow(*step).unwrap_or(model);
        }

        let select = match &aggregation.over {
            Over::Links(name) => self.links(steps, model, name),
            Over::Referring { key, .. } => self.referring(steps, model, key, aggregation),
        };
        select.unwrap_or_else(|| Sql::new("NULL"))
    }

    fn links(&mut self, steps: &[Step], model: &Meta, name: &str) -> Option<Sql> {
        let many = model.many(name)?;
        let row = self.column(&own(steps, model.pk().column));
        Some(
            Sql::new("(SELECT COUNT(*) FROM ")
                .ident(many.through())
                .raw(" WHERE ")
                .ident(many.through())
                .raw(".")
                .ident(many.from_column)
                .raw(" = ")
                .append(row)
                .raw(")"),
        )
    }

    fn referring(
        &mut self,
        steps: &[Step],
        model: &Meta,
        key: &'static str,
        aggregation: &Aggregation,
    ) -> Option<Sql> {
        let other = aggregation.over.model()?;
        let to = other.column(key)?.relation.as_ref()?.to_field;
        let row = self.column(&own(steps, to.unwrap_or(model.pk().column)));

        let mut inner = self.inner(other);
        let value = |name: &'static str| column(inner.alias(), name);
        let value = match aggregation.function {
            Function::Count => Sql::new("COUNT(*)"),
            Function::Max(name) => Sql::new("MAX(").append(value(name)).raw(")"),
            Function::Min(name) => Sql::new("MIN(").append(value(name)).raw(")"),
            Function::Avg(name) => Sql::new("CAST(AVG(")
                .append(value(name))
                .raw(") AS double precision)"),
            // PostgreSQL adds up whole numbers to other types than those of the column.
            Function::Sum(name) if aggregation.kind == Kind::BigInt => Sql::new("CAST(SUM(")
                .append(value(name))
                .raw(") AS bigint)"),
            Function::Sum(name) => Sql::new("SUM(").append(value(name)).raw(")"),
        };
        let refers = column(inner.alias(), key).raw(" = ").append(row);
        let condition = aggregation.condition.as_ref();
        let condition = condition.map(|condition| inner.condition(condition));

        let mut sql = Sql::new("(SELECT ")
            .append(value)
            .append(inner.from())
            .raw(" WHERE ")
            .append(refers);
        if let Some(condition) = condition {
            sql = sql.raw(" AND ").append(condition);
        }
        self.take_aliases(&inner);
        Some(sql.raw(")"))
    }
}

fn own(steps: &[Step], column: &'static str) -> ColumnPath {
    ColumnPath {
        steps: steps.to_vec(),
        column,
    }
}
