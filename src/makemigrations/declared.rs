//! The state that the declarations of an app describe.

use std::collections::{BTreeMap, HashMap};

use crate::db::Value;
use crate::models::{
    AppConfig, DbDefault, Field, FieldKind, Index, ManyToMany, Meta, OnDelete, UniqueConstraint,
};

use super::literals::literal;
use super::names::index_name;
use super::state::{
    AppState, ColumnState, ConstraintState, GeneratedState, IndexState, LinkState, PerDatabase,
    Reference, TableState,
};

/// The declarations of an app: its state, and what the state does not need to remember.
#[derive(Debug, Default)]
pub(super) struct DeclaredApp {
    pub(super) state: AppState,
    /// The value that rows without one get, by (model, field).
    pub(super) defaults: HashMap<(String, String), PerDatabase>,
    /// The former name of a field, by (model, field).
    pub(super) fields_were: HashMap<(String, String), String>,
    /// The former name of a model.
    pub(super) models_were: HashMap<String, String>,
}

impl DeclaredApp {
    /// Reads the descriptions of an app's models.
    pub(super) fn new(app: &AppConfig) -> Self {
        let mut declared = Self::default();
        for model in app.models.iter().map(|model| model()) {
            if model.managed && model.proxy_for().is_none() {
                declared.add(model);
            }
        }
        declared
    }

    fn add(&mut self, model: &'static Meta) {
        let name = || model.object_name.to_owned();
        if let Some(was) = model.was {
            self.models_were.insert(name(), was.to_owned());
        }
        for field in &model.fields {
            let key = (name(), field.name.to_owned());
            if let Some(was) = field.was {
                self.fields_were.insert(key.clone(), was.to_owned());
            }
            if let Some(value) = value_of_rows(field) {
                self.defaults.insert(key, value);
            }
        }

        self.state.tables.push(table(model));
        for many in &model.many {
            self.state.tables.extend(link_table(model, many));
        }
    }
}

/// Returns the value of existing rows in a new column (Django's `_effective_default`).
fn value_of_rows(field: &Field) -> Option<PerDatabase> {
    if let Some(default) = field.default {
        let value = default();
        if value == default() {
            return Some(PerDatabase::new(
                &literal(&value, false),
                &literal(&value, true),
            ));
        }
        // Another value for each row.
        return computed(&value);
    }
    if field.auto_now || field.auto_now_add {
        return Some(match field.kind {
            FieldKind::Date => PerDatabase::Both("CURRENT_DATE".to_owned()),
            FieldKind::Time => PerDatabase::Both("CURRENT_TIME".to_owned()),
            _ => now(),
        });
    }
    let is_text = field.sql == crate::db::Kind::Text && field.relation.is_none();
    (is_text && field.blank && !field.null).then(|| PerDatabase::Both("''".to_owned()))
}

/// Returns the expression for a default that differs from call to call.
fn computed(value: &Value) -> Option<PerDatabase> {
    match value {
        Value::Uuid(_) => Some(PerDatabase::new(
            "(lower(hex(randomblob(16))))",
            "gen_random_uuid()",
        )),
        Value::Timestamp(_) => Some(now()),
        _ => None,
    }
}

fn now() -> PerDatabase {
    PerDatabase::new(
        "strftime('%Y-%m-%d %H:%M:%f', 'now')",
        "STATEMENT_TIMESTAMP()",
    )
}

