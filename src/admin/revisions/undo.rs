//! Undoes a batch: `/admin/undo/<batch>/`.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::undo_task::{self, UNDO_TASK_NAME};
use super::undoing::{Undoing, Undone};
use crate::admin::background::AT_ONCE;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::history::full_name;
use crate::admin::{AdminRequest, RegisteredModel};
use crate::auth::User;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::model::Violation;
use crate::http::{redirect, render};
use crate::messages::{Level, Message};
use crate::records::history::{Batch, StoredBatch};
use crate::tasks::{Progress, TaskResult, TaskStatus, VIEW_PERMISSION};

/// The most rows that a message names.
const NAMED: usize = 5;
/// The most rows that the page of an undo names.
const NAMED_ON_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "admin/undo.html")]
struct UndoPage {
    frame: Frame,
    title: String,
    counted: String,
    by: String,
    time: String,
    machine: String,
    is_undone: bool,
    history_url: String,
    /// The page of the task that undoes the batch now; "" if no task does.
    running_url: String,
    /// The sentence about rows that kept later values when a task wrote this batch; "" if no row did.
    kept: String,
}

/// The page of a batch that a task writes, or has not written.
#[derive(Template)]
#[template(path = "admin/undo_later.html")]
struct LaterPage {
    frame: Frame,
    task: TaskResult,
    progress: Option<Progress>,
    /// The rows that keep later values, if the task has undone a batch; "" otherwise.
    kept: String,
}

impl LaterPage {
    /// Whether the task undoes a batch.
    fn is_undo(&self) -> bool {
        self.task.name == UNDO_TASK_NAME
    }

    /// Whether the task has not ended.
    fn is_open(&self) -> bool {
        matches!(self.task.status(), TaskStatus::Ready | TaskStatus::Running)
    }
}

/// `GET /admin/undo/x7…/`: asks before the batch is undone.
pub(in crate::admin) async fn undo_form(
    request: AdminRequest,
    key: Path<String>,
) -> Result<HttpResponse> {
    let key = key.into_inner();
    if let Some(task) = unwritten(&request, key.clone()).await? {
        let page = LaterPage {
            frame: request.frame("A change of several rows", crumbs()),
            progress: task.present_progress(&request.settings),
            kept: kept_by(&task),
            task,
        };
        return Ok(render(&page)?.respond_to(&request.http));
    }
    let (registered, batch) = find(&request, key).await?;
    let about = batch.clone();
    let (user, running, kept) = request
        .db
        .run(move |conn| {
            let user = about.user_id.map_or(Ok(None), |id| User::find(conn, id))?;
            let running = undo_task::unfinished(conn, &about)?;
            let task = Batch::task_of(&about.key).and_then(|id| TaskResult::get(conn, id).ok());
            let kept = task.as_ref().map(kept_by).unwrap_or_default();
            Ok((user, running, kept))
        })
        .await?;

    let count = i64::from(batch.row_count);
    let page = UndoPage {
        frame: request.frame("Undo a change of several rows", crumbs()),
        counted: format!("{count} {}", registered.model.counted(count)),
        title: batch.title,
        by: user.map_or_else(String::new, full_name),
        time: batch.made_at.text(&request.settings.time_zone),
        machine: batch.made_at.utc().to_rfc3339(),
        is_undone: batch.undone_at.is_some(),
        history_url: format!("/admin/history/?batch={}", batch.key),
        running_url: running.map_or_else(String::new, |task| page_of(&task)),
        kept,
    };
    Ok(render(&page)?.respond_to(&request.http))
}

