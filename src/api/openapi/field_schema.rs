//! The JSON Schema of a field, from its description.

use serde_json::{Map, Value as Json, json};

use crate::api::model::{ApiField, is_automatic};
use crate::db::Kind;
use crate::forms::model::ModelField;
use crate::models::{Field, FieldKind, Validator};
use crate::words::capfirst;

/// Returns the schema of the values of `field`; `writable` says whether requests can set it.
pub(super) fn field_schema(field: ApiField, writable: bool) -> Json {
    let mut schema = match field {
        ApiField::Display => {
            json!({"type": "string", "description": "The text of the row for people."})
        }
        ApiField::Many(many) => json!({
            "type": "array",
            "items": value_schema(many.to().pk().target()),
            "title": many.label(),
            "description": described(many.help_text, &format!("The keys of {}.", many.to().verbose_name_plural)),
        }),
        ApiField::Column(column) => column_schema(column),
    };
    if !writable {
        schema["readOnly"] = true.into();
    }
    schema
}

fn described(help_text: &str, text: &str) -> String {
    [help_text, text]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn column_schema(column: &'static Field) -> Json {
    let mut schema = if column.has_choices() && column.choices_from.is_none() {
        choice_schema(column)
    } else {
        value_schema(column)
    };
    add_limits(&mut schema, column);

    let is_nullable = column.null || column.is_file();
    if is_nullable && let Some(kind) = schema.get("type").cloned() {
        schema["type"] = json!([kind, "null"]);
        if let Some(Json::Array(values)) = schema.get_mut("enum") {
            values.push(Json::Null);
        }
    }
    schema["title"] = column.label().into();
    let text = match &column.relation {
        Some(relation) => format!("The key of a {}.", relation.to().verbose_name),
        None if column.is_file() => {
            "The URL of the file. A new file is sent as multipart/form-data.".to_owned()
        }
        None => String::new(),
    };
    let text = described(column.help_text, &text);
    if !text.is_empty() {
        schema["description"] = text.into();
    }
    schema
}

fn choice_schema(column: &Field) -> Json {
    let is_number = matches!(column.sql, Kind::SmallInt | Kind::Integer | Kind::BigInt);
    let values = column
        .choices
        .iter()
        .map(|(value, _)| match value.parse::<i64>() {
            Ok(number) if is_number => Json::from(number),
            _ => Json::from(*value),
        });
    let mut values: Vec<Json> = values.collect();
    if column.blank && !is_number && !values.contains(&"".into()) {
        values.push("".into());
    }
    let kind = if is_number { "integer" } else { "string" };
    json!({"type": kind, "enum": values})
}

/// Returns the type and the format of the values of a column.
pub(super) fn value_schema(column: &'static Field) -> Json {
    let column = column.target();
    let blank = column.blank;
    match column.kind {
        FieldKind::Auto
        | FieldKind::Integer
        | FieldKind::PositiveInteger
        | FieldKind::ForeignKey => by_column_type(column.sql),
        FieldKind::Decimal(..) => {
            json!({"type": "string", "format": "decimal", "examples": ["12.50"]})
        }
        FieldKind::Float => json!({"type": "number"}),
        FieldKind::Boolean => json!({"type": "boolean"}),
        FieldKind::Date => json!({"type": "string", "format": "date"}),
        FieldKind::Time => json!({"type": "string", "examples": ["12:30:00"]}),
        FieldKind::DateTime => json!({"type": "string", "format": "date-time"}),
        FieldKind::Uuid => json!({"type": "string", "format": "uuid"}),
        FieldKind::Json => json!({"description": "Any JSON."}),
        // The format "email" would make generated Python clients need another package.
        FieldKind::Email(_) => json!({"type": "string", "examples": ["ada@example.com"]}),
        FieldKind::Url(_) if !blank => json!({"type": "string", "format": "uri"}),
        FieldKind::File(_) | FieldKind::Image(_) => {
            json!({"type": "string", "format": "uri-reference"})
        }
        FieldKind::Binary => json!({"type": "string", "contentEncoding": "base64"}),
        _ => json!({"type": "string"}),
    }
}

fn by_column_type(sql: Kind) -> Json {
    match sql {
        Kind::SmallInt => json!({"type": "integer", "minimum": i16::MIN, "maximum": i16::MAX}),
        Kind::Integer => {
            json!({"type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX})
        }
        Kind::BigInt => json!({"type": "integer", "format": "int64"}),
        Kind::Uuid => json!({"type": "string", "format": "uuid"}),
        _ => json!({"type": "string"}),
    }
}

/// Adds lengths and ranges.
fn add_limits(schema: &mut Json, column: &'static Field) {
    let target = column.target();
    if column.kind == FieldKind::PositiveInteger {
        schema["minimum"] = 0.into();
    }
    for validator in &column.validators {
        let (name, limit) = match validator {
            Validator::Min(limit) => ("minimum", limit),
            Validator::Max(limit) => ("maximum", limit),
            Validator::Custom(_) => continue,
        };
        let is_number = matches!(schema["type"].as_str(), Some("integer" | "number"));
        let number = limit.to_string().parse::<serde_json::Number>();
        if let Some(number) = number.ok().filter(|_| is_number) {
            schema[name] = Json::Number(number);
        }
    }

    let is_text = target.sql == Kind::Text && !target.is_file() && !column.has_choices();
    if is_text && let Some(most) = column.max_length() {
        schema["maxLength"] = most.into();
    }
    if is_text && !column.blank && !column.null {
        schema["minLength"] = 1.into();
    }
}

/// Whether a new row must be sent with the field.
pub(super) fn is_required(field: ApiField) -> bool {
    field
        .model_field()
        .is_some_and(|field| field.required() && !field.has_default() && !is_automatic(field))
}

/// Returns the schema of a field in a form with files, where everything is a text.
pub(super) fn form_schema(field: ModelField) -> Json {
    match field {
        ModelField::Many(_) => json!({"type": "array", "items": {"type": "string"}}),
        field if field.is_file() => {
            json!({"type": "string", "contentMediaType": "application/octet-stream", "format": "binary"})
        }
        ModelField::Column(_) => json!({"type": "string"}),
    }
}

/// Returns an object with these properties.
pub(super) fn object(properties: Map<String, Json>, required: &[&str]) -> Json {
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Returns the name of a schema: `CatalogProduct`.
pub(super) fn schema_name(app: &str, object_name: &str) -> String {
    let parts = app.split('_').map(capfirst);
    format!("{}{object_name}", parts.collect::<String>())
}