/// Returns the table of a model. Foreign keys follow the other columns in the order of their names,
/// as in the tables that Django creates.
fn table(model: &'static Meta) -> TableState {
    let is_late = |field: &&Field| field.relation.is_some() && !field.primary_key;
    let mut late: Vec<&Field> = model.fields.iter().filter(is_late).collect();
    late.sort_by_key(|field| field.name);
    let early = model.fields.iter().filter(|field| !is_late(field));

    TableState {
        model: model.object_name.to_owned(),
        table: model.table.to_owned(),
        link: None,
        columns: early.chain(late).map(column).collect(),
        unique_together: model.unique_together.iter().map(|set| owned(set)).collect(),
        indexes: model
            .indexes
            .iter()
            .filter(|index| index.managed)
            .map(|index| index_state(model, index))
            .collect(),
        constraints: constraints(model),
        search_index: search_index(model),
        kept_names: BTreeMap::new(),
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn column(field: &Field) -> ColumnState {
    let db_type = field.db_type();
    let check = field.db_check().and_then(|check| {
        let sqlite = check.sql("{column}", false).unwrap_or_default();
        let postgres = check.sql("{column}", true).unwrap_or_default();
        Some(PerDatabase::new(&sqlite, &postgres))
            .filter(|_| !(sqlite.is_empty() && postgres.is_empty()))
    });
    let is_indexed_by_kind = field.relation.is_some() || matches!(field.kind, FieldKind::Slug(_));

    ColumnState {
        name: field.name.to_owned(),
        column: field.column.to_owned(),
        db_type: PerDatabase::new(&db_type.sqlite, &db_type.postgres),
        auto: field.kind == FieldKind::Auto,
        null: field.null && !field.primary_key,
        primary_key: field.primary_key,
        unique: field.unique && !field.primary_key,
        db_index: (field.db_index || (is_indexed_by_kind && !field.is_unindexed))
            && !field.unique
            && !field.primary_key,
        check,
        db_default: field.db_default.as_ref().map(db_default),
        generated: field.generated_as.map(|generated| GeneratedState {
            expression: PerDatabase::new(generated.sqlite, generated.postgres),
            stored: generated.stored,
        }),
        references: field.relation.as_ref().map(|relation| {
            let to = relation.to().concrete();
            Reference {
                model: to.object_label(),
                table: to.table.to_owned(),
                column: relation.target().column.to_owned(),
                on_delete: on_delete(relation.on_delete).to_owned(),
                constraint: relation.db_constraint,
            }
        }),
    }
}

/// Returns the rule that the database follows; "" if Django's code follows the rule.
fn on_delete(rule: OnDelete) -> &'static str {
    match rule {
        OnDelete::DbCascade => "CASCADE",
        OnDelete::DbSetNull => "SET NULL",
        OnDelete::DbSetDefault => "SET DEFAULT",
        _ => "",
    }
}

fn db_default(default: &DbDefault) -> PerDatabase {
    match default {
        DbDefault::Value(value) => {
            let value = value();
            PerDatabase::new(&literal(&value, false), &literal(&value, true))
        }
        DbDefault::Now => PerDatabase::new("CURRENT_TIMESTAMP", "(STATEMENT_TIMESTAMP())"),
        DbDefault::Sql { sqlite, postgres } => {
            PerDatabase::new(&format!("({sqlite})"), &format!("({postgres})"))
        }
    }
}

fn index_state(model: &Meta, index: &Index) -> IndexState {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|part| {
            let sign = if part.descending { "-" } else { "" };
            format!("{sign}{}", part.column)
        })
        .collect();
    IndexState {
        name: index
            .name
            .map_or_else(|| index_name(model.table, &columns), str::to_owned),
        columns,
        condition: index.condition.map(str::to_owned),
    }
}

fn search_index(model: &Meta) -> Vec<String> {
    let index = model.search_index.as_ref().filter(|index| index.managed);
    index.map_or_else(Vec::new, |index| owned(&index.columns))
}

fn constraints(model: &Meta) -> Vec<ConstraintState> {
    let unique = model
        .unique_constraints
        .iter()
        .map(|constraint: &UniqueConstraint| ConstraintState::Unique {
            name: constraint.name.to_owned(),
            columns: owned(&constraint.columns),
            condition: constraint.condition.map(str::to_owned),
        });
    let checks = model
        .check_constraints
        .iter()
        .map(|constraint| ConstraintState::Check {
            name: constraint.name.to_owned(),
            check: constraint.check.to_owned(),
        });
    checks.chain(unique).collect()
}

/// Returns the link table of a many-to-many field, unless it has a model of its own.
fn link_table(model: &'static Meta, many: &'static ManyToMany) -> Option<TableState> {
    if many.link_model().is_some() {
        return None;
    }
    let to = many.to().concrete();
    let foreign_key = |column: &str, to: &'static Meta| {
        let db_type = to.pk().db_type_of_references();
        let name = column.strip_suffix("_id").unwrap_or(column);
        ColumnState {
            column: column.to_owned(),
            db_index: true,
            references: Some(Reference {
                model: to.object_label(),
                table: to.table.to_owned(),
                column: to.pk().column.to_owned(),
                on_delete: String::new(),
                constraint: true,
            }),
            ..ColumnState::new(name, PerDatabase::new(&db_type.sqlite, &db_type.postgres))
        }
    };
    let id = ColumnState {
        auto: true,
        primary_key: true,
        ..ColumnState::new("id", PerDatabase::new("integer", "bigint"))
    };

    Some(TableState {
        model: format!("{}_{}", model.object_name, many.name),
        table: many.through().to_owned(),
        link: Some(LinkState {
            model: model.object_name.to_owned(),
            field: many.name.to_owned(),
        }),
        columns: vec![
            id,
            foreign_key(many.from_column, model),
            foreign_key(many.to_column, to),
        ],
        unique_together: vec![vec![many.from_column.to_owned(), many.to_column.to_owned()]],
        indexes: Vec::new(),
        constraints: Vec::new(),
        search_index: Vec::new(),
        kept_names: BTreeMap::new(),
    })
}
