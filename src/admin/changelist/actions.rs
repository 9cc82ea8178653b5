//! Actions on the rows that are ticked, or on all rows of the list.

use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::list::List;
use crate::admin::bulk_edit::{self, BULK_EDIT};
use crate::admin::delete::{Consequences, Selected, delete_selected};
use crate::admin::export::selected_form;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::options::{Action, ActionRequest, ActionResult};
use crate::admin::run_action::{self, Again, Location, Run};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::auth::kept_forms::KeptForm;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::http::{PostData, full_path, redirect, render};
use crate::messages::Level;
use crate::models::parse;
use crate::python::int_within_i64;

/// The action that every list has.
const DELETE: Action = Action::new(
    "delete_selected",
    "Delete selected %(verbose_name_plural)s",
    never,
)
.permissions(&["delete"]);

/// The action that shows the form of an export for the selected rows.
pub(super) const EXPORT: Action = Action::new(
    "export_selected",
    "Export selected %(verbose_name_plural)s",
    never,
)
.permissions(&["view"]);

/// The actions that have buttons of their own, and are not in the list of actions.
const WITH_BUTTONS: [&str; 2] = [BULK_EDIT.name, EXPORT.name];

/// Whether the action has a button of its own.
pub(super) fn has_own_button(name: &str) -> bool {
    WITH_BUTTONS.contains(&name)
}

/// Never called, because these actions have their own steps.
fn never(_: &mut Conn, _: &ActionRequest<'_>) -> Result<ActionResult> {
    Err(Error::PermissionDenied)
}

#[derive(Template)]
#[template(path = "admin/delete_selected_confirmation.html")]
struct DeleteSelectedConfirmation {
    frame: Frame,
    /// `products`
    many: String,
    shown: Box<Consequences>,
    again: Again,
}

/// Returns the actions that the user may run on rows of `registered`.
pub(super) fn offered(request: &AdminRequest, registered: &'static RegisteredModel) -> Vec<Action> {
    let own = run_action::offered(request, registered, Location::ChangeList);
    let may_delete = !request.is_popup() && request.may(registered, "delete", None);
    let may_export =
        !request.is_popup() && registered.may_be_exported(&request.actor(), &request.settings);
    let may_edit = !request.is_popup()
        && registered.options.can_bulk_edit
        && request.may(registered, "change", None);
    may_delete
        .then_some(DELETE)
        .into_iter()
        .chain(may_edit.then_some(BULK_EDIT))
        .chain(own)
        .chain(may_export.then_some(EXPORT))
        .collect()
}

/// Whether `data` requests an action: one was chosen, or confirmed.
pub(super) fn is_asked(data: &PostData, offered: &[Action]) -> bool {
    let has = |name: &str| data.fields.get(name).is_some();
    let is_chosen = has("index") || has("_selected_action") || pressed(data).is_some();
    // A list without actions of Django is shown again, as in Django.
    let is_offered = match chosen(data) {
        Some(name) if has_own_button(name) => !offered.is_empty(),
        _ => offered.iter().any(|action| !has_own_button(action.name)),
    };
    is_offered && !has("_save") && is_chosen
}

/// Runs the action in `data` and redirects to the list, or shows a confirmation page.
pub(super) async fn run(
    request: &AdminRequest,
    list: &List,
    offered: &[Action],
    data: &PostData,
) -> Result<HttpResponse> {
    let here = full_path(&request.http);
    let back = || Ok(redirect(&here));
    let ticked: Vec<&str> = data.fields.get_list("_selected_action").collect();
    // The box for browsers without scripts selects all rows, whatever is ticked.
    let all = data.fields.get("_all").is_some();
    if ticked.is_empty() && !all {
        let text = "Items must be selected in order to perform actions on them. No items have been changed.";
        request.messages.add(Level::WARNING, text);
        return back();
    }
    let Some(action) = offered
        .iter()
        .find(|action| chosen(data) == Some(action.name))
    else {
        request.messages.add(Level::WARNING, "No action selected.");
        return back();
    };
    let registered = list.site.registered;
    let across = is_across(data);
    let rows = if across {
        list.query.clone()
    } else {
        let pks = ticked
            .iter()
            .filter_map(|pk| parse(registered.model.pk().target(), pk))
            .collect();
        list.query.clone().with_pks(pks)
    };
    if action.name == EXPORT.name {
        let keys = ticked.iter().map(|key| (*key).to_owned()).collect();
        return selected_form(request, registered, (!across).then_some(keys)).await;
    }
    let mut is_confirmed = !data.get("post").is_empty();
    let counting = rows.clone();
    let count = request.db.run(move |conn| counting.count(conn)).await?;
    if across
        && is_confirmed
        && data
            .fields
            .get("_count")
            .is_some_and(|seen| int_within_i64(seen) != Some(count))
    {
        request.messages.add(
            Level::WARNING,
            "The list has changed since. Please look at it again.",
        );
        is_confirmed = false;
    }
    let (location, action) = (Location::ChangeList, *action);
    let (back_url, list_url) = (here.clone(), here.clone());
    let run = Run {
        request,
        registered,
        action,
        location,
        rows,
        count,
        across,
        back_url,
        list_url,
    };
    if action.name == DELETE.name {
        return delete(run, is_confirmed).await;
    }
    if action.name == BULK_EDIT.name {
        return bulk_edit::run(run, data, is_confirmed).await;
    }
    match run.answer(is_confirmed).await? {
        Some(page) => Ok(page),
        None => Ok(redirect(&super::here(request, registered).await?)),
    }
}

