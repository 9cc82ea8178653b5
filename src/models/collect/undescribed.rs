//! Tables that no model describes. If their foreign keys refer to rows that are deleted, the
//! database deletes or changes their rows itself, or refuses the deletion.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::Collector;
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;
use crate::models::Query;

/// The database's action on a row whose foreign key refers to a deleted row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByDatabase {
    /// It deletes the row as well.
    Deletes,
    /// It sets the foreign key to NULL.
    Clears,
    /// It sets the foreign key to its default.
    Resets,
    /// It refuses the deletion.
    Refuses,
}

/// Rows of a table that no model describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undescribed {
    /// The table.
    pub table: &'static str,
    /// The column of the foreign key; "" for rows that are deleted, because several foreign keys
    /// may cause that.
    pub column: &'static str,
    /// The action on the rows.
    pub effect: ByDatabase,
    /// Number of rows.
    pub count: i64,
}

/// A foreign key of a table that no model describes.
#[derive(Debug)]
struct Key {
    table: &'static str,
    column: &'static str,
    to_table: &'static str,
    /// "" for the primary key.
    to_column: &'static str,
    effect: ByDatabase,
}

impl Key {
    fn leads_to(&self, table: &str) -> bool {
        // SQLite keeps the spelling of the name.
        self.to_table.eq_ignore_ascii_case(table)
    }
}

/// Rows to delete.
#[derive(Debug, Clone, Copy)]
enum Source<'a> {
    /// The rows of a described model.
    Model(&'a Query),
    /// The values in a column of the table at this index of [`Reach`].
    Table(usize, &'static str),
}

/// A column, and the deleted rows that it refers to.
type Way<'a> = (&'static str, Source<'a>);

/// Undescribed tables whose rows are deleted by ON DELETE CASCADE, each after the tables that cause
/// the deletion, with the foreign keys that cause it. A foreign key back to an earlier table is
/// ignored, and so are the rows along it.
type Reach<'a> = Vec<(&'static str, Vec<Way<'a>>)>;

impl Collector {
    /// Returns the database's own actions on rows of tables that no model describes. Foreign keys
    /// of several columns, and those that refer to a column other than the primary key, are
    /// ignored.
    pub(super) fn undescribed(&self, conn: &mut Conn) -> Result<Vec<Undescribed>> {
        let keys = keys(conn)?;
        let sets = &self.graph.sets;
        let sources = |key: &Key, reach: &Reach<'_>| {
            let model = sets.iter().find(|set| key.leads_to(set.model().table));
            let model = model
                .filter(|set| ["", set.model().pk().column].contains(&key.to_column))
                .map(Source::Model);
            let table = reach
                .iter()
                .position(|(table, _)| key.leads_to(table) && !key.to_column.is_empty());
            model.or(table.map(|at| Source::Table(at, key.to_column)))
        };

        let mut reach: Reach<'_> = Vec::new();
        let mut followed = vec![false; keys.len()];
        while let Some((at, source)) = (0..keys.len()).find_map(|at| {
            let follows = keys[at].effect == ByDatabase::Deletes && !followed[at];
            Some((at, sources(&keys[at], &reach).filter(|_| follows)?))
        }) {
            followed[at] = true;
            let key = &keys[at];
            match (
                reach.iter().position(|(table, _)| *table == key.table),
                source,
            ) {
                (None, source) => reach.push((key.table, vec![(key.column, source)])),
                (Some(known), Source::Table(before, _)) if before >= known => {}
                (Some(known), source) => reach[known].1.push((key.column, source)),
            }
        }

        let mut found = Vec::new();
        for (table, ways) in &reach {
            let count = count(conn, &reach, table, ways, &[])?;
            found.push(Undescribed {
                table,
                column: "",
                effect: ByDatabase::Deletes,
                count,
            });
        }
        for key in keys.iter().filter(|key| key.effect != ByDatabase::Deletes) {
            let Some(source) = sources(key, &reach) else {
                continue;
            };
            let going = reach
                .iter()
                .find(|(table, _)| *table == key.table)
                .map_or(&[][..], |(_, ways)| ways);
            let count = count(conn, &reach, key.table, &[(key.column, source)], going)?;
            found.push(Undescribed {
                table: key.table,
                column: key.column,
                effect: key.effect,
                count,
            });
        }
        found.retain(|rows| rows.count > 0);
        Ok(found)
    }
}

