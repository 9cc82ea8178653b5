//! The URLs below `/api/`.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{Path, Payload};
use serde_json::{Map, Value as Json};

use super::answer::{self, private_json};
use super::caller::Caller;
use super::model::{ApiModel, models};
use super::write::Target;
use super::{docs, list, openapi, rows, write};
use crate::admin::AdminSite;
use crate::error::{Error, Result};
use crate::http::Access::{Login, Public};
use crate::http::{Url, Urls, get, path};
use crate::settings::Settings;
use crate::words::leaked;

/// Returns the URLs of all models of the admin, and those of the description. Each view checks who may use it.
pub(crate) fn urls(site: &'static AdminSite, settings: &Settings) -> Urls {
    let models = models(site, settings);
    let index =
        get(move |caller: Caller| std::future::ready(Ok::<_, Error>(index(models, &caller)))).api();
    let fixed = Urls::new([
        path("/api/", "api:index", Login, index),
        path(
            "/api/openapi.json",
            "api:openapi",
            Public,
            get(openapi::openapi_json).api(),
        ),
        path("/api/docs/", "api:docs", Public, get(docs::docs).api()),
    ]);
    models.iter().fold(fixed, |urls, model| {
        urls.include(Urls::new(of_model(model)))
    })
}

/// Returns the URLs of the list and of a row.
fn of_model(model: &'static ApiModel) -> [Url; 2] {
    let name = |page: &str| {
        leaked(format!(
            "api:{}_{}_{page}",
            model.meta().app,
            model.meta().name
        ))
    };
    let list = get(move |caller: Caller| list::list(model, caller))
        .post(move |caller: Caller, payload: Payload| write::create(model, caller, payload))
        .api();
    let change = move |caller: Caller, pk: Path<String>, payload: Payload| {
        write::change(model, caller, pk, payload)
    };
    let row = get(move |caller: Caller, pk: Path<String>| row(model, caller, pk))
        .method(Method::PUT, change)
        .method(Method::PATCH, change)
        .method(Method::DELETE, move |caller: Caller, pk: Path<String>| {
            write::delete(model, caller, pk)
        })
        .api();
    [
        path(model.path, name("list"), Login, list),
        path(
            leaked(format!("{}{{pk}}/", model.path)),
            name("row"),
            Login,
            row,
        ),
    ]
}

/// `GET /api/`: the URLs of the models that the caller may see.
fn index(models: &'static [ApiModel], caller: &Caller) -> HttpResponse {
    let root = caller.root();
    let shown = models
        .iter()
        .filter(|model| model.may(&caller.actor, "view"));
    let urls: Map<String, Json> = shown
        .map(|model| (model.meta().label(), format!("{root}{}", model.path).into()))
        .collect();
    private_json(Json::Object(urls).to_string())
}

/// `GET /api/catalog/product/7/`
async fn row(model: &'static ApiModel, caller: Caller, pk: Path<String>) -> Result<HttpResponse> {
    if !model.may(&caller.actor, "view") {
        return Err(Error::PermissionDenied);
    }
    caller.must_have_no_parameters()?;
    let target = Target {
        pk: pk.into_inner(),
        if_match: None,
    };
    let rows = target.rows(model, &caller.actor).ok_or(Error::NotFound)?;

    let (policy, actor) = (model.policy(), caller.actor.clone());
    let found = caller.db.run(move |conn| {
        if !policy.may_for_each(conn, &actor.permissions, &["view"], &rows)? {
            return Err(Error::PermissionDenied);
        }
        rows::find(conn, model, &rows)
    });
    let row = found.await?;
    let etag = row.etag();
    Ok(answer::row(&caller.http, row.json, &etag))
}
