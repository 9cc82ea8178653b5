//! Indexes for searching inside of texts, which Django does not have.
//!
//! SQLite: a table of FTS5 with the trigram tokenizer, whose texts are those of the model's table ("external content").
//! Triggers keep the index, so that it has the rows of every program that writes. PostgreSQL: one GIN index on the expressions
//! that a search compares.

use super::{SchemaEditor, Vendor, quote};
use crate::db::{SEARCH_INDEX_TRIGGERS, folding_collations, search_index_name};
use crate::makemigrations::state::TableState;

impl SchemaEditor {
    /// Drops the search index of `before`, and creates that of `after`.
    pub(in crate::makemigrations) fn alter_search_index(
        &mut self,
        before: &TableState,
        after: &TableState,
    ) {
        for statement in self.drop_search_index(before) {
            self.execute(statement);
        }
        for statement in self.create_search_index(after) {
            self.execute(statement);
        }
    }

    /// Returns the statements that create the search index of a table with the rows that exist.
    pub(super) fn create_search_index(&self, table: &TableState) -> Vec<String> {
        if table.search_index.is_empty() {
            return Vec::new();
        }
        let name = search_index_name(&table.table);
        match self.vendor {
            Vendor::Postgres => vec![create_gin_index(&name, table)],
            Vendor::Sqlite => {
                let columns: Vec<String> = table
                    .search_index
                    .iter()
                    .map(|column| quote(column))
                    .collect();
                let key = table.primary_key().map_or("id", |key| key.column.as_str());
                let create = format!(
                    "CREATE VIRTUAL TABLE {} USING fts5({}, content={}, content_rowid={}, tokenize='trigram', columnsize=0)",
                    quote(&name),
                    columns.join(", "),
                    quote(&table.table),
                    quote(key)
                );
                let fill = format!("INSERT INTO {0}({0}) VALUES ('rebuild')", quote(&name));
                let mut statements = vec![create, fill];
                statements.extend(self.search_triggers(table));
                statements
            }
        }
    }

    /// Returns the statements that create the triggers of a search index on SQLite.
    pub(super) fn search_triggers(&self, table: &TableState) -> Vec<String> {
        if table.search_index.is_empty() || self.is_postgres() {
            return Vec::new();
        }
        let key = table.primary_key().map_or("id", |key| key.column.as_str());
        let name = search_index_name(&table.table);
        let index = quote(&name);
        let columns: Vec<String> = table
            .search_index
            .iter()
            .map(|column| quote(column))
            .collect();
        let listed = columns.join(", ");
        let values = |row: &str| {
            let of_row = |column: &String| format!("{row}.{column}");
            columns.iter().map(of_row).collect::<Vec<_>>().join(", ")
        };
        let key = quote(key);
        let insert = format!(
            "INSERT INTO {index}(rowid, {listed}) VALUES (new.{key}, {});",
            values("new")
        );
        let delete = format!(
            "INSERT INTO {index}({index}, rowid, {listed}) VALUES ('delete', old.{key}, {});",
            values("old")
        );
        let differs = |column: &String| format!("old.{column} IS NOT new.{column}");
        let mut changed = vec![differs(&key)];
        changed.extend(columns.iter().map(differs));

        // Django sends all columns of a row, whichever has changed.
        let on_update = format!(
            "UPDATE OF {key}, {listed} ON {} WHEN {}",
            quote(&table.table),
            changed.join(" OR ")
        );
        let events = [
            (format!("INSERT ON {}", quote(&table.table)), insert.clone()),
            (on_update, format!("{delete} {insert}")),
            (format!("DELETE ON {}", quote(&table.table)), delete),
        ];
        SEARCH_INDEX_TRIGGERS
            .iter()
            .zip(events)
            .map(|(end, (event, body))| {
                let trigger = quote(&format!("{name}{end}"));
                format!("CREATE TRIGGER {trigger} AFTER {event} BEGIN {body} END")
            })
            .collect()
    }

    fn drop_search_index(&self, table: &TableState) -> Vec<String> {
        if table.search_index.is_empty() {
            return Vec::new();
        }
        let name = search_index_name(&table.table);
        if self.is_postgres() {
            return vec![self.drop_index(&name)];
        }
        let triggers = SEARCH_INDEX_TRIGGERS.iter().map(|end| {
            let trigger = quote(&format!("{name}{end}"));
            format!("DROP TRIGGER IF EXISTS {trigger}")
        });
        triggers.chain(self.drop_search_table(table)).collect()
    }

    /// Returns the statement that drops what remains of the search index when its table is dropped.
    pub(super) fn drop_search_table(&self, table: &TableState) -> Vec<String> {
        if table.search_index.is_empty() || self.is_postgres() {
            return Vec::new();
        }
        let name = quote(&search_index_name(&table.table));
        vec![format!("DROP TABLE IF EXISTS {name}")]
    }
}

/// Returns a block that creates the extension, if necessary, and the index. The index has the collation with which a
/// search compares, and only the database knows that.
fn create_gin_index(name: &str, table: &TableState) -> String {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let collations = folding_collations().map(text).join(", ");
    let columns: Vec<String> = table
        .search_index
        .iter()
        .map(|column| {
            format!(
                "upper({}%1$s) gin_trgm_ops",
                quote(column).replace('%', "%%")
            )
        })
        .collect();
    let create = format!(
        "CREATE INDEX {} ON {} USING gin ({})",
        quote(name).replace('%', "%%"),
        quote(&table.table).replace('%', "%%"),
        columns.join(", ")
    );
    let create = text(&create);
    let refused = text(&format!(
        "the search index {} needs the extension pg_trgm, which cannot be created: %. Let a superuser run CREATE EXTENSION \
         pg_trgm in this database, and migrate again",
        name.replace('%', "%%")
    ));
    format!(
        "DO $nuages$
DECLARE
    folding text := '';
BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN OTHERS THEN
        RAISE EXCEPTION {refused}, SQLERRM;
    END;
    IF upper('ä') <> 'Ä' THEN
        folding := coalesce((SELECT format(' COLLATE %I', collname) FROM pg_collation
            WHERE collname = ANY (ARRAY[{collations}])
            AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
            ORDER BY array_position(ARRAY[{collations}], collname::text) LIMIT 1), '');
    END IF;
    EXECUTE format({create}, folding);
END
$nuages$"
    )
}
