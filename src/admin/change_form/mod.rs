//! The add and change form of any model, with its inlines.

mod actions;
mod computed;
mod context;
mod bound_form;
mod bulk_fields;
mod fields_for;
mod picker;
mod inline;
#[cfg(test)]
mod lost_updates;
mod offered;
mod outcome;
mod page;
pub(super) mod parts;
mod readonly;
mod relations;
mod problem;
pub(super) mod request;
mod row_form;
mod run;
mod save;
mod search;
mod show;
mod layout;
mod shown;
mod widgets;

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use serde_json::json;

use super::changelist::list_url;
use super::frame::Crumb;
use super::options::SavedRow;
use super::popup::popup_response;
use super::{AdminRequest, RegisteredModel};
use crate::auth::kept_forms;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{ModelField, key};
use crate::http::{PostData, QueryDict, redirect, render};
use crate::messages::{Level, Message};
use crate::models::{ColumnPath, Query, find as find_model};
pub(super) use bulk_fields::RowlessForm;
pub(super) use fields_for::VisibleFields;
pub(super) use inline::deleted_meanwhile;
use outcome::{Outcome, Saved};
use page::{ChangeForm, Content};
pub(super) use readonly::Shown;
use request::ChangeFormRequest;
pub(super) use row_form::RowFormContext;
pub(super) use shown::ShownField;

/// `GET /admin/catalog/product/add/`
pub(super) async fn add(
    request: AdminRequest,
    place: Path<(String, String)>,
) -> Result<HttpResponse> {
    let (app, model) = place.into_inner();
    answer(request, &app, &model, None, None).await
}

/// `POST /admin/catalog/product/add/`
pub(super) async fn add_post(
    request: AdminRequest,
    place: Path<(String, String)>,
    post: PostData,
) -> Result<HttpResponse> {
    let (app, model) = place.into_inner();
    answer(request, &app, &model, None, Some(post)).await
}

/// `GET /admin/catalog/product/7/change/`
pub(super) async fn change(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    let (app, model, part) = place.into_inner();
    answer(request, &app, &model, Some(part), None).await
}

/// `POST /admin/catalog/product/7/change/`
pub(super) async fn change_post(
    request: AdminRequest,
    place: Path<(String, String, String)>,
    post: PostData,
) -> Result<HttpResponse> {
    let (app, model, part) = place.into_inner();
    answer(request, &app, &model, Some(part), Some(post)).await
}

/// `GET /admin/catalog/product/7/`, the URL of old links.
pub(super) async fn to_change(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    request.model(&place.0, &place.1)?;
    Ok(redirect(format!("{}change/", request.http.path())))
}

async fn answer(
    request: AdminRequest,
    app: &str,
    model: &str,
    part: Option<String>,
    post: Option<PostData>,
) -> Result<HttpResponse> {
    let registered = request
        .site
        .find(app, model)
        .ok_or(crate::error::Error::NotFound)?;
    let kept = if post.is_some() {
        None
    } else {
        kept_forms::take(&request.http).await?
    };
    if let (Some(part), Some(kept)) = (&part, &kept)
        && let Some(response) = actions::confirm_again(&request, registered, part, kept).await?
    {
        return Ok(response);
    }
    let (kept_note, post) = kept.map_or((None, post), |kept| (Some(kept.note), Some(kept.post)));
    let posted = post
        .as_ref()
        .map(|post| post.fields.clone())
        .unwrap_or_default();
    let to_field = request.to_field(registered, &posted)?;
    if let (Some(part), Some(post), None) = (&part, &post, &kept_note)
        && let Some(response) = actions::run(&request, registered, part, post).await?
    {
        return Ok(response);
    }
    let job = ChangeFormRequest {
        registered,
        site: request.site,
        actor: request.actor(),
        settings: request.settings.clone(),
        query: request.query.clone(),
        part: part.clone(),
        post,
        is_kept: kept_note.is_some(),
        is_popup: request.is_popup() || posted.get("_popup").is_some(),
        to_field,
    };
    let (is_popup, is_write) = (job.is_popup, job.saves());
    let job = move |conn: &mut Conn| job.run(conn);
    let outcome = if is_write {
        request.db.write(job).await?
    } else {
        request.db.run(job).await?
    };
    match outcome {
        Outcome::Missing => Ok(request.missing(registered, part.as_deref().unwrap_or_default())),
        Outcome::Page(mut content) => {
            let kept_note = kept_note.filter(|_| content.restored);
            tell(
                &request,
                kept_note
                    .into_iter()
                    .chain(std::mem::take(&mut content.notes)),
            );
            page(&request, registered, part.as_deref(), *content, is_popup)
        }
        Outcome::Saved(mut saved) => {
            let notes = std::mem::take(&mut saved.notes);
            // A pop-up window closes at once, so nobody would read the messages.
            if posted.get("_popup").is_none() {
                tell(&request, notes);
            }
            respond(&request, registered, part.as_deref(), &saved, &posted).await
        }
    }
}

/// Adds messages for the user.
fn tell(request: &AdminRequest, notes: impl IntoIterator<Item = String>) {
    for note in notes {
        request.messages.add(Level::WARNING, note);
    }
}

/// Responds to a form that was saved.
async fn respond(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    part: Option<&str>,
    saved: &Saved,
    posted: &QueryDict,
) -> Result<HttpResponse> {
    if posted.get("_popup").is_some() {
        let source_model = posted
            .get("_source_model")
            .filter(|name| saved.added && !name.is_empty());
        let optgroup = match source_model {
            Some(name) => option_group(request, registered, saved, name).await?,
            None => None,
        };
        return popup(request, part, saved, optgroup);
    }
    let hooks = &registered.options.request;
    let hook = if saved.added {
        hooks.response_add
    } else {
        hooks.response_change
    };
    let row = SavedRow {
        pk: &saved.pk,
        name: &saved.name,
    };
    if let Some(response) = hook.and_then(|respond| respond(request, &row)) {
        return Ok(response);
    }
    saved_response(request, registered, saved, &|button| {
        posted.get(button).is_some()
    })
    .await
}

