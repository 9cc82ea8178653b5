//! Undoes a batch: `/admin/undo/<batch>/`.

use std::collections::HashMap;

use actix_web::web::Path;
use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::plan::{Later, Plan, checked, label_of};
use crate::admin::change_form::VisibleFields;
use crate::admin::frame::{Crumb, Frame};
use crate::admin::history::full_name;
use crate::admin::{Actor, AdminRequest, RegisteredModel};
use crate::auth::User;
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{Violation, listed};
use crate::http::{redirect, render};
use crate::messages::{Level, Message};
use crate::models::Record;
use crate::records::history::{Batch, HistoryEntry, StoredBatch};
use crate::records::{self, Writer};
use crate::settings::Settings;
use crate::tasks::{Progress, TaskResult, TaskStatus, VIEW_PERMISSION};

/// Number of rows that are read at a time.
const CHUNK: i64 = 200;
/// The most rows that a message names.
const NAMED: usize = 5;

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
}

/// The page of a batch that a task writes, or has not written.
#[derive(Template)]
#[template(path = "admin/undo_later.html")]
struct LaterPage {
    frame: Frame,
    task: TaskResult,
    progress: Option<Progress>,
}

impl LaterPage {
    /// Whether the task has not ended.
    fn is_open(&self) -> bool {
        matches!(self.task.status(), TaskStatus::Ready | TaskStatus::Running)
    }
}

/// The result of undoing a batch.
#[derive(Debug, Default)]
pub(in crate::admin) struct Undone {
    /// The number of rows that changed.
    pub(in crate::admin) count: i64,
    /// Rows that keep something: the name and the reason.
    pub(in crate::admin) kept: Vec<(String, String)>,
    /// The key of the batch that undoes this.
    pub(in crate::admin) key: String,
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
            progress: task.progress(),
            task,
        };
        return Ok(render(&page)?.respond_to(&request.http));
    }
    let (registered, batch) = find(&request, key).await?;
    let user = batch.user_id;
    let user = request
        .db
        .run(move |conn| user.map_or(Ok(None), |id| User::find(conn, id)))
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

    let (actor, settings) = (request.actor(), request.settings.clone());
    let work = move |conn: &mut Conn| {
        let undoing = Undoing {
            registered,
            actor: &actor,
            settings: &settings,
        };
        undoing.run(conn, &batch)
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
    if !undone.kept.is_empty() {
        request
            .messages
            .add(Level::WARNING, kept_words(&undone.kept));
    }
}

/// Returns the sentence about rows that keep later values.
fn kept_words(kept: &[(String, String)]) -> String {
    let named = kept.iter().take(NAMED);
    let mut named: Vec<String> = named
        .map(|(name, reason)| format!("“{name}” ({reason})"))
        .collect();
    if kept.len() > NAMED {
        named.push(format!("{} more", kept.len() - NAMED));
    }
    format!("Later changes were kept: {}.", listed(&named, "and"))
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

/// Undoes batches as a user.
pub(in crate::admin) struct Undoing<'a> {
    pub(in crate::admin) registered: &'static RegisteredModel,
    pub(in crate::admin) actor: &'a Actor,
    pub(in crate::admin) settings: &'a Settings,
}

impl Undoing<'_> {
    /// Undoes a batch in one transaction. Returns `None` if it was undone before.
    pub(in crate::admin) fn run(
        &self,
        conn: &mut Conn,
        batch: &StoredBatch,
    ) -> Result<Option<Undone>> {
        records::atomic(conn, self.actor, self.settings, |conn, writer| {
            if !batch.mark_undone(conn)? {
                return Ok(None);
            }
            let title = match batch.title.strip_prefix("Undo of: ") {
                Some(first) => first.to_owned(),
                None => format!("Undo of: {}", batch.title),
            };
            let new = Batch::new(self.registered.model, title);
            let mut undone = Undone {
                key: new.key.clone(),
                ..Undone::default()
            };
            writer.begin_batch(new);

            let mut after = 0;
            loop {
                let entries = HistoryEntry::of_batch(conn, &batch.key, after, CHUNK)?;
                let Some(last) = entries.last() else {
                    return Ok(Some(undone));
                };
                after = last.id;
                self.undo_some(conn, writer, &entries, &mut undone)?;
            }
        })
    }

    fn undo_some(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        entries: &[HistoryEntry],
        undone: &mut Undone,
    ) -> Result<()> {
        let pks: Vec<Value> = entries.iter().filter_map(HistoryEntry::pk).collect();
        let rows = self.actor.queryset(self.registered).with_pks(pks);
        let records = rows.order_by(Vec::new()).locked(conn)?;
        let by_key: HashMap<String, &Record> = records
            .iter()
            .map(|record| (record.pk().to_string(), record))
            .collect();
        let label = label_of(self.registered);

        let mut plans = Vec::new();
        for entry in entries {
            let record = by_key.get(&entry.object_id).copied();
            let record =
                record.filter(|record| self.actor.may(self.registered, "change", Some(record)));
            let Some(record) = record else {
                let reason = "it is not there any more, or you may not change it";
                undone.kept.push((entry.name.clone(), reason.to_owned()));
                continue;
            };
            let fields =
                VisibleFields::new(self.registered, self.actor, self.settings, Some(record));
            let may_change = |name: &str| fields.may_change(name);
            let deltas = entry.deltas();
            let plan = Plan::new(conn, record.clone(), &deltas, &may_change, Later::Keep)?;
            if !plan.later.is_empty() {
                let names = plan.later.iter();
                let names: Vec<String> = names
                    .map(|name| label(name).unwrap_or_else(|| name.clone()))
                    .collect();
                undone
                    .kept
                    .push((entry.name.clone(), listed(&names, "and")));
            }
            if !plan.is_empty() {
                plans.push((plan, entry.name.clone(), fields.limits));
            }
        }
        self.write(conn, writer, plans, undone)
    }

    fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        plans: Vec<(Plan, String, crate::admin::options::ChoiceLimits)>,
        undone: &mut Undone,
    ) -> Result<()> {
        let (policy, zone) = (self.registered.policy(), self.settings.time_zone);
        let forms = plans
            .iter()
            .map(|(plan, _, limits)| plan.form(Some(limits), zone));
        let mut forms: Vec<_> = forms.collect();
        let errors = checked(conn, policy, self.actor, &mut forms)?;

        for ((plan, name, _), errors) in plans.into_iter().zip(errors) {
            if let Some((field, error)) = errors.into_iter().next() {
                let reason = format!("{field}: {error}")
                    .trim_start_matches(": ")
                    .to_owned();
                undone.kept.push((name, reason));
                continue;
            }
            plan.save(conn, writer, self.registered)?;
            undone.count += 1;
        }
        Ok(())
    }
}
