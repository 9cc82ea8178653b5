//! The paths and schemas of a model.

use serde_json::{Map, Value as Json, json};

use super::field_schema::{field_schema, form_schema, is_required, object, schema_name};
use super::parameters;
use super::responses::{add_problems, answer, not_modified};
use crate::api::list::COUNTED;
use crate::api::model::{ApiField, ApiModel, is_automatic};
use crate::auth::User;
use crate::records::Actor;
use crate::settings::Settings;

/// The parts of the document for one model.
pub(super) struct ModelPaths<'a> {
    model: &'a ApiModel,
    /// The fields that requests can set.
    writable: Vec<ApiField>,
    name: String,
}

impl<'a> ModelPaths<'a> {
    pub(super) fn new(model: &'a ApiModel, settings: &Settings) -> Self {
        // The form of a superuser has all fields. Others may have fewer.
        let mut actor = Actor::anonymous();
        actor.user = User {
            is_superuser: true,
            is_staff: true,
            is_active: true,
            ..actor.user
        };
        let editable = model.registered.editable_fields(&actor, settings, None);
        let can_write = |field: &&ApiField| {
            let field = field.model_field();
            field.is_some_and(|field| !is_automatic(field) && editable.has(field))
        };
        let meta = model.meta();
        Self {
            writable: model.fields.iter().filter(can_write).copied().collect(),
            name: schema_name(meta.app, meta.object_name),
            model,
        }
    }

    fn can_write(&self, field: ApiField) -> bool {
        self.writable
            .iter()
            .any(|other| other.name() == field.name())
    }

    fn properties(&self, fields: &[ApiField]) -> Map<String, Json> {
        let schema = |field: &ApiField| field_schema(*field, self.can_write(*field));
        fields
            .iter()
            .map(|field| (field.name().to_owned(), schema(field)))
            .collect()
    }

    /// Adds the schemas of rows, pages and bodies.
    pub(super) fn add_schemas(&self, schemas: &mut Map<String, Json>) {
        let (name, fields) = (&self.name, &self.model.fields);
        let mut add = |suffix: &str, schema| schemas.insert(format!("{name}{suffix}"), schema);
        let all: Vec<&str> = fields.iter().map(|field| field.name()).collect();
        let required = self.writable.iter().filter(|field| is_required(**field));
        let required: Vec<&str> = required.map(|field| field.name()).collect();

        add("", object(self.properties(fields), &all));
        // The parameter `fields` leaves fields out.
        add("Listed", object(self.properties(fields), &[]));
        add("Create", object(self.properties(&self.writable), &required));
        add("Update", object(self.properties(fields), &[]));
        if self.has_files() {
            add("CreateForm", object(self.form_properties(), &required));
            add("UpdateForm", object(self.form_properties(), &[]));
        }
        add("Page", self.page_schema());
    }

    fn has_files(&self) -> bool {
        let mut fields = self.writable.iter().filter_map(|field| field.model_field());
        fields.any(|field| field.is_file())
    }

    fn form_properties(&self) -> Map<String, Json> {
        let fields = self.writable.iter().filter_map(|field| field.model_field());
        fields
            .map(|field| (field.name().to_owned(), form_schema(field)))
            .collect()
    }

    fn page_schema(&self) -> Json {
        let url = json!({"type": ["string", "null"], "format": "uri"});
        json!({
            "type": "object",
            "properties": {
                "count": {
                    "type": ["integer", "null"],
                    "description": format!("The number of all rows; null if there are more than {COUNTED}."),
                },
                "count_at_least": {"type": "integer"},
                "next": url,
                "previous": url,
                "results": {"type": "array", "items": self.reference("Listed")},
            },
            "required": ["count", "next", "previous", "results"],
            "additionalProperties": false,
        })
    }

    fn reference(&self, suffix: &str) -> Json {
        json!({"$ref": format!("#/components/schemas/{}{suffix}", self.name)})
    }

    /// Adds the paths of the list and of a row.
    pub(super) fn add_paths(&self, paths: &mut Map<String, Json>) {
        let path = self.model.path;
        paths.insert(
            path.to_owned(),
            json!({"get": self.list(), "post": self.create()}),
        );
        let key = super::field_schema::value_schema(self.model.meta().pk().target());
        let row = json!({
            "parameters": [{"name": "pk", "in": "path", "required": true, "description": "The primary key.", "schema": key}],
            "get": self.read(),
            "put": self.change("replace", "Write the fields that are sent"),
            "patch": self.change("change", "Change the fields that are sent"),
            "delete": self.delete(),
        });
        paths.insert(format!("{path}{{pk}}/"), row);
    }

