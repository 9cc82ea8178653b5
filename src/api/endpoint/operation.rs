//! [`EndpointOperation`]: the description of an endpoint in `openapi.json`.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

use super::{EndpointArguments, EndpointResponse};
use crate::api::openapi::{add_problems, answer};

/// The description of an endpoint, which its arguments and its answer complete.
#[derive(Debug)]
pub struct EndpointOperation<'a> {
    generator: &'a mut SchemaGenerator,
    parameters: Vec<Json>,
    body: Option<Json>,
    responses: Map<String, Json>,
    problems: Vec<u16>,
}

impl EndpointOperation<'_> {
    /// Sets the body of the request, in JSON.
    pub fn body<T: JsonSchema>(&mut self) {
        let schema = self.generator.subschema_for::<T>();
        self.body = Some(json!({
            "required": true,
            "content": {"application/json": {"schema": schema}},
        }));
        self.problems.extend([408, 413, 415, 422]);
    }

    /// Adds the fields of `T` as parameters: `place` is `query` or `path`.
    pub fn parameters<T: JsonSchema>(&mut self, place: &str) {
        let schema = T::json_schema(self.generator).to_value();
        let required = schema.get("required").and_then(Json::as_array);
        let properties = schema.get("properties").and_then(Json::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let is_required = place == "path"
                || required.is_some_and(|names| names.iter().any(|other| other == name));
            let mut parameter = json!({
                "name": name,
                "in": place,
                "required": is_required,
                "schema": schema,
            });
            if let Some(text) = schema.get("description") {
                parameter["description"] = text.clone();
            }
            self.parameters.push(parameter);
        }
    }

    /// Adds a response with a body.
    pub fn response<T: JsonSchema>(&mut self, status: u16, text: &str) {
        let schema = self.generator.subschema_for::<T>().to_value();
        self.responses
            .insert(status.to_string(), answer(text, schema));
    }

    /// Adds a response without a body.
    pub fn empty_response(&mut self, status: u16, text: &str) {
        self.responses
            .insert(status.to_string(), json!({"description": text}));
    }

    /// Adds problems with these statuses.
    pub fn problems(&mut self, statuses: &[u16]) {
        self.problems.extend(statuses);
    }

    fn finish(mut self) -> Json {
        add_problems(&mut self.responses, &self.problems);
        let mut operation = json!({"responses": self.responses});
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }
}

/// Returns the description of an endpoint with these arguments and this answer.
pub(super) fn describe<Args: EndpointArguments, Answer: EndpointResponse>(
    generator: &mut SchemaGenerator,
) -> Json {
    let mut operation = EndpointOperation {
        generator,
        parameters: Vec::new(),
        body: None,
        responses: Map::new(),
        problems: Vec::new(),
    };
    Args::describe_all(&mut operation);
    Answer::describe(&mut operation);
    operation.finish()
}
