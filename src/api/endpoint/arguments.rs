//! The arguments of endpoints: the body, the query and the path as structs.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value as Json};

use super::operation::EndpointOperation;
use super::{structure, texts};
use crate::api::write::{parse, unsupported};
use crate::auth::CurrentUser;
use crate::db::Db;
use crate::error::{Error, Problem, Result};
use crate::forms::fields::NUL;
use crate::http::{app_data, content_type, read_bytes};
use crate::settings::Settings;

/// An argument of an endpoint. Implement it for an extractor of your own; a method is only needed if `openapi.json` should
/// tell of it.
pub trait EndpointArgument {
    /// Describes the argument.
    fn describe(_operation: &mut EndpointOperation<'_>) {}
}

/// The arguments of an endpoint, as a tuple.
pub trait EndpointArguments {
    /// Describes all arguments.
    fn describe_all(operation: &mut EndpointOperation<'_>);
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: EndpointArgument),*> EndpointArguments for ($($name,)*) {
            fn describe_all(_operation: &mut EndpointOperation<'_>) {
                $($name::describe(_operation);)*
            }
        }
    )*};
}
tuples! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

impl<T> EndpointArgument for web::Data<T> {}
impl EndpointArgument for HttpRequest {}
impl EndpointArgument for CurrentUser {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.problems(&[401]);
    }
}
impl EndpointArgument for Db {}

/// The body of a request, which is valid: JSON of the shape of `T` that obeys the constraints of `T`.
///
/// Anything else is answered with a problem before the function is called: 400 if the body is not JSON, 415 for another content
/// type, 413 if it is too large, and 422 with the errors of all fields.
///
/// ```
/// use nuages::api::{self, Json, Valid};
/// use nuages::api::{garde, schemars};
/// use nuages::http::{Access, Urls, path};
/// use nuages::error::Result;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize, schemars::JsonSchema, garde::Validate)]
/// #[serde(deny_unknown_fields)]
/// struct Sum {
///     #[garde(length(min = 1))]
///     numbers: Vec<i32>,
/// }
///
/// #[derive(Serialize, schemars::JsonSchema)]
/// struct Total {
///     total: i64,
/// }
///
/// async fn total(sum: Valid<Sum>) -> Result<Json<Total>> {
///     let total = sum.numbers.iter().map(|number| i64::from(*number)).sum();
///     Ok(Json(Total { total }))
/// }
///
/// fn urls() -> Urls {
///     Urls::new([path("/api/total/", "total", Access::Public, api::post(total))])
/// }
/// # urls();
/// ```
#[derive(Debug, Clone)]
pub struct Valid<T>(pub T);

/// The parameters of the URL, as a struct. Unknown parameters and wrong values are answered with 400. Deny unknown fields, so
/// that a parameter is never silently ignored.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

/// The parts of the path, as a struct: `/api/books/{slug}/` has the field `slug`. A wrong value is answered with 404.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

macro_rules! derefs {
    ($($name:ident),*) => {$(
        impl<T> Deref for $name<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    )*};
}
derefs!(Valid, Query, Path);

impl<T: JsonSchema> EndpointArgument for Valid<T> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.body::<T>();
    }
}

impl<T: JsonSchema> EndpointArgument for Query<T> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.parameters::<T>("query");
    }
}

impl<T: JsonSchema> EndpointArgument for Path<T> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.parameters::<T>("path");
        operation.problems(&[404]);
    }
}

impl<T> FromRequest for Valid<T>
where
    T: DeserializeOwned + JsonSchema + Validate<Context = ()> + 'static,
{
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move {
            if content_type(&request) != "application/json" {
                return Err(unsupported("application/json"));
            }
            let settings = app_data::<Settings>(&request);
            let body = read_bytes(&request, &mut payload, settings).await?;
            Ok(Self(checked(parse(&body)?, Problem::invalid())?))
        }
        .boxed_local()
    }
}

impl<T> FromRequest for Query<T>
where
    T: DeserializeOwned + JsonSchema + Validate<Context = ()> + 'static,
{
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(query(request).map(Self))
    }
}

fn query<T>(request: &HttpRequest) -> Result<T>
where
    T: DeserializeOwned + JsonSchema + Validate<Context = ()> + 'static,
{
    let wrong = || {
        let text = "The parameters of the URL are not valid.";
        Problem::new(actix_web::http::StatusCode::BAD_REQUEST, text)
    };
    let mut object = Map::new();
    for (name, text) in form_urlencoded::parse(request.query_string().as_bytes()) {
        if text.contains('\0') {
            return Err(wrong().error(name, NUL).into());
        }
        let value = structure::value_of_text::<T>(&name, &text);
        if object.insert(name.to_string(), value).is_some() {
            return Err(wrong().error(name, "It can be sent once only.").into());
        }
    }
    checked(Json::Object(object), wrong())
}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = web::Path::<T>::from_request(request, payload).into_inner();
        ready(
            path.map(|path| Self(path.into_inner()))
                .map_err(|_| Error::NotFound),
        )
    }
}

/// Returns the value of `json`, or `problem` with all errors.
fn checked<T>(json: Json, mut problem: Problem) -> Result<T>
where
    T: DeserializeOwned + JsonSchema + Validate<Context = ()> + 'static,
{
    structure::check::<T>(&json, &mut problem);
    if !problem.is_empty() {
        return Err(problem.into());
    }
    let value: T = match serde_json::from_value(whole_numbers(json)) {
        Ok(value) => value,
        Err(error) => return Err(problem.error("", format!("{error}.")).into()),
    };
    let report = garde::i18n::with_i18n(texts::FormTexts, || value.validate());
    if let Err(report) = report {
        for (path, error) in report.iter() {
            problem.push(path.to_string(), error.message());
        }
        return Err(problem.into());
    }
    Ok(value)
}

/// Replaces floats without a fraction by integers: `2.0` is an integer in JSON Schema, and not for serde.
fn whole_numbers(json: Json) -> Json {
    match json {
        Json::Number(number) => {
            let float = number.as_f64().filter(|_| number.is_f64());
            let whole = float.filter(|float| float.fract() == 0.0 && float.abs() < 9e15);
            let whole = whole.and_then(|float| format!("{float:.0}").parse::<Number>().ok());
            Json::Number(whole.unwrap_or(number))
        }
        Json::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Json::Object(object) => object
            .into_iter()
            .map(|(name, value)| (name, whole_numbers(value)))
            .collect(),
        json => json,
    }
}