/// Returns the group in which forms of the model `source_model` (`catalog.product`) offer the added
/// row, if one of their fields has groups. Adds Django 6.1's message if that model is not
/// installed.
async fn option_group(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    saved: &Saved,
    source_model: &str,
) -> Result<Option<String>> {
    let source = source_model
        .split_once('.')
        .and_then(|(app, model)| find_model(app, &model.to_lowercase()));
    let Some(source) = source else {
        request.messages.add(
            Level::ERROR,
            format!("The app \"{source_model}\" could not be found."),
        );
        return Ok(None);
    };
    let Some(opener) = request.site.registered(source) else {
        return Ok(None);
    };
    let columns = source.fields.iter().map(ModelField::Column);
    let mut leading = columns
        .chain(source.many.iter().map(ModelField::Many))
        .filter(|field| field.to() == Some(registered.model));
    let group_by = leading.find_map(|field| opener.options.formfield(field).group_by);
    let Some((column, pk)) = group_by.zip(key(registered.model.pk().target(), &saved.pk)) else {
        return Ok(None);
    };

    let row = Query::new(registered.model)
        .order_by(Vec::new())
        .with_pks(vec![pk]);
    let found = request
        .db
        .run(move |conn| row.rows(conn, &[ColumnPath::own(column)], Some(1), 0))
        .await?;
    let group = found
        .into_iter()
        .flatten()
        .next()
        .map(|group| group.to_string());
    Ok(group.filter(|group| !group.is_empty()))
}

fn popup(
    request: &AdminRequest,
    part: Option<&str>,
    saved: &Saved,
    optgroup: Option<String>,
) -> Result<HttpResponse> {
    let answer = match part.filter(|_| !saved.added) {
        None => match optgroup {
            Some(optgroup) => json!({"value": saved.pk, "obj": saved.name, "optgroup": optgroup}),
            None => json!({"value": saved.pk, "obj": saved.name}),
        },
        Some(part) => {
            json!({"action": "change", "value": part, "obj": saved.name, "new_value": saved.pk})
        }
    };
    popup_response(request, "Saved", &answer)
}

/// Returns the redirect after a save, and adds its message.
async fn saved_response(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    saved: &Saved,
    pressed: &dyn Fn(&str) -> bool,
) -> Result<HttpResponse> {
    let (one, name) = (&registered.model.verbose_name, &saved.name);
    let done = if saved.added { "added" } else { "changed" };
    let mut after = format!("” was {done} successfully.");
    let as_new = pressed("_saveasnew")
        && saved.added
        && registered.options.save_as_continue
        && saved.may_change;
    let location = if pressed("_continue") || as_new {
        if saved.may_change {
            after.push_str(" You may edit it again below.");
        }
        request.staying(registered, &registered.object_url(&saved.pk, "change"))
    } else if pressed("_addanother") {
        after = format!("{after} You may add another {one} below.");
        request.staying(registered, &format!("{}add/", registered.url()))
    } else if request.may(registered, "view", None) {
        list_url(request, registered).await?
    } else {
        "/admin/".to_owned()
    };
    let before = format!("The {one} “");
    request.messages.push(if saved.may_change {
        let url = registered.object_url(&saved.pk, "change");
        Message::linked(Level::SUCCESS, &before, (name, &url), &after)
    } else {
        Message::new(Level::SUCCESS, format!("{before}{name}{after}"))
    });
    Ok(redirect(&location))
}

fn page(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    part: Option<&str>,
    mut content: Content,
    is_popup: bool,
) -> Result<HttpResponse> {
    let one = &registered.model.verbose_name;
    let title = if content.adding {
        format!("Add {one}")
    } else {
        content.name.clone()
    };
    let mut crumbs = request.crumbs(registered);
    crumbs.push(Crumb::new(&title, ""));
    let mut frame = request.frame(title, crumbs);
    if is_popup {
        frame.is_popup = true;
        frame.apps.clear();
    }
    let sub = match (content.adding, content.may_edit) {
        (true, _) => String::new(),
        (false, true) => format!("Change {one}"),
        (false, false) => format!("View {one} · you may look at it, not change it"),
    };
    let pk = part.map(super::unquote).filter(|_| !content.adding);
    let of_row = |page: &str| {
        pk.as_ref()
            .map(|pk| registered.object_url(pk, page))
            .unwrap_or_default()
    };
    if let (Some(pk), Some(_)) = (&pk, request.list_query(registered)) {
        let url = registered.object_url(pk, "change");
        content.keep_filters(url.trim_end_matches("change/"), |url| {
            request.keeping_filters(registered, url)
        });
    }
    let site_url = content.kind.zip(pk.as_ref());
    let page = ChangeForm {
        history_url: if is_popup || content.adding {
            String::new()
        } else {
            request.keeping_filters(registered, &of_row("history"))
        },
        site_url: site_url
            .map(|(kind, pk)| format!("/admin/r/{kind}/{}/", super::quote(pk)))
            .unwrap_or_default(),
        delete_url: if content.may_delete {
            request.keeping_filters(registered, &of_row("delete"))
        } else {
            String::new()
        },
        close_url: request.list_url(registered),
        frame,
        sub,
        content,
    };
    Ok(render(&page)?.respond_to(&request.http))
}
