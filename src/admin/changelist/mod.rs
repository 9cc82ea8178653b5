//! `/admin/<app>/<model>/`: the list of a model's rows (Django's `ChangeList`).

mod actions;
mod cell;
mod chosen_columns;
mod columns;
mod editing;
mod filters;
mod hierarchy;
mod large;
mod last_size;
mod last_spans;
mod list;
mod list_query;
mod load;
mod lookup;
mod markup;
mod order;
mod page;
mod params;
mod selection;
mod saved_views;
mod search;
mod table;
mod tally;

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::change_form::deleted_meanwhile;
use super::frame::{Crumb, Frame};
use super::options::{Action, HookRequest};
use super::{AdminRequest, AdminSite, RegisteredModel};
use crate::auth::kept_forms::{self, KeptForm};
use crate::clock;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::http::{PostData, QueryDict, full_path, redirect, render, render_around};
use crate::messages::Level;
use crate::models::Row;
use editing::{Editing, Outcome, Sent, SentList};
pub(super) use last_size::LastSize;
pub(super) use last_spans::LastSpans;
use list::List;
pub(super) use list_query::{ListQuery, list_query};
use page::ChangeListPage;
use params::Params;
use saved_views::SavedView;
pub(super) use saved_views::{delete_view, save_view, to_list};
pub(crate) use search::searched;
use selection::Selection;
use table::{RowContext, Table};

/// The context of a list, for any thread.
#[derive(Clone, Copy)]
struct Site {
    admin: &'static AdminSite,
    registered: &'static RegisteredModel,
    zone: Tz,
    today: NaiveDate,
}

impl Site {
    /// Returns the text for empty values.
    fn empty(self) -> &'static str {
        self.registered
            .options
            .empty_value_display
            .unwrap_or(self.admin.empty_value_display)
    }
}

/// The reason why a URL is not a list.
enum Problem {
    /// The lookup is invalid: redirect to the list without parameters.
    Lookup,
    /// The lookup is not allowed: 400.
    Refused(String),
}

#[derive(Template)]
#[template(path = "admin/invalid_setup.html")]
struct InvalidSetup {
    frame: Frame,
    url: String,
}

/// `GET /admin/catalog/product/`
pub(super) async fn change_list(
    request: AdminRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let registered = request.model(&path.0, &path.1)?;
    request.must(registered, "view", None)?;
    let actions = actions::offered(&request, registered);
    let Some(list) = asked(&request, registered, actions.is_empty())? else {
        return wrong(&request, registered);
    };
    let is_sent = is_edited(&request, registered) || !actions.is_empty();
    let kept = if is_sent {
        kept_forms::take(&request.http).await?
    } else {
        None
    };
    match kept {
        Some(kept) => match actions::confirm_again(&request, &list, &actions, &kept).await? {
            Some(confirmation) => Ok(confirmation),
            None => show_again(&request, list, &actions, kept).await,
        },
        None => show(&request, list, &actions, Unsaved::default()).await,
    }
}

/// Renders a list that was refused because of a login, with its selected rows, its action and the
/// submitted values. Nothing is run or saved.
async fn show_again(
    request: &AdminRequest,
    list: List,
    actions: &[Action],
    kept: KeptForm,
) -> Result<HttpResponse> {
    let registered = list.site.registered;
    let selection = Selection::from_post(&kept.post);
    let is_save = kept.post.fields.get("_save").is_some();
    let note = if is_save {
        kept.note
    } else {
        selection::not_run(&kept)
    };
    if !is_edited(request, registered) {
        let unsaved = Unsaved {
            kept_note: Some(note),
            selection,
            ..Unsaved::default()
        };
        return show(request, list, actions, unsaved).await;
    }

    let (all, actor) = (request.queryset(registered), request.actor());
    let settings = request.settings.clone();
    let columns = list.column_names();
    let read = move |conn: &mut Conn| {
        let sent = SentList {
            registered,
            all: &all,
            data: &kept.post,
            actor: &actor,
            settings: &settings,
            columns: &columns,
        };
        editing::read_again(conn, &sent)
    };
    let (sent, errors) = request.db.run(read).await?;
    let unsaved = Unsaved {
        sent,
        errors,
        kept_note: Some(note),
        selection,
    };
    show(request, list, actions, unsaved).await
}

/// The submitted values of a list that were not saved, and the action that was not run.
#[derive(Default)]
struct Unsaved {
    sent: Vec<Sent>,
    /// The errors that belong to no single row.
    errors: Vec<String>,
    /// The message for a list that was sent before a login, and is shown again.
    kept_note: Option<String>,
    /// The selected rows and the action, if the list is shown again.
    selection: Selection,
}

