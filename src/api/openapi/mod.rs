//! `GET /api/openapi.json`: the description of the API, in OpenAPI 3.1.
//!
//! The document is made from the descriptions of the models, and from the types of the site's own endpoints.

mod field_schema;
mod model_paths;
mod parameters;
mod responses;

use std::sync::OnceLock;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json, json};

use super::model::ApiModel;
use crate::http::{Access, DescribeOperation, Urls};
use crate::pages::Site;
use crate::settings::Settings;
use model_paths::ModelPaths;
use responses::not_modified;
pub(super) use responses::{NOT_MODIFIED, add_problems, answer};

/// The description of the API of a site.
pub(crate) struct ApiDescription {
    models: &'static [ApiModel],
    own: Vec<OwnOperation>,
    document: OnceLock<Json>,
    text: OnceLock<String>,
}

/// A method of an endpoint of the site.
struct OwnOperation {
    pattern: &'static str,
    name: &'static str,
    access: Access,
    method: Method,
    summary: &'static str,
    problems: &'static [u16],
    describe: DescribeOperation,
}

impl ApiDescription {
    /// Creates the description of the API with these models and `urls`.
    pub(crate) fn new(models: &'static [ApiModel], urls: &Urls) -> Self {
        let own = urls.iter().flat_map(|url| {
            url.operations().iter().map(|operation| OwnOperation {
                pattern: url.pattern,
                name: url.name,
                access: url.access,
                method: operation.method.clone(),
                summary: operation.summary,
                problems: operation.problems,
                describe: operation.describe,
            })
        });
        Self {
            models,
            own: own.collect(),
            document: OnceLock::new(),
            text: OnceLock::new(),
        }
    }

    /// Returns the document.
    pub(crate) fn document(&self, site: &Site, settings: &Settings) -> &Json {
        self.document.get_or_init(|| self.made(site, settings))
    }

    fn made(&self, site: &Site, settings: &Settings) -> Json {
        let mut paths = Map::new();
        let mut schemas = Map::new();
        paths.insert("/api/".to_owned(), json!({"get": index()}));
        paths.insert("/api/openapi.json".to_owned(), json!({"get": itself()}));
        for model in self.models {
            let model = ModelPaths::new(model, settings);
            model.add_paths(&mut paths);
            model.add_schemas(&mut schemas);
        }
        self.add_own(&mut paths, &mut schemas);
        schemas.insert("Problem".to_owned(), responses::problem_schema());

        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": format!("{} API", site.name),
                "version": "1",
                "description": "REST over the models of the admin, with its permissions. Errors are problems (RFC 9457).",
            },
            "security": [{"token": []}, {"session": []}],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "responses": responses::components(),
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer", "description": "A token of /accounts/tokens/."},
                    "session": {
                        "type": "apiKey",
                        "in": "cookie",
                        "name": settings.session.cookie.name,
                        "description": "A login. Requests that write need the header X-CSRFToken.",
                    },
                },
            },
        });
        if !settings.proxy.script_name.is_empty() {
            document["servers"] = json!([{"url": settings.proxy.script_name}]);
        }
        document
    }

    /// Adds the endpoints of the site.
    fn add_own(&self, paths: &mut Map<String, Json>, schemas: &mut Map<String, Json>) {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let mut generator = settings.into_generator();
        for own in &self.own {
            let mut operation = (own.describe)(&mut generator);
            let method = own.method.as_str().to_ascii_lowercase();
            operation["operationId"] =
                format!("{}_{method}", own.name.replace([':', '-'], "_")).into();
            let mut parts = own
                .pattern
                .split('/')
                .filter(|part| !part.is_empty() && *part != "api");
            operation["tags"] = json!([parts.next().unwrap_or("own")]);
            if !own.summary.is_empty() {
                operation["summary"] = own.summary.into();
            }
            if let Some(responses) = operation["responses"].as_object_mut() {
                add_problems(responses, own.problems);
                if own.access != Access::Public {
                    add_problems(responses, &[401, 403]);
                }
            }
            if own.access == Access::Public {
                operation["security"] = json!([]);
            }
            let path = paths
                .entry(openapi_path(own.pattern))
                .or_insert_with(|| json!({}));
            path[method] = operation;
        }
        for (name, schema) in generator.take_definitions(true) {
            schemas.entry(name).or_insert(schema);
        }
    }
}

/// Returns a pattern of actix as a path of OpenAPI: `{slug:[a-z]+}` is `{slug}`.
fn openapi_path(pattern: &str) -> String {
    let mut path = String::new();
    let mut depth = 0_usize;
    let mut is_rule = false;
    for c in pattern.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ':' if depth == 1 => is_rule = true,
            _ => {}
        }
        is_rule &= depth > 0;
        if !is_rule {
            path.push(c);
        }
    }
    path
}

fn index() -> Json {
    let urls =
        json!({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}});
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        answer("The URL of each model that the caller may see.", urls),
    );
    responses.insert("304".to_owned(), not_modified());
    add_problems(&mut responses, &[401, 403]);
    json!({
        "operationId": "index",
        "summary": "List the models",
        "tags": ["api"],
        "responses": responses,
    })
}

fn itself() -> Json {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        answer("This document.", json!({"type": "object"})),
    );
    responses.insert("304".to_owned(), not_modified());
    add_problems(&mut responses, &[]);
    json!({
        "operationId": "openapi",
        "summary": "Describe the API",
        "tags": ["api"],
        "security": [],
        "responses": responses,
    })
}

/// `GET /api/openapi.json`
pub(super) async fn openapi_json(
    description: web::Data<ApiDescription>,
    site: web::Data<&'static Site>,
    settings: web::Data<Settings>,
) -> HttpResponse {
    let text = description
        .text
        .get_or_init(|| description.document(&site, &settings).to_string());
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(text.clone())
}

#[cfg(test)]
mod tests {
    use super::openapi_path;

    #[test]
    fn rules_of_parameters_are_left_out_of_paths() {
        for (pattern, path) in [
            ("/api/shop/products/", "/api/shop/products/"),
            ("/api/books/{slug:[-a-z]{1,9}}/", "/api/books/{slug}/"),
            ("/api/{a}/{b}/", "/api/{a}/{b}/"),
        ] {
            assert_eq!(openapi_path(pattern), path, "the path of {pattern}");
        }
    }
}
