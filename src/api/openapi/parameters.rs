//! The parameters of lists: pages, order, search, fields, and the filters.

use serde_json::{Value as Json, json};

use super::field_schema::value_schema;
use crate::api::list::{COUNTED, MAX_PAGE_SIZE, PAGE_SIZE, can_sort};
use crate::api::model::{ApiField, ApiModel};
use crate::db::Kind;
use crate::models::{Field, FieldKind};

/// Returns the parameters of the list of `model`.
pub(super) fn of_list(model: &ApiModel) -> Vec<Json> {
    let mut parameters = of_pages(model);
    for field in &model.fields {
        match field {
            ApiField::Column(column) => parameters.extend(of_column(column)),
            ApiField::Many(many) => {
                let key = many.to().pk().target();
                parameters.extend([exact(many.name, key), one_of(many.name, key)]);
            }
            ApiField::Display => {}
        }
    }
    parameters
}

fn parameter(name: &str, description: &str, schema: Json) -> Json {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn of_pages(model: &ApiModel) -> Vec<Json> {
    let sorted = model.fields.iter().filter(|field| can_sort(**field));
    let sorted: Vec<&str> = sorted.map(|field| field.name()).collect();
    let names: Vec<&str> = model.fields.iter().map(|field| field.name()).collect();
    let sizes =
        json!({"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE});
    let numbers = json!({"type": "integer", "format": "int64", "minimum": 1});
    let mut parameters = vec![
        parameter(
            "page",
            "The number of the page. Use a cursor for long lists.",
            numbers,
        ),
        parameter("page_size", "The number of rows of a page.", sizes),
        parameter(
            "cursor",
            "The place of the page, from “next” or “previous” of another page.",
            json!({"type": "string"}),
        ),
        parameter(
            "ordering",
            &format!(
                "Names with commas between, each with a minus for the largest first: {}.",
                sorted.join(", ")
            ),
            json!({"type": "string"}),
        ),
        parameter(
            "fields",
            &format!(
                "The fields of the rows, with commas between: {}.",
                names.join(", ")
            ),
            json!({"type": "string"}),
        ),
        parameter(
            "count",
            &format!("“exact” counts all rows, also if there are more than {COUNTED}."),
            json!({"type": "string", "enum": ["exact"]}),
        ),
    ];
    if !model.registered.options.search_fields.is_empty() {
        let text = "Words that rows must contain, as in the search of the admin.";
        parameters.push(parameter("search", text, json!({"type": "string"})));
    }
    parameters
}

/// Returns the filters by a column: the lookups that make sense for its values. Django's other lookups work too.
fn of_column(column: &'static Field) -> Vec<Json> {
    let target = column.target();
    let mut filters = vec![exact(column.name, column)];
    match target.sql {
        _ if matches!(
            column.kind,
            FieldKind::Json | FieldKind::Binary | FieldKind::HStore
        ) =>
        {
            filters.clear();
        }
        Kind::Bool | Kind::Opaque => {}
        Kind::Text => {
            filters.push(one_of(column.name, column));
            for lookup in ["iexact", "icontains", "istartswith"] {
                filters.push(textual(column.name, lookup));
            }
        }
        _ => filters.push(one_of(column.name, column)),
    }

    let is_compared = column.relation.is_none()
        && matches!(
            target.sql,
            Kind::SmallInt
                | Kind::Integer
                | Kind::BigInt
                | Kind::Double
                | Kind::Decimal
                | Kind::Date
                | Kind::Time
                | Kind::Timestamp
        );
    if is_compared {
        for (lookup, text) in [
            ("gt", "greater than"),
            ("gte", "at least"),
            ("lt", "less than"),
            ("lte", "at most"),
        ] {
            let name = format!("{}__{lookup}", column.name);
            let text = format!("Rows whose {} is {text} this value.", column.verbose_name);
            filters.push(parameter(&name, &text, filter_schema(column)));
        }
    }
    if column.null {
        let name = format!("{}__isnull", column.name);
        let text = format!("Whether the {} is empty.", column.verbose_name);
        filters.push(parameter(&name, &text, truth()));
    }
    filters.extend(of_related(column));
    filters
}

/// Returns the filters by the columns of the row that a foreign key refers to.
fn of_related(column: &Field) -> Vec<Json> {
    let Some(relation) = &column.relation else {
        return Vec::new();
    };
    let columns = relation.to().fields.iter();
    let columns = columns.filter(|other| !other.secret && !other.primary_key);
    columns
        .filter(|other| can_sort(ApiField::Column(other)))
        .map(|other| {
            let name = format!("{}__{}", column.name, other.name);
            let text = format!(
                "Rows whose {} has this {}.",
                column.verbose_name, other.verbose_name
            );
            parameter(&name, &text, filter_schema(other))
        })
        .collect()
}

fn exact(name: &str, column: &'static Field) -> Json {
    let text = "Rows with this value.";
    parameter(name, text, filter_schema(column))
}

fn textual(name: &str, lookup: &str) -> Json {
    let text = match lookup {
        "iexact" => "Rows with this text, in capital or small letters.",
        "icontains" => "Rows that contain this text, in capital or small letters.",
        _ => "Rows that begin with this text, in capital or small letters.",
    };
    parameter(
        &format!("{name}__{lookup}"),
        text,
        json!({"type": "string"}),
    )
}

fn one_of(name: &str, column: &'static Field) -> Json {
    let mut parameter = parameter(
        &format!("{name}__in"),
        "Rows with one of these values.",
        json!({"type": "array", "items": filter_schema(column), "minItems": 1}),
    );
    parameter["style"] = "form".into();
    parameter["explode"] = false.into();
    parameter
}

/// A truth value, in the spellings of JSON and of Django.
fn truth() -> Json {
    json!({"type": "string", "enum": ["true", "false", "True", "False", "1", "0"]})
}

/// Returns the schema of a value in a URL, which is a text.
fn filter_schema(column: &'static Field) -> Json {
    let target = column.target();
    match target.sql {
        Kind::Bool => truth(),
        Kind::SmallInt | Kind::Integer | Kind::BigInt => json!({"type": "integer"}),
        Kind::Decimal | Kind::Double => json!({"type": "number"}),
        Kind::Text => json!({"type": "string"}),
        _ => {
            let mut schema = value_schema(target);
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("examples");
            }
            schema
        }
    }
}
