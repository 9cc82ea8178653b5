//! Compares JSON with the schema of a type, and collects all errors: serde stops at the first.
//!
//! This checks the structure (types, missing and unknown names, choices). The constraints, such as lengths and ranges, are
//! checked by `garde` when the structure is right.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use schemars::JsonSchema;
use serde_json::{Number, Value as Json};

use crate::error::Problem;

thread_local! {
    /// The schemas of the types of endpoints, which do not change.
    static SCHEMAS: RefCell<HashMap<TypeId, Rc<Json>>> = RefCell::default();
}

/// Returns the schema of `T`.
fn schema_of<T: JsonSchema + 'static>() -> Rc<Json> {
    let id = TypeId::of::<T>();
    let known = SCHEMAS.with_borrow(|schemas| schemas.get(&id).cloned());
    known.unwrap_or_else(|| {
        let schema = Rc::new(schemars::schema_for!(T).to_value());
        SCHEMAS.with_borrow_mut(|schemas| schemas.insert(id, Rc::clone(&schema)));
        schema
    })
}

/// Adds the errors of `json` as a `T` to `problem`.
pub(super) fn check<T: JsonSchema + 'static>(json: &Json, problem: &mut Problem) {
    let root = schema_of::<T>();
    Checker {
        root: &root,
        problem,
    }
    .check(&root, json, "");
}

/// Returns the text of a parameter of a URL as the type of JSON that its schema wants.
pub(super) fn value_of_text<T: JsonSchema + 'static>(name: &str, text: &str) -> Json {
    let root = schema_of::<T>();
    let schema = root.get("properties").and_then(|it| it.get(name));
    let schema = schema.map(|schema| resolved(&root, schema));
    let is = |kind: &str| schema.is_some_and(|schema| accepts(&root, schema, kind));
    if is("string") {
        return text.into();
    }
    let number = || text.parse::<Number>().ok().map(Json::Number);
    match text {
        "true" if is("boolean") => true.into(),
        "false" if is("boolean") => false.into(),
        _ if is("integer") || is("number") => number().unwrap_or_else(|| text.into()),
        _ => text.into(),
    }
}

/// Whether the schema accepts this type of JSON, or one of its alternatives does.
fn accepts(root: &Json, schema: &Json, kind: &str) -> bool {
    let alternatives = ["anyOf", "oneOf"].into_iter();
    let mut alternatives = alternatives
        .filter_map(|name| schema.get(name)?.as_array())
        .flatten();
    types(schema).any(|other| other == kind)
        || alternatives.any(|schema| accepts(root, resolved(root, schema), kind))
}

fn types(schema: &Json) -> impl Iterator<Item = &str> {
    let one = schema.get("type").and_then(Json::as_str);
    let many = schema.get("type").and_then(Json::as_array);
    one.into_iter()
        .chain(many.into_iter().flatten().filter_map(Json::as_str))
}

/// Follows `$ref`.
fn resolved<'a>(root: &'a Json, schema: &'a Json) -> &'a Json {
    let mut schema = schema;
    // A schema that refers to itself would never end.
    for _ in 0..16 {
        let reference = schema.get("$ref").and_then(Json::as_str);
        let pointer = reference.and_then(|text| text.strip_prefix('#'));
        match pointer.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

struct Checker<'a> {
    root: &'a Json,
    problem: &'a mut Problem,
}

impl Checker<'_> {
    fn wrong(&mut self, path: &str, text: impl Into<String>) {
        self.problem.push(path, text);
    }

    fn check(&mut self, schema: &Json, json: &Json, path: &str) {
        let schema = resolved(self.root, schema);
        for name in ["anyOf", "oneOf"] {
            if let Some(alternatives) = schema.get(name).and_then(Json::as_array) {
                self.one_of(alternatives, json, path);
            }
        }
        for part in schema
            .get("allOf")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            self.check(part, json, path);
        }

        if types(schema).next().is_some() && !types(schema).any(|kind| is_of(json, kind)) {
            let text = if json.is_null() {
                "This field cannot be null."
            } else {
                refusal(types(schema).next().unwrap_or_default())
            };
            return self.wrong(path, text);
        }
        self.choices(schema, json, path);
        match json {
            Json::Number(number) => self.range(schema, number, path),
            Json::Object(_) => self.object(schema, json, path),
            Json::Array(items) => {
                if let Some(schema) = schema.get("items") {
                    for (at, item) in items.iter().enumerate() {
                        self.check(schema, item, &format!("{path}[{at}]"));
                    }
                }
            }
            _ => {}
        }
    }

    fn choices(&mut self, schema: &Json, json: &Json, path: &str) {
        let choices = schema.get("enum").and_then(Json::as_array);
        let fits = choices.is_none_or(|choices| choices.contains(json))
            && schema.get("const").is_none_or(|only| only == json);
        if !fits {
            let shown = json
                .as_str()
                .map_or_else(|| json.to_string(), str::to_owned);
            let text =
                format!("Select a valid choice. {shown} is not one of the available choices.");
            self.wrong(path, text);
        }
    }

    /// The type of Rust must be able to hold a whole number. The ranges of `garde` are checked later.
    fn range(&mut self, schema: &Json, number: &Number, path: &str) {
        let format = schema.get("format").and_then(Json::as_str);
        let Some((min, max)) = format.and_then(range_of) else {
            return;
        };
        let (is_small, is_large) = match (number.as_i128(), number.as_f64()) {
            (Some(whole), _) => (whole < min, whole > max),
            // A float can be compared only roughly with the largest numbers; none of those that are equal fits.
            #[expect(clippy::cast_precision_loss, reason = "see above")]
            (None, Some(float)) => (float < min as f64, float >= max as f64),
            (None, None) => (false, false),
        };
        if is_small {
            let text = format!("Ensure this value is greater than or equal to {min}.");
            self.wrong(path, text);
        } else if is_large {
            let text = format!("Ensure this value is less than or equal to {max}.");
            self.wrong(path, text);
        }
    }

    /// One of the alternatives must fit. If there is only one besides null, reports its errors.
    fn one_of(&mut self, alternatives: &[Json], json: &Json, path: &str) {
        let root = self.root;
        let problems = alternatives.iter().map(|schema| {
            let mut problem = Problem::invalid();
            let mut checker = Checker {
                root,
                problem: &mut problem,
            };
            checker.check(schema, json, path);
            problem
        });
        let problems: Vec<Problem> = problems.collect();
        if problems.iter().any(Problem::is_empty) {
            return;
        }

        let is_null = |schema: &Json| schema.get("type").is_some_and(|kind| kind == "null");
        let pairs = alternatives.iter().zip(&problems);
        let mut others = pairs.filter(|pair| !is_null(pair.0));
        match (others.next(), others.next()) {
            (Some((_, only)), None) => {
                for (field, texts) in only.errors() {
                    for text in texts {
                        self.problem.push(field.as_str(), text.as_str());
                    }
                }
            }
            _ => self.wrong(path, "This value is not one of those that are accepted."),
        }
    }

    fn object(&mut self, schema: &Json, json: &Json, path: &str) {
        let Json::Object(object) = json else { return };
        let at = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            }
        };
        let required = schema.get("required").and_then(Json::as_array);
        let required = required.into_iter().flatten().filter_map(Json::as_str);
        for name in required.filter(|name| !object.contains_key(*name)) {
            self.wrong(&at(name), "This field is required.");
        }

        let properties = schema.get("properties").and_then(Json::as_object);
        let others = schema.get("additionalProperties");
        for (name, value) in object {
            match (properties.and_then(|it| it.get(name)), others) {
                (Some(schema), _) | (None, Some(schema @ Json::Object(_))) => {
                    self.check(schema, value, &at(name));
                }
                (None, Some(Json::Bool(false))) => {
                    self.wrong(&at(name), "There is no such field.");
                }
                _ => {}
            }
        }
    }
}

