//! `/admin/<app>/<model>/`: the list of a model's rows (Django's `ChangeList`).

mod actions;
mod cell;
mod columns;
mod filters;
mod hierarchy;
mod list;
mod lookup;
mod markup;
mod order;
mod page;
mod params;
mod search;
mod table;

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use chrono::{NaiveDate, Utc};
use chrono_tz::Tz;

use super::frame::{Crumb, Frame};
use super::{AdminRequest, AdminSite, Registered};
use crate::error::{Error, Result};
use crate::http::{PostData, redirect, render};
use crate::messages::Level;
use list::List;
use page::ChangeListPage;
use params::Params;
pub(super) use search::searched;

/// What a list is about, wherever it is made.
#[derive(Clone, Copy)]
struct Site {
    admin: &'static AdminSite,
    known: &'static Registered,
    zone: Tz,
    today: NaiveDate,
}

impl Site {
    /// What stands where there is nothing.
    fn empty(self) -> &'static str {
        self.known.options.empty_value_display.unwrap_or(self.admin.empty_value_display)
    }
}

/// Why a URL makes no list.
enum Problem {
    /// Rows cannot be looked up like this: the plain list follows.
    Lookup,
    /// They may not be: 400.
    Refused(String),
}

#[derive(Template)]
#[template(path = "admin/invalid_setup.html")]
struct InvalidSetup {
    frame: Frame,
    url: String,
}

/// `GET /admin/catalog/product/`
pub(super) async fn change_list(request: AdminRequest, path: Path<(String, String)>) -> Result<HttpResponse> {
    let known = request.model(&path.0, &path.1)?;
    request.must(known, "view", None)?;
    let actions = actions::offered(&request, known);
    let Some(list) = asked(&request, known, actions.is_empty())? else { return wrong(&request, known) };
    let (list, found) = request.db.run(move |conn| list.load(conn).map(|found| (list, found))).await?;
    let Some(found) = found else { return wrong(&request, known) };
    if list.has_nul {
        request.messages.add(Level::ERROR, "Null characters are not allowed.");
    }
    Ok(render(&ChangeListPage::new(&request, &list, found, &actions))?.respond_to(&request.http))
}

/// `POST /admin/catalog/product/`: what was ticked, or typed in the list.
pub(super) async fn change_list_post(
    request: AdminRequest,
    path: Path<(String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let known = request.model(&path.0, &path.1)?;
    request.must(known, "view", None)?;
    let actions = actions::offered(&request, known);
    if !actions::is_asked(&data, &actions) {
        return change_list(request, path).await;
    }
    let Some(list) = asked(&request, known, actions.is_empty())? else { return wrong(&request, known) };
    actions::run(&request, &list, &actions, &data).await
}

/// The list that the URL asks for; nothing, if rows cannot be looked up like that.
fn asked(request: &AdminRequest, known: &'static Registered, is_without_boxes: bool) -> Result<Option<List>> {
    let zone = request.settings.time_zone;
    let site = Site { admin: request.site, known, zone, today: Utc::now().with_timezone(&zone).date_naive() };
    let params = Params::new(&request.query);
    let to_field = params.get("_to_field").filter(|field| !field.is_empty());
    if let Some(field) = to_field.filter(|field| *field != known.model.pk().name) {
        return Err(Error::BadRequest(format!("the field {field} cannot be referenced")));
    }
    match List::new(site, params, request.queryset(known), i64::from(!is_without_boxes)) {
        Ok(list) => Ok(Some(list)),
        Err(Problem::Lookup) => Ok(None),
        Err(Problem::Refused(reason)) => Err(Error::BadRequest(reason)),
    }
}

/// Where a URL leads that makes no list: to the plain one, and if that made none either, to a page that says so.
fn wrong(request: &AdminRequest, known: &'static Registered) -> Result<HttpResponse> {
    if request.query.get("e").is_none() {
        return Ok(redirect(&format!("{}?e=1", known.url())));
    }
    let frame = request.frame("Database error", Crumb::to(known));
    Ok(render(&InvalidSetup { frame, url: known.url() })?.respond_to(&request.http))
}
