//! `/admin/<app>/<model>/export/`: the rows of a list as a file.

mod columns;
mod delimited;
mod download;
mod rows;
mod sheet;
mod values;

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use log::Level;

use columns::exported;
pub(in crate::admin) use columns::{Column, columns};
use download::{Download, Format};
pub(in crate::admin) use values::cell_text;

use super::changelist::{ListQuery, list_query};
use super::frame::{Crumb, Frame};
use super::{AdminRequest, RegisteredModel};
use crate::auth::audit;
use crate::error::{Error, Result};
use crate::http::{PostData, QueryDict, redirect, render};
use crate::models::{Query, parse};

/// Parameters of the export itself; all others are those of the list.
const OWN: [&str; 5] = ["format", "columns", "excel", "rows", "csrfmiddlewaretoken"];

/// The page that asks for format and columns.
#[derive(Template)]
#[template(path = "admin/export.html")]
struct ExportForm {
    frame: Frame,
    /// `12 products`
    counted: String,
    many: String,
    list_url: String,
    /// The URL that the form is sent to.
    action: String,
    is_post: bool,
    /// The parameters of the list, and the rows that are selected.
    kept: Vec<(String, String)>,
    own: Vec<(String, String)>,
    related: Vec<(String, String)>,
    error: String,
}

/// `GET /admin/catalog/product/export/`: the form, or with `format` the file.
pub(in crate::admin) async fn export(
    request: AdminRequest,
    place: Path<(String, String)>,
) -> Result<HttpResponse> {
    let registered = request.model(&place.0, &place.1)?;
    must_export(&request, registered)?;
    let given = request.query.clone();
    respond(&request, registered, &given, None).await
}

/// `POST /admin/catalog/product/export/`: the same for rows that are selected, whose primary keys are in the field `rows`.
pub(in crate::admin) async fn export_selected(
    request: AdminRequest,
    place: Path<(String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let registered = request.model(&place.0, &place.1)?;
    must_export(&request, registered)?;
    let keys: Vec<String> = serde_json::from_str(data.get("rows"))
        .map_err(|_| Error::BadRequest("the selected rows are missing".to_owned()))?;
    let mut given = data.fields.clone();
    for (name, value) in request.query.iter() {
        given.push(name.to_owned(), value.to_owned());
    }
    respond(&request, registered, &given, Some(keys)).await
}

/// Returns [`Error::PermissionDenied`] unless the user may export rows of the model.
fn must_export(request: &AdminRequest, registered: &RegisteredModel) -> Result<()> {
    if registered.may_be_exported(&request.actor(), &request.settings) {
        Ok(())
    } else {
        Err(Error::PermissionDenied)
    }
}

/// Returns the form for the rows with these primary keys, for the action `export_selected`.
pub(in crate::admin) async fn selected_form(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    keys: Option<Vec<String>>,
) -> Result<HttpResponse> {
    let list = list_parameters(&request.query);
    let Some(keys) = keys else {
        return Ok(redirect(url(registered, &list)));
    };
    let rows = selected(registered, rows_of(request, registered, &list)?, &keys);
    form(request, registered, &list, rows, Some(keys), String::new()).await
}

fn url(registered: &RegisteredModel, list: &QueryDict) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(list.iter());
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}export/{mark}{query}", registered.url())
}

/// Returns the parameters of the list, without the page: an export has all pages.
fn list_parameters(given: &QueryDict) -> QueryDict {
    let mut list = QueryDict::default();
    for (name, value) in given.iter() {
        if !OWN.contains(&name) && !["p", "all", "e", "submission"].contains(&name) {
            list.push(name.to_owned(), value.to_owned());
        }
    }
    list
}

fn rows_of(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    list: &QueryDict,
) -> Result<Query> {
    match list_query(request, registered, list)? {
        ListQuery::Rows(rows) => Ok(*rows),
        ListQuery::Wrong => Err(Error::Redirect(format!("{}?e=1", registered.url()))),
    }
}

fn selected(registered: &RegisteredModel, rows: Query, keys: &[String]) -> Query {
    let pk = registered.model.pk().target();
    let keys = keys.iter().filter_map(|key| parse(pk, key)).collect();
    rows.with_pks(keys)
}

async fn respond(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    given: &QueryDict,
    keys: Option<Vec<String>>,
) -> Result<HttpResponse> {
    let list = list_parameters(given);
    let mut rows = rows_of(request, registered, &list)?;
    if let Some(keys) = &keys {
        rows = selected(registered, rows, keys);
    }
    let Some(format) = given.get("format").filter(|format| !format.is_empty()) else {
        return form(request, registered, &list, rows, keys, String::new()).await;
    };
    let Some(format) = Format::named(format) else {
        let error = "Choose CSV, JSON Lines or Excel.".to_owned();
        return form(request, registered, &list, rows, keys, error).await;
    };
    let names: Vec<&str> = given
        .get_list("columns")
        .flat_map(|names| names.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let columns = Column::named(registered, &request.actor(), &names).map_err(Error::BadRequest)?;

    audit::about(
        &request.http,
        Level::Info,
        "export",
        &request.user.username,
        &[
            ("model", &registered.model.label()),
            ("format", &format.extension()),
            ("list", &url(registered, &list)),
            ("selected", &keys.map_or(0, |keys| keys.len())),
        ],
    );
    let is_for_excel = given
        .get("excel")
        .is_some_and(|word| word == "1" || word == "on");
    Download {
        registered,
        rows,
        all: request.queryset(registered),
        columns,
        format,
        is_for_excel,
        zone: request.settings.time_zone,
    }
    .respond(request)
    .await
}

async fn form(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    list: &QueryDict,
    rows: Query,
    keys: Option<Vec<String>>,
    error: String,
) -> Result<HttpResponse> {
    let count = request.db.run(move |conn| rows.count(conn)).await?;
    let model = registered.model;
    let mut kept: Vec<(String, String)> = list
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let is_post = keys.is_some();
    if let Some(keys) = keys {
        kept = vec![("rows".to_owned(), serde_json::Value::from(keys).to_string())];
    }
    let mut crumbs = request.crumbs(registered);
    crumbs.push(Crumb::new("Export", ""));
    let (own, related) = exported(registered, &request.actor());
    let page = ExportForm {
        frame: request.frame(format!("Export {}", model.verbose_name_plural), crumbs),
        counted: format!("{count} {}", model.counted(count)),
        many: model.verbose_name_plural.clone(),
        list_url: registered.url(),
        action: if is_post {
            url(registered, list)
        } else {
            format!("{}export/", registered.url())
        },
        is_post,
        kept,
        own: own.iter().map(Column::labelled).collect(),
        related: related.iter().map(Column::labelled).collect(),
        error,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// The examples of `docs/import-export.md`.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/import-export.md")]
struct ImportExportGuide;
