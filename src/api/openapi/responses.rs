//! The responses of the API: answers and problems.

use serde_json::{Map, Value as Json, json};

/// The media type of a problem.
const PROBLEM: &str = "application/problem+json";

/// The statuses of problems, each with its meaning.
const PROBLEMS: [(u16, &str); 14] = [
    (
        400,
        "The request could not be understood: it is not JSON, or a parameter of the URL is wrong.",
    ),
    (
        401,
        "A token or a login is needed, or the token is not valid.",
    ),
    (403, "The user does not have the permission."),
    (404, "There is no such row or page."),
    (408, "The body did not arrive in time."),
    (
        409,
        "Other rows protect the row, or the first request with the Idempotency-Key is still running.",
    ),
    (
        412,
        "The row was changed since its ETag was read. Nothing was written.",
    ),
    (413, "The body is too large."),
    (415, "The body has another content type."),
    (422, "The values are not valid. “errors” names the fields."),
    (
        429,
        "There were too many requests. Wait as long as Retry-After says.",
    ),
    (500, "The site failed. Nothing was written by halves."),
    (503, "The site cannot answer at the moment."),
    (405, "The address exists, but not for this method."),
];

/// The problems that any request may be answered with.
const ANY: [u16; 4] = [400, 429, 500, 503];

/// Returns the responses that `components` has.
pub(super) fn components() -> Map<String, Json> {
    let response = |text: &str| {
        json!({
            "description": text,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        })
    };
    PROBLEMS
        .into_iter()
        .map(|(status, text)| (format!("Problem{status}"), response(text)))
        .collect()
}

/// Returns the schema of a problem (RFC 9457).
pub(super) fn problem_schema() -> Json {
    json!({
        "type": "object",
        "description": "A failed request (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {
                "type": "object",
                "description": "The texts for each field. An empty name means the request as a whole.",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
        },
        "required": ["type", "title", "status", "detail"],
    })
}

/// Adds the problems with these statuses, and those that any request may be answered with.
pub(in crate::api) fn add_problems(responses: &mut Map<String, Json>, statuses: &[u16]) {
    let mut all: Vec<u16> = statuses.iter().chain(&ANY).copied().collect();
    all.sort_unstable();
    all.dedup();
    for status in all {
        let reference = format!("#/components/responses/Problem{status}");
        responses.insert(status.to_string(), json!({"$ref": reference}));
    }
}

/// The meaning of the status 304.
pub(in crate::api) const NOT_MODIFIED: &str = "The client has the answer already (If-None-Match).";

/// Returns the response for a client that has the answer already.
pub(super) fn not_modified() -> Json {
    json!({"description": NOT_MODIFIED})
}

/// Returns a response with this schema.
pub(in crate::api) fn answer(text: &str, schema: Json) -> Json {
    json!({"description": text, "content": {"application/json": {"schema": schema}}})
}
