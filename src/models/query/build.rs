//! Builds the SQL of a query: joins for its paths, conditions, and the order.

use super::index_lookup::{all_keys, may_contain};
use crate::db::{Kind, Sql, Value};
use crate::models::{ColumnPath, Condition, Lookup, Meta, Order, Step};

const ALIASES: [&str; 32] = [
    "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12", "t13", "t14",
    "t15", "t16", "t17", "t18", "t19", "t20", "t21", "t22", "t23", "t24", "t25", "t26", "t27",
    "t28", "t29", "t30", "t31",
];

#[derive(Debug)]
struct Join {
    alias: usize,
    /// The index of the join (or of the model itself) with the foreign key, the key's column, and
    /// whether the key may be NULL.
    from: usize,
    key: &'static str,
    model: &'static Meta,
    /// The column of the joined table to which the key refers.
    to: &'static str,
    optional: bool,
    /// Whether a row is returned although the row to which its key must refer does not exist.
    keeps_broken: bool,
}

/// Builds a statement. Each foreign key on a path is joined once, however often it is used.
#[derive(Debug)]
pub(super) struct Builder {
    model: &'static Meta,
    alias: usize,
    next: usize,
    joins: Vec<Join>,
    /// Whether a row is returned although a row that it must refer to does not exist. SQLite does
    /// not prevent such rows.
    keeps_broken: bool,
}

impl Builder {
    pub(super) fn new(model: &'static Meta) -> Self {
        Self {
            model,
            alias: 0,
            next: 1,
            joins: Vec::new(),
            keeps_broken: false,
        }
    }

    /// Creates the builder of a statement that also returns rows whose foreign keys refer to
    /// nothing: a list must show them, so that they can be repaired.
    pub(super) fn keeping_broken_rows(model: &'static Meta) -> Self {
        Self {
            keeps_broken: true,
            ..Self::new(model)
        }
    }

    /// Creates the builder of a subquery.
    pub(super) fn inner(&self, model: &'static Meta) -> Self {
        Self {
            model,
            alias: self.next,
            next: self.next + 1,
            joins: Vec::new(),
            keeps_broken: false,
        }
    }

    /// Marks the aliases of a finished subquery as used.
    pub(super) fn take_aliases(&mut self, inner: &Self) {
        self.next = inner.next;
    }

