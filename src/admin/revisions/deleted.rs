//! Deleted rows: `L deleted/` lists them, `L deleted/<entry>/restore/` makes one again.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::difference::{Difference, Names};
use super::plan::label_of;
use super::restore::{LostRow, Obstacle, Restoration};
use crate::admin::change_form::VisibleFields;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::history::{ActTime, full_name};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::auth::User;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::model::Violation;
use crate::http::{PostData, redirect, render};
use crate::messages::{Level, Message};
use crate::models::bidi;
use crate::records::history::HistoryEntry;
use crate::records::{self, Done, Flag};

/// Number of deleted rows on one page.
const PER_PAGE: i64 = 50;
/// The most parts that the page of a deleted row names.
const PARTS: usize = 50;

#[derive(Template)]
#[template(path = "admin/deleted.html")]
struct DeletedRows {
    frame: Frame,
    /// `products`
    many: &'static str,
    list_url: String,
    rows: Vec<DeletedRow>,
    /// The URL of the rows that were deleted before these; "" after the last ones.
    older_url: String,
    is_first: bool,
}

/// A deleted row in the list.
struct DeletedRow {
    name: String,
    key: String,
    user: String,
    time: ActTime,
    restore_url: String,
}

#[derive(Template)]
#[template(path = "admin/restore.html")]
struct RestorePage {
    frame: Frame,
    /// `product`
    one: &'static str,
    name: String,
    back_url: String,
    differences: Vec<Difference>,
    /// The other rows: what they are and what happens to them.
    parts: Vec<String>,
    more_parts: usize,
    obstacles: Vec<Obstacle>,
    lacking: Vec<String>,
}