fn is_of(json: &Json, kind: &str) -> bool {
    match (kind, json) {
        ("integer", Json::Number(number)) => {
            number.is_i64()
                || number.is_u64()
                || number.as_f64().is_some_and(|float| float.fract() == 0.0)
        }
        ("number", Json::Number(_))
        | ("string", Json::String(_))
        | ("boolean", Json::Bool(_))
        | ("array", Json::Array(_))
        | ("object", Json::Object(_))
        | ("null", Json::Null) => true,
        _ => false,
    }
}

/// Returns the smallest and the largest number of a format of schemars, which names the integers as Rust does.
fn range_of(format: &str) -> Option<(i128, i128)> {
    let signed = |min: i64, max: i64| (min.into(), max.into());
    let unsigned = |max: u64| (0, max.into());
    Some(match format {
        "int8" => signed(i8::MIN.into(), i8::MAX.into()),
        "int16" => signed(i16::MIN.into(), i16::MAX.into()),
        "int32" => signed(i32::MIN.into(), i32::MAX.into()),
        "int64" => signed(i64::MIN, i64::MAX),
        "uint8" => unsigned(u8::MAX.into()),
        "uint16" => unsigned(u16::MAX.into()),
        "uint32" => unsigned(u32::MAX.into()),
        "uint64" | "uint" => unsigned(u64::MAX),
        _ => return None,
    })
}

fn refusal(kind: &str) -> &'static str {
    match kind {
        "integer" => "Enter a whole number.",
        "number" => "Enter a number.",
        "string" => "Send a text.",
        "boolean" => "Send true or false.",
        "array" => "Send a list.",
        "object" => "Send a JSON object.",
        _ => "This value is not valid.",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct Order {
        lines: Vec<Line>,
        country: Option<Country>,
        note: Option<String>,
    }

    #[derive(JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is read")]
    struct Line {
        product: i64,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is read")]
    enum Country {
        France,
        Spain,
    }

    fn wrong(json: &Json) -> Vec<String> {
        let mut problem = Problem::invalid();
        check::<Order>(json, &mut problem);
        let errors = problem.errors().iter();
        errors.map(|(field, _)| field.clone()).collect()
    }

    #[test]
    fn all_errors_of_a_body_are_found_with_their_paths() {
        for (body, fields) in [
            (
                json!({"lines": [{"product": 1}], "country": "Spain"}),
                vec![],
            ),
            (json!({"lines": [], "country": null, "note": null}), vec![]),
            (json!({"lines": [{"product": 2.0}]}), vec![]),
            (json!({}), vec!["lines"]),
            (json!([]), vec![""]),
            (
                json!({"lines": 1, "note": 2, "colour": 3}),
                vec!["lines", "note", "colour"],
            ),
            (
                json!({"lines": [{"product": 1}, {"product": 1.5}, {}, {"product": 1, "x": 1}]}),
                vec!["lines[1].product", "lines[2].product", "lines[3].x"],
            ),
            (json!({"lines": [], "country": "Peru"}), vec!["country"]),
        ] {
            assert_eq!(wrong(&body), fields, "the errors of {body}");
        }
    }
}
