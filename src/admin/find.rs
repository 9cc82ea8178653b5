//! `/admin/search/`: finds rows of all models.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use futures_util::future::join_all;
use serde_json::json;

use super::autocomplete::matching;
use super::frame::{Crumb, Frame};
use super::{AdminRequest, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::http::{render, text, with_script_name};
use crate::models::{ColumnPath, Condition, Query, parse};
use crate::python::json_readable;
use crate::records::SEARCH_CANDIDATES;
use crate::words::capfirst;

/// The most rows of one model.
const ROWS: usize = 10;
/// The longest text that is searched, in characters.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "admin/search.html")]
struct SearchPage {
    frame: Frame,
    q: String,
    groups: Vec<Group>,
    /// The names of models that took too long.
    left_out: Vec<String>,
    /// The names of the models that are searched.
    searched: String,
}

/// The rows of one model.
struct Group {
    label: String,
    name: String,
    icon: &'static str,
    /// The URL of the list with the same search.
    list_url: String,
    rows: Vec<FoundRow>,
    has_more: bool,
    /// Whether a query took longer than its budget, so that rows may be missing.
    is_partial: bool,
}

struct FoundRow {
    pk: String,
    text: String,
    url: String,
}

/// The rows that were found of one model.
struct FoundRows {
    rows: Vec<(Value, String)>,
    is_partial: bool,
}

/// `GET /admin/search/?q=lamp`
pub(super) async fn find(request: AdminRequest) -> Result<HttpResponse> {
    let q = request.query.get("q").unwrap_or_default().replace('\0', "");
    let q: String = q.trim().chars().take(LONGEST).collect();
    let models: Vec<&'static RegisteredModel> = request
        .site
        .models()
        .iter()
        .filter(|one| !one.options.search_fields.is_empty() && request.may(one, "view", None))
        .collect();

    let searches = models
        .iter()
        .filter(|_| !q.is_empty())
        .map(|registered| search(&request, registered, &q));
    let mut groups = Vec::new();
    for found in join_all(searches).await {
        groups.push(found?);
    }
    let left_out = groups.iter().filter(|group| group.is_partial);
    let left_out: Vec<String> = left_out.map(|group| group.name.clone()).collect();
    groups.retain(|group| !group.rows.is_empty());

    let accept = request.http.headers().get(ACCEPT);
    let wants_json = accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("application/json"));
    if wants_json {
        let script_name = &request.settings.proxy.script_name;
        return Ok(as_json(&q, &groups, &left_out, script_name));
    }
    let names = models
        .iter()
        .map(|one| one.model.verbose_name_plural.clone());
    let names: Vec<String> = names.collect();
    let title = if q.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search: {q}")
    };
    let page = SearchPage {
        frame: request.frame(title, vec![Crumb::new("Search", "")]),
        searched: crate::forms::model::listed(&names, "and"),
        q,
        groups,
        left_out,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

async fn search(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    q: &str,
) -> Result<Group> {
    let rows = request.queryset(registered);
    let (text, settings) = (q.to_owned(), request.settings.clone());
    let found = request
        .db
        .run(move |conn| rows_of(conn, registered, rows, &text, settings.lists.search_budget))
        .await?;

    let mut rows = found.rows;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", q)
        .finish();
    Ok(Group {
        label: registered.model.label(),
        name: capfirst(&registered.model.verbose_name_plural),
        icon: registered.options.icon,
        list_url: format!("{}?{query}", registered.url()),
        rows: rows
            .into_iter()
            .map(|(pk, text)| FoundRow {
                url: registered.object_url(&pk.to_string(), "change"),
                pk: pk.to_string(),
                text,
            })
            .collect(),
        has_more,
        is_partial: found.is_partial,
    })
}

/// Returns the row with this key, then rows with exactly this text in a unique field, and then the rows that the search of the
/// list finds. A query that takes longer than the budget adds no rows.
fn rows_of(
    conn: &mut Conn,
    registered: &'static RegisteredModel,
    rows: Query,
    q: &str,
    budget: std::time::Duration,
) -> Result<FoundRows> {
    let limit = i64::try_from(ROWS).unwrap_or_default() + 1;
    let mut found = Vec::new();
    let add = |found: &mut Vec<(Value, String)>, named: Vec<(Value, String)>| {
        for (pk, name) in named {
            if !found.iter().any(|(known, _)| *known == pk) {
                found.push((pk, name));
            }
        }
    };

    let exact = conn.within(budget, |conn| {
        let mut exact = Vec::new();
        for condition in exact_conditions(registered, q) {
            let some = rows.clone().order_by(Vec::new()).filter(condition);
            exact.extend(some.named(conn, Some(limit), 0)?);
        }
        Ok(exact)
    })?;
    let mut is_partial = exact.is_none();
    add(&mut found, exact.unwrap_or_default());

    let rest = conn.within(budget, |conn| {
        matching(registered, rows.clone(), q)
            .with_few_candidates(conn, SEARCH_CANDIDATES)?
            .named(conn, Some(limit), 0)
    })?;
    is_partial |= rest.is_none();
    add(&mut found, rest.unwrap_or_default());
    Ok(FoundRows {
        rows: found,
        is_partial,
    })
}

/// Returns the conditions that an index answers: the key, and unique texts among the search fields.
fn exact_conditions(registered: &'static RegisteredModel, q: &str) -> Vec<Condition> {
    let model = registered.model;
    let pk = model.pk();
    let mut conditions = Vec::new();
    if let Some(key) = parse(pk.target(), q) {
        conditions.push(Condition::equals(ColumnPath::own(pk.column), key));
    }
    for search in &registered.options.search_fields {
        let own = search.path.steps.is_empty();
        let field = model.column(search.path.column).filter(|_| own);
        if let Some(field) = field.filter(|field| field.unique && !field.primary_key)
            && let Some(value) = parse(field, q)
        {
            conditions.push(Condition::equals(ColumnPath::own(field.column), value));
        }
    }
    conditions
}

fn as_json(q: &str, groups: &[Group], left_out: &[String], script_name: &str) -> HttpResponse {
    let url = |path: &str| with_script_name(path, script_name).into_owned();
    let groups: Vec<_> = groups
        .iter()
        .map(|group| {
            let results = group.rows.iter();
            let results = results
                .map(|row| json!({"pk": row.pk, "text": row.text, "url": url(&row.url)}))
                .collect::<Vec<_>>();
            json!({
                "model": group.label,
                "name": group.name,
                "url": url(&group.list_url),
                "has_more": group.has_more,
                "results": results,
            })
        })
        .collect();
    let body = json_readable(&json!({"q": q, "groups": groups, "left_out": left_out}));
    text(
        "application/json",
        String::from_utf8_lossy(&body).into_owned(),
    )
}
