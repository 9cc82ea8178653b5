//! `POST`, `PUT`, `PATCH` and `DELETE`: rows are saved and deleted as the admin does, by `records` and `forms::model`.

mod body;
mod delete;
mod form;
mod save;
mod target;
mod values;

use actix_web::HttpResponse;
use actix_web::web::{Path, Payload};

use super::caller::Caller;
use super::idempotency::IdempotencyKey;
use super::model::ApiModel;
use crate::error::{Error, Result};
use body::Sent;
pub(super) use body::{parse, unsupported};
use delete::Deleter;
use save::Saver;
pub(super) use target::Target;

/// `POST /api/catalog/product/`
pub(super) async fn create(
    model: &'static ApiModel,
    caller: Caller,
    payload: Payload,
) -> Result<HttpResponse> {
    save(model, caller, None, payload).await
}

/// `PUT` and `PATCH` of `/api/catalog/product/7/`: both write the fields that are sent.
pub(super) async fn change(
    model: &'static ApiModel,
    caller: Caller,
    pk: Path<String>,
    payload: Payload,
) -> Result<HttpResponse> {
    save(model, caller, Some(pk.into_inner()), payload).await
}

async fn save(
    model: &'static ApiModel,
    caller: Caller,
    pk: Option<String>,
    payload: Payload,
) -> Result<HttpResponse> {
    let action = if pk.is_some() { "change" } else { "add" };
    must(model, &caller, action)?;
    let sent = Sent::read(&caller.http, &mut payload.into_inner(), &caller.settings).await?;
    let key = IdempotencyKey::of(&caller, || sent.digest_input())?;

    let saver = Saver {
        model,
        actor: caller.actor.clone(),
        settings: caller.settings.clone(),
        sent,
        target: pk.map(|pk| target(&caller, pk)),
        key,
    };
    let written = caller.db.write(move |conn| saver.run(conn)).await?;
    Ok(written.response(&caller.root()))
}

/// `DELETE /api/catalog/product/7/`
pub(super) async fn delete(
    model: &'static ApiModel,
    caller: Caller,
    pk: Path<String>,
) -> Result<HttpResponse> {
    must(model, &caller, "delete")?;
    let deleter = Deleter {
        model,
        site: caller.site,
        actor: caller.actor.clone(),
        settings: caller.settings.clone(),
        target: target(&caller, pk.into_inner()),
        key: IdempotencyKey::of(&caller, || Ok(Vec::new()))?,
    };
    let written = caller.db.write(move |conn| deleter.run(conn)).await?;
    Ok(written.response(&caller.root()))
}

/// Returns an error if the caller has no permission for the model, whatever the row, or if the URL has parameters.
fn must(model: &ApiModel, caller: &Caller, action: &str) -> Result<()> {
    if !model.may(&caller.actor, action) {
        return Err(Error::PermissionDenied);
    }
    caller.must_have_no_parameters()
}

fn target(caller: &Caller, pk: String) -> Target {
    Target {
        pk,
        if_match: caller.header("If-Match"),
    }
}