/// `GET /admin/catalog/product/deleted/`
pub(in crate::admin) async fn deleted_rows(
    request: AdminRequest,
    place: Path<(String, String)>,
) -> Result<HttpResponse> {
    let registered = request.model(&place.0, &place.1)?;
    request.must(registered, "add", None)?;
    let before: Option<i64> = request.query.get("before").and_then(|id| id.parse().ok());
    let own = only_own(&request, registered);
    let (mut rows, users) = request
        .db
        .run(move |conn| {
            let rows = HistoryEntry::deleted(conn, registered.model, own, before, PER_PAGE + 1)?;
            let users: Vec<i32> = rows.iter().filter_map(|row| row.user_id).collect();
            Ok((rows, User::with_ids(conn, &users)?))
        })
        .await?;

    let shown = usize::try_from(PER_PAGE).unwrap_or_default();
    let is_more = rows.len() > shown;
    rows.truncate(shown);
    let url = format!("{}deleted/", registered.url());
    let older_url = match rows.last() {
        Some(last) if is_more => format!("{url}?before={}", last.id),
        _ => String::new(),
    };
    let zone = request.settings.time_zone;
    let rows = rows.into_iter().map(|entry| {
        let user = users.iter().find(|user| Some(user.id) == entry.user_id);
        DeletedRow {
            restore_url: format!("{url}{}/restore/", entry.id),
            user: user.cloned().map_or_else(String::new, full_name),
            time: ActTime::from_time(entry.made_at, zone),
            name: entry.name,
            key: entry.object_id,
        }
    });

    let many = registered.model.verbose_name_plural.as_str();
    let mut crumbs = Crumb::to(registered, registered.url());
    crumbs.push(Crumb::new("Deleted", ""));
    let page = DeletedRows {
        frame: request.frame(format!("Deleted {many}"), crumbs),
        many,
        list_url: registered.url(),
        rows: rows.collect(),
        older_url,
        is_first: before.is_none(),
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// Returns the user if the page must show only rows that this user has deleted. Hooks that limit the rows of a user are queries,
/// which do not work for rows that are gone.
fn only_own(request: &AdminRequest, registered: &'static RegisteredModel) -> Option<i32> {
    (!request.sees_all_rows(registered)).then_some(request.user.id)
}

/// `GET /admin/catalog/product/deleted/12/restore/`
pub(in crate::admin) async fn restore_form(
    request: AdminRequest,
    place: Path<(String, String, String)>,
) -> Result<HttpResponse> {
    answer(request, &place, false).await
}

/// `POST /admin/catalog/product/deleted/12/restore/`
pub(in crate::admin) async fn restore(
    request: AdminRequest,
    place: Path<(String, String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let is_confirmed = !data.get("post").is_empty();
    answer(request, &place, is_confirmed).await
}

async fn answer(
    request: AdminRequest,
    place: &(String, String, String),
    is_confirmed: bool,
) -> Result<HttpResponse> {
    let (app, model, id) = place;
    let registered = request.model(app, model)?;
    request.must(registered, "add", None)?;
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let own = only_own(&request, registered);
    let loaded = request
        .db
        .run(move |conn| load(conn, registered, id, own))
        .await?;
    let (entry, rows) = loaded.ok_or(Error::NotFound)?;
    let name = entry.name.clone();

    let record = rows.first().map(|row| row.record(registered.model).0);
    request.must(registered, "add", record.as_ref())?;
    let actor = request.actor();
    let lacking = Restoration {
        site: request.site,
        actor: &actor,
        zone: request.settings.time_zone,
    }
    .lacking(&rows);
    if !is_confirmed || !lacking.is_empty() {
        return page(&request, registered, rows, name, Vec::new(), lacking).await;
    }

    let (site, settings) = (request.site, request.settings.clone());
    let work = move |conn: &mut Conn| {
        let mut obstacles = Vec::new();
        let done = records::atomic(conn, &actor, &settings, |conn, writer| {
            if !entry.mark_undone(conn)? {
                return Err(Error::NotFound);
            }
            let restoration = Restoration {
                site,
                actor: &actor,
                zone: settings.time_zone,
            };
            obstacles = restoration.run(conn, writer, &rows)?;
            if !obstacles.is_empty() {
                // Rolls back what was written.
                return Err(Error::NotStored(String::new()));
            }

            let pk = entry.pk().ok_or(Error::NotFound)?;
            let row = (pk, entry.name.clone());
            writer.log_row(registered.model, row, Flag::Addition, &[Done::Added]);
            Ok(())
        });
        match done {
            Err(Error::NotStored(_)) if !obstacles.is_empty() => {}
            Err(error) => {
                let violation = Violation::from_error(&error).ok_or(error)?;
                obstacles.push(Obstacle {
                    row: entry.name.clone(),
                    field: String::new(),
                    error: violation.text(registered.model),
                });
            }
            Ok(()) => {}
        }
        Ok((obstacles, entry, rows))
    };
    let (obstacles, entry, rows) = request.db.write(work).await?;
    if !obstacles.is_empty() {
        return page(&request, registered, rows, name, obstacles, Vec::new()).await;
    }

    let before = format!("The {} “", registered.model.verbose_name);
    let url = registered.object_url(&entry.object_id, "change");
    let after = match rows.len() - 1 {
        0 => "” is there again.".to_owned(),
        1 => "” is there again, and one other row with it.".to_owned(),
        others => format!("” is there again, and {others} other rows with it."),
    };
    let message = Message::linked(Level::SUCCESS, &before, (&name, &url), &after);
    request.messages.push(message);
    Ok(redirect(format!("{}deleted/", registered.url())))
}

/// Loads a deleted row that was not restored, with everything that was deleted along with it.
fn load(
    conn: &mut Conn,
    registered: &'static RegisteredModel,
    id: i64,
    own: Option<i32>,
) -> Result<Option<(HistoryEntry, Vec<LostRow>)>> {
    let label = registered.model.concrete().label();
    let entry = HistoryEntry::find(conn, id)?.filter(|entry| {
        let is_deleted = entry.action == 3 && entry.undone_at.is_none();
        is_deleted && entry.model == label && (own.is_none() || entry.user_id == own)
    });
    let Some(entry) = entry else {
        return Ok(None);
    };
    let parts = HistoryEntry::parts_of(conn, &[id])?;
    let rows = std::iter::once(entry.clone()).chain(parts);
    Ok(Some((entry, rows.map(LostRow::new).collect())))
}

async fn page(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    rows: Vec<LostRow>,
    name: String,
    obstacles: Vec<Obstacle>,
    lacking: Vec<String>,
) -> Result<HttpResponse> {
    let fields = VisibleFields::new(registered, &request.actor(), &request.settings, None);
    let zone = request.settings.time_zone;
    let (differences, parts, more_parts) = request
        .db
        .run(move |conn| {
            let names = Names::load(conn, rows.iter().take(1).flat_map(|row| &row.deltas))?;
            let label = label_of(registered);
            let deltas = rows.first().map(|row| row.deltas.as_slice());
            let shown = deltas.unwrap_or_default().iter();
            let shown = shown.filter(|delta| fields.shows(&delta.name));
            let differences: Vec<Difference> = shown
                .map(|delta| Difference::new(delta, &names, zone, &label).turned())
                .collect();
            let parts = rows.iter().skip(1).take(PARTS).map(part_words);
            let parts: Vec<String> = parts.collect();
            Ok((differences, parts, rows.len().saturating_sub(PARTS + 1)))
        })
        .await?;

    let one = registered.model.verbose_name.as_str();
    let back_url = format!("{}deleted/", registered.url());
    let mut crumbs = Crumb::to(registered, registered.url());
    crumbs.extend([Crumb::new("Deleted", &back_url), Crumb::new(&name, "")]);
    let frame = request.frame(format!("Restore {one}: {}", bidi::isolated(&name)), crumbs);
    let page = RestorePage {
        frame,
        one,
        name,
        back_url,
        differences,
        parts,
        more_parts,
        obstacles,
        lacking,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// Returns what happens to a row that lost something along with the deleted one.
fn part_words(row: &LostRow) -> String {
    let one = row.entry.meta().map_or(row.entry.model.as_str(), |model| {
        model.verbose_name.as_str()
    });
    let key = &row.entry.object_id;
    match row.entry.action {
        3 => format!("The {one} {key} is made again."),
        _ => format!("The {one} {key} is connected again."),
    }
}