    pub(super) fn model(&self) -> &'static Meta {
        self.model
    }

    /// Returns the number of the alias of the model's table.
    pub(super) fn alias(&self) -> usize {
        self.alias
    }

    /// Whether there are any joins.
    pub(super) fn is_joined(&self) -> bool {
        !self.joins.is_empty()
    }

    /// Returns a condition on SQLite: a row that one of the joined keys must refer to does not exist.
    /// Returns `None` if no such row is joined.
    pub(super) fn broken(&self) -> Option<Sql> {
        let required = self.joins.iter().filter(|join| !join.optional);
        let missing = required.map(|join| column(join.alias, join.to).raw(" IS NULL"));
        let any = missing.reduce(|one, other| one.raw(" OR ").append(other))?;
        Some(Sql::new("(").append(any).raw(")"))
    }

    /// Keeps rows whose foreign keys refer to nothing, from now on.
    pub(super) fn keep_broken_rows(&mut self) {
        self.keeps_broken = true;
    }

    /// Returns `FROM` with the joins.
    pub(super) fn from(&self) -> Sql {
        let mut sql = Sql::new(" FROM ")
            .ident(self.model.table)
            .raw(" AS ")
            .ident(alias(self.alias));
        for join in &self.joins {
            sql = match (join.optional, self.keeps_broken || join.keeps_broken) {
                (true, _) => sql.raw(" LEFT JOIN "),
                (false, true) => sql.either(" INNER JOIN ", " LEFT JOIN "),
                (false, false) => sql.raw(" INNER JOIN "),
            };
            sql = sql
                .ident(join.model.table)
                .raw(" AS ")
                .ident(alias(join.alias))
                .raw(" ON ")
                .append(column(join.alias, join.to))
                .raw(" = ")
                .append(column(join.from, join.key));
        }
        sql
    }

    /// Returns the column at `path`, and joins its table if necessary. The path may have steps
    /// along foreign keys only.
    pub(super) fn column(&mut self, path: &ColumnPath) -> Sql {
        if let Some(aggregation) = path.aggregation() {
            return self.aggregate(path, aggregation);
        }
        let kind = self.model.resolve(path).map(|field| field.sql);
        let (alias, name) = self.locate(path, false);
        if kind == Some(Kind::Opaque) {
            // PostgreSQL would send the value in a form that only its own type knows.
            return Sql::new("CAST(")
                .append(column(alias, name))
                .raw(" AS TEXT)");
        }
        column(alias, name)
    }

    /// Returns the column at `path` for `ORDER BY`, where PostgreSQL compares values of its own kinds.
    pub(super) fn order_column(&mut self, path: &ColumnPath) -> Sql {
        let field = self.model.resolve(path);
        if path.aggregation().is_none() && field.is_some_and(|field| !field.is_unknown()) {
            let (alias, name) = self.locate(path, false);
            return column(alias, name);
        }
        self.column(path)
    }

    /// Returns the alias and the column at `path`, and joins its table if necessary. With
    /// `keeps_broken` the join keeps rows whose keys refer to nothing: for a condition, which such a
    /// row may meet by its other columns. SQLite makes an inner join of it if the condition needs a
    /// value of the joined row.
    fn locate(&mut self, path: &ColumnPath, keeps_broken: bool) -> (usize, &'static str) {
        let (mut at, mut model, mut optional) = (self.alias, self.model, false);
        for (index, step) in path.steps.iter().enumerate() {
            let (Step::Forward(key), Some(next)) = (step, model.follow(*step)) else {
                break;
            };
            // The foreign key itself is the primary key of the referenced row, or another column.
            let to = referenced(model, key).unwrap_or(next.pk().column);
            let wanted = if path.column.is_empty() {
                next.pk().column
            } else {
                path.column
            };
            if index + 1 == path.steps.len() && wanted == to {
                return (at, key);
            }
            optional |= model.column(key).is_some_and(|field| field.null);
            let known = self
                .joins
                .iter()
                .find(|join| join.from == at && join.key == *key);
            at = if let Some(join) = known {
                join.alias
            } else {
                let alias = self.next;
                self.next += 1;
                self.joins.push(Join {
                    alias,
                    from: at,
                    key,
                    model: next,
                    to,
                    optional,
                    keeps_broken,
                });
                alias
            };
            model = next;
        }
        (
            at,
            if path.column.is_empty() {
                model.pk().column
            } else {
                path.column
            },
        )
    }

    /// Returns ` WHERE …`, or an empty statement.
    pub(super) fn conditions(&mut self, conditions: &[Condition]) -> Sql {
        let mut sql = Sql::default();
        for (at, condition) in conditions.iter().enumerate() {
            sql = sql
                .raw(if at > 0 { " AND " } else { " WHERE " })
                .append(self.condition(condition));
        }
        sql
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> Sql {
        match condition {
            Condition::All(parts) => self.joined(parts, " AND ", "(1 = 1)"),
            Condition::Any(parts) => self.joined(parts, " OR ", "(1 = 0)"),
            Condition::Not(part) => Sql::new("NOT (").append(self.condition(part)).raw(")"),
            Condition::Is {
                path,
                lookup,
                values,
            } => {
                if let Some(at) = path.steps.iter().position(|step| !is_forward(*step)) {
                    let is_null =
                        *lookup == Lookup::IsNull && values.first().is_some_and(Value::is_true);
                    if is_null {
                        return self.none_of_many(path, at);
                    }
                    self.any_of_many(path, at, *lookup, values)
                } else {
                    let field = self.model.resolve(path);
                    let kind = field.map_or(Kind::Text, |field| field.sql);
                    let (alias, name) = self.locate(path, true);
                    let column = || match field {
                        Some(field) if field.is_unknown() => Sql::new("CAST(")
                            .append(column(alias, name))
                            .raw(" AS TEXT)"),
                        _ => column(alias, name),
                    };
                    let bound = |value: Value| match field {
                        Some(field) => field.bound(value),
                        None => Sql::default().bind(value),
                    };
                    super::compare::compare(&column, kind, *lookup, values, &bound)
                }
            }
            Condition::Behind(keys) => self.behind(keys),
            Condition::Sql(sql) => Sql::new("(").raw(sql).raw(")"),
            Condition::Among { path, rows } => self
                .column(path)
                .raw(" IN (")
                .append(rows.pks_sql())
                .raw(")"),
            Condition::MayContain { columns, words } => {
                let own = |name| column(self.alias, name);
                may_contain(self.model, &own, columns, words)
            }
            Condition::InAny(queries) => {
                // As one value PostgreSQL cannot read the table in another order instead.
                column(self.alias, self.model.pk().column)
                    .either(" = ANY(ARRAY(", " IN (")
                    .append(all_keys(queries))
                    .either("))", ")")
            }
            Condition::Below { keys, top } => {
                let pk = column(self.alias, self.model.pk().column);
                pk.raw(" IN (")
                    .append(super::recursive::below(self.model, keys, top))
                    .raw(")")
            }
            Condition::Circle(circle, at) => {
                let pk = column(self.alias, self.model.pk().column);
                let inside = super::recursive::around(circle, *at);
                Sql::new("CAST(")
                    .append(pk)
                    .raw(" AS TEXT) IN (")
                    .append(inside)
                    .raw(")")
            }
        }
    }

    fn joined(&mut self, parts: &[Condition], word: &'static str, empty: &'static str) -> Sql {
        // SQLite limits expressions to a depth of 1,000, so join many parts in halves.
        if parts.len() > 100 {
            let (one, two) = parts.split_at(parts.len() / 2);
            let sql = Sql::new("(")
                .append(self.joined(one, word, empty))
                .raw(word);
            return sql.append(self.joined(two, word, empty)).raw(")");
        }
        let mut sql = Sql::default();
        for (at, part) in parts.iter().enumerate() {
            sql = sql
                .raw(if at > 0 { word } else { "(" })
                .append(self.condition(part));
        }
        if parts.is_empty() {
            sql.raw(empty)
        } else {
            sql.raw(")")
        }
    }

    /// Returns a condition: a path to many rows has no row, or only NULL.
    fn none_of_many(&mut self, path: &ColumnPath, at: usize) -> Sql {
        let there = ColumnPath {
            steps: path.steps.clone(),
            column: "",
        };
        let some = self.any_of_many(&there, at, Lookup::IsNull, &[false.into()]);
        let null = self.any_of_many(path, at, Lookup::IsNull, &[true.into()]);
        Sql::new("(NOT ")
            .append(some)
            .raw(" OR ")
            .append(null)
            .raw(")")
    }

    /// Returns a condition that holds if one of the many rows matches: no row occurs twice, and
    /// DISTINCT is not needed.
    fn any_of_many(
        &mut self,
        path: &ColumnPath,
        at: usize,
        lookup: Lookup,
        values: &[Value],
    ) -> Sql {
        let mut model = self.model;
        for step in &path.steps[..at] {
            model = model.follow(*step).unwrap_or(model);
        }
        let step = path.steps[at];
        let to = match step {
            Step::Reverse(_, key) => model.follow(step).and_then(|other| referenced(other, key)),
            _ => None,
        };
        let here = ColumnPath {
            steps: path.steps[..at].to_vec(),
            column: to.unwrap_or(model.pk().column),
        };
        let here = self.column(&here);
        let rest = ColumnPath {
            steps: path.steps[at + 1..].to_vec(),
            column: path.column,
        };
        let Some(next) = model.follow(step) else {
            return Sql::new("(1 = 0)");
        };
        let mut inner = self.inner(next);
        let condition = inner.condition(&Condition::Is {
            path: rest,
            lookup,
            values: values.to_vec(),
        });
        let sql = match step {
            Step::Reverse(_, key) => here
                .raw(" IN (SELECT ")
                .append(column(inner.alias, key))
                .append(inner.from())
                .raw(" WHERE ")
                .append(column(inner.alias, key))
                .raw(" IS NOT NULL AND ")
                .append(condition)
                .raw(")"),
            Step::Many(name) | Step::ReverseMany(_, name) => {
                let is_back = matches!(step, Step::ReverseMany(..));
                let Some(many) = (if is_back { next } else { model }).many(name) else {
                    return Sql::new("(1 = 0)");
                };
                let (near, far) = (many.from_column, many.to_column);
                let (near, far) = if is_back { (far, near) } else { (near, far) };
                here.raw(" IN (SELECT ")
                    .ident(near)
                    .raw(" FROM ")
                    .ident(many.through())
                    .raw(" WHERE ")
                    .ident(far)
                    .raw(" IN (SELECT ")
                    .append(column(inner.alias, next.pk().column))
                    .append(inner.from())
                    .raw(" WHERE ")
                    .append(condition)
                    .raw("))")
            }
            Step::Forward(_) | Step::Aggregate(_) => Sql::new("(1 = 0)"),
        };
        self.take_aliases(&inner);
        sql
    }

    /// Returns ` ORDER BY …`, or an empty statement.
    pub(super) fn order(&mut self, order: &[Order]) -> Sql {
        let mut sql = Sql::default();
        for (at, key) in order.iter().enumerate() {
            sql = sql
                .raw(if at > 0 { ", " } else { " ORDER BY " })
                .append(self.order_column(&key.path));
            sql = sql.append(if self.keeps_broken {
                broken_last(self.model, key)
            } else {
                direction(self.model, key)
            });
        }
        sql
    }
}

