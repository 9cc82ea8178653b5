//! `column IN (…)` with any number of values.

use crate::db::{Kind, Sql, Value};

/// The most values that a statement binds one by one. SQLite allows 32,766 bound values in a statement, and PostgreSQL
/// 65,535.
const BOUND: usize = 2_000;

/// Requires `column` to have one of `values`. Many whole numbers, texts or UUIDs are bound as one list.
pub(in crate::models) fn one_of(
    column: Sql,
    kind: Kind,
    values: &[Value],
    bound: &dyn Fn(Value) -> Sql,
) -> Sql {
    if values.is_empty() {
        return Sql::new("(1 = 0)");
    }
    let list = Some(values).filter(|values| values.len() > BOUND);
    if let Some(list) = list.and_then(|values| List::new(kind, values))
        && bound(values[0].clone()).is_bound_value()
    {
        return column
            // PostgreSQL would read the list again for each row if it were an array beside `ANY`.
            .either(
                " IN (SELECT unnest(CAST(",
                " IN (SELECT value FROM json_each(",
            )
            .bind_either(list.postgres, list.sqlite)
            .either(" AS ", "))")
            .either(list.postgres_type, "")
            .either(")))", "");
    }

    let mut sql = column.raw(" IN (");
    for (at, value) in values.iter().enumerate() {
        sql = if at > 0 { sql.raw(", ") } else { sql }.append(bound(value.clone()));
    }
    sql.raw(")")
}

/// Values as one bound text.
struct List {
    /// The literal of an array.
    postgres: String,
    postgres_type: &'static str,
    /// An array in JSON.
    sqlite: String,
}

impl List {
    /// Returns `None` if the values are of a kind that is bound one by one.
    fn new(kind: Kind, values: &[Value]) -> Option<Self> {
        let postgres_type = match kind {
            Kind::SmallInt | Kind::Integer | Kind::BigInt => "bigint[]",
            Kind::Text => "text[]",
            Kind::Uuid => "uuid[]",
            _ => return None,
        };
        let mut list = Self {
            postgres: "{".to_owned(),
            postgres_type,
            sqlite: "[".to_owned(),
        };
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                list.postgres.push(',');
                list.sqlite.push(',');
            }
            list.push(value)?;
        }
        list.postgres.push('}');
        list.sqlite.push(']');
        Some(list)
    }

    fn push(&mut self, value: &Value) -> Option<()> {
        match value {
            Value::SmallInt(_) | Value::Integer(_) | Value::BigInt(_) => {
                let number = value.text();
                self.postgres.push_str(&number);
                self.sqlite.push_str(&number);
            }
            Value::Text(text) => {
                let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
                self.postgres.push('"');
                self.postgres.push_str(&quoted);
                self.postgres.push('"');
                self.sqlite.push_str(&serde_json::to_string(text).ok()?);
            }
            Value::Uuid(uuid) => {
                self.postgres.push_str(&uuid.0.to_string());
                self.sqlite.push('"');
                self.sqlite.push_str(&uuid.0.simple().to_string());
                self.sqlite.push('"');
            }
            _ => return None,
        }
        Some(())
    }
}