    fn operation(&self, verb: &str, summary: &str) -> Json {
        let meta = self.model.meta();
        json!({
            "operationId": format!("{verb}_{}_{}", meta.app, meta.name),
            "summary": summary,
            "tags": [meta.label()],
        })
    }

    fn list(&self) -> Json {
        let mut operation = self.operation("list", &self.about("List"));
        let mut responses = Map::new();
        responses.insert(
            "200".to_owned(),
            answer("A page of rows.", self.reference("Page")),
        );
        responses.insert("304".to_owned(), not_modified());
        add_problems(&mut responses, &[401, 403, 404]);
        operation["parameters"] = parameters::of_list(self.model).into();
        operation["responses"] = responses.into();
        operation
    }

    fn read(&self) -> Json {
        let mut operation = self.operation("read", &self.about_one("Read"));
        let mut responses = Map::new();
        responses.insert("200".to_owned(), self.row("The row."));
        responses.insert("304".to_owned(), not_modified());
        add_problems(&mut responses, &[401, 403, 404]);
        operation["responses"] = responses.into();
        operation
    }

    fn create(&self) -> Json {
        let mut operation = self.operation("create", &self.about_one("Add"));
        let mut responses = Map::new();
        let mut made = self.row("The new row.");
        made["headers"]["Location"] = json!({
            "description": "The URL of the new row.",
            "schema": {"type": "string"},
        });
        responses.insert("201".to_owned(), made);
        add_problems(&mut responses, &[401, 403, 408, 409, 413, 415, 422]);
        operation["parameters"] = json!([idempotency_key()]);
        operation["requestBody"] = self.body("Create", true);
        operation["responses"] = responses.into();
        operation
    }

    fn change(&self, verb: &str, summary: &str) -> Json {
        let text = format!("{summary}: {}", self.model.meta().verbose_name);
        let mut operation = self.operation(verb, &text);
        let mut responses = Map::new();
        responses.insert("200".to_owned(), self.row("The row as it is now."));
        add_problems(
            &mut responses,
            &[401, 403, 404, 408, 409, 412, 413, 415, 422],
        );
        operation["parameters"] = json!([if_match(), idempotency_key()]);
        operation["requestBody"] = self.body("Update", true);
        operation["responses"] = responses.into();
        operation
    }

    fn delete(&self) -> Json {
        let mut operation = self.operation("delete", &self.about_one("Delete"));
        let mut responses = Map::new();
        responses.insert(
            "204".to_owned(),
            json!({"description": "The row was deleted."}),
        );
        add_problems(&mut responses, &[401, 403, 404, 409, 412, 422]);
        operation["parameters"] = json!([if_match(), idempotency_key()]);
        operation["responses"] = responses.into();
        operation
    }

    fn about(&self, verb: &str) -> String {
        format!("{verb} {}", self.model.meta().verbose_name_plural)
    }

    fn about_one(&self, verb: &str) -> String {
        format!("{verb} a row of {}", self.model.meta().verbose_name_plural)
    }

    fn row(&self, text: &str) -> Json {
        let mut response = answer(text, self.reference(""));
        response["headers"] = json!({"ETag": {
            "description": "Changes with the row. Send it as If-Match.",
            "schema": {"type": "string"},
        }});
        response
    }

    fn body(&self, suffix: &str, required: bool) -> Json {
        let mut content = json!({"application/json": {"schema": self.reference(suffix)}});
        if self.has_files() {
            let form = self.reference(&format!("{suffix}Form"));
            content["multipart/form-data"] = json!({"schema": form});
        }
        json!({"required": required, "content": content})
    }
}

fn if_match() -> Json {
    json!({
        "name": "If-Match",
        "in": "header",
        "description": "The ETag of the row as it was read. If the row was changed since, nothing is written (412).",
        "schema": {"type": "string"},
    })
}

fn idempotency_key() -> Json {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A text of the client’s choice. A request that is sent again with the same key gets the first answer, for a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    })
}