/// `POST /admin/undo/x7…/`
pub(in crate::admin) async fn undo(
    request: AdminRequest,
    key: Path<String>,
) -> Result<HttpResponse> {
    let key = key.into_inner();
    if unwritten(&request, key.clone()).await?.is_some() {
        let text = "This change has not been written, so there is nothing to undo.";
        request.messages.add(Level::WARNING, text);
        return Ok(redirect(format!("/admin/undo/{key}/")));
    }
    let (registered, batch) = find(&request, key).await?;
    let after = redirect(registered.url());
    if batch.undone_at.is_some() {
        request
            .messages
            .add(Level::WARNING, "This change was undone before.");
        return Ok(after);
    }

    if i64::from(batch.row_count) > AT_ONCE {
        return undo_later(&request, registered, batch).await;
    }
    let (actor, settings) = (request.actor(), request.settings.clone());
    let work = move |conn: &mut Conn| {
        let undoing = Undoing {
            registered,
            actor: &actor,
            settings: &settings,
        };
        undoing.run(conn, &batch, None, &mut |_, _| Ok(()))
    };
    match request.db.write(work).await {
        Ok(Some(undone)) => tell(&request, registered, &undone),
        Ok(None) => request
            .messages
            .add(Level::WARNING, "This change was undone before."),
        Err(error) => {
            let violation = Violation::from_error(&error).ok_or(error)?;
            let text = format!("Nothing was changed. {}", violation.text(registered.model));
            request.messages.add(Level::ERROR, text);
        }
    }
    Ok(after)
}

/// Enqueues the task that undoes a batch of many rows.
async fn undo_later(
    request: &AdminRequest,
    registered: &RegisteredModel,
    batch: StoredBatch,
) -> Result<HttpResponse> {
    let (user, count) = (request.user.id, i64::from(batch.row_count));
    let task = request
        .db
        .atomic(move |conn| undo_task::enqueue(conn, &batch, user))
        .await?;
    log::info!(
        target: "nuages.admin",
        "{} undoes a change of {count} of {} with task {}", request.user.username, registered.model.label(), task.id
    );
    let text = format!(
        "The change of {count} {} is undone in the background. ",
        registered.model.counted(count)
    );
    let url = page_of(&task);
    let link = ("See how far it is", url.as_str());
    request
        .messages
        .push(Message::linked(Level::INFO, &text, link, ""));
    Ok(redirect(registered.url()))
}

/// Returns the page of a task that changes many rows.
fn page_of(task: &TaskResult) -> String {
    format!("/admin/undo/{}/", Batch::key_of_task(task.id))
}

/// Returns the sentence about rows that kept later values when the task undid a batch; "" if it did not.
fn kept_by(task: &TaskResult) -> String {
    let undone = undo_task::result_of(task);
    undone.map_or_else(String::new, |undone| undone.kept_words(NAMED_ON_PAGE))
}

/// Adds the messages about a batch that was undone.
fn tell(request: &AdminRequest, registered: &RegisteredModel, undone: &Undone) {
    let count = undone.count;
    let have = if count == 1 { "has" } else { "have" };
    let text = format!(
        "{count} {} {have} the values of before again. ",
        registered.model.counted(count)
    );
    if count > 0 {
        let url = format!("/admin/undo/{}/", undone.key);
        let link = ("Change them once more", url.as_str());
        request
            .messages
            .push(Message::linked(Level::SUCCESS, &text, link, ""));
    } else {
        request.messages.add(Level::WARNING, text.trim());
    }
    let kept = undone.kept_words(NAMED);
    if !kept.is_empty() {
        request.messages.add(Level::WARNING, kept);
    }
}

fn crumbs() -> Vec<Crumb> {
    vec![
        Crumb::new("All changes", "/admin/history/"),
        Crumb::new("Undo", ""),
    ]
}

/// Returns the task that has not written its batch, if the user started it or may see all tasks.
async fn unwritten(request: &AdminRequest, key: String) -> Result<Option<TaskResult>> {
    let Some(id) = Batch::task_of(&key) else {
        return Ok(None);
    };
    let sees_all = request.permissions.has_perm(VIEW_PERMISSION);
    let user = request.user.id;
    let read = move |conn: &mut Conn| {
        if StoredBatch::find(conn, &key)?.is_some() {
            return Ok(None);
        }
        let task = TaskResult::get(conn, id)?;
        if sees_all || task.user_id == Some(user) {
            Ok(Some(task))
        } else {
            Err(Error::NotFound)
        }
    };
    request.db.run(read).await
}

/// Returns the batch and its model, if the user may change rows of it.
async fn find(
    request: &AdminRequest,
    key: String,
) -> Result<(&'static RegisteredModel, StoredBatch)> {
    let batch = request
        .db
        .run(move |conn| StoredBatch::find(conn, &key))
        .await?
        .ok_or(Error::NotFound)?;
    let registered = request
        .site
        .find_by_label(&batch.model)
        .ok_or(Error::NotFound)?;
    request.must(registered, "change", None)?;
    Ok((registered, batch))
}
