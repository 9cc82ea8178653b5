//! Returns the choices of a relation with search, as JSON.

use std::sync::Arc;

use actix_web::HttpResponse;
use serde_json::json;

use super::changelist::searched;
use super::options::HookRequest;
use super::{AdminRequest, RegisteredModel};
use crate::db::Paginator;
use crate::error::{Error, Result};
use crate::http::text;
use crate::models::{Meta, Query, RelationTarget, find};
use crate::python::{int_within_i64, json_spaced};
use crate::records::{SEARCH_CANDIDATES, SEARCHED_CHOICES};

/// `GET
/// /admin/autocomplete/?app_label=catalog&model_name=product&field_name=category&term=lam&page=2`
///
/// The parameters name the field; the response has rows of the model that the field refers to.
pub(super) async fn autocomplete(request: AdminRequest) -> Result<HttpResponse> {
    let given = |name| request.query.get(name).ok_or(Error::PermissionDenied);
    let (app, model, field) = (
        given("app_label")?,
        given("model_name")?,
        given("field_name")?,
    );
    let model = find(app, &model.to_lowercase()).ok_or(Error::PermissionDenied)?;
    let related = leads_to(model, field).ok_or(Error::PermissionDenied)?;
    let key = key_of(model, field);
    let target = request
        .site
        .registered(related.model)
        .ok_or(Error::PermissionDenied)?;
    if target.options.search_fields.is_empty() {
        return Err(Error::NotFound);
    }
    request.must(target, "view", None)?;
    let term = request
        .query
        .get("term")
        .unwrap_or_default()
        .replace('\0', "");
    let actor = request.actor();
    let hooks = HookRequest::new(&actor, &request.settings, None);
    let limit = request.site.limit_for_search(model, key, &hooks);
    let related = related.limited(limit.map(Arc::new));
    let rows = matching(target, related.rows(request.queryset(target)), &term);
    let asked = request
        .query
        .get("page")
        .filter(|page| !page.is_empty())
        .unwrap_or("1");
    let page = if asked == "last" {
        let rows = rows.clone();
        let count = request.db.run(move |conn| {
            rows.with_few_candidates(conn, SEARCH_CANDIDATES)?
                .count(conn)
        });
        let count = count.await?;
        Some(
            Paginator {
                count,
                per_page: SEARCHED_CHOICES,
            }
            .num_pages(),
        )
    } else {
        int_within_i64(asked).filter(|page| *page > 0)
    };
    let page = page.ok_or(Error::NotFound)?;
    let offset = page
        .checked_sub(1)
        .and_then(|before| before.checked_mul(SEARCHED_CHOICES))
        .ok_or(Error::NotFound)?;
    let mut named = request
        .db
        .run(move |conn| {
            rows.with_few_candidates(conn, SEARCH_CANDIDATES)?.named(
                conn,
                Some(SEARCHED_CHOICES + 1),
                offset,
            )
        })
        .await?;
    if named.is_empty() && page > 1 {
        return Err(Error::NotFound);
    }
    let limit = usize::try_from(SEARCHED_CHOICES).unwrap_or_default();
    let more = named.len() > limit;
    named.truncate(limit);
    let results: Vec<_> = named
        .into_iter()
        .map(|(pk, name)| json!({"id": pk.to_string(), "text": name}))
        .collect();
    let body = json_spaced(&json!({"results": results, "pagination": {"more": more}}));
    Ok(text(
        "application/json",
        String::from_utf8_lossy(&body).into_owned(),
    ))
}

/// Returns those of `rows` that match `term`, in the order of their model's list.
pub(super) fn matching(target: &'static RegisteredModel, rows: Query, term: &str) -> Query {
    let rows = target.policy().ordered(rows);
    match searched(&target.options.search_fields, term) {
        Some(found) => rows.filter(found),
        None => rows,
    }
}

/// Returns the name in options of the field `name` of `model`: the column of a foreign key.
fn key_of<'a>(model: &'static Meta, name: &'a str) -> &'a str {
    model.field(name).map_or(name, |field| field.column)
}

/// Returns the rows that the relation `name` of `model` refers to, forwards or backwards.
fn leads_to(model: &'static Meta, name: &str) -> Option<RelationTarget> {
    let own = model
        .fields
        .iter()
        .find(|field| field.name == name || field.column == name);
    if let Some(field) = own {
        return field.relation.as_ref().map(RelationTarget::from_relation);
    }
    if let Some(many) = model.many(name) {
        return Some(RelationTarget::from_many(many));
    }
    let back = model.reverse().into_iter().find(|key| {
        let related_name = key
            .field
            .relation
            .as_ref()
            .and_then(|relation| relation.related_name);
        related_name.unwrap_or(&key.model.name) == name
    });
    back.map(|key| RelationTarget::new(key.model))
}