/// Returns the confirmation page of an action, or the preview of a bulk edit, whose form was refused
/// because of a login. Nothing is run. Returns `None` if `kept` is not such a form.
pub(super) async fn confirm_again(
    request: &AdminRequest,
    list: &List,
    offered: &[Action],
    kept: &KeptForm,
) -> Result<Option<HttpResponse>> {
    let action = offered
        .iter()
        .find(|action| chosen(&kept.post) == Some(action.name));
    let Some(action) = action else {
        return Ok(None);
    };
    let is_confirmed = !kept.post.get("post").is_empty();
    let done = match action.name {
        name if name == DELETE.name => is_confirmed.then_some("deleted"),
        name if name == BULK_EDIT.name => bulk_edit::is_sent(&kept.post).then_some("changed"),
        _ => (action.confirm && is_confirmed).then_some("changed"),
    };
    let Some(done) = done else {
        return Ok(None);
    };

    kept.ask_again(&request.messages, done);
    run(request, list, offered, &kept.unconfirmed())
        .await
        .map(Some)
}

/// Whether all pages of the list are selected.
pub(super) fn is_across(data: &PostData) -> bool {
    let across = data.get("select_across").to_lowercase();
    data.fields.get("_all").is_some() || !matches!(across.as_str(), "" | "0" | "false")
}

/// Deletes the selected rows, or shows what would be deleted.
async fn delete(run: Run<'_>, is_confirmed: bool) -> Result<HttpResponse> {
    let (request, registered) = (run.request, run.registered);
    match delete_selected(request, registered, run.rows.clone(), is_confirmed).await? {
        Selected::Deleted(0) => Ok(redirect(&run.back_url)),
        Selected::Deleted(count) => {
            let counted = i64::try_from(count).unwrap_or(i64::MAX);
            let counted = registered.model.counted(counted);
            request
                .messages
                .success(format!("Successfully deleted {count} {counted}."));
            Ok(redirect(&super::here(request, registered).await?))
        }
        Selected::Refused(text) => {
            let text = format!("Nothing was deleted. {text}");
            request.messages.add(Level::ERROR, text);
            Ok(redirect(&run.back_url))
        }
        Selected::Asked(shown) => {
            let counted = registered.model.counted(run.count);
            let title = if shown.is_allowed() {
                format!("Delete {} {counted}", run.count)
            } else {
                format!("Cannot delete {counted}")
            };
            let mut crumbs = Crumb::to(registered, run.list_url.clone());
            crumbs.push(Crumb::new("Delete", ""));

            let page = DeleteSelectedConfirmation {
                frame: request.frame(title, crumbs),
                many: registered.model.verbose_name_plural.clone(),
                shown,
                again: run.again().await?,
            };
            Ok(render(&page)?.respond_to(&request.http))
        }
    }
}

/// Returns the action whose own button was pressed: the button has the name of the list of actions.
fn pressed(data: &PostData) -> Option<&'static str> {
    if data.fields.get("index").is_some() {
        return None;
    }
    let has = |name: &&str| data.fields.get_list("action").any(|given| given == *name);
    WITH_BUTTONS.into_iter().find(has)
}

/// Returns the action of the action bar whose button was clicked.
pub(super) fn chosen(data: &PostData) -> Option<&str> {
    if let Some(name) = pressed(data) {
        return Some(name);
    }
    let given: Vec<&str> = data.fields.get_list("action").collect();
    let index = data
        .fields
        .get("index")
        .and_then(int_within_i64)
        .unwrap_or(0);
    let at = if index < 0 {
        index + i64::try_from(given.len()).unwrap_or_default()
    } else {
        index
    };
    let at = usize::try_from(at).ok();
    at.and_then(|at| given.get(at)).or(given.last()).copied()
}