/// Counts the rows of `table` that refer to deleted rows by one of `ways`, and by none of
/// `without`.
fn count(
    conn: &mut Conn,
    reach: &Reach<'_>,
    table: &'static str,
    ways: &[Way<'_>],
    without: &[Way<'_>],
) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM ")
        .ident(table)
        .raw(" WHERE ")
        .append(leading(reach, ways));
    if !without.is_empty() {
        // A foreign key that is NULL refers to no row.
        sql = sql
            .raw(" AND COALESCE(")
            .append(leading(reach, without))
            .either(", false) = false", ", 0) = 0");
    }
    let rows = sql.returns(&[Kind::BigInt]).load(conn)?;
    Ok(rows
        .first()
        .and_then(|row| row.first())
        .and_then(Value::as_i64)
        .unwrap_or_default())
}

/// Returns `("product_id" IN (SELECT …) OR …)`.
fn leading(reach: &Reach<'_>, ways: &[Way<'_>]) -> Sql {
    let mut sql = Sql::new("(");
    for (at, (column, source)) in ways.iter().enumerate() {
        sql = sql
            .raw(if at > 0 { " OR " } else { "" })
            .ident(column)
            .raw(" IN (");
        sql = match source {
            Source::Model(rows) => sql.append(rows.pks_sql()),
            Source::Table(at, to_column) => {
                let (table, ways) = &reach[*at];
                let rows = sql
                    .raw("SELECT ")
                    .ident(to_column)
                    .raw(" FROM ")
                    .ident(table)
                    .raw(" WHERE ");
                rows.append(leading(reach, ways))
            }
        };
        sql = sql.raw(")");
    }
    sql.raw(")")
}

/// Returns the foreign keys with one column in tables that no model describes, without Nuages' own
/// tables, which users do not see.
fn keys(conn: &mut Conn) -> Result<Vec<Key>> {
    let sql = Sql::default().either(
        "SELECT child.relname::text, own.attname::text, parent.relname::text, other.attname::text, \
         key.confdeltype::text FROM pg_constraint key \
         JOIN pg_class child ON child.oid = key.conrelid JOIN pg_class parent ON parent.oid = key.confrelid \
         JOIN pg_attribute own ON own.attrelid = key.conrelid AND own.attnum = key.conkey[1] \
         JOIN pg_attribute other ON other.attrelid = key.confrelid AND other.attnum = key.confkey[1] \
         WHERE key.contype = 'f' AND key.conparentid = 0 AND cardinality(key.conkey) = 1 \
         AND pg_table_is_visible(child.oid) AND pg_table_is_visible(parent.oid) \
         AND has_table_privilege(child.oid, 'SELECT') ORDER BY 1, 2, 3",
        "SELECT child.name, key.\"from\", key.\"table\", COALESCE(key.\"to\", ''), key.on_delete \
         FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS key WHERE child.type = 'table' \
         AND key.seq = 0 AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(child.name) AS more \
         WHERE more.id = key.id AND more.seq > 0) ORDER BY 1, 2, 3",
    );
    let rows = sql.returns(&[Kind::Text; 5]).load(conn)?;
    let keys = rows.into_iter().filter_map(|row| {
        let [table, column, to_table, to_column, action] = <[Value; 5]>::try_from(row).ok()?;
        let table = table.as_str().filter(|table| !is_described(table))?;
        Some(Key {
            table: catalog_name(table),
            column: catalog_name(column.as_str()?),
            to_table: catalog_name(to_table.as_str()?),
            to_column: catalog_name(to_column.as_str()?),
            effect: match action.as_str()? {
                "c" | "CASCADE" => ByDatabase::Deletes,
                "n" | "SET NULL" => ByDatabase::Clears,
                "d" | "SET DEFAULT" => ByDatabase::Resets,
                _ => ByDatabase::Refuses,
            },
        })
    });
    Ok(keys.collect())
}

/// Whether a model describes `table`, as its own table or as a link table.
fn is_described(table: &str) -> bool {
    table.starts_with("nuages_")
        || crate::models::all().iter().any(|model| {
            model.table == table || model.many.iter().any(|many| many.through() == table)
        })
}

/// Converts a name from the database's catalog for [`Sql::ident`]. Each name is leaked once; there
/// are as many as the schema has tables and columns.
fn catalog_name(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}
