//! `/admin/tasks/`: the work in the background.

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::AdminRequest;
use super::frame::{Crumb, Frame};
use super::history::ActTime;
use crate::db::{Paginator, Timestamp};
use crate::error::{Error, Result};
use crate::http::{redirect, render};
use crate::messages::Level;
use crate::models::bidi;
use crate::tasks::{self, Progress, TaskFilter, TaskResult, TaskStatus, VIEW_PERMISSION};

/// The URL of the list.
pub(super) const URL: &str = "/admin/tasks/";
/// Number of tasks on one page.
const PER_PAGE: i64 = 50;
/// The largest number of characters of the arguments that are shown.
const LONGEST_ARGUMENTS: usize = 2000;

#[derive(Template)]
#[template(path = "admin/tasks.html")]
struct TaskList {
    frame: Frame,
    filter: TaskFilter,
    statuses: [TaskStatus; 4],
    names: Vec<String>,
    tasks: Vec<ShownTask>,
    paginator: Paginator,
    number: i64,
    /// The filters for the links to other pages: `&status=FAILED`.
    page_query: String,
    may_act: bool,
}

/// A task of the list.
struct ShownTask {
    task: TaskResult,
    enqueued: ActTime,
    finished: Option<ActTime>,
    /// The time of the next attempt, if the task waits for one.
    next: Option<ActTime>,
    /// The arguments; `None` if they must not be shown.
    arguments: Option<String>,
    progress: Option<Progress>,
}

impl TaskList {
    fn is_filtered(&self) -> bool {
        self.filter.status.is_some() || self.filter.name.is_some()
    }
}

impl ShownTask {
    fn new(request: &AdminRequest, task: TaskResult) -> Self {
        let time = |time: Timestamp| ActTime::from_time(time, request.settings.time_zone);
        let is_waiting = task.status() == TaskStatus::Ready;
        let has_pause = task.run_after.utc() > crate::clock::now();
        let arguments = (!task.is_private).then(|| {
            let text = task.arguments.chars().take(LONGEST_ARGUMENTS);
            text.collect()
        });
        Self {
            enqueued: time(task.enqueued_at),
            finished: task.finished_at.map(time),
            next: (is_waiting && has_pause).then(|| time(task.run_after)),
            progress: task
                .present_progress(&request.settings)
                .map(|progress| Progress {
                    total: progress.total.max(progress.done),
                    ..progress
                }),
            arguments,
            task,
        }
    }

    fn class(&self) -> &'static str {
        match self.task.status() {
            TaskStatus::Ready | TaskStatus::Running => "changed",
            TaskStatus::Successful => "added",
            TaskStatus::Failed => "deleted",
        }
    }

    fn icon(&self) -> &'static str {
        match self.task.status() {
            TaskStatus::Ready => "clock",
            TaskStatus::Running => "auto",
            TaskStatus::Successful => "check",
            TaskStatus::Failed => "alert",
        }
    }
}

/// Whether the user may open the list.
pub(super) fn may_view(request: &AdminRequest) -> bool {
    request.permissions.has_perm(VIEW_PERMISSION)
}

/// `GET /admin/tasks/`
pub(super) async fn list(request: AdminRequest) -> Result<HttpResponse> {
    if !may_view(&request) {
        return Err(Error::PermissionDenied);
    }
    let chosen = |name: &str| {
        let value = request.query.get(name).unwrap_or_default();
        // PostgreSQL refuses a null character in any condition.
        (!value.is_empty()).then(|| value.replace('\0', "\u{fffd}"))
    };
    let filter = TaskFilter {
        status: chosen("status"),
        name: chosen("name"),
    };
    let asked = request.page_number();

    let wanted = filter.clone();
    let (paginator, number, found, names) = request
        .db
        .run(move |conn| {
            let paginator = Paginator {
                count: TaskResult::count(conn, &wanted)?,
                per_page: PER_PAGE,
            };
            let number = paginator.page_number(asked);
            let found = TaskResult::list(conn, &wanted, paginator.offset(number), PER_PAGE)?;
            Ok((paginator, number, found, tasks::names(conn)?))
        })
        .await?;

    let tasks = found
        .into_iter()
        .map(|task| ShownTask::new(&request, task))
        .collect();
    let page = TaskList {
        frame: request.frame("Tasks", vec![Crumb::new("Tasks", "")]),
        page_query: page_query(&filter),
        filter,
        statuses: TaskStatus::ALL,
        names,
        tasks,
        paginator,
        number,
        may_act: request.permissions.is_superuser(),
    };
    Ok(render(&page)?.respond_to(&request.http))
}

fn page_query(filter: &TaskFilter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("status", &filter.status), ("name", &filter.name)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    match query.finish() {
        query if query.is_empty() => query,
        query => format!("&{query}"),
    }
}

/// `POST /admin/tasks/7/again/`
pub(super) async fn again(request: AdminRequest, id: Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let name = task_to_change(&request, id).await?;
    let is_ready = request
        .db
        .atomic(move |conn| tasks::run_again(conn, id))
        .await?;
    if is_ready {
        log::info!(target: "nuages.admin", "{} lets task {id} ({name}) run again", request.user.username);
        request
            .messages
            .success(format!("The task “{}” runs again.", bidi::isolated(&name)));
    } else {
        request.messages.add(
            Level::WARNING,
            format!("The task “{}” is running already.", bidi::isolated(&name)),
        );
    }
    Ok(redirect(URL))
}

/// `POST /admin/tasks/7/delete/`
pub(super) async fn delete(request: AdminRequest, id: Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let name = task_to_change(&request, id).await?;
    request
        .db
        .atomic(move |conn| tasks::delete(conn, id))
        .await?;
    log::info!(target: "nuages.admin", "{} deleted task {id} ({name})", request.user.username);
    request
        .messages
        .success(format!("The task “{}” was deleted.", bidi::isolated(&name)));
    Ok(redirect(URL))
}

/// Returns the name of the task, if the user may act on tasks: only superusers may.
async fn task_to_change(request: &AdminRequest, id: i64) -> Result<String> {
    if !request.permissions.is_superuser() {
        return Err(Error::PermissionDenied);
    }
    let task = request
        .db
        .run(move |conn| TaskResult::get(conn, id))
        .await?;
    Ok(task.name)
}
