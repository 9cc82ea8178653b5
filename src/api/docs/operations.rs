//! The parts of the document, as the page shows them.

use serde_json::{Value as Json, json};

/// The operations with one tag.
pub(super) struct DocsGroup {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) operations: Vec<DocsOperation>,
}

/// A method of a path.
pub(super) struct DocsOperation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) parameters: Vec<DocsField>,
    /// The name of the schema of the body, or "".
    pub(super) body: String,
    /// An example of the body, or "".
    pub(super) example: String,
    /// The statuses with their meanings and the names of their schemas.
    pub(super) responses: Vec<DocsResponse>,
}

/// A status of an operation.
pub(super) struct DocsResponse {
    pub(super) status: String,
    pub(super) text: String,
    pub(super) schema: String,
}

/// A parameter, or a field of a schema.
pub(super) struct DocsField {
    pub(super) name: String,
    /// `query`, `path` or `header`; "" for a field of a schema.
    pub(super) place: String,
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) is_read_only: bool,
    pub(super) description: String,
    /// The value with which the field of the form begins, or "".
    pub(super) value: String,
}

/// A schema with its fields.
pub(super) struct DocsSchema {
    pub(super) name: String,
    pub(super) fields: Vec<DocsField>,
}

impl DocsOperation {
    /// Whether the form works without a script: it opens the address, which has no parts to fill in.
    pub(super) fn is_plain(&self) -> bool {
        self.method == "GET" && !self.path.contains('{')
    }
}

fn text(json: &Json, name: &str) -> String {
    json.get(name)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn items(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    json.and_then(Json::as_array).into_iter().flatten()
}

fn entries(json: Option<&Json>) -> impl Iterator<Item = (&String, &Json)> {
    json.and_then(Json::as_object).into_iter().flatten()
}

/// Returns the last part of a reference, or "".
fn referenced(schema: Option<&Json>) -> String {
    let reference = schema
        .map(|schema| text(schema, "$ref"))
        .unwrap_or_default();
    reference.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Returns the part of the document to which `$ref` refers, or `json` if it has no `$ref`.
fn resolved<'a>(document: &'a Json, json: &'a Json) -> &'a Json {
    let reference = json.get("$ref").and_then(Json::as_str);
    let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(json)
}

/// Returns the names of the required fields of a schema.
fn required(schema: &Json) -> Vec<&str> {
    items(schema.get("required"))
        .filter_map(Json::as_str)
        .collect()
}

/// Returns the operations of the document by their tags.
pub(super) fn groups(document: &Json) -> Vec<DocsGroup> {
    let mut groups: Vec<DocsGroup> = Vec::new();
    for (path, item) in entries(document.get("paths")) {
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let name = items(operation.get("tags")).next();
            let name = name.and_then(Json::as_str).unwrap_or("other");
            let shown = docs_operation(document, path, method, item, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(shown),
                None => groups.push(DocsGroup {
                    name: name.to_owned(),
                    id: format!("group-{}", name.replace('.', "-")),
                    operations: vec![shown],
                }),
            }
        }
    }
    groups
}

fn docs_operation(
    document: &Json,
    path: &str,
    method: &str,
    item: &Json,
    operation: &Json,
) -> DocsOperation {
    let parameters = items(item.get("parameters")).chain(items(operation.get("parameters")));
    let content = operation.pointer("/requestBody/content/application~1json/schema");
    let body = referenced(content);
    let responses = entries(operation.get("responses"));
    DocsOperation {
        id: text(operation, "operationId"),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        parameters: parameters.map(parameter).collect(),
        example: match content {
            Some(schema) => format!("{:#}", example(document, schema, 0)),
            None => String::new(),
        },
        body,
        responses: responses
            .map(|(status, response)| docs_response(document, status, response))
            .collect(),
    }
}

fn docs_response(document: &Json, status: &str, response: &Json) -> DocsResponse {
    let response = resolved(document, response);
    let mut content = entries(response.get("content"));
    DocsResponse {
        status: status.to_owned(),
        text: text(response, "description"),
        schema: referenced(content.next().and_then(|(_, media)| media.get("schema"))),
    }
}

fn parameter(parameter: &Json) -> DocsField {
    let schema = parameter.get("schema").unwrap_or(&Json::Null);
    let name = text(parameter, "name");
    DocsField {
        place: text(parameter, "in"),
        kind: kind(schema),
        is_required: parameter.get("required") == Some(&Json::Bool(true)),
        is_read_only: false,
        description: text(parameter, "description"),
        value: match name.as_str() {
            "page" => "1".to_owned(),
            "page_size" => "20".to_owned(),
            _ => String::new(),
        },
        name,
    }
}

/// Returns the type of a schema in words: `integer`, `text (date) or null`, `list of integer`.
fn kind(schema: &Json) -> String {
    let reference = referenced(Some(schema));
    if !reference.is_empty() {
        return reference;
    }
    let one = |name: &str| {
        let mut shown = match name {
            "string" => "text".to_owned(),
            "array" => {
                let items = schema.get("items").unwrap_or(&Json::Null);
                format!("list of {}", kind(items))
            }
            _ => name.to_owned(),
        };
        let format = text(schema, "format");
        if !format.is_empty() && name != "null" {
            shown = format!("{shown} ({format})");
        }
        shown
    };
    let kinds: Vec<String> = match schema.get("type") {
        Some(Json::String(name)) => vec![one(name)],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).map(one).collect(),
        _ => items(schema.get("anyOf")).map(kind).collect(),
    };
    let mut shown = if kinds.is_empty() {
        "any JSON".to_owned()
    } else {
        kinds.join(" or ")
    };

    let choices: Vec<String> = items(schema.get("enum")).map(Json::to_string).collect();
    if !choices.is_empty() {
        shown = format!("{shown}: {}", choices.join(", "));
    }
    for (name, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "at least characters:"),
        ("maxLength", "at most characters:"),
        ("minItems", "at least items:"),
        ("maxItems", "at most items:"),
    ] {
        // The limits of the type of a column say nothing.
        let limit = schema.get(name).filter(|limit| {
            limit
                .as_i64()
                .is_none_or(|limit| limit.abs() < i64::from(i16::MAX))
        });
        if let Some(limit) = limit {
            shown = format!("{shown}, {words} {limit}");
        }
    }
    shown
}

