//! All actions on a row, oldest first.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::act_kind::ActKind;
use super::sentence::sentence;
use super::{ActTime, full_name};
use crate::admin::frame::{Crumb, Frame};
use crate::admin::{AdminRequest, LogEntry, unquote};
use crate::db::{PageNumber, Paginator};
use crate::error::Result;
use crate::http::render;
use crate::models::bidi;

/// Number of actions on one page.
const PER_PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "admin/object_history.html")]
struct ObjectHistory {
    frame: Frame,
    entries: Vec<Entry>,
    paginator: Paginator,
    number: i64,
    /// Parameters for the links to other pages, such as `&_changelist_filters=p%3D2`.
    page_query: String,
}

/// An action on the row.
struct Entry {
    time: ActTime,
    /// `clerk (Clara Kerr)`
    user: String,
    kind: ActKind,
    /// The description of the action.
    what: String,
}

/// `GET /admin/catalog/product/7/history/`
pub(in crate::admin) async fn history(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    let (app, model, part) = place.into_inner();
    let registered = request.model(&app, &model)?;
    let Some((record, name)) = request.object(registered, &part).await? else {
        // A missing row is reported only to users who may view such rows.
        request.must(registered, "view", None)?;
        return Ok(request.missing(registered, &part));
    };
    request.must(registered, "view", Some(&record))?;
    let asked: PageNumber = request
        .query
        .get("p")
        .unwrap_or_default()
        .parse()
        .unwrap_or_default();
    let pk = record.pk().to_string();
    let (count, number, found) = request
        .db
        .run(move |conn| {
            let mut number = 1;
            let (count, found) = LogEntry::of_object(conn, registered.model, &pk, |count| {
                let pages = Paginator {
                    count,
                    per_page: PER_PAGE,
                };
                number = pages.page_number(asked);
                (PER_PAGE, pages.offset(number))
            })?;
            Ok((count, number, found))
        })
        .await?;
    let zone = request.settings.time_zone;
    let entries = found.into_iter().map(|(entry, user)| Entry {
        time: ActTime::new(&entry, zone),
        kind: ActKind::from_entry(&entry),
        user: full_name(user),
        what: sentence(&entry.change_message),
    });
    let mut crumbs = request.crumbs(registered);
    let url = request.keeping_filters(
        registered,
        &registered.object_url(&unquote(&part), "change"),
    );
    crumbs.extend([Crumb::new(&name, url), Crumb::new("History", "")]);
    let frame = request.frame(format!("Change history: {}", bidi::isolated(&name)), crumbs);
    let paginator = Paginator {
        count,
        per_page: PER_PAGE,
    };
    let page_query = request
        .keeping_filters(registered, "")
        .replacen('?', "&", 1);
    let page = ObjectHistory {
        frame,
        entries: entries.collect(),
        paginator,
        number,
        page_query,
    };
    Ok(render(&page)?.respond_to(&request.http))
}