/// Renders the page.
async fn show(
    request: &AdminRequest,
    mut list: List,
    actions: &[Action],
    unsaved: Unsaved,
) -> Result<HttpResponse> {
    let registered = list.site.registered;
    let (is_edited, is_popup) = (is_edited(request, registered), request.is_popup());
    let has_boxes = list.first > 0 && !actions.is_empty();
    let blank_label = request.settings.django_version().blank_choice_label();
    let user = request.user.id;
    let loaded = request
        .db
        .run(move |conn| {
            let Some(mut found) = list.load(conn)? else {
                return Ok(None);
            };
            let mut moved = Vec::new();
            let mut editing = is_edited
                .then(|| Editing::new(conn, &list, blank_label))
                .transpose()?;
            if let Some(editing) = &mut editing {
                if unsaved.kept_note.is_some() {
                    moved = moved_away(&unsaved.sent, &found.rows);
                }
                (editing.sent, editing.errors) = (unsaved.sent, unsaved.errors);
                editing.restored = unsaved.kept_note.is_some();
            }
            let rows = std::mem::take(&mut found.rows);
            let selection = unsaved.selection;
            let table = Table::new(
                &list,
                &rows,
                &RowContext {
                    has_boxes,
                    selection: &selection,
                    editing: editing.as_ref(),
                    is_popup,
                },
            );
            let notes: Vec<String> = unsaved
                .kept_note
                .into_iter()
                .chain(selection.missing(&rows))
                .chain(moved)
                .collect();
            let views = if is_popup {
                Vec::new()
            } else {
                SavedView::of_list(conn, registered, user)?
            };
            Ok(Some((list, found, table, editing, selection, notes, views)))
        })
        .await?;
    let Some((list, found, table, editing, selection, notes, views)) = loaded else {
        return wrong(request, registered);
    };
    if list.has_nul {
        request
            .messages
            .add(Level::ERROR, "Null characters are not allowed.");
    }
    for note in notes {
        request.messages.add(Level::WARNING, note);
    }
    let mut page = ChangeListPage::new(
        request,
        &list,
        found,
        table,
        actions,
        &selection,
        editing.as_ref(),
    );
    page.set_views(request, &list, views);
    Ok(render_around(&page, page.made())?.respond_to(&request.http))
}

/// Returns the names of rows that were changed in a kept list and are not on its page any more.
fn moved_away(sent: &[Sent], rows: &[Row]) -> Vec<String> {
    let is_shown = |sent: &Sent| {
        rows.iter()
            .any(|row| row.first().is_some_and(|pk| pk.to_string() == sent.pk))
    };
    let moved = sent
        .iter()
        .filter(|sent| sent.is_changed() && !is_shown(sent));
    let note = |sent: &Sent| {
        format!(
            "“{}” is not on this page of the list any more: what you typed for it is not shown again.",
            sent.name
        )
    };
    moved.map(note).collect()
}

/// Whether rows can be edited in the list.
fn is_edited(request: &AdminRequest, registered: &'static RegisteredModel) -> bool {
    !registered.options.list_editable.is_empty()
        && !request.is_popup()
        && request.may(registered, "change", None)
}

