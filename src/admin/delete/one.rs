//! Deletes one row.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use serde_json::json;

use super::consequences::Consequences;
use super::{Deletion, Outcome};
use crate::admin::changelist::list_url;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::popup::popup_response;
use crate::admin::{AdminRequest, RegisteredModel};
use crate::auth::kept_forms;
use crate::error::{Error, Result};
use crate::http::{PostData, QueryDict, full_path, redirect, render};
use crate::messages::Level;
use crate::models::Record;

#[derive(Template)]
#[template(path = "admin/delete_confirmation.html")]
struct DeleteConfirmation {
    frame: Frame,
    /// `product`
    one: &'static str,
    /// Display name of the row.
    name: String,
    shown: Consequences,
    to_field: Option<String>,
    back_url: String,
}

/// `GET /admin/catalog/product/7/delete/`
pub(in crate::admin) async fn delete_form(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    if let Some(kept) = kept_forms::take(&request.http).await? {
        kept.ask_again(&request.messages, "deleted");
    }
    answer(request, &place, PostData::default(), false).await
}

/// `POST /admin/catalog/product/7/delete/`
///
/// Like Django (`if request.POST`), a request without any form field does not confirm the deletion
/// but shows the confirmation page. Such requests have no body, a body that is not a form (JSON,
/// text), or a multipart body without fields.
pub(in crate::admin) async fn delete(
    request: AdminRequest,
    place: Path<(String, String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let is_confirmed = !data.fields.is_empty();
    answer(request, &place, data, is_confirmed).await
}

async fn answer(
    request: AdminRequest,
    place: &(String, String, String),
    data: PostData,
    confirmed: bool,
) -> Result<HttpResponse> {
    let (app, model, part) = place;
    let registered = request.model(app, model)?;
    let to_field = request.to_field(registered, &data.fields)?;
    let found = request.object(registered, part).await?;
    request.must(registered, "delete", None)?;
    let (Some((record, name)), Some(rows)) = (found, request.row(registered, part)) else {
        return Ok(request.missing(registered, part));
    };
    request.must(registered, "delete", Some(&record))?;
    match Deletion::new(&request, registered, rows)
        .carry_out(&request.db, confirmed)
        .await?
    {
        Outcome::Nothing => Ok(request.missing(registered, part)),
        Outcome::Denied => Err(Error::PermissionDenied),
        Outcome::Deleted(_) => deleted(&request, registered, &record, &name, &data.fields).await,
        Outcome::Refused(text) => {
            request
                .messages
                .add(Level::ERROR, format!("Nothing was deleted. {text}"));
            Ok(redirect(full_path(&request.http)))
        }
        Outcome::Asked(shown) => page(&request, registered, &record, name, shown, to_field),
    }
}

async fn deleted(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    record: &Record,
    name: &str,
    posted: &QueryDict,
) -> Result<HttpResponse> {
    if posted.get("_popup").is_some() {
        return popup_response(
            request,
            "Deleted",
            &json!({"action": "delete", "value": record.pk().to_string()}),
        );
    }
    request.messages.success(format!(
        "The {} “{name}” was deleted successfully.",
        registered.model.verbose_name
    ));
    let may_return = request.may(registered, "change", None);
    Ok(redirect(&if may_return {
        list_url(request, registered).await?
    } else {
        "/admin/".to_owned()
    }))
}

fn page(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    record: &Record,
    name: String,
    shown: Consequences,
    to_field: Option<String>,
) -> Result<HttpResponse> {
    let one = registered.model.verbose_name.as_str();
    let title = if shown.is_allowed() {
        format!("Delete {one}")
    } else {
        format!("Cannot delete {one}")
    };
    let back_url = request.keeping_filters(
        registered,
        &registered.object_url(&record.pk().to_string(), "change"),
    );
    let mut crumbs = request.crumbs(registered);
    crumbs.extend([Crumb::new(&name, &back_url), Crumb::new("Delete", "")]);
    let frame = request.frame(title, crumbs);
    let page = DeleteConfirmation {
        frame,
        one,
        name,
        shown,
        to_field,
        back_url,
    };
    Ok(render(&page)?.respond_to(&request.http))
}