/// Returns the SQL that follows the column of `key`, an order of `model`, in `ORDER BY`.
///
/// PostgreSQL sorts NULL as the largest value, SQLite as the smallest. With this SQL, rows without
/// a value come last on both, in either direction. Adds nothing if that is the default or the
/// column cannot be NULL, so that an index can give the order.
pub(super) fn direction(model: &'static Meta, key: &Order) -> Sql {
    match (key.descending, model.is_nullable(&key.path)) {
        (false, false) => Sql::default(),
        (false, true) => Sql::default().either("", " NULLS LAST"),
        (true, false) => Sql::new(" DESC"),
        (true, true) => Sql::default().either(" DESC NULLS LAST", " DESC"),
    }
}

/// Returns the SQL that follows the column of `key` in `ORDER BY` if rows may refer to a related row that
/// does not exist. SQLite would sort such rows first.
pub(super) fn broken_last(model: &'static Meta, key: &Order) -> Sql {
    let is_required = !key.path.steps.is_empty() && !model.is_nullable(&key.path);
    if is_required && !key.descending {
        return Sql::default().either("", " NULLS LAST");
    }
    direction(model, key)
}

/// Returns the column to which a foreign key of `model` refers, if it is not the primary key.
fn referenced(model: &Meta, key: &str) -> Option<&'static str> {
    model.column(key)?.relation.as_ref()?.to_field
}

fn is_forward(step: Step) -> bool {
    matches!(step, Step::Forward(_))
}

fn alias(number: usize) -> &'static str {
    ALIASES.get(number).copied().unwrap_or("t_too_many")
}

pub(super) fn column(number: usize, name: &'static str) -> Sql {
    Sql::default().ident(alias(number)).raw(".").ident(name)
}