/// `POST /admin/catalog/product/`: runs an action on ticked rows, or saves edited rows.
pub(super) async fn change_list_post(
    request: AdminRequest,
    path: Path<(String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    let registered = request.model(&path.0, &path.1)?;
    request.must(registered, "view", None)?;
    let actions = actions::offered(&request, registered);
    let Some(list) = asked(&request, registered, actions.is_empty())? else {
        return wrong(&request, registered);
    };
    // If the page does not exist, nothing is changed.
    let list = if list.params.page() == 1 {
        list
    } else {
        let (list, is_there) = request
            .db
            .run(move |conn| list.has_page(conn).map(|is_there| (list, is_there)))
            .await?;
        if !is_there {
            return wrong(&request, registered);
        }
        list
    };
    if actions::is_asked(&data, &actions) {
        return actions::run(&request, &list, &actions, &data).await;
    }
    let is_saved = data.fields.get("_save").is_some()
        && !registered.options.list_editable.is_empty()
        && !request.is_popup();
    if !is_saved {
        return show(&request, list, &actions, Unsaved::default()).await;
    }
    request.must(registered, "change", None)?;
    let (all, actor) = (request.queryset(registered), request.actor());
    let settings = request.settings.clone();
    let columns = list.column_names();
    let job = move |conn: &mut Conn| {
        let sent = SentList {
            registered,
            all: &all,
            data: &data,
            actor: &actor,
            settings: &settings,
            columns: &columns,
        };
        editing::save(conn, &sent)
    };
    match request.db.write(job).await? {
        Outcome::Refused(sent, errors) => {
            show(
                &request,
                list,
                &actions,
                Unsaved {
                    sent,
                    errors,
                    ..Unsaved::default()
                },
            )
            .await
        }
        Outcome::Saved(count, gone) => {
            if gone > 0 {
                request
                    .messages
                    .add(Level::WARNING, deleted_meanwhile(registered.model, gone));
            }
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            if count > 0 {
                let were = if count == 1 { "was" } else { "were" };
                request.messages.success(format!(
                    "{count} {} {were} changed successfully.",
                    registered.model.counted(count)
                ));
            }
            Ok(redirect(&here(&request, registered).await?))
        }
    }
}

/// Returns the URL of this list after its rows were changed: the same page, or the last page if
/// that page no longer exists.
async fn here(request: &AdminRequest, registered: &'static RegisteredModel) -> Result<String> {
    let url = || full_path(&request.http);
    Ok(last_page_url(request, registered, &request.query)
        .await?
        .unwrap_or_else(url))
}

/// Returns the URL of the list that the user came from, with its search, filters and order. If the
/// page no longer exists (its last row was deleted, or no longer matches the filters), returns the
/// last page of that list.
pub(super) async fn list_url(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
) -> Result<String> {
    let query = request.list_query(registered).unwrap_or_default();
    let last = last_page_url(request, registered, &QueryDict::parse(&query)).await?;
    Ok(last.unwrap_or_else(|| request.list_url(registered)))
}

/// Returns the URL of the last page of the list for `query`. Returns `None` if the page in `query`
/// exists, or if `query` is not a valid list query. This costs one count, except for the first
/// page, which always exists.
async fn last_page_url(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    query: &QueryDict,
) -> Result<Option<String>> {
    let params = Params::new(query);
    if params.page() <= 1 {
        return Ok(None);
    }

    let is_without_boxes = actions::offered(request, registered).is_empty();
    let Ok(list) = listed(request, registered, params, is_without_boxes) else {
        return Ok(None);
    };
    let link = |list: &List, page: i64| {
        let page = page.to_string();
        let set: &[(&str, &str)] = if page == "1" { &[] } else { &[("p", &page)] };
        format!(
            "{}{}",
            registered.url(),
            list.params.link(set, &[]).trim_end_matches('?')
        )
    };
    let job = move |conn: &mut Conn| {
        let page = if list.has_page(conn)? {
            None
        } else {
            Some(list.last_page(list.query.count(conn)?))
        };
        Ok((list, page))
    };
    let (list, page) = request.db.run(job).await?;

    Ok(page.map(|page| link(&list, page)))
}

/// Creates the list for `params`.
fn listed(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    params: Params,
    is_without_boxes: bool,
) -> Result<List, Problem> {
    let zone = request.settings.time_zone;
    let site = Site {
        admin: request.site,
        registered,
        zone,
        today: clock::now().with_timezone(&zone).date_naive(),
    };
    List::new(
        site,
        params,
        request.queryset(registered),
        i64::from(!is_without_boxes),
        &list_hooks(request),
    )
}

/// Returns the request as the hooks of a list see it.
fn list_hooks(request: &AdminRequest) -> HookRequest<'_> {
    HookRequest {
        user: &request.user,
        permissions: &request.permissions,
        settings: &request.settings,
        record: None,
    }
}

/// Creates the list for the URL. Returns `None` if the URL has an invalid lookup.
fn asked(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    is_without_boxes: bool,
) -> Result<Option<List>> {
    let params = Params::new(&request.query);
    let to_field = params.get("_to_field").filter(|field| !field.is_empty());
    if let Some(field) = to_field.filter(|field| *field != registered.model.pk().name) {
        return Err(Error::BadRequest(format!(
            "the field {field} cannot be referenced"
        )));
    }
    match listed(request, registered, params, is_without_boxes) {
        Ok(list) => Ok(Some(list)),
        Err(Problem::Lookup) => Ok(None),
        Err(Problem::Refused(reason)) => Err(Error::BadRequest(reason)),
    }
}

/// Redirects from an invalid URL to the list without parameters; if that is invalid too, shows an
/// error page.
fn wrong(request: &AdminRequest, registered: &'static RegisteredModel) -> Result<HttpResponse> {
    if request.query.get("e").is_none() {
        return Ok(redirect(format!("{}?e=1", registered.url())));
    }
    let frame = request.frame("Database error", Crumb::to(registered, registered.url()));
    Ok(render(&InvalidSetup {
        frame,
        url: registered.url(),
    })?
    .respond_to(&request.http))
}