/// Returns the schemas of the document.
pub(super) fn schemas(document: &Json) -> Vec<DocsSchema> {
    let schemas = entries(document.pointer("/components/schemas"));
    let schemas = schemas.map(|(name, schema)| {
        let required = required(schema);
        let fields = entries(schema.get("properties"));
        DocsSchema {
            name: name.clone(),
            fields: fields
                .map(|(name, schema)| DocsField {
                    name: name.clone(),
                    place: String::new(),
                    kind: kind(schema),
                    is_required: required.contains(&name.as_str()),
                    is_read_only: schema.get("readOnly") == Some(&Json::Bool(true)),
                    description: text(schema, "description"),
                    value: String::new(),
                })
                .collect(),
        }
    });
    schemas.collect()
}

/// Returns an example of a body: the required fields.
fn example(document: &Json, schema: &Json, depth: usize) -> Json {
    let schema = resolved(document, schema);
    if let Some(first) = items(schema.get("examples"))
        .chain(items(schema.get("enum")))
        .next()
    {
        return first.clone();
    }
    let kind = match schema.get("type") {
        Some(Json::Array(kinds)) => kinds.first().and_then(Json::as_str),
        Some(Json::String(kind)) => Some(kind.as_str()),
        _ => None,
    };
    match kind {
        Some("object") if depth < 4 => {
            let required = required(schema);
            let fields = entries(schema.get("properties"));
            let fields = fields.filter(|(name, _)| required.contains(&name.as_str()));
            Json::Object(
                fields
                    .map(|(name, schema)| (name.clone(), example(document, schema, depth + 1)))
                    .collect(),
            )
        }
        Some("array") if depth < 4 => {
            let item = schema.get("items").unwrap_or(&Json::Null);
            json!([example(document, item, depth + 1)])
        }
        Some("integer" | "number") => 1.into(),
        Some("boolean") => true.into(),
        Some("string") => match text(schema, "format").as_str() {
            "date" => "2026-01-31".into(),
            "date-time" => "2026-01-31T12:00:00Z".into(),
            "email" => "ada@example.com".into(),
            _ => "text".into(),
        },
        _ => Json::Null,
    }
}
